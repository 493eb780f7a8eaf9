"""From what a rule found to its verdict: guards, requirements, waiting, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from monitor.match.evaluate import Evaluation, Finding
from monitor.match.guards import Cue, label_group
from monitor.match.index import PARAGRAPH_STEP, Scan
from monitor.match.program import CompiledRule
from monitor.match.scope import out_of_scope
from monitor.match.spans import Hit, Span
from monitor.match.text import Analysed, Paragraph
from monitor.model.match import Evidence, HeldGroup, How, Verdict
from monitor.model.reasons import Reason
from monitor.model.rule import Label

MAX_GROUPS: Final = 50
"""Groups that a verdict lists; a long text can hold thousands."""

Labels = Mapping[Label, tuple[Paragraph, int, Cue]]
"""Label -> the paragraph and the sentence's start in it, and the cue within the sentence."""


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
    labels = {id(span): labels_of(span, analysed) for span in finding.groups} if spec.guard or spec.require else {}
    if spec.guard:
        taken = {span.hits: label for span in finding.groups for label in _first(spec.guard, labels[id(span)])}
        left = evaluation.finding(lambda span: not _labelled(span, analysed, spec.guard)) if taken else finding
        if not left.held:
            held = tuple(
                _held(span, label, labels[id(span)], analysed)
                for span in finding.groups
                for label in _first(spec.guard, labels[id(span)])
            )
            cues = ", ".join(dict.fromkeys(f"{group.label}: {group.cue.text}" for group in held if group.cue))
            reason = Reason(
                "held", f"held: every passage is {' or '.join(spec.guard)}" + (f" ({cues})" if cues else "")
            )
            return Verdict(rule.id, False, held=held[:MAX_GROUPS], score=left.score, reason=reason)
        finding = left
    if spec.require and not any(_first(spec.require, labels_of(span, analysed)) for span in finding.groups):
        reason = Reason("require", f"matches, but no passage is {' or '.join(spec.require)}")
        return Verdict(rule.id, False, score=finding.score, reason=reason)
    return Verdict(rule.id, True, _evidence(finding, analysed), score=finding.score, reason=Reason("fired", "matches"))


def _first(wanted: Iterable[Label], labels: Labels) -> tuple[Label, ...]:
    return next(((label,) for label in wanted if label in labels), ())


def _labelled(span: Span, analysed: Analysed, wanted: Iterable[Label]) -> bool:
    return bool(_first(wanted, labels_of(span, analysed)))


def labels_of(span: Span, analysed: Analysed) -> Labels:
    """How the clauses that hold an evidence group present it."""
    by_sentence: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for hit in span.hits:
        number, position = divmod(hit.at, PARAGRAPH_STEP)
        paragraph = analysed.paragraphs[number]
        sentence = paragraph.sentence(min(position, len(paragraph.tokens) - 1))
        by_sentence.setdefault((number, sentence), []).append(chars_of(hit, analysed))
    found: dict[Label, tuple[Paragraph, int, Cue]] = {}
    for (number, sentence), chars in by_sentence.items():
        paragraph = analysed.paragraphs[number]
        start, end = paragraph.sentence_span(sentence)
        within = [(first - start, last - start) for first, last in sorted(chars)]
        for label, cue in label_group(paragraph.text[start:end], within, analysed.guess).items():
            found.setdefault(label, (paragraph, start, cue))
    return found


def chars_of(hit: Hit, analysed: Analysed) -> tuple[int, int]:
    """Start and end of a hit in its paragraph's original text."""
    number, position = divmod(hit.at, PARAGRAPH_STEP)
    return hit.chars or analysed.paragraphs[number].tokens.spans[position]


def _held(span: Span, label: Label, labels: Labels, analysed: Analysed) -> HeldGroup:
    paragraph, start, cue = labels[label]
    first, last = start + cue.start, start + cue.end
    shown = Evidence(paragraph.field, paragraph.index, first, last, paragraph.text[first:last], str(label), How.EXACT)
    return HeldGroup(label, shown, tuple(evidence_of(hit, analysed, 0) for hit in span.hits))


def _evidence(finding: Finding, analysed: Analysed) -> tuple[Evidence, ...]:
    groups = finding.groups[:MAX_GROUPS]
    return tuple(evidence_of(hit, analysed, group) for group, span in enumerate(groups) for hit in span.hits)


def evidence_of(hit: Hit, analysed: Analysed, group: int) -> Evidence:
    """The passage of a hit, as stored and shown."""
    paragraph = analysed.paragraphs[hit.at // PARAGRAPH_STEP]
    start, end = chars_of(hit, analysed)
    return Evidence(
        paragraph.field, paragraph.index, start, end, paragraph.text[start:end], hit.form.text, hit.how, group
    )
