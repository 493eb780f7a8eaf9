from __future__ import annotations

import pytest

from monitor.match.explain import explain
from monitor.model.rule import EventSpec, Label, RuleSpec, WhereSpec
from tests.unit.match.rules import MEETING, doc, engine, scored


def _reason(rule: RuleSpec, *paragraphs: str) -> str:
    return explain(engine(rule), "r", doc(*paragraphs, language="de")).reason.text


@pytest.mark.parametrize(
    ("expression", "text", "reason"),
    [
        ("Zoll", "Streik", "match: Zoll not found"),
        ("title:Zoll", "Zoll", "match: Zoll not found in title"),
        ("Streik Zoll", "Streik", "match: Zoll not found"),
        ("Zoll OR Steuer", "Streik", "match: Zoll not found; Steuer not found"),
        ("Streik NOT Hafen", "Streik im Hafen", "match: NOT Hafen: found “Hafen”"),
        ("COUNT>=3(Streik)", "Streik, Streik", "match: Streik found 2 times, 3 needed"),
        ("COUNT>=2(Streik OR Zoll)", "Streik", "match: (Streik OR Zoll) found once, 2 needed"),
        ("Zoll NOT (Streik Hafen)", "Zoll, Streik im Hafen", "match: NOT (Streik AND Hafen): found “Streik”, “Hafen”"),
        ("Zoll NOT COUNT>=2(Streik)", "Zoll: Streik, Streik", "match: NOT COUNT>=2(Streik): found “Streik”"),
        ("Streik NOT (Hafen NOT Zoll)", "Streik im Hafen", "match: NOT (Hafen AND NOT Zoll): found “Hafen”"),
        (
            "Streik NOT (Zoll NEAR/3 Hafen)",
            "Streik, Zoll, Hafen",
            "match: NOT Zoll NEAR/3 Hafen: found “Zoll”, “Hafen”",
        ),
        ("Streik NOT (lang:de OR lang:fr)", "Streik", "match: NOT (lang:de OR lang:fr) holds"),
        ("(Zoll OR Steuer) NEAR/2 Hafen", "Hafen", "match: (Zoll OR Steuer) NEAR/2 Hafen: (Zoll OR Steuer) not found"),
        (
            "(Zoll AND Steuer) NEAR/2 Hafen",
            "Zoll und Steuer hier und da im Hafen",
            "match: (Zoll AND Steuer) NEAR/2 Hafen: all found, closest distance 7 words",
        ),
        ("(Zoll AND Steuer) NEAR/2 Hafen", "Zoll", "match: (Zoll AND Steuer) NEAR/2 Hafen: Steuer and Hafen not found"),
        ("Streik NEAR/2 Hafen", "Streik", "match: Streik NEAR/2 Hafen: Hafen not found"),
        (
            "Streik NEAR/2 Hafen",
            "Streik hier und da im Hafen",
            "match: Streik NEAR/2 Hafen: both found, closest distance 5 words",
        ),
        ("Streik lang:fr", "Streik", "match: lang is not fr"),
    ],
)
def test_a_miss_names_the_first_condition_that_failed(expression: str, text: str, reason: str) -> None:
    assert _reason(RuleSpec("r", "r", match=expression), text) == reason


def test_a_missed_event_says_which_roles_were_there_and_how_far_apart() -> None:
    rule = RuleSpec("r", "r", event=MEETING)
    text = "Putin blieb zu Hause. Biden auch."
    assert _reason(rule, text) == "event: $putin and $biden found, $contact missing; closest distance 4 words"
    assert _reason(rule, "Putin", "Biden") == "event: $putin and $biden found, $contact missing; never in one paragraph"
    assert _reason(rule, "Wetter") == "event: $putin and $biden and $contact missing"
    near = RuleSpec("r", "r", event=EventSpec(("Putin",), "treffen", 1))
    assert _reason(near, "Putin will sie treffen") == "event: Putin and treffen found; closest distance 3 words"


def test_a_missed_score_says_how_much_was_missing() -> None:
    assert _reason(scored(5, {"Streik": 2}), "Streik") == "score: 2 of 5 (Streik)"
    assert _reason(scored(5, {"Streik": 2}), "Wetter") == "score: 0 of 5 (nothing found)"


def test_scope_and_guard_are_named() -> None:
    assert _reason(RuleSpec("r", "r", match="Streik", where=WhereSpec(lang=("en",))), "Streik").startswith(
        "where: lang de"
    )
    guarded = RuleSpec("r", "r", match="Streik", guard=(Label.HYPOTHETICAL,))
    told = explain(engine(guarded), "r", doc("Es könnte einen Streik geben.", language="de"))
    assert told.lines == ("held: “Streik” is hypothetical by “könnte” in body 1",)


def test_a_hit_lists_its_words() -> None:
    told = explain(engine(RuleSpec("r", "r", match="Sanktion")), "r", doc("Neue Sanktionen", language="de"))
    assert told.verdict.fired
    assert told.lines == ("body 1: “Sanktionen” for Sanktion (inflected)",)
