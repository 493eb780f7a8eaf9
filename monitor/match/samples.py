"""A rule's own tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitor.match.compile import forms_of
from monitor.match.engine import Engine
from monitor.match.program import CompiledRule, Origin
from monitor.match.text import analyse
from monitor.model.article import Document
from monitor.model.match import Verdict
from monitor.model.rule import RuleSpec, Sample

Outcome = Literal["fires", "silent"]


@dataclass(frozen=True, slots=True)
class Culprit:
    """A term that matched in a sample, the words it matched, and where it was written."""

    term: str
    found: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What became of one sample; `path` leads to it within the rule, `culprits` say what matched."""

    sample: Sample
    path: tuple[str | int, ...]
    expected: Outcome
    got: Outcome
    verdict: Verdict
    culprits: tuple[Culprit, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the rule did what its test expects."""
        return self.expected == self.got


def run_samples(engine: Engine, rule: RuleSpec) -> tuple[SampleResult, ...]:
    """Run the tests inside a rule against its compiled form in `engine`; raises KeyError where it did not compile."""
    compiled = engine.rule(rule.id)
    wanted: tuple[tuple[Outcome, tuple[Sample, ...]], ...] = (("fires", rule.fires), ("silent", rule.silent))
    return tuple(
        _run(engine, compiled, sample, ("tests", expected, number), expected)
        for expected, samples in wanted
        for number, sample in enumerate(samples)
    )


def _run(
    engine: Engine, rule: CompiledRule, sample: Sample, path: tuple[str | int, ...], expected: Outcome
) -> SampleResult:
    document = sample_document(sample, rule)
    verdict = engine.match_rule(rule.id, analyse(document, engine.lexicon))
    got: Outcome = "fires" if verdict.fired else "silent"
    return SampleResult(sample, path, expected, got, verdict, _culprits(rule, verdict))


def sample_document(sample: Sample, rule: CompiledRule | None = None) -> Document:
    """The document of a sample; it comes from nowhere, so conditions on sources, sections and addresses hold.

    A sample that is just a text stands in the body, or in the title where the rule looks at titles.
    """
    plain = isinstance(sample.raw, str)
    in_title = rule is not None and any(term.field == "title" for term in rule.terms())
    text = "\n".join(part for part in (sample.title, sample.text) if part) if plain and not in_title else sample.text
    title = "" if plain and not in_title else sample.title
    paragraphs = tuple(line for line in text.splitlines() if line.strip())
    return Document(title=title, paragraphs=paragraphs, language=sample.lang, language_sure=sample.lang is not None)


def _culprits(rule: CompiledRule, verdict: Verdict) -> tuple[Culprit, ...]:
    forms = forms_of(rule)
    found = (Culprit(item.term, item.text, forms[item.term].origin) for item in verdict.evidence if item.term in forms)
    return tuple(dict.fromkeys(found))
