"""Searching with the rules' own language: the index names candidates by their words, the engine decides.

The index knows words as they are written.  Which of them are forms of a searched word, or compounds with it, the
vocabulary knows, by the same keys by which rules match (`match.forms`).  What has no word to look up (a pattern, `NOT`
alone, an author) is looked for article by article, from the newest on, as long as a page may take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.match.compile import compile_rules
from monitor.match.engine import Engine
from monitor.match.forms import asked_for, beginning, within
from monitor.match.lexicon import Lexicon
from monitor.match.nodes import And, Concept, Count, InField, Near, Node, Or, Phrase, Wild, Word
from monitor.match.syntax import parse_expression
from monitor.match.terms import pieces_of
from monitor.model.match import Verdict
from monitor.model.rule import ConceptSpec, RuleProblem, RuleSpec
from monitor.store.articles import StoredArticle, load_articles
from monitor.store.search import AllOf, AnyOf, Begins, Formed, Wanted, candidates
from monitor.store.unit import Database

RULE = "search"
BATCH = 40
LOOKS_S = 1.0
"""So long one page asks the engine about candidates; the next page goes on from there."""
EXPRESSION_MAX = 2000


@dataclass(frozen=True, slots=True)
class Search:
    """An expression ready to be looked for; `engine` is None when it cannot be read."""

    text: str
    engine: Engine | None
    problems: tuple[RuleProblem, ...]
    wanted: Wanted | None


@dataclass(frozen=True, slots=True)
class Match:
    """An article that the expression matches."""

    article: StoredArticle
    verdict: Verdict

    @property
    def weight(self) -> int:
        """More is better: words in the headline count four times."""
        return sum(4 if item.field == "title" else 1 for item in self.verdict.evidence)


@dataclass(frozen=True, slots=True)
class Page:
    """Matches, the latest text first; `next` is where the next page begins, None at the end.

    `unfinished`: time was up before the page was full, having come `back_to` articles first seen then.
    """

    matches: tuple[Match, ...]
    looked_at: int
    next: int | None
    back_to: datetime | None = None
    unfinished: bool = False


def prepare(text: str, concepts: Mapping[str, ConceptSpec], lexicon: Lexicon) -> Search:
    """Read an expression; says what is wrong with it rather than raising."""
    if len(text) > EXPRESSION_MAX:
        problem = RuleProblem("too-long", f"at most {EXPRESSION_MAX} characters", ("match",))
        return Search(text[:EXPRESSION_MAX], None, (problem,), None)
    parsed = parse_expression(text)
    if parsed.node is None:
        return Search(text, None, parsed.problems, None)
    compiled = compile_rules([RuleSpec(RULE, RULE, match=text)], concepts, lexicon)
    problems = tuple(problem for rule_id, problem in compiled.problems if rule_id == RULE)
    if not compiled.rules:
        return Search(text, None, problems, None)
    wanted = _wanted(parsed.node, concepts, lexicon)
    return Search(text, Engine(compiled, lexicon), problems, wanted)


def find(
    database: Database, search: Search, *, limit: int, now_s: Callable[[], float], before: int | None = None
) -> Page:
    """A page of matches, or as much of it as `LOOKS_S` allow; `now_s` is a monotonic clock."""
    matches: list[Match] = []
    looked_at, last, back_to = 0, before, None
    ends_s = now_s() + LOOKS_S
    while search.engine is not None:
        with database.reading() as connection:
            found = candidates(connection, search.wanted, limit=BATCH, before=last)
            articles = load_articles(connection, [article_id for _, article_id in found])
        for revision_id, article_id in found:
            article = articles[article_id]
            looked_at, last, back_to = looked_at + 1, revision_id, article.first_seen_at
            verdict = search.engine.match_rule(RULE, article.as_document())
            if verdict.fired:
                matches.append(Match(article, verdict))
            if len(matches) == limit:
                return Page(tuple(matches), looked_at, last, back_to)
        if len(found) < BATCH:
            break
        if now_s() >= ends_s:
            return Page(tuple(matches), looked_at, last, back_to, unfinished=True)
    return Page(tuple(matches), looked_at, None, back_to)


def best_first(page: Page) -> Page:
    """The matches of a page by weight."""
    return replace(page, matches=tuple(sorted(page.matches, key=lambda m: -m.weight)))


def _wanted(
    node: Node, concepts: Mapping[str, ConceptSpec], lexicon: Lexicon, kind: str | None = None
) -> Wanted | None:
    """What every match must have of an expression; None where that cannot be said in words of the index."""
    match node:
        case Word():
            return _word(node, kind, lexicon)
        case Phrase():
            words = (replace(word, exact=word.exact or node.exact) for word in node.words)
            return _all(_word(word, kind, lexicon) for word in words)
        case And():
            return _all(_wanted(item, concepts, lexicon) for item in node.items)
        case Near():
            return _all(_wanted(item, concepts, lexicon) for item in (node.left, node.right))
        case Or():
            return _any([_wanted(item, concepts, lexicon) for item in node.items])
        case Count() | InField():
            outside = isinstance(node, InField) and node.field == "author"
            return None if outside else _wanted(node.item, concepts, lexicon)
        case Concept():
            return _concept(concepts.get(node.name), lexicon)
        case _:
            return None


def _word(word: Word, kind: str | None, lexicon: Lexicon) -> Wanted | None:
    """A written word is several words of the text where hyphens divide it."""
    pieces = pieces_of(word)
    if len(pieces) > 1:
        return _all(_word(piece, kind, lexicon) for piece in pieces)
    if not pieces:
        return None
    (word,) = pieces
    if word.wild is not Wild.NONE:
        return _open(word)
    formed = Formed(word.text, keys=tuple(sorted(asked_for(word, kind, lexicon))))
    return _any([formed, *_separated(word, lexicon)])


def _open(word: Word) -> Wanted | None:
    """A word with an open end; the vocabulary has words with letters only, and the index only beginnings."""
    if word.wild is Wild.PREFIX:
        return Formed(word.text, beginning=beginning(word))
    if not any(char.isalpha() for char in word.text):
        return None
    return Formed(None, beginning=beginning(word), within=within(word))


def _separated(word: Word, lexicon: Lexicon) -> Iterator[Wanted]:
    """`ausweisen` as "weist … aus"."""
    for language in () if word.exact else lexicon.languages:
        found = lexicon.separable(word.text, language)
        if found is not None:
            particle, verb = found
            keys = tuple(sorted(asked_for(Word(verb), None, lexicon)))
            yield AllOf((Formed(verb, keys=keys), Begins(particle)))


def _concept(concept: ConceptSpec | None, lexicon: Lexicon) -> Wanted | None:
    if concept is None:
        return None
    forms = [*concept.any, *(form for several in concept.by_language.values() for form in several)]
    found = []
    for form in forms:
        parsed = parse_expression(form if form.startswith(("=", "/", '"')) else f'"{form}"')
        found.append(None if parsed.node is None else _wanted(parsed.node, {}, lexicon, concept.kind))
    return _any(found)


def _all(items: Iterable[Wanted | None]) -> Wanted | None:
    known = tuple(dict.fromkeys(item for item in items if item is not None))
    return AllOf(known) if len(known) > 1 else known[0] if known else None


def _any(items: Sequence[Wanted | None]) -> Wanted | None:
    known = tuple(dict.fromkeys(item for item in items if item is not None))
    if [item for item in items if item is None] or not known:
        return None
    return AnyOf(known) if len(known) > 1 else known[0]
