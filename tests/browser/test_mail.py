"""The mail as it arrived in a mailbox, looked at in a browser."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.alert.render import Style, render
from monitor.deliver.apprise import AppriseSender
from monitor.model.alert import AlertKind
from monitor.model.message import HeldNote, Item, Message, Passage
from monitor.testing.mailbox import Mailbox

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("MONITOR_SCREENSHOTS")
SENT = datetime(2026, 1, 5, 22, 5, 12, tzinfo=UTC)
STYLE = Style("en", ZoneInfo("Europe/Berlin"), web_url="https://news.example.org", list_domain="news.example.org")
SENTENCE = "President Biden and President Putin will speak again by phone on Friday, officials in both capitals said."
ITEM = Item(
    article_id=5,
    title="Biden and Putin to hold second call on Friday",
    url="https://harbourpost.example/second-call",
    sources=("Harbour Post",),
    language="en",
    published_at=SENT - timedelta(seconds=70),
    first_seen_at=SENT - timedelta(seconds=2),
    passages=(Passage("body", SENTENCE, ((10, 15), (30, 35), (41, 46))),),
)
MESSAGE = Message(
    "calls:5",
    AlertKind.MATCH,
    812,
    "calls:5",
    rule_id="calls",
    rule_name="The presidents talk",
    rule_version=7,
    why="both actors and the verb in one sentence",
    items=(ITEM,),
    sources_watched=210,
    held=(HeldNote("copy", 2), HeldNote("guard", 1, "could")),
    next_update_at=SENT + timedelta(minutes=30),
)


@pytest.fixture
def arrived() -> str:
    """The HTML of a mail that went through a mail server."""
    mailbox = Mailbox()
    mailbox.start()
    try:
        address = f"mailto://127.0.0.1:{mailbox.port}?to=desk@example.org&from=monitor@example.org&smtp=127.0.0.1&mode=insecure"
        sender = AppriseSender()
        sender.send(address, render(MESSAGE, sender.shape(address), STYLE, SENT))
        part = mailbox.received[0].message.get_body(("html",))
        assert part is not None
        html: str = part.get_content()
        return html
    finally:
        mailbox.stop()


@pytest.mark.parametrize(("width", "scheme"), [(640, "light"), (640, "dark"), (320, "light")])
def test_a_mail_is_readable_wherever_it_is_read(arrived: str, page: Any, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 320})
    page.emulate_media(color_scheme=scheme)
    page.set_content(arrived)
    assert page.locator("mark, b, strong").filter(has_text="Putin").count() >= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("img, script, link").count() == 0
    assert "rule v7" in page.inner_text("body")
    if PICTURES and (width, scheme) == (640, "light"):
        page.screenshot(path=f"{PICTURES}/mail.png")
