from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alert.render import Style, fits, render
from monitor.alert.split import MOST_PARTS, part_of, shown_in, split
from monitor.model.alert import AlertKind, Part
from monitor.model.message import Form, Item, Markup, Message, Passage, RuleBlock, Shape, StoryBlock

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
STYLE = Style("en", ZoneInfo("Europe/Berlin"))
MAIL = Shape(Form.MAIL, Markup.HTML, 250, 100_000)
TELEGRAM = Shape(Form.CHAT, Markup.TEXT, 0, 4096)
NTFY = Shape(Form.CHAT, Markup.TEXT, 250, 7800)


def item(number: int) -> Item:
    text = "Both ministers said so at night. " * 12
    return Item(
        number,
        f"Headline number {number} about the harbour and what it may cost",
        f"https://a.example/news/2026/03/{number}",
        ("Alpha",),
        published_at=NOW,
        first_seen_at=NOW,
        passages=(Passage("body", text, ((5, 14),)),) * 3,
    )


def digest(*numbers: int, guarded: tuple[int, ...] = (), older: tuple[int, ...] = ()) -> Message:
    stories = tuple(StoryBlock(tuple(item(n) for n in numbers[at : at + 3])) for at in range(0, len(numbers), 3))
    lists = (tuple(item(n) for n in guarded), tuple(item(n) for n in older))
    blocks = (RuleBlock("oil", "Oil", stories, *lists),)
    return Message("desk:w", AlertKind.DIGEST, 8, "desk:w", window="digest@2026", blocks=blocks)


def update(*numbers: int) -> Message:
    items = tuple(item(n) for n in numbers)
    return Message("oil:1:u1", AlertKind.UPDATE, 7, "oil:1", rule_id="oil", rule_name="Oil", items=items)


@pytest.mark.parametrize("shape", [MAIL, TELEGRAM, NTFY], ids=["mail", "telegram", "ntfy"])
@pytest.mark.parametrize("message", [digest(*range(1, 1001)), update(*range(1, 1001))], ids=["digest", "update"])
def test_a_thousand_headlines_are_all_told_in_order(message: Message, shape: Shape) -> None:
    parts = split(message, lambda each: fits(each, shape, STYLE, NOW))
    told: list[int] = []
    for part in parts:
        rendered = render(part_of(message, part), shape, STYLE, NOW)
        assert len(rendered.body) <= shape.body_max
        assert f"({part.number}/{len(parts)})" in (rendered.title or rendered.body)
        assert all(f"/03/{number}" in rendered.body for _, number in part.shown)
        assert "more articles" not in rendered.body
        told.extend(number for _, number in part.shown)
    assert told == list(range(1, 1001))
    assert 1 < len(parts) < MOST_PARTS


def test_what_fits_stays_one_message() -> None:
    message = digest(1, 2, 3)
    assert split(message, lambda each: fits(each, TELEGRAM, STYLE, NOW)) == (Part(1, 1, shown_in(message)),)


def test_an_article_in_two_lists_of_a_rule_is_told_once() -> None:
    message = digest(1, 2, guarded=(2, 3), older=(4,))
    assert shown_in(message) == (("oil", 1), ("oil", 2), ("oil", 3), ("oil", 4))


def test_a_part_has_nothing_else_and_is_a_reply() -> None:
    message = digest(1, 2, 3, 4, guarded=(5,))
    second = part_of(message, Part(2, 2, (("oil", 4), ("oil", 5))))
    (block,) = second.blocks
    assert [entry.article_id for story in block.stories for entry in story.items] == [4]
    assert [entry.article_id for entry in block.guarded] == [5]
    assert (second.reply, second.part, second.parts) == (True, 2, 2)
    assert part_of(message, Part(1, 2, (("other", 1),))).blocks == ()


def test_a_message_without_articles_has_no_parts() -> None:
    message = Message("health:daily", AlertKind.OPS, 1, "health:daily", headline="All is well")
    assert split(message, lambda _message: False) == ()


@given(st.integers(1, 300), st.integers(1, 40))
def test_as_few_parts_as_it_takes(many: int, room: int) -> None:
    message = update(*range(many))
    parts = split(message, lambda each: len(each.items) <= room)
    assert [pair for part in parts for pair in part.shown] == list(shown_in(message))
    assert len(parts) == min(MOST_PARTS, -(-many // room))
    assert {part.of for part in parts} == {len(parts)}
