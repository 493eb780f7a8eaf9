"""A reader subscribes by mail: asks, confirms, hears, leaves.  Real feeds, real mail, the real page."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.bootstrap.running import run_once
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from monitor.testing import FakeWeb, FrozenClock
from monitor.testing.mailbox import Mailbox, Received
from tests.unit.web.site import Site

ITEM = "<item><title>{0}</title><link>/{1}</link><guid>{1}</guid><description>{0}, the quay said.</description></item>"
READER = "reader@example.org"


@dataclass
class Quay:
    """A feed, a monitor, a mailbox, and a page to look at."""

    web: FakeWeb
    folder: Path
    mailbox: Mailbox
    titles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url = self.web.route("/feed", self.feed())
        path = self.folder / "config.yaml"
        path.write_text(
            "database: 'sqlite:///m.db'\n"
            f"channels: {{desk: {{mail: {{to: desk@example.org, server: 127.0.0.1, port: {self.mailbox.port}}}}}}}\n"
            "defaults: {alert: {to: [desk], group_by: none}}\n"
            "web: {public_url: 'http://127.0.0.1:8787', subscribe: {enabled: true}}\n"
            "fetch: {allow_addresses: [127.0.0.1], host_spacing: 0}\n"
            "articles: {full_text: never, languages: []}\n"
            f"sources: [{{id: quay, feed: '{self.url}'}}]\nwatchlist: [{{id: ferry, name: Ferries, match: 'ferry'}}]\n"
        )
        self.publish()
        self.database = Database(open_engine(f"sqlite:///{self.folder}/m.db"))
        self.site = Site(self.folder, self.database, FrozenClock(datetime.now(UTC)))

    def feed(self) -> str:
        items = "".join(ITEM.format(title, number) for number, title in enumerate(self.titles))
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Quay</title>{items}</channel></rss>"

    def publish(self, *titles: str) -> None:
        """These come out, and the monitor makes a full pass."""
        self.titles += titles
        self.web.route("/feed", self.feed())
        asyncio.run(run_once(self.folder / "config.yaml", everything=True))

    def mails(self, to: str = READER) -> list[Received]:
        return [mail for mail in self.mailbox.received if to in mail.recipients]

    def subscribe(self, kind: str, subject: str) -> str:
        """Ask on the page, take the mail, and press the button behind its link; the link."""
        before = len(self.mails())
        answer = self.site.browser().post("/subscribe", {"kind": kind, "subject": subject, "address": READER})
        assert (answer.status, "Look into your mailbox" in answer.text) == (200, True)
        self.publish()
        (question,) = self.mails()[before:]
        link = link_in(question)
        for _ in range(3):  # scanners open every link of a mail
            assert "Confirm the subscription" in self.site.browser().get(link).text
        assert self.states()[-1] == "asked"
        assert "You are subscribed" in self.site.browser().post_raw(link, {}).text
        return link

    def states(self) -> list[str]:
        with self.database.reading() as connection:
            return list(connection.execute(sa.select(t.reader.c.state).order_by(t.reader.c.id)).scalars())

    def story(self) -> int:
        with self.database.reading() as connection:
            return int(connection.execute(sa.select(t.story.c.id)).scalar_one())


def link_in(mail: Received) -> str:
    found = re.search(r"http://127\.0\.0\.1:8787(/subscribe/[\w-]+)", mail.text)
    assert found, mail.text
    return found[1]


@pytest.fixture
def quay(fakeweb: FakeWeb, tmp_path: Path, empty_sqlite: Path) -> Iterator[Quay]:
    shutil.copyfile(empty_sqlite, tmp_path / "m.db")
    mailbox = Mailbox()
    mailbox.start()
    found = Quay(fakeweb, tmp_path, mailbox)
    yield found
    mailbox.stop()
    found.database.dispose()


def test_a_rule_is_heard_until_its_reader_leaves(quay: Quay) -> None:
    quay.subscribe("rule", "ferry")
    quay.publish("A ferry sails")
    question, alert = quay.mails()
    assert "Ferries" in str(question.message["Subject"])
    assert "A ferry sails" in str(alert.message["Subject"])
    assert alert.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = str(alert.message["List-Unsubscribe"]).strip("<>").removeprefix("http://127.0.0.1:8787")
    assert leave == link_in(alert)
    assert "/alerts/" not in alert.text, "what only the desk may do is not offered to readers"
    assert len(quay.mails("desk@example.org")) == 1
    quay.site.browser().get(leave)
    assert quay.states() == ["active"]
    one_click = quay.site.browser().post_raw(leave, {"List-Unsubscribe": "One-Click"})
    assert (one_click.status, quay.states()) == (200, ["ended"])
    quay.publish("Another ferry sails")
    assert len(quay.mails()) == 2
    assert len(quay.mails("desk@example.org")) == 2


def test_a_search_is_heard_like_a_rule_and_marks_nothing_for_the_desk(quay: Quay) -> None:
    quay.publish("An old lighthouse")
    quay.subscribe("search", "lighthouse AND new")
    quay.publish("A new lighthouse", "A ferry sails")
    (alert,) = quay.mails()[1:]
    assert "A new lighthouse" in str(alert.message["Subject"])
    assert "lighthouse AND new" in str(alert.message["Subject"])
    assert quay.mails("desk@example.org")[0].message["Subject"] == "[Ferries] A ferry sails"
    assert "subscription:" not in quay.site.browser().get("/").text


def test_a_story_is_followed(quay: Quay) -> None:
    headline = "Harbour council votes to widen the northern quay after two years of delay"
    quay.publish(headline)
    quay.subscribe("story", str(quay.story()))
    quay.publish(f"{headline} and protests", "A ferry sails")
    (told,) = quay.mails()[1:]
    assert "and protests" in told.text
    assert "story you follow" in told.text


def test_a_mailbox_that_is_gone_ends_it(quay: Quay) -> None:
    quay.subscribe("rule", "ferry")
    quay.mailbox.refusals = {READER: "550 no such user"}
    for number in range(3):
        quay.publish(f"Ferry {number} sails")
    assert quay.states() == ["ended"]
    assert "could not be delivered" not in "".join(str(m.message["Subject"]) for m in quay.mails("desk@example.org"))


def test_a_domain_that_is_no_longer_allowed_hears_nothing_until_it_is_again(quay: Quay) -> None:
    quay.subscribe("rule", "ferry")
    path = quay.folder / "config.yaml"
    allowed = path.read_text()
    path.write_text(allowed.replace("enabled: true", "enabled: true, domains: [harbour.example]"))
    quay.publish("A ferry sails")
    assert (len(quay.mails()), len(quay.mails("desk@example.org"))) == (1, 1)
    path.write_text(allowed)
    quay.publish("Another ferry sails")
    assert "Another ferry sails" in str(quay.mails()[-1].message["Subject"])


def test_what_nobody_confirmed_sends_nothing(quay: Quay) -> None:
    quay.site.browser().post("/subscribe", {"kind": "rule", "subject": "ferry", "address": READER})
    quay.publish("A ferry sails")
    (question,) = quay.mails()
    assert "Confirm" in question.text
