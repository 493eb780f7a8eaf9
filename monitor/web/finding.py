"""Searching with the rules' own language: the index names candidates by their words, the engine decides.

The index knows no inflection, so each word is looked for by its stems (`Sanktion` as `sanktion…`).  What only the
engine could find (a compound that ends with the word, an irregular form) is not among the candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.match.compile import compile_rules
from monitor.match.engine import Engine
from monitor.match.lexicon import Lexicon
from monitor.match.nodes import And, Concept, Count, InField, Near, Node, Or, Phrase, Wild, Word
from monitor.match.stems import stem
from monitor.match.syntax import parse_expression
from monitor.model.match import Verdict
from monitor.model.rule import ConceptSpec, RuleProblem, RuleSpec
from monitor.store.articles import StoredArticle, load_articles
from monitor.store.search import AllOf, AnyOf, Begins, Wanted, candidates
from monitor.store.unit import Database
from monitor.web.documents import document_of

RULE = "search"
BATCH = 40
LOOKED_AT_MAX = 400
"""Candidates that one page asks the engine about; the next page goes on from there."""
STEM_MIN = 4
"""Shorter stems begin too much; such words are looked for as they are."""
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
    """Matches, the latest text first; `next` is where the next page begins, None at the end."""

    matches: tuple[Match, ...]
    looked_at: int
    next: int | None


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
    wanted = _wanted(parsed.node, concepts, lexicon.languages)
    return Search(text, Engine(compiled, lexicon), problems, wanted)


def find(database: Database, search: Search, *, limit: int, before: int | None = None) -> Page:
    """A page of matches."""
    matches: list[Match] = []
    looked_at, last = 0, before
    while search.engine is not None and looked_at < LOOKED_AT_MAX:
        with database.reading() as connection:
            found = candidates(connection, search.wanted, limit=BATCH, before=last)
            articles = load_articles(connection, [article_id for _, article_id in found])
        for revision_id, article_id in found:
            looked_at, last = looked_at + 1, revision_id
            verdict = search.engine.match_rule(RULE, document_of(articles[article_id]))
            if verdict.fired:
                matches.append(Match(articles[article_id], verdict))
            if len(matches) == limit:
                return Page(tuple(matches), looked_at, last)
        if len(found) < BATCH:
            return Page(tuple(matches), looked_at, None)
    return Page(tuple(matches), looked_at, last)


def best_first(page: Page) -> Page:
    """The matches of a page by weight."""
    return Page(tuple(sorted(page.matches, key=lambda m: -m.weight)), page.looked_at, page.next)


def _wanted(node: Node, concepts: Mapping[str, ConceptSpec], languages: Sequence[str]) -> Wanted | None:
    """What every match must have of an expression; None where that cannot be said in words of the index."""
    match node:
        case Word():
            return _word(node, languages)
        case Phrase():
            return _all(_word(replace(word, exact=word.exact or node.exact), languages) for word in node.words)
        case And():
            return _all(_wanted(item, concepts, languages) for item in node.items)
        case Near():
            return _all(_wanted(item, concepts, languages) for item in (node.left, node.right))
        case Or():
            return _any([_wanted(item, concepts, languages) for item in node.items])
        case Count() | InField():
            outside = isinstance(node, InField) and node.field == "author"
            return None if outside else _wanted(node.item, concepts, languages)
        case Concept():
            return _concept(concepts.get(node.name), languages)
        case _:
            return None


def _word(word: Word, languages: Sequence[str]) -> Wanted | None:
    if word.wild in (Wild.SUFFIX, Wild.INFIX) and not word.exact:
        return None
    plain = word.text.strip("*")
    if not any(char.isalnum() for char in plain):
        return None
    if word.exact:
        return Begins(plain)
    if word.wild is Wild.PREFIX:
        return Begins(plain, open=True)
    # The index keeps ß as it is: look for a word as it is written, and as it is folded.
    norms = {plain.lower(), plain.casefold()}
    stems = {stem(norm, language) for language in languages for norm in norms} | norms
    usable = {s for s in stems if len(s) >= STEM_MIN}
    shortest = {s for s in usable if not any(s != other and s.startswith(other) for other in usable)}
    return _any([Begins(s, open=True) for s in sorted(shortest)]) or Begins(plain)


def _concept(concept: ConceptSpec | None, languages: Sequence[str]) -> Wanted | None:
    if concept is None:
        return None
    forms = [*concept.any, *(form for several in concept.by_language.values() for form in several)]
    found = []
    for form in forms:
        parsed = parse_expression(form if form.startswith(("=", "/", '"')) else f'"{form}"')
        found.append(None if parsed.node is None else _wanted(parsed.node, {}, languages))
    return _any(found)


def _all(items: Iterable[Wanted | None]) -> Wanted | None:
    known = tuple(dict.fromkeys(item for item in items if item is not None))
    return AllOf(known) if len(known) > 1 else known[0] if known else None


def _any(items: Sequence[Wanted | None]) -> Wanted | None:
    known = tuple(dict.fromkeys(item for item in items if item is not None))
    if [item for item in items if item is None] or not known:
        return None
    return AnyOf(known) if len(known) > 1 else known[0]
