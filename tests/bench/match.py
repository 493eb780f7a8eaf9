"""Speed of matching at 10 to 100 000 rules, beside one `re` per clause and SQLite FTS5.

Texts are those of MONITOR_CORPUS where it is set (gold texts of its pages), else made up here; rules are made up from
the words of the texts and from names that never occur, in the shapes that people write.

    python -m tests.bench.match [number of rules …]
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from monitor.match.compile import RuleCache, compile_rules
from monitor.match.engine import Engine
from monitor.match.languages import recognise
from monitor.match.lexicon import Lexicon
from monitor.model.article import Document
from monitor.model.rule import ConceptSpec, EventSpec, RuleSpec

Row = dict[str, str | float]
SIZES = (10, 1_000, 10_000, 100_000)
PEER_LIMIT = {"re": 1_000, "fts5": 1_000}
PEER_TEXTS = 10
WARM_ROUNDS = 3
"""Of so many matches of an article the fastest counts, as what else a machine does only ever adds."""
SEED = 5


def _words(text: str) -> list[str]:
    return text.split()


_SYLLABLES = _words("ka lo min ter vas or bel tra nik sol dur fen gar hol jan kru lem pos rud sta vel wen zor mar pet ")
_TOPICS = _words(
    "sanction embargo strike election government minister court police attack energy pipeline budget "
    "merger takeover earthquake flood protest border treaty tariff ceasefire bankruptcy investigation "
    "resignation inflation Sanktion Streik Wahl Regierung Gericht Polizei Angriff Energie Haushalt "
    "Übernahme Erdbeben Hochwasser Grenze Vertrag Zoll Insolvenz Ermittlung Rücktritt Inflation санкция "
    "выборы правительство суд удар протест граница договор "
)
_VERBS = _words(
    "meet impose announce reject sign attack treffen verhängen ankündigen ablehnen unterzeichnen ввести подписать "
)


def texts(count: int = 200) -> list[Document]:
    """The documents to match."""
    folder = os.environ.get("MONITOR_CORPUS")
    plain = list(_corpus_texts(Path(folder))) if folder else list(_made_up(random.Random(SEED), count))
    return [_document(text) for text in plain[:count]]


def _document(text: str) -> Document:
    lines = [line for line in text.split("\n") if line.strip()]
    language, sure = recognise(text, declared=None)
    return Document(
        title=lines[0][:120],
        paragraphs=tuple(lines[1:]),
        sources=("bench",),
        language=language,
        language_sure=sure,
    )


def _corpus_texts(folder: Path) -> Iterator[str]:
    for gold in sorted(folder.glob("pages/*/gold.ndjson")):
        for line in gold.read_text(encoding="utf-8").splitlines():
            text = json.loads(line).get("text")
            if isinstance(text, str) and len(text.split()) > 150:
                yield text


def _made_up(chance: random.Random, count: int) -> Iterator[str]:
    pool = [_name(chance).lower() for _ in range(20_000)] + _TOPICS * 10 + _VERBS * 10
    for _ in range(count):
        sentences = (" ".join(chance.choices(pool, k=18)).capitalize() + " and the." for _ in range(30))
        yield "\n".join(" ".join(part) for part in zip(*[iter(sentences)] * 2, strict=False))


def _name(chance: random.Random, longest: int = 3) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, longest))).capitalize()


def make_rules(count: int, documents: Sequence[Document]) -> tuple[list[RuleSpec], dict[str, ConceptSpec]]:
    """Rules as people write them: names with topics near, lists of names, phrases, events, guards, wildcards."""
    chance = random.Random(SEED)
    seen = {word for text in documents for line in text.paragraphs for word in re.findall(r"[^\W\d_]{6,}", line)}
    known = sorted(seen)
    names = [_name(chance, 6) for _ in range(max(200, count // 2))]
    concepts = {f"c{n}": ConceptSpec(f"c{n}", None, tuple(chance.sample(_TOPICS, 4))) for n in range(40)}
    concepts.update({f"v{n}": ConceptSpec(f"v{n}", None, tuple(chance.sample(_VERBS, 4))) for n in range(10)})

    def name() -> str:
        return chance.choice(names) if chance.random() < 0.996 else chance.choice(known)

    def rule(number: int) -> RuleSpec:
        shape = chance.random()
        rule_id = f"r{number}"
        if shape < 0.15:
            return RuleSpec(rule_id, rule_id, event=EventSpec((name(), name()), f"$v{chance.randrange(10)}"))
        if shape < 0.45:
            match = f"({name()} OR {name()}) NEAR/s $c{chance.randrange(40)}"
        elif shape < 0.6:
            match = f'"{name()} {chance.choice(_TOPICS)}" OR {name()}'
        elif shape < 0.8:
            match = f"{name()} AND $c{chance.randrange(40)} NOT {name()}"
        elif shape < 0.9:
            match = f"{name().lower()}* AND {chance.choice(_TOPICS)}"
        else:
            match = f"$c{chance.randrange(40)} NEAR/8 $v{chance.randrange(10)} AND {name()}"
        return RuleSpec(rule_id, rule_id, match=match)

    return [rule(number) for number in range(count)], concepts


def run(sizes: Sequence[int] = SIZES) -> list[Row]:
    """Every row of the table."""
    documents = texts()
    lexicon = Lexicon(_dictionaries())
    words = sum(len(paragraph.split()) for text in documents for paragraph in (text.title, *text.paragraphs))
    rows = [_row("words in an article", words / len(documents), "words")]
    for size in sizes:
        rules, concepts = make_rules(size, documents)
        rows.extend(_ours(size, rules, concepts, documents, lexicon))
        if size <= PEER_LIMIT["re"]:
            rows.extend(_peers(size, rules, concepts, documents))
    return rows


def _dictionaries() -> Path | None:
    folder = os.environ.get("MONITOR_DICTIONARIES")
    return Path(folder) if folder else None


def _row(case: str, value: float, unit: str) -> Row:
    return {"bench": "match", "case": case, "value": round(value, 2), "unit": unit}


def _ours(
    size: int, rules: list[RuleSpec], concepts: dict[str, ConceptSpec], documents: list[Document], lexicon: Lexicon
) -> Iterator[Row]:
    memory = _memory()
    cache = RuleCache()
    started = time.process_time()
    compile_rules(rules, concepts, lexicon, cache=cache)
    compiled_at = time.process_time()
    yield _row(f"{size} rules: compile", compiled_at - started, "s")
    compiled = compile_rules(rules, concepts, lexicon, cache=cache)
    engine = Engine(compiled, lexicon)
    yield _row(f"{size} rules: build from cache", time.process_time() - compiled_at, "s")
    yield _row(f"{size} rules: memory", (_memory() - memory) / 1e6, "MB")
    for name, rounds in (("cold", 1), ("warm", WARM_ROUNDS)):
        spent = [min(_timed(engine, document) for _ in range(rounds)) for document in documents]
        yield _row(f"{size} rules: {name}", len(spent) / sum(spent), "articles/s")
        yield _row(f"{size} rules: {name} p99", sorted(spent)[int(len(spent) * 0.99)] * 1000, "ms")
    told = sum(len(engine.match(document)) for document in documents)
    tried = sum(1 for document in documents for _ in engine.candidates(engine.analyse(document)))
    yield _row(f"{size} rules: tried word by word", tried / len(documents), "rules/article")
    yield _row(f"{size} rules: matched", told / len(documents), "rules/article")


def _timed(engine: Engine, document: Document) -> float:
    started = time.process_time()
    engine.match(document)
    return time.process_time() - started


def _memory() -> float:
    """Resident bytes now (Linux), else the peak."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    return float(pages * resource.getpagesize())


