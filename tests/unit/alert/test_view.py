"""What templates are given: everything in the reader's language and zone, cleaned of what a feed could smuggle in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.alert.view import SOURCES_SHOWN, Reader, view_of
from monitor.model.alert import AlertKind
from monitor.model.message import HeldNote, Item, Message, Offer, Passage, RuleBlock, StoryBlock

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
READER = Reader("en", ZoneInfo("Europe/Berlin"), None, chat=False)
ITEM = Item(1, "Oil rises", "https://a.example/1", ("Alpha",), published_at=NOW, first_seen_at=NOW)
MESSAGE = Message("oil:1", AlertKind.MATCH, 7, "oil:1", rule_id="oil", rule_name="Oil", items=(ITEM,))


def view(reader: Reader = READER, **changed: Any) -> dict[str, Any]:
    return view_of(replace(MESSAGE, **changed), reader, NOW)


def item(**changed: Any) -> dict[str, Any]:
    (shown,) = view(items=(replace(ITEM, **changed),))["items"]
    return dict(shown)


def test_the_byline_names_the_first_source_and_counts_the_others() -> None:
    assert item()["byline"].startswith("Alpha · published 10:00")
    assert item(sources=("Alpha", "Beta", "Gamma"))["byline"].startswith("Alpha +2 · ")
    assert item(sources=(), published_at=None, first_seen_at=None)["byline"].startswith("undated · sent ")


def test_updates_and_copies_are_noted() -> None:
    assert item()["notes"] == []
    updated, copies = item(revised_at=NOW - timedelta(minutes=5), copies=3)["notes"]
    assert "09:55" in updated
    assert "3" in copies


def test_marks_part_a_passage_into_pieces_and_stay_readable_as_text() -> None:
    passage = Passage("body", "The price of oil rises", ((0, 3), (13, 16), (17, 22)))
    (shown,) = item(passages=(passage, Passage("title", "Oil rises", ((0, 3),))))["passages"]
    assert shown["text"] == "*The* price of *oil* *rises*"
    assert [piece["text"] for piece in shown["pieces"] if piece["mark"]] == ["The", "oil", "rises"]
    (open_ended,) = item(passages=(replace(passage, marks=((4, 9),)),))["passages"]
    assert open_ended["text"] == "The *price* of oil rises"


def test_what_a_guard_held_is_shown_with_its_cue() -> None:
    assert (item()["guarded"], item(guarded="may")["guarded"]) == ("", "may")


def test_a_digest_has_its_rules_with_their_stories_and_what_was_kept_back() -> None:
    block = RuleBlock("oil", "Oil", (StoryBlock((ITEM,)), StoryBlock((ITEM,), update=True)), (ITEM,), ())
    (rule,) = view(kind=AlertKind.DIGEST, items=(), blocks=(block,))["rules"]
    assert [story["prefix"] for story in rule["stories"]] == ["", f"{READER.say('also_update')}: "]
    assert [len(listed["entries"]) for listed in rule["lists"]] == [1]


def test_parts_are_counted_and_a_gathering_message_is_headed_by_its_window() -> None:
    whole = view(kind=AlertKind.DIGEST, window="hourly@10")
    assert "part" not in whole["count"]
    assert "part 2 of 3" in view(kind=AlertKind.DIGEST, window="hourly@10", part=2, parts=3)["count"]
    assert whole["heading"] == READER.say("hourly")
    assert view(headline="All is well")["heading"] == "All is well"


def test_a_phrase_of_which_we_have_no_words_is_its_own_name() -> None:
    assert READER.say("nonesuch") == "nonesuch"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lines": ("12 sources",)}, "12 sources"),
        ({"late_s": 7800.0}, "2 h 10 min"),
        ({"why": "both words", "rule_version": 3}, "both words"),
        ({"held": (HeldNote("copy", 2), HeldNote("nonesuch", 1))}, ": 3 – "),
        ({"hidden": 4}, "4"),
        ({"next_update_at": NOW + timedelta(minutes=30)}, "10:30"),
        ({"sources_watched": 12}, "12"),
        ({"outlets": ("Alpha", "Beta")}, "Alpha, Beta"),
    ],
)
def test_each_thing_worth_saying_has_a_line(changed: dict[str, Any], words: str) -> None:
    (line,) = view(**changed)["lines"]
    assert words in line


def test_what_needs_no_saying_is_not_said() -> None:
    assert view(why="both words")["lines"] == [], "without a version there is no rule to name"
    assert view()["lines"] == [], "one source of an unknown number is no news"


def test_a_long_list_of_sources_ends_with_how_many_more() -> None:
    names = tuple(f"Paper {number:02}" for number in range(SOURCES_SHOWN + 3))
    (line,) = view(items=(replace(ITEM, sources=()),), outlets=names)["lines"]
    assert f"Paper {SOURCES_SHOWN - 1:02}" in line
    assert f"Paper {SOURCES_SHOWN:02}" not in line
    assert "3" in line.rpartition(f"Paper {SOURCES_SHOWN - 1:02}")[2]


def test_only_the_first_reasons_for_holding_are_named() -> None:
    held = tuple(HeldNote("copy", number) for number in range(1, 6))
    (line,) = view(held=held)["lines"]
    assert ": 15 – " in line
    assert line.count(",") == 3


def test_actions_are_links_where_there_is_a_page_and_commands_where_there_is_none() -> None:
    plain = view()
    assert [action["url"] for action in plain["actions"]] == ["", "", ""]
    assert "monitor alerts ack 7" in plain["actions_text"]
    linked = view(replace(READER, web_url="https://monitor.example/"))
    assert linked["actions"][0]["url"] == "https://monitor.example/alerts/7/ack"
    assert "https://monitor.example/alerts/7/mute" in linked["actions_text"]


def test_offers_stand_in_place_of_what_the_desk_may_do() -> None:
    offered = view(offers=(Offer("leave", "https://monitor.example/leave/x"),))
    assert offered["offers"] == offered["actions"]
    assert offered["actions"][0]["url"] == "https://monitor.example/leave/x"


def test_a_chat_gets_nothing_that_it_would_read_as_markup_or_a_mention() -> None:
    hostile = replace(ITEM, title="@everyone <b>look</b>")
    (shown,) = view(replace(READER, chat=True), items=(hostile,))["items"]
    assert "@everyone" not in shown["title"]
