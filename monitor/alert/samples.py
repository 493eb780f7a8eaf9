"""Messages of every shape, on which a user's template is tried before it is used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alert.render import Style, template_problem
from monitor.model.alert import AlertKind
from monitor.model.message import HeldNote, Item, Message, Passage, RuleBlock, StoryBlock

NOW = datetime(2026, 3, 10, 22, 5, tzinfo=UTC)

_RICH = Item(
    article_id=1,
    title="Ministers agree on the budget",
    url="https://news.example/budget",
    sources=("Alpha", "Beta"),
    language="en",
    published_at=NOW - timedelta(minutes=2),
    first_seen_at=NOW - timedelta(minutes=1),
    passages=(Passage("body", "The ministers agreed at night.", ((4, 13),)),),
    copies=2,
    why="both words in one sentence",
)
_POOR = Item(article_id=2, title="", url="")

SAMPLES = (
    Message("budget:1", AlertKind.MATCH, 1, "budget:1", rule_id="budget", rule_name="Budget", items=(_RICH,)),
    Message(
        "budget:1:u1", AlertKind.UPDATE, 2, "budget:1", reply=True, rule_id="budget", rule_name="Budget", items=(_POOR,)
    ),
    Message(
        "desk:hourly@22",
        AlertKind.DIGEST,
        3,
        "desk:hourly@22",
        window="hourly",
        blocks=(RuleBlock("budget", "Budget", (StoryBlock((_RICH, _POOR)),), guarded=(_POOR,)),),
        held=(HeldNote("copy", 2),),
    ),
    Message("health:daily:1", AlertKind.OPS, 4, "health:daily:1", headline="All is well", lines=("12 sources",)),
)
"""A match, an update of an article without title, a digest, and a message of the monitor about itself."""


def try_template(source: str) -> str | None:
    """Why the template cannot be used; None when every kind of message can be written with it."""
    styles = [Style(language, ZoneInfo("UTC"), "https://monitor.example") for language in ("en", "de")]
    return template_problem(source, [(message, style) for message in SAMPLES for style in styles], NOW)
