from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alert.render import Style, render, template_problem
from monitor.alert.template import TemplateProblem
from monitor.alert.words import WORDS, duration
from monitor.model.alert import AlertKind
from monitor.model.message import Form, Item, Markup, Message, Passage, RuleBlock, Shape, StoryBlock

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
STYLE = Style("en", ZoneInfo("Europe/Berlin"))

texts = st.text(max_size=400)
items = st.builds(
    lambda number, title, text: Item(number, title, f"https://a.example/{number}", passages=(Passage("body", text),)),
    st.integers(1, 99),
    texts,
    texts,
)


def message(*shown: Item) -> Message:
    return Message("r:1", AlertKind.MATCH, 7, "r:1", rule_id="r", rule_name="Rule", items=shown)


@given(st.lists(items, min_size=1, max_size=8), st.integers(60, 4000), st.integers(0, 250))
@settings(max_examples=60)
def test_every_message_fits_and_keeps_the_first_link(shown: list[Item], body_max: int, title_max: int) -> None:
    rendered = render(message(*shown), Shape(Form.CHAT, Markup.TEXT, title_max, body_max), STYLE, NOW)
    assert len(rendered.title) <= title_max
    assert len(rendered.body) <= body_max
    assert shown[0].url in rendered.body


@given(st.lists(items, min_size=1, max_size=4))
@settings(max_examples=30)
def test_html_has_no_markup_of_the_feed(shown: list[Item]) -> None:
    hostile = tuple(Item(5, f"<img src=x onerror=y>{item.title}", item.url) for item in shown)
    body = render(message(*hostile), Shape(Form.MAIL, Markup.HTML, 250, 32000), STYLE, NOW).body
    assert "<img" not in body


def test_a_digest_names_its_top_item_and_how_many_more() -> None:
    story = StoryBlock((Item(1, "Oil rises", "https://a.example/1"), Item(2, "Oil falls", "https://a.example/2")))
    blocks = (RuleBlock("oil", "Oil", (story,)),)
    digest = Message("desk:w", AlertKind.DIGEST, 8, "desk:w", window="digest@2026", blocks=blocks)
    rendered = render(digest, Shape(Form.CONSOLE, Markup.TEXT, 250, 5000), STYLE, NOW)
    assert rendered.title == "[Digest] Oil rises (+1)"
    assert "2 articles, 1 story, 1 rule" in rendered.body
    assert rendered.headers["X-Monitor-Article"] == "1, 2"


def test_undated_is_said() -> None:
    body = render(message(Item(1, "Oil", "")), Shape(Form.CONSOLE, Markup.TEXT, 250, 5000), STYLE, NOW).body
    assert "undated" in body


def test_german_and_english_say_the_same_things() -> None:
    assert WORDS["de"].keys() == WORDS["en"].keys()
    for key, english in WORDS["en"].items():
        assert english.count("{") == WORDS["de"][key].count("{"), key


def test_durations() -> None:
    assert duration("en", 7800) == "2 h 10 min"
    assert duration("de", 14400) == "4 h"
    assert [duration("en", seconds) for seconds in (59, 60)] == ["59 s", "1 min"]


def test_users_templates_are_tried_at_load() -> None:
    samples = [(message(Item(1, "Oil", "https://a.example/1")), STYLE)]
    assert template_problem("{% for item in items %}{{ item.title }}{% endfor %}", samples, NOW) is None
    unknown = template_problem("{{ titel }}", samples, NOW)
    assert unknown is not None
    assert "there is no {{ titel }}" in unknown
    assert template_problem("{{ items[3].title }}", samples, NOW) is not None


def test_a_users_template_is_used() -> None:
    style = Style("en", ZoneInfo("UTC"), template="{{ rule }}: {{ items[0].title }}")
    rendered = render(message(Item(1, "Oil", "")), Shape(Form.CHAT, Markup.TEXT, 100, 500), style, NOW)
    assert rendered.body == "Rule: Oil"


def test_a_message_of_the_monitor_itself_has_its_headline_for_a_title() -> None:
    ops = Message("health:1", AlertKind.OPS, 4, "health:1", headline="All is\nwell", lines=("12 sources",))
    rendered = render(ops, Shape(Form.MAIL, Markup.HTML, 250, 32000), STYLE, NOW)
    assert rendered.title == "All is well"
    assert "12 sources" in rendered.body
    assert "X-Monitor-Article" not in rendered.headers
    assert rendered.headers["List-Id"] == "<ops.monitor.localhost>"


def test_a_digest_of_nothing_but_what_was_held_names_that_at_its_top() -> None:
    held, old = Item(1, "Oil may rise", ""), Item(2, "Oil rose", "")
    for block in (
        RuleBlock("oil", "Oil", (), guarded=(held,), older=(old,)),
        RuleBlock("oil", "Oil", (), older=(old,)),
    ):
        digest = Message("desk:w", AlertKind.DIGEST, 8, "desk:w", blocks=(block,))
        title = render(digest, Shape(Form.CONSOLE, Markup.TEXT, 250, 5000), STYLE, NOW).title
        assert title == ("[Digest] Oil may rise (+1)" if block.guarded else "[Digest] Oil rose")


def test_who_may_leave_is_told_so_where_mail_programs_look() -> None:
    leaving = replace(message(Item(1, "Oil", "")), leave_url="https://monitor.example/leave/x")
    headers = render(leaving, Shape(Form.MAIL, Markup.HTML, 250, 32000), STYLE, NOW).headers
    assert headers["List-Unsubscribe"] == "<https://monitor.example/leave/x>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_plain_template_of_a_user_keeps_its_lines_in_a_mail() -> None:
    style = replace(STYLE, template="{{ rule }}\n{{ items[0].title }}")
    body = render(message(Item(1, "Oil & gas", "")), Shape(Form.MAIL, Markup.HTML, 250, 32000), style, NOW).body
    assert body == "Rule<br>\nOil &amp; gas"


def test_a_template_that_writes_too_much_whatever_is_left_out_is_refused() -> None:
    loops = "".join(f"{{% for {name} in items[0].title %}}" for name in "abc")
    style = replace(STYLE, template=f"{loops}x{'{% endfor %}' * 3}")
    with pytest.raises(TemplateProblem):
        render(message(Item(1, "Oil" * 60, "")), Shape(Form.MAIL, Markup.HTML, 250, 32000), style, NOW)


def test_where_not_even_one_headline_fits_the_link_does() -> None:
    url = "https://a.example/1"
    rendered = render(message(Item(1, "Oil " * 40, url)), Shape(Form.CHAT, Markup.TEXT, 0, 40), STYLE, NOW)
    assert rendered.title == ""
    assert rendered.body.endswith(url)
    assert len(rendered.body) <= 40


def test_an_alert_about_nothing_published_names_its_rule() -> None:
    absence = Message("oil:absence@1", AlertKind.ABSENCE, 9, "oil:absence@1", rule_id="oil", rule_name="Oil")
    title = render(absence, Shape(Form.CONSOLE, Markup.TEXT, 250, 5000), STYLE, NOW).title
    assert title.startswith("[Oil] ")
