"""Advice on rules that compile: what can never match, is covered by another rule, costs much, or misses spellings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from monitor.match.compile import REFERENCE, CompiledSet
from monitor.match.nodes import Wild
from monitor.match.program import Any, Atom, CompiledRule, Form, Term
from monitor.match.transliterate import other_script
from monitor.match.wordlists import word_sets
from monitor.model.rule import ConceptSpec, RuleProblem, RuleSpec, WhereSpec

_BROAD_LETTERS: Final = {Wild.PREFIX: 3, Wild.SUFFIX: 3, Wild.INFIX: 4}
"""Wildcards with no more letters hit hundreds of words of any dictionary."""


def lint_rules(
    compiled: CompiledSet, rules: Sequence[RuleSpec], concepts: Mapping[str, ConceptSpec]
) -> tuple[tuple[str, RuleProblem], ...]:
    """Advice, each with its rule's id ("" for concepts); `rules` are all of the watchlist, compiled or not.

    Warnings that compiling gave are in `compiled.problems` and not repeated here.
    """
    advice: list[tuple[str, RuleProblem]] = []
    for rule in compiled.rules:
        advice.extend((rule.id, problem) for problem in _of_rule(rule))
    advice.extend(_shadows(compiled.rules))
    advice.extend(("", problem) for problem in _of_concepts(rules, concepts))
    return tuple(advice)


def _warning(code: str, message: str, path: tuple[str | int, ...], hint: str | None = None) -> RuleProblem:
    return RuleProblem(code, message, path, hint=hint, severity="warning")


def _at(form: Form, code: str, message: str, hint: str | None = None) -> RuleProblem:
    place = form.origin
    return RuleProblem(code, message, place.path, place.start, place.end, hint, severity="warning")


def _of_rule(rule: CompiledRule) -> Iterator[RuleProblem]:
    blanked = {form.atoms[0] for term in rule.ignore for form in term.forms if len(form.atoms) == 1}
    if any(blanked.issuperset(clause) for clause in rule.clauses):
        yield _warning("never-matches", "this can never match: ignore blanks what is needed", ("ignore",))
    if not rule.clauses:
        hint = "a word that must be there lets the index skip other articles"
        yield _warning("no-anchor", "every article has to be tried: no word is always needed", ("match",), hint)
    elif all(any(_is_common(atom) for atom in clause) for clause in rule.clauses):
        yield _warning("no-anchor", "all that is needed are words that stand in most articles", ("match",))
    for form in dict.fromkeys(form for term in rule.terms() for form in term.forms):
        for atom in form.atoms:
            limit = _BROAD_LETTERS.get(atom.wild)
            if limit is not None and len(atom.norm) <= limit:
                hint = "write more letters, or the forms you mean"
                yield _at(form, "broad-wildcard", f"{form.text} matches very many words", hint)


def _is_common(atom: Atom) -> bool:
    return atom.capital is None and any(atom.norm in words for words in word_sets("stop_words").values())


# -- shadowed -----------------------------------------------------------------------------------------------------


def _shadows(rules: Sequence[CompiledRule]) -> Iterator[tuple[str, RuleProblem]]:
    """Rules that fire only where a rule of plain alternatives fires too."""
    wide: dict[Atom, list[tuple[frozenset[Atom], CompiledRule]]] = {}
    for rule in rules:
        atoms = _alternatives(rule)
        for atom in atoms:
            wide.setdefault(atom, []).append((atoms, rule))
    for rule in rules:
        other = next(_covering(rule, wide), None)
        if other is not None:
            hint = "fine if they alert differently; otherwise drop one"
            problem = _warning("shadowed", f"whenever this rule matches, {other.id} does too", ("match",), hint)
            yield rule.id, problem


def _covering(
    rule: CompiledRule, wide: Mapping[Atom, Sequence[tuple[frozenset[Atom], CompiledRule]]]
) -> Iterator[CompiledRule]:
    # What is asked of authors need not stand in the text, which the other rule reads.
    by_author = {atom for term in rule.terms() if term.field == "author" for form in term.forms for atom in form.atoms}
    for clause in (clause for clause in rule.clauses if by_author.isdisjoint(clause)):
        for atoms, other in wide.get(clause[0], ()):
            if other.id != rule.id and atoms.issuperset(clause) and other.spec.where in (WhereSpec(), rule.spec.where):
                yield other


def _alternatives(rule: CompiledRule) -> frozenset[Atom]:
    """The atoms of which each alone makes the rule fire on any article."""
    spec = rule.spec
    if spec.guard or spec.require or spec.ignore or spec.event or spec.score or rule.match is None:
        return frozenset()
    items = rule.match.items if isinstance(rule.match, Any) else (rule.match,)
    terms = (item for item in items if isinstance(item, Term) and item.field is None)
    forms = (form for term in terms for form in term.forms if form.language is None)
    return frozenset(form.atoms[0] for form in forms if len(form.atoms) == 1)


# -- concepts -----------------------------------------------------------------------------------------------------


def _of_concepts(rules: Sequence[RuleSpec], concepts: Mapping[str, ConceptSpec]) -> Iterator[RuleProblem]:
    texts = [repr((rule.match, rule.event, rule.score, rule.ignore)) for rule in rules]
    texts.extend(repr((concept.any, concept.by_language)) for concept in concepts.values())
    used = frozenset(REFERENCE.findall(" ".join(texts)))
    for name, concept in concepts.items():
        if name not in used:
            yield _warning("unused-concept", f"no rule uses ${name}", ("concepts", name))
        if concept.kind in {"person", "place"}:
            yield from _spellings(concept)


def _spellings(concept: ConceptSpec) -> Iterator[RuleProblem]:
    """Names written in one script only: a suggestion, never a silent match."""
    written = " ".join((*concept.any, *(form for forms in concept.by_language.values() for form in forms)))
    for number, form in enumerate(concept.any):
        script, spelling = other_script(form)
        if spelling and not any(letter in written for letter in script):
            hint = f"perhaps {spelling}: check it, then add it"
            yield _warning(
                "other-script",
                f"${concept.id} has no spelling in another script",
                ("concepts", concept.id, "any", number),
                hint,
            )
            return