def _peers(
    size: int, rules: list[RuleSpec], concepts: dict[str, ConceptSpec], documents: list[Document]
) -> Iterator[Row]:
    clauses = [list(_plain_clauses(rule, concepts)) for rule in rules]
    patterns = [
        [re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})", re.IGNORECASE) for words in rule] for rule in clauses
    ]
    started = time.process_time()
    for document in documents[:PEER_TEXTS]:
        text = "\n".join((document.title, *document.paragraphs))
        for rule in patterns:
            all(pattern.search(text) for pattern in rule)
    yield _row(f"{size} rules: one re per clause", PEER_TEXTS / (time.process_time() - started), "articles/s")
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE article USING fts5(body)")
    queries = [
        " AND ".join("(" + " OR ".join(f'"{word}"' for word in words) + ")" for words in rule) for rule in clauses
    ]
    started = time.process_time()
    for document in documents[:PEER_TEXTS]:
        database.execute("DELETE FROM article")
        database.execute("INSERT INTO article VALUES (?)", ("\n".join((document.title, *document.paragraphs)),))
        for query in queries:
            database.execute("SELECT 1 FROM article WHERE article MATCH ?", (query,)).fetchone()
    yield _row(f"{size} rules: SQLite FTS5", PEER_TEXTS / (time.process_time() - started), "articles/s")
    database.close()


def _plain_clauses(rule: RuleSpec, concepts: dict[str, ConceptSpec]) -> Iterator[list[str]]:
    """What a rule needs, without positions: a list of words for each clause."""
    parts = (*rule.event.actors, rule.event.verb) if rule.event else re.split(r" AND | NEAR/\w+ ", rule.match or "")
    for part in parts:
        words = re.sub(r" NOT .*", "", part)
        names = re.findall(r"\$(\w+)", words)
        yield [*(form for name in names for form in concepts[name].any), *re.findall(r"(?<!\$)\b[^\W\d_]{3,}", words)]


def main() -> None:
    """Print the table."""
    sizes = tuple(int(argument) for argument in sys.argv[1:]) or SIZES
    for row in run(sizes):
        sys.stdout.write(f"{row['case']:<40} {row['value']:>12} {row['unit']}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
