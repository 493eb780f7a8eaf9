from __future__ import annotations

from dataclasses import replace

from monitor.match.samples import run_samples
from monitor.model.rule import ConceptSpec, EventSpec, RuleSpec, Sample, WhereSpec
from tests.unit.match.rules import CONCEPTS, MEETING, engine


def _plain(*texts: str) -> tuple[Sample, ...]:
    return tuple(Sample(text, text) for text in texts)


CONTACT_RULE = RuleSpec(
    "contact",
    "Contact",
    event=MEETING,
    fires=_plain("Kreml kommentiert Putin-Biden-Gespräch", "Biden and Putin meet on Tuesday"),
    silent=_plain("Biden called Putin a war criminal", "Putin sprach mit Xi. Biden blieb in Washington."),
)


def test_a_rule_that_keeps_its_promises() -> None:
    results = run_samples(engine(CONTACT_RULE), CONTACT_RULE)
    assert [(result.expected, result.got, result.path) for result in results] == [
        ("fires", "fires", ("tests", "fires", 0)),
        ("fires", "fires", ("tests", "fires", 1)),
        ("silent", "silent", ("tests", "silent", 0)),
        ("silent", "silent", ("tests", "silent", 1)),
    ]


def test_a_failed_sample_names_the_term_and_where_it_was_written() -> None:
    loose = replace(CONCEPTS["contact"], by_language={"en": ("meet", "call*")})
    results = run_samples(engine(CONTACT_RULE, concepts={**CONCEPTS, "contact": loose}), CONTACT_RULE)
    failed = next(result for result in results if not result.passed and result.expected == "silent")
    culprit = next(culprit for culprit in failed.culprits if culprit.term == "call*")
    assert (culprit.found, culprit.origin.path) == ("called", ("concepts", "contact", "en", 1))
    assert (culprit.origin.start, culprit.origin.end) == (0, 5)


def test_twelve_words_instead_of_a_sentence_break_a_sample() -> None:
    rule = replace(CONTACT_RULE, event=EventSpec(("$putin", "$biden"), "$contact", 12))
    assert [result.sample.title for result in run_samples(engine(rule), rule) if not result.passed] == [
        "Putin sprach mit Xi. Biden blieb in Washington."
    ]


def test_a_wildcard_on_new_finds_the_news() -> None:
    fires, silent = _plain("Введены новые санкции"), _plain("Новости дня: о санкциях говорят все")
    good = RuleSpec("r", "r", match="новый NEAR/s санкция", fires=fires, silent=silent)
    bad = replace(good, match="нов* NEAR/s санкци*")
    assert all(result.passed for result in run_samples(engine(good), good))
    assert [result.passed for result in run_samples(engine(bad), bad)] == [True, False]


def test_a_wildcard_on_expelling_finds_the_identity_card() -> None:
    fires = _plain("Berlin weist zwei Diplomaten aus")
    silent = _plain("Der Ausweis des Diplomaten war abgelaufen")
    good = RuleSpec("r", "r", match="$expel NEAR/s Diplomat*", fires=fires, silent=silent)
    concepts = {"expel": ConceptSpec("expel", by_language={"de": ("ausweisen",)})}
    assert all(result.passed for result in run_samples(engine(good, concepts=concepts), good))
    loose = {"expel": ConceptSpec("expel", by_language={"de": ("ausweisen", "Ausweis*")})}
    assert [result.passed for result in run_samples(engine(good, concepts=loose), good)] == [True, False]


def test_samples_with_parts_and_a_language() -> None:
    rule = RuleSpec(
        "r",
        "r",
        match="title:Streik",
        where=WhereSpec(lang=("de",), source=("dw",)),
        fires=(Sample({"title": "Streik"}, "Streik", "Am Hafen", "de"), *_plain("Streik im Hafen")),
        silent=(
            Sample({"text": "Streik"}, "", "Streik"),
            Sample({"title": "Streik", "lang": "en"}, "Streik", lang="en"),
        ),
    )
    assert [result.got for result in run_samples(engine(rule), rule)] == ["fires", "fires", "silent", "silent"]
