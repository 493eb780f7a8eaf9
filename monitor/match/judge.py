"""From what a rule found to its verdict: guards, requirements, waiting, reasons."""

from __future__ import annotations

from typing import Final

from monitor.match.evaluate import Evaluation, Finding
from monitor.match.index import Scan
from monitor.match.labelling import Labelled, Labelling, chars_of
from monitor.match.program import CompiledRule
from monitor.match.scope import out_of_scope
from monitor.match.spans import Hit
from monitor.match.text import PARAGRAPH_STEP, Analysed
from monitor.model.match import Evidence, HeldGroup, How, Verdict
from monitor.model.reasons import Reason
from monitor.model.rule import Label

MAX_GROUPS: Final = 50
"""Groups that a verdict lists; a long text can hold thousands."""


def judge(rule: CompiledRule, scan: Scan) -> Verdict:
    """The verdict of one rule on one text, always with a reason."""
    analysed = scan.analysed
    outside = out_of_scope(rule.spec.where, analysed)
    if outside:
        return Verdict(rule.id, False, reason=outside)
    evaluation = Evaluation(rule, scan)
    finding = evaluation.finding()
    if not finding.held:
        return Verdict(rule.id, False, score=finding.score, reason=Reason("no-match", "the text does not match"))
    if rule.patient and not analysed.document.complete:
        reason = Reason("waits-for-text", "matches so far; guard, require and NOT wait for the full text")
        return Verdict(rule.id, False, _evidence(finding, analysed), score=finding.score, waits=True, reason=reason)
    return _guarded(rule, evaluation, finding)


def _guarded(rule: CompiledRule, evaluation: Evaluation, finding: Finding) -> Verdict:
    analysed, spec = evaluation.scan.analysed, rule.spec
    if not spec.guard and not spec.require:
        return _fired(rule, finding, analysed)
    labelling = Labelling(analysed, finding.groups)
    if spec.guard:
        left = evaluation.finding(lambda span: labelling.first(spec.guard, span) is None)
        if not left.held:
            return _held(rule, labelling, finding, analysed)
        finding = left
    if spec.require and not any(labelling.first(spec.require, span) for span in finding.groups):
        reason = Reason("require", f"matches, but no passage is {' or '.join(spec.require)}")
        return Verdict(rule.id, False, score=finding.score, reason=reason)
    return _fired(rule, finding, analysed)


def _fired(rule: CompiledRule, finding: Finding, analysed: Analysed) -> Verdict:
    reason = Reason("fired", _why_fired(rule, finding))
    return Verdict(rule.id, True, _evidence(finding, analysed), score=finding.score, reason=reason)


def _why_fired(rule: CompiledRule, finding: Finding) -> str:
    """What was asked for, in the words of the rule's form: it stands in every message."""
    if rule.spec.score is not None and finding.score is not None:
        return f"its terms weigh {finding.score:g}, and {rule.spec.score.threshold:g} is enough"
    if rule.spec.event is not None:
        within = rule.spec.event.within
        where = f"one {within}" if isinstance(within, str) else f"{within} words"
        count = len(rule.spec.event.actors)
        actors = {1: "the actor", 2: "both actors"}.get(count, f"all {count} actors")
        return f"{actors} and the verb in {where}"
    return "its expression matches"


def _held(rule: CompiledRule, labelling: Labelling, finding: Finding, analysed: Analysed) -> Verdict:
    held: list[HeldGroup] = []
    for span in finding.groups:
        found = labelling.first(rule.spec.guard, span)
        if found and len(held) < MAX_GROUPS:
            evidence = tuple(evidence_of(hit, analysed, len(held)) for hit in span.hits)
            held.append(HeldGroup(found[0], _cue(*found), evidence))
    cues = ", ".join(dict.fromkeys(f"{group.label}: {group.cue.text}" for group in held if group.cue))
    reason = Reason("held", f"all that matches is guarded ({cues})")
    return Verdict(rule.id, False, held=tuple(held), score=finding.score, reason=reason)


def _cue(label: Label, cue: Labelled) -> Evidence:
    paragraph, start, end = cue
    return Evidence(paragraph.field, paragraph.number, start, end, paragraph.text[start:end], str(label), How.EXACT)


def _evidence(finding: Finding, analysed: Analysed) -> tuple[Evidence, ...]:
    groups = finding.groups[:MAX_GROUPS]
    return tuple(evidence_of(hit, analysed, group) for group, span in enumerate(groups) for hit in span.hits)


def evidence_of(hit: Hit, analysed: Analysed, group: int) -> Evidence:
    """The passage of a hit, as stored and shown."""
    paragraph = analysed.paragraphs[hit.at // PARAGRAPH_STEP]
    start, end = chars_of(hit, analysed)
    return Evidence(
        paragraph.field, paragraph.number, start, end, paragraph.text[start:end], hit.form.text, hit.how, group
    )
