"""Short ways to write rules, documents and engines in tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.match.compile import CompiledSet, compile_rules
from monitor.match.engine import Engine
from monitor.model.article import Document
from monitor.model.match import Verdict
from monitor.model.rule import ConceptSpec, EventSpec, RuleSpec, ScoreSpec
from tests.unit.match.vocabulary import lexicon

PUTIN = ConceptSpec("putin", "person", ("Putin", "Wladimir Putin", "Путин"))
BIDEN = ConceptSpec("biden", "person", ("Biden", "Joe Biden", "Байден"))
CONTACT = ConceptSpec(
    "contact",
    None,
    (),
    {"de": ("treffen", "sprechen", "Gespräch"), "en": ("meet", "speak", "phone call"), "ru": ("встреча",)},
)
CONCEPTS = {concept.id: concept for concept in (PUTIN, BIDEN, CONTACT)}
MEETING = EventSpec(("$putin", "$biden"), "$contact")


def compiled(*rules: RuleSpec, concepts: Mapping[str, ConceptSpec] = CONCEPTS) -> CompiledSet:
    return compile_rules(rules, concepts, lexicon())


def engine(*rules: RuleSpec, concepts: Mapping[str, ConceptSpec] = CONCEPTS) -> Engine:
    result = compiled(*rules, concepts=concepts)
    assert [problem for _, problem in result.problems if problem.severity == "error"] == []
    return Engine(result, lexicon())


def verdict(rule: RuleSpec | str, document: Document | str, concepts: Mapping[str, ConceptSpec] = CONCEPTS) -> Verdict:
    """The verdict of a rule, or of an expression, on a document, or on a text of sentences."""
    spec = rule if isinstance(rule, RuleSpec) else RuleSpec("r", "r", match=rule)
    return engine(spec, concepts=concepts).match_rule(spec.id, doc(document) if isinstance(document, str) else document)


def fires(rule: RuleSpec | str, document: Document | str, concepts: Mapping[str, ConceptSpec] = CONCEPTS) -> bool:
    return verdict(rule, document, concepts).fired


def found(rule: RuleSpec | str, document: Document | str) -> list[str]:
    """The words that counted, in order of the evidence."""
    return [item.text for item in verdict(rule, document).evidence]


def doc(
    *paragraphs: str, title: str = "", lead: str = "", language: str | None = None, complete: bool = True
) -> Document:
    return Document(
        title=title,
        lead=lead,
        paragraphs=paragraphs,
        language=language,
        language_sure=language is not None,
        complete=complete,
    )


def scored(threshold: float, terms: Mapping[str, float], match: str | None = None, **more: float) -> RuleSpec:
    cap = int(more["cap"]) if "cap" in more else None
    return RuleSpec("r", "r", match=match, score=ScoreSpec(threshold, terms, more.get("title_factor", 1.0), cap))


def codes(result: CompiledSet | Sequence[tuple[str, object]]) -> list[str]:
    problems = result.problems if isinstance(result, CompiledSet) else result
    return [getattr(problem, "code", "") for _, problem in problems]
