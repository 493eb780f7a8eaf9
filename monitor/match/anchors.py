"""What an article must contain for a rule to match: clauses, and how rare each is likely to be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from monitor.match.nodes import Wild
from monitor.match.program import All, Any, Apart, Atom, Clause, CompiledRule, Form, Least, Program, Term

_RARE_LETTERS: Final = 6
"""Names and acronyms are as rare as common words with that many letters more."""


def clauses_of(rule: CompiledRule) -> tuple[Clause, ...]:
    """Clauses of which each needs a hit before the rule can match; none: the rule has to be tried on every article."""
    found: list[Clause] = []
    if rule.match is not None:
        found.extend(needed(rule.match))
    if rule.event is not None:
        for role in rule.event.roles:
            found.extend(needed(role))
    if rule.weights and rule.spec.score is not None and rule.spec.score.threshold > 0:
        gains = (needed(weight.term) for weight in rule.weights if weight.points > 0)
        found.append(_union(rarest(clauses) for clauses in gains))  # who gains nothing is refused when compiled
    return tuple(dict.fromkeys(found))


def needed(program: Program) -> list[Clause]:
    """Clauses that must hold for the program to hold."""
    match program:
        case Term():
            return _of_forms(program.forms)
        case All():
            return [clause for item in program.items for clause in needed(item)]
        case Any():
            ways = [needed(item) for item in program.items]
            return [_union(rarest(clauses) for clauses in ways)] if all(ways) else []
        case Apart():
            return [*needed(program.left), *needed(program.right)]
        case Least():
            return needed(program.item)
        case _:
            return []


def _of_forms(forms: tuple[Form, ...]) -> list[Clause]:
    if len(forms) == 1:
        return [(atom,) for atom in forms[0].atoms]
    return [_union(rarest([(atom,) for atom in form.atoms]) for form in forms)]


def _union(clauses: Iterable[Clause]) -> Clause:
    return tuple(dict.fromkeys(atom for clause in clauses for atom in clause))


def rarest(clauses: Iterable[Clause]) -> Clause:
    """The clause that fewest articles are likely to satisfy."""
    return min(clauses, key=cost)


def cost(clause: Clause) -> float:
    """How common a clause is likely to be: short words and wildcards are, long words are not."""
    return sum(_commonness(atom) for atom in clause)


def _commonness(atom: Atom) -> float:
    if atom.pattern is not None:
        return 1.0
    letters = len(atom.norm)
    # Word frequency falls roughly tenfold with each three letters; a wildcard is like a word two letters shorter.
    if atom.wild is not Wild.NONE:
        letters -= 2
    if atom.name or (atom.spec[0] == "word" and atom.spec[2] == "acronym"):
        letters += _RARE_LETTERS
    return float(10.0 ** (-letters / 3))
