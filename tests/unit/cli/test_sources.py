"""`monitor sources`: what is shown of one, and the edits of the file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.cli.main import run
from monitor.cli.source_edits import new_sources
from monitor.model.reasons import Reason
from monitor.model.source import PollMemory, SourceKind, SourceSpec
from monitor.model.websub import Subscription
from monitor.parse.subscriptions import Subscription as Subscribed
from monitor.store import sources, subscriptions
from monitor.store import tables as t
from monitor.store.memory import memory_to_json
from monitor.store.unit import Database, open_engine

CONFIG = """database: 'sqlite:///monitor.db'
sources:
  - {id: blatt, name: Blatt, feed: 'https://blatt.example/rss'}
  - {id: later, name: Later, feed: 'https://later.example/rss'}
"""


@pytest.fixture(autouse=True)
def database(tmp_path: Path, empty_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """One of the two sources is known to the monitor: found behind a page, polled an hour ago, pushed by a hub."""
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(empty_sqlite, "monitor.db")
    Path("config.yaml").write_text(CONFIG)
    database = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    hub = Subscription("https://hub.example/", "https://blatt.example/rss", "https://us.example/push/t", "s")
    choice = {"kind": "feed", "url": "https://blatt.example/real", "reason": ["declared", "the page declares it"]}
    memory = memory_to_json(PollMemory(pace=Reason("steady", "it changes every hour")))
    now = datetime.now(UTC)
    with database.unit() as connection:
        blatt = SourceSpec("blatt", "Blatt", SourceKind.FEED, "https://blatt.example/rss")
        sources.sync_sources(connection, [blatt], now)
        values = {"choice": choice, "memory": memory, "last_polled_at": now - timedelta(hours=1)}
        connection.execute(sa.update(t.source).values(values))
        subscriptions.want(connection, "blatt", hub, now)
        connection.execute(sa.update(t.subscription).values(expires_at=now, last_push_at=now, pushes=2))
    yield database
    database.dispose()


def test_what_was_found_how_it_is_paced_and_who_pushes_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "show", "blatt"]) == 0
    out = capsys.readouterr().out
    assert "found: feed https://blatt.example/real (the page declares it)" in out
    assert "pace: it changes every hour" in out
    assert "push: https://hub.example/: wanted until " in out
    assert "(to be asked); 2 pushes, last " in out


def test_one_that_is_configured_but_was_never_seen(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "show", "later"]) == 1
    said = capsys.readouterr().err
    assert "not known to the monitor yet" in said
    assert "monitor once" in said


@pytest.mark.parametrize(("since", "listed"), [("2h", ["blatt"]), ("30m", [])])
def test_since_lists_what_was_polled_since(since: str, listed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "list", "--since", since, "--json"]) == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == listed


def test_only_some_can_be_made_due(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "poll", "blatt", "later"]) == 1
    assert "1 of 2 sources made due" in capsys.readouterr().err
    assert run(["sources", "poll", "blatt", "latr"]) == 1
    assert "did you mean later?" in capsys.readouterr().err


def test_an_import_says_what_it_would_do_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    outlines = '<outline xmlUrl="https://new.example/rss" text="Blatt"/><outline xmlUrl="https://blatt.example/rss"/>'
    Path("feeds.opml").write_text(f"<opml version='2.0'><body>{outlines}</body></opml>")
    assert run(["sources", "import", "feeds.opml", "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["added"] == [{"id": "blatt-2", "name": "Blatt", "feed": "https://new.example/rss"}]
    assert found["skipped"] == [{"url": "https://blatt.example/rss", "reason": "already there"}]
    assert Path("config.yaml").read_text() == CONFIG


def test_what_other_programs_knew_of_a_feed_is_kept() -> None:
    feeds = [
        Subscribed("https://a.example/", title="A", paused=True, tags=("de",)),
        Subscribed("https://b.example/", title="A", kind="page", select="main"),
        Subscribed("file:///etc/feed"),
    ]
    fresh, skipped = new_sources(feeds, set(), set())
    assert fresh == [
        {"id": "a", "name": "A", "feed": "https://a.example/", "paused": True, "tags": ["de"]},
        {"id": "a-2", "name": "A", "page": "https://b.example/", "select": "main"},
    ]
    assert skipped == [{"url": "file:///etc/feed", "reason": "no web address"}]
