"""A reader subscribes at a page that is a process of its own, beside the daemon: on one database, on both backends."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from itertools import count
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
import sqlalchemy as sa

from monitor.store import schema
from monitor.store.unit import Database, open_engine
from monitor.testing import FakeWeb
from monitor.testing.mailbox import Mailbox, Received, free_port
from tests.scenario.test_subscriptions import ITEM, READER, link_in

PATIENCE_S = 90
CONFIG = """\
database: '{database}'
channels: {{desk: {{mail: {{to: desk@example.org, server: 127.0.0.1, port: {mail}}}}}}}
defaults: {{alert: {{to: [desk], group_by: none}}}}
web: {{listen: '{listen}', public_url: 'http://127.0.0.1:8787', subscribe: {{enabled: true}}}}
fetch: {{allow_addresses: [127.0.0.1], host_spacing: 0, min_every: 1s}}
articles: {{full_text: never, languages: []}}
sources: [{{id: quay, feed: '{feed}', every: 1s}}]
watchlist: [{{id: ferry, name: Ferries, match: 'ferry'}}]
"""


def until(what: str, found: Callable[[], object], *, every_s: float = 0.05) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not found():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {PATIENCE_S} s: {what}")
        time.sleep(every_s)


@contextmanager
def running(path: Path, role: str) -> Iterator[None]:
    command = [sys.executable, "-m", "monitor", "--config", str(path), "run", "--role", role]
    with path.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            assert process.wait(PATIENCE_S) == 0, path.with_suffix(".log").read_text()


class Visitor:
    """A browser at the page of the other process."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        return self._ask(Request(self._url + path, headers={"Accept": "text/html", "Accept-Language": "en"}))

    def post(self, path: str, **form: str) -> str:
        headers = {"Accept": "text/html", "Accept-Language": "en"}
        return self._ask(Request(self._url + path, urlencode(form).encode(), headers))

    def is_served(self) -> bool:
        try:
            return bool(self.get("/healthz"))
        except OSError:
            return False

    def _ask(self, request: Request) -> str:
        with self._opener.open(request, timeout=PATIENCE_S) as answer:
            text: str = answer.read().decode()
            return text


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each backend in turn."""
    url = f"sqlite:///{tmp_path}/m.db" if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    database = Database(open_engine(url))
    schema.upgrade(database)
    with database.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM reader")).scalar_one() == 0
    database.dispose()
    return str(url)


def test_what_is_subscribed_to_at_one_process_is_sent_by_the_other(
    address: str, tmp_path: Path, fakeweb: FakeWeb, mailbox: Mailbox
) -> None:
    titles: list[str] = []

    def publish(*fresh: str) -> None:
        titles.extend(fresh)
        items = "".join(ITEM.format(title, number) for number, title in enumerate(titles))
        fakeweb.route("/feed", f"<rss version='2.0'><channel><title>Quay</title>{items}</channel></rss>")

    def mails(recipient: str = READER) -> list[Received]:
        return [mail for mail in mailbox.received if recipient in mail.recipients]

    def told(title: str, recipient: str = READER) -> list[Received]:
        return [mail for mail in mails(recipient) if title in str(mail.message["Subject"])]

    publish("A calm day")
    port = free_port()
    common = {"database": address, "mail": mailbox.port, "feed": fakeweb.url("/feed")}
    for name, listen in (("daemon", "off"), ("page", f"127.0.0.1:{port}")):
        (tmp_path / f"{name}.yaml").write_text(CONFIG.format(listen=listen, **common), encoding="utf-8")
    visitor = Visitor(port)
    with running(tmp_path / "daemon.yaml", "all"), running(tmp_path / "page.yaml", "web"):
        until("the page", visitor.is_served)
        until("the first poll", lambda: "A calm day" in visitor.get("/"))
        for kind, subject in (("rule", "ferry"), ("search", "lighthouse AND new")):
            form = re.search(r'name="csrf" value="([^"]+)"', visitor.get("/subscribe?kind=rule&subject=ferry"))
            assert form
            before = len(mails())
            visitor.post("/subscribe", csrf=form[1], kind=kind, subject=subject, address=READER)
            until("the question", lambda before=before: len(mails()) > before)  # type: ignore[misc]
            assert "You are subscribed" in visitor.post(link_in(mails()[-1]))
        publish("A ferry sails")
        until("the alert of the rule", lambda: told("A ferry sails"))
        numbers = count()

        def lighthouse() -> bool:
            publish(f"A new lighthouse {next(numbers)}")
            return bool(told("A new lighthouse"))

        until("the alert of the search, which the daemon takes up now and then", lighthouse, every_s=1)
        (ferry,) = told("A ferry sails")
        assert "You have left" in visitor.post(link_in(ferry))
        publish("Another ferry sails")
        until("the desk's alert", lambda: told("Another ferry sails", "desk@example.org"))
    assert not told("Another ferry sails")
