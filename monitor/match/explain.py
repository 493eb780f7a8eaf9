"""Why a rule fired, was held, or stayed silent: another evaluator over the same index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.match.engine import Engine
from monitor.match.evaluate import Evaluation, parts_of
from monitor.match.judge import judge
from monitor.match.program import All, Any, Apart, Least, Only, Program, Term, Without
from monitor.match.spans import Span, apart
from monitor.match.text import Analysed
from monitor.model.article import Document
from monitor.model.match import Evidence, Verdict
from monitor.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict in words: `reason` is the decision or the first condition that failed, `lines` the passages."""

    rule_id: str
    verdict: Verdict
    reason: Reason
    lines: tuple[str, ...] = ()


def explain(engine: Engine, rule_id: str, document: Document | Analysed) -> Explanation:
    """Why a rule does what it does with a document; raises KeyError for an unknown id."""
    rule, scan = engine.rule(rule_id), engine.scan(rule_id, document)
    verdict = judge(rule, scan)
    reason = verdict.reason or Reason("no-match", "the text does not match")
    if reason.code == "no-match":
        reason = Reason("no-match", _first_failure(Evaluation(rule, scan)))
    return Explanation(rule_id, verdict, reason, tuple(_lines(verdict)))


def _lines(verdict: Verdict) -> Iterator[str]:
    for item in verdict.evidence:
        yield _shown(item)
    for group in verdict.held:
        words = ", ".join(f"“{item.text}”" for item in group.evidence)
        cue = f" by “{group.cue.text}” in {_place(group.cue)}" if group.cue else ""
        yield f"held: {words} is {group.label}{cue}"


def _shown(item: Evidence) -> str:
    return f"{_place(item)}: “{item.text}” for {item.term} ({item.how})"


def _place(item: Evidence) -> str:
    return f"{item.field} {item.paragraph + 1}" if item.field == "body" else item.field


def _first_failure(evaluation: Evaluation) -> str:
    rule = evaluation.rule
    if rule.match is not None and evaluation.holds(rule.match) is None:
        return f"match: {_failure(rule.match, evaluation)}"
    roles = rule.event.roles if rule.event is not None else ()
    if rule.spec.score is None or (rule.event is not None and not evaluation.events(rule.event)):
        return f"event: {_roles(roles, evaluation)}"
    score, groups = evaluation.score()
    words = ", ".join(_texts(groups)) or "nothing found"
    return f"score: {score:g} of {rule.spec.score.threshold:g} ({words})"


def _failure(program: Program, evaluation: Evaluation) -> str:
    match program:
        case Term():
            where = f" in {program.field}" if program.field else ""
            return f"{program.name} not found{where}"
        case All():
            failed = next(item for item in program.items if evaluation.holds(item) is None)
            return _failure(failed, evaluation)
        case Any():
            return "; ".join(_failure(item, evaluation) for item in program.items)
        case Without():
            words = ", ".join(f"“{text}”" for text in _texts(evaluation.holds(program.item) or []))
            return f"NOT {_named(program.item)}: found {words}" if words else f"NOT {_named(program.item)} holds"
        case Least():
            times = len(apart(evaluation.spans(program.item)))
            return f"{_named(program.item)} found {_times(times)}, {program.times} needed"
        case Only():
            return f"{program.field} is not {' or '.join(program.values)}"
        case _:
            return _distance(program, evaluation)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _texts(spans: Iterable[Span]) -> list[str]:
    return list(dict.fromkeys(hit.form.text for span in spans for hit in span.hits))


def _named(program: Program) -> str:
    match program:
        case Term():
            return program.name
        case Apart():
            return program.text
        case All():
            return "(" + " AND ".join(_named(item) for item in program.items) + ")"
        case Any():
            return "(" + " OR ".join(_named(item) for item in program.items) + ")"
        case Without():
            return f"NOT {_named(program.item)}"
        case Least():
            return f"COUNT>={program.times}({_named(program.item)})"
        case _:
            return f"{program.field}:{' OR '.join(program.values)}"


def _distance(program: Apart, evaluation: Evaluation) -> str:
    parts = [*parts_of(program.left), *parts_of(program.right)]
    missing = [_named(part) for part in parts if not evaluation.spans(part)]
    if missing:
        return f"{program.text}: {' and '.join(missing)} not found"
    closest = _closest([evaluation.spans(part) for part in parts])
    return f"{program.text}: {'both' if len(parts) == 2 else 'all'} found, {closest}"


def _roles(roles: Sequence[Term], evaluation: Evaluation) -> str:
    found = [role for role in roles if evaluation.spans(role)]
    missing = [role.name for role in roles if not evaluation.spans(role)]
    parts = []
    if found:
        parts.append(f"{' and '.join(role.name for role in found)} found")
    if missing:
        parts.append(f"{' and '.join(missing)} missing")
    text = ", ".join(parts)
    return f"{text}; {_closest([evaluation.spans(role) for role in found])}" if len(found) > 1 else text


def _closest(occurrences: Sequence[Sequence[Span]]) -> str:
    """The smallest stretch of one paragraph that holds one of each."""
    events = sorted((span.last, span.first, role) for role, spans in enumerate(occurrences) for span in spans)
    latest: dict[int, int] = {}
    best: int | None = None
    for last, first, role in events:
        latest[role] = max(first, latest.get(role, first))
        if len(latest) == len(occurrences):
            width = last - min(latest.values())
            best = width if best is None else min(best, width)
    if best is None or best >= 1 << 24:
        return "never in one paragraph"
    return f"closest distance {best} word{'' if best == 1 else 's'}"
