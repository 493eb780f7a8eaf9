from __future__ import annotations

from monitor.match.judge import MAX_GROUPS
from monitor.match.labelling import MOST_GROUPS
from monitor.model.rule import EventSpec, Label, RuleSpec, ScoreSpec
from tests.unit.match.rules import doc, fires, verdict

STRIKE = RuleSpec("r", "r", match="Sanktion NEAR/s verhängen", guard=(Label.HYPOTHETICAL, Label.NEGATED))
THREAT = RuleSpec("r", "r", match="Sanktion NEAR/s verhängen", require=(Label.HYPOTHETICAL,))
REAL = "Die EU verhängte Sanktionen gegen Firmen."
UNREAL = "Die EU könnte Sanktionen gegen Firmen verhängen."


def test_a_guard_holds_what_is_only_possible() -> None:
    held = verdict(STRIKE, doc(UNREAL, language="de"))
    assert not held.fired
    group = held.held[0]
    assert (group.label, group.cue.text if group.cue else None) == (Label.HYPOTHETICAL, "könnte")
    assert [item.text for item in group.evidence] == ["Sanktionen", "verhängen"]
    assert held.reason is not None
    assert held.reason.code == "held"


def test_the_cue_points_into_the_paragraph() -> None:
    text = f"Ein erster Satz. {UNREAL}"
    cue = verdict(STRIKE, doc(text, language="de")).held[0].cue
    assert cue is not None
    assert text[cue.start : cue.end] == cue.text == "könnte"


def test_one_real_passage_is_enough() -> None:
    fired = verdict(STRIKE, doc(UNREAL, REAL, language="de"))
    assert fired.fired
    assert {item.paragraph for item in fired.evidence} == {1}
    assert fired.held == ()


def test_a_requirement_needs_the_label() -> None:
    assert fires(THREAT, doc(UNREAL, language="de"))
    real = verdict(THREAT, doc(REAL, language="de"))
    assert not real.fired
    assert real.reason is not None
    assert real.reason.code == "require"


def test_guarded_rules_wait_for_the_text_behind_a_teaser() -> None:
    teaser = doc(REAL, language="de", complete=False)
    assert verdict(STRIKE, teaser).waits
    assert verdict(RuleSpec("r", "r", match="EU NOT Zoll"), teaser).waits
    assert not verdict(STRIKE, doc("Wetter", language="de", complete=False)).waits
    assert fires("Sanktion NEAR/s verhängen", teaser)


def test_what_is_no_match_says_so() -> None:
    reason = verdict(STRIKE, "Wetter").reason
    assert reason is not None
    assert reason.code == "no-match"


def test_evidence_of_a_long_text_is_bounded() -> None:
    many = verdict("Streik", doc(*["Streik"] * (MAX_GROUPS + 10)))
    assert len({item.group for item in many.evidence}) == MAX_GROUPS


def test_a_word_that_the_rule_asks_for_is_no_cue() -> None:
    rule = RuleSpec("r", "r", match="deliveries NEAR/s halt", guard=(Label.NEGATED,))
    assert fires(rule, doc("The operator halted deliveries.", language="en"))
    assert not fires(rule, doc("The operator did not halt deliveries.", language="en"))


def test_in_a_short_text_the_cues_of_the_forms_languages_count() -> None:
    assert verdict(STRIKE, "Die EU könnte Sanktionen verhängen").held


def test_the_reason_speaks_the_language_of_the_rule() -> None:
    event = RuleSpec("r", "r", event=EventSpec(("Putin", "Biden"), "treffen"))
    weighed = RuleSpec("r", "r", score=ScoreSpec(2.0, {"Putin": 1.0, "Biden": 1.0}))
    plain = RuleSpec("r", "r", match="Putin AND Biden")
    text = doc("Putin trifft Biden am Montag.", language="de")
    reasons = [verdict(rule, text).reason for rule in (event, weighed, plain)]
    assert [reason and reason.text for reason in reasons] == [
        "both actors and the verb in one sentence",
        "its terms weigh 2, and 2 is enough",
        "its expression matches",
    ]


def test_a_statement_of_more_than_six_hundred_letters_is_not_labelled() -> None:
    rule = RuleSpec("r", "r", match="Putin NEAR/p meet", guard=(Label.NEGATED,))
    assert not fires(rule, doc("Putin did not meet Biden", language="en"))
    assert fires(rule, doc("Putin did not " + "ever " * 200 + "meet Biden", language="en"))


def test_what_is_not_labelled_is_told() -> None:
    rule = RuleSpec("r", "r", match="speak", guard=(Label.NEGATED,))
    assert not fires(rule, doc(*["Putin did not speak."] * MOST_GROUPS, language="en"))
    assert fires(rule, doc(*["Putin did not speak."] * (MOST_GROUPS + 1), language="en"))
