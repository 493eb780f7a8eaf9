"""Rules that no article can match, whatever it says: refused, since a rule that stays silent looks like quiet news."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.match.marks import Path
from monitor.match.program import All, Any, CompiledRule, Only, Program, Term, Without


def impossible(rule: CompiledRule) -> Iterator[tuple[str, Path]]:
    """Why a rule can never match, each with the value of the rule that says so; nothing where it can."""
    if rule.match is not None and (fault := _contradiction(rule.match)):
        yield fault, ("match",)
    score = rule.spec.score
    if score is not None:
        gain = sum(max(weight.points, 0) for weight in rule.weights) * max(score.title_factor, 1)
        most = gain * (score.cap_per_term or 1)
        if most < score.threshold and (score.cap_per_term or not gain):
            yield f"at most {most:g} points", ("score", "threshold")


def _contradiction(program: Program) -> str | None:
    if isinstance(program, Any):
        faults = [_contradiction(item) for item in program.items]
        return faults[0] if all(faults) else None
    if not isinstance(program, All):
        return None
    wanted = list(_flat(program))
    for item in wanted:
        if isinstance(item, Without) and any(_same(item.item, other) for other in wanted):
            return "the same is wanted and excluded"
        if isinstance(item, Any) and (fault := _contradiction(item)):
            return fault
    return _exclusive([item for item in wanted if isinstance(item, Only)])


def _flat(program: Program) -> Iterator[Program]:
    if isinstance(program, All):
        for item in program.items:
            yield from _flat(item)
    else:
        yield program


def _same(excluded: Program, wanted: Program) -> bool:
    """Whether what is wanted is excluded in every language; terms are compared by their words."""
    if isinstance(excluded, Term) and isinstance(wanted, Term):
        out = {(form.atoms, form.gap, form.language) for form in excluded.forms}
        return excluded.field in {None, wanted.field} and all(
            not out.isdisjoint({(form.atoms, form.gap, None), (form.atoms, form.gap, form.language)})
            for form in wanted.forms
        )
    return excluded == wanted


def _exclusive(conditions: Sequence[Only]) -> str | None:
    """Two conditions on the language that no article fulfils; one whose language is in doubt would, by chance."""
    for one in conditions:
        for two in conditions:
            plain = not any("*" in value for value in (*one.values, *two.values))
            if one.field == two.field == "lang" and plain and not set(one.values) & set(two.values):
                return "no article is in two languages"
    return None
