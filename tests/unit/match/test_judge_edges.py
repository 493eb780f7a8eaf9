"""What a verdict holds and says, in every way it can end."""

from __future__ import annotations

from monitor.match.judge import MAX_GROUPS
from monitor.model.match import Evidence, How, Verdict
from monitor.model.reasons import Reason
from monitor.model.rule import EventSpec, Label, RuleSpec, ScoreSpec, WhereSpec
from tests.unit.match.rules import doc, verdict

GUARDED = RuleSpec("r", "r", match="Sanktion NEAR/s verhängen", guard=(Label.HYPOTHETICAL, Label.NEGATED))
MAYBE = "Die EU könnte Sanktionen verhängen."
NOT = "Die EU verhängt keine Sanktionen."
DONE = "Die EU verhängt Sanktionen."
WEIGHED = RuleSpec("r", "r", score=ScoreSpec(2.0, {"Sanktion": 1.5, "Zoll": 1.0}))


def test_out_of_scope_is_all_that_is_said() -> None:
    elsewhere = RuleSpec("r", "r", match="EU", where=WhereSpec(lang=("en",)))
    reason = Reason("where-lang", "where: lang de is not among en")
    assert verdict(elsewhere, doc(DONE, language="de")) == Verdict("r", False, reason=reason)


def test_no_match_keeps_the_score() -> None:
    assert verdict("Zoll", DONE) == Verdict("r", False, reason=Reason("no-match", "the text does not match"))
    weighed = verdict(WEIGHED, doc(DONE, language="de"))
    assert (weighed.fired, weighed.score) == (False, 1.5)
    assert weighed.reason == Reason("no-match", "the text does not match")


def test_one_that_waits_shows_what_it_has() -> None:
    waiting = verdict(GUARDED, doc(MAYBE, language="de", complete=False))
    assert (waiting.fired, waiting.waits, waiting.held, waiting.score) == (False, True, (), None)
    assert [item.text for item in waiting.evidence] == ["Sanktionen", "verhängen"]
    assert waiting.reason == Reason("waits-for-text", "matches so far; guard, require and NOT wait for the full text")
    weighed = RuleSpec("r", "r", score=ScoreSpec(1.0, {"Sanktion": 1.5}), guard=(Label.NEGATED,))
    assert verdict(weighed, doc(DONE, language="de", complete=False)).score == 1.5


def test_a_hit_is_shown_where_it_stands() -> None:
    fired = verdict("EU Sanktion", doc("Die EU wartet.", "Neue Sanktionen kommen.", title="Politik", language="de"))
    assert fired == Verdict(
        "r",
        True,
        (
            Evidence("body", 0, 4, 6, "EU", "EU", How.EXACT, 0),
            Evidence("body", 1, 5, 15, "Sanktionen", "Sanktion", How.INFLECTED, 1),
        ),
        reason=Reason("fired", "its expression matches"),
    )


def test_all_guarded_passages_are_listed_each_with_its_cue() -> None:
    held = verdict(GUARDED, doc(MAYBE, NOT, MAYBE, language="de"))
    assert (held.fired, held.waits, held.evidence) == (False, False, ())
    assert [(group.label, group.cue.text if group.cue else "") for group in held.held] == [
        (Label.HYPOTHETICAL, "könnte"),
        (Label.NEGATED, "keine"),
        (Label.HYPOTHETICAL, "könnte"),
    ]
    assert [[item.group for item in group.evidence] for group in held.held] == [[0, 0], [1, 1], [2, 2]]
    assert held.reason == Reason("held", "all that matches is guarded (hypothetical: könnte, negated: keine)")
    assert held.held[1].cue == Evidence("body", 1, 16, 21, "keine", "negated", How.EXACT)


def test_as_many_guarded_passages_as_groups_are_listed() -> None:
    held = verdict(GUARDED, doc(*[MAYBE] * (MAX_GROUPS + 5), language="de"))
    assert len(held.held) == MAX_GROUPS


def test_a_guarded_score_keeps_what_it_weighed() -> None:
    rule = RuleSpec("r", "r", score=ScoreSpec(1.0, {"Sanktion": 1.5}), guard=(Label.NEGATED,))
    held = verdict(rule, doc(NOT, language="de"))
    assert (held.score, held.reason and held.reason.code) == (1.5, "held")
    told = verdict(rule, doc(NOT, DONE, language="de"))
    assert (told.score, told.fired) == (1.5, True)
    assert [item.paragraph for item in told.evidence] == [1]


def test_what_a_rule_requires_must_hold_of_one_passage() -> None:
    rule = RuleSpec("r", "r", score=ScoreSpec(1.0, {"Sanktion": 1.5}), require=(Label.HYPOTHETICAL, Label.QUOTED))
    missed = verdict(rule, doc(DONE, language="de"))
    reason = Reason("require", "matches, but no passage is hypothetical or quoted")
    assert missed == Verdict("r", False, score=1.5, reason=reason)
    met = verdict(rule, doc(DONE, MAYBE, language="de"))
    assert met.fired
    assert {item.paragraph for item in met.evidence} == {0, 1}


def test_guard_and_requirement_hold_of_the_same_passages() -> None:
    rule = RuleSpec("r", "r", match="Sanktion NEAR/s verhängen", guard=(Label.NEGATED,), require=(Label.HYPOTHETICAL,))
    assert verdict(rule, doc(NOT, MAYBE, language="de")).fired
    reason = verdict(rule, doc(NOT, DONE, language="de")).reason
    assert reason is not None
    assert reason.code == "require"


def test_how_many_actors_an_event_has_and_in_what() -> None:
    def said(within: object, *actors: str) -> str:
        rule = RuleSpec("r", "r", event=EventSpec(actors, "treffen", within))  # type: ignore[arg-type] # any unit
        reason = verdict(rule, doc("Putin trifft Biden und Macron.", language="de")).reason
        return reason.text if reason is not None else ""

    assert said("sentence", "Putin") == "the actor and the verb in one sentence"
    assert said("paragraph", "Putin", "Biden") == "both actors and the verb in one paragraph"
    assert said(9, "Putin", "Biden", "Macron") == "all 3 actors and the verb in 9 words"
