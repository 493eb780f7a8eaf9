"""What words cost: finding them, analysing them for the first time and again, loading and building dictionaries.

`python -m tests.bench.words` prints a row per measurement; peers are measured in the same run.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from monitor.match.dictionary import build_dictionaries, load_dictionary
from monitor.match.guards import label_group
from monitor.match.languages import recognise
from monitor.match.lexicon import MAIN_LANGUAGES, Lexicon
from monitor.match.sentences import split_sentences
from monitor.match.tokens import tokenise

Row = dict[str, str | float]
DATA = Path(__file__).parents[1] / "data"


def seconds(work: Callable[[], object], times: int = 5) -> float:
    """The fastest of some runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def article(language: str, words: int = 500) -> str:
    """A text of about so many words, from the made-up news sentences."""
    listed = yaml.safe_load((DATA / f"guards_{language}.yaml").read_text("utf-8"))
    sentences = [re.sub(r"[\[\]]", "", text) for texts in listed.values() for text in texts]
    random.Random(1).shuffle(sentences)
    text = " ".join(sentences)
    while len(text.split()) < words:
        text += " " + text
    return " ".join(text.split()[:words])


def row(bench: str, case: str, value: float, unit: str) -> Row:
    return {"bench": bench, "case": case, "value": round(value, 3), "unit": unit}


def run() -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        start = time.process_time()
        build_dictionaries(directory, MAIN_LANGUAGES)
        rows.append(row("words", "build four dictionaries, once", time.process_time() - start, "s CPU"))
        rows.append(
            row(
                "words",
                "load four dictionaries",
                seconds(lambda: [load_dictionary(directory, language) for language in MAIN_LANGUAGES]) * 1e3,
                "ms",
            )
        )
        for language in MAIN_LANGUAGES:
            rows += language_rows(language, directory)
        rows.append(row("words", "memory of a process that loaded four", loaded_megabytes(directory), "MB"))
    return rows


def loaded_megabytes(directory: Path) -> float:
    """Resident memory that loading and using four dictionaries adds, in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from monitor.match.lexicon import Lexicon;"
        "size = lambda: int(Path('/proc/self/statm').read_text().split()[1]) * 4096 / 2**20;"
        "before = size(); lexicon = Lexicon(Path(sys.argv[1]));"
        "[lexicon.analyse(word, one) for one in lexicon.languages for word in ('wordy', 'словами')];"
        "print(size() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(directory)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def language_rows(language: str, directory: Path) -> list[Row]:
    text = article(language)
    words = tokenise(text, language=language).words
    distinct = sorted(set(words))
    lexicon = Lexicon(directory)
    lexicon.lemmas("a", language)
    cold = seconds(lambda: [lexicon.analyse(word, language) for word in distinct], times=3)
    memo = lexicon.memo(language)
    floor = seconds(lambda: re.findall(r"\w+", text), times=50)
    found = seconds(lambda: tokenise(text, language=language), times=50)
    first = text.split(". ", maxsplit=1)[0]
    per_article = 500 / max(1, len(words)) * 1e6
    return [
        row("words", f"{language} findall of \\w+ (peer), 500 words", floor * per_article, "us"),
        row("words", f"{language} tokenise, 500 words", found * per_article, "us"),
        row("words", f"{language} tokenise, times the peer", found / floor, "x"),
        row(
            "words",
            f"{language} keys from the memo, 500 words",
            seconds(lambda: [memo[word] for word in words]) * per_article,
            "us",
        ),
        row("words", f"{language} analysis of a new word", cold / len(distinct) * 1e6, "us"),
        row(
            "words",
            f"{language} sentences, 500 words",
            seconds(lambda: split_sentences(text, language)) * per_article,
            "us",
        ),
        row(
            "words",
            f"{language} recognise language, 500 words",
            seconds(lambda: recognise(text, declared=None)) * 1e6,
            "us",
        ),
        row(
            "words",
            f"{language} labels of one group",
            seconds(lambda: label_group(first, [(0, 5)], language)) * 1e6,
            "us",
        ),
    ]


if __name__ == "__main__":
    for one in run():
        sys.stdout.write(f"{one['bench']:6} {one['case']:48} {one['value']:>12} {one['unit']}\n")
