"""What is asked with every message, every placed article or every page reads no whole table, however much is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.model.reasons import Reason
from monitor.store import (
    alert_lists,
    alerts,
    articles,
    entries,
    leases,
    messages,
    outbox,
    pages,
    readers,
    retention,
    shown,
    source_pages,
    stories,
)
from monitor.store.ahead import bring_back
from monitor.store.entries import Wanted
from monitor.store.unit import Database, open_engine

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GROWING = (
    *("article", "article_key", "sighting", "entry", "tombstone", "revision", "poll"),
    *("match", "alert", "delivery", "story", "story_link"),
)
"""What grows as long as the monitor runs."""

QUESTIONS: dict[str, Callable[[sa.Connection], object]] = {
    "what is known of documents": lambda c: entries.load_known(c, {"a": Wanted(("i",), ("u",), ("c",), ("t",))}),
    "which sources have shown anything": lambda c: entries.with_entries(c, ["a"]),
    "the copies of an article": lambda c: messages.items_of(c, [1]),
    "who had a story": lambda c: messages.outlets_of(c, "thread"),
    "how many sources carry a story": lambda c: alerts.sources_carrying(c, "thread", NOW),
    "whether a copy was told": lambda c: alerts.copy_told(c, "rule", 1, 2),
    "the thread of a story": lambda c: alerts.thread_of_story(c, "rule", [1], NOW),
    "the last hit in a story": lambda c: alerts.last_hit_in_story(c, "rule", 1, 1),
    "how much a channel was told": lambda c: outbox.told_since(c, "rule", "desk", NOW),
    "what becomes of an alert": lambda c: outbox.arrival(c, "key"),
    "the sisters of a story": lambda c: articles.story_refs(c, [1]),
    "a merged story": lambda c: c.execute(sa.text("UPDATE story SET merged_into = 1 WHERE merged_into = 2")),
    "what a story holds": lambda c: stories.articles_of(c, 1),
    "the articles of a story": lambda c: pages.ticker(c, pages.Filter(story=1)),
    "the articles of a source": lambda c: shown.list_articles(c, source_id="a"),
    "the polls of a source": lambda c: source_pages.last_polls(c, "a"),
    "one source": lambda c: shown.show_source(c, "a"),
    "an alert": lambda c: alert_lists.show_alert(c, 1),
    "stories that are over": lambda c: retention.expired_stories(c, NOW, after=(NOW, 1), limit=9),
    "a sign of life": lambda c: bring_back(c, NOW),
    "a start": leases.void_all,
    "who follows a story": readers.followers,
    "what is subscribed to": readers.rule_names,
    "subscriptions to stories that are over": lambda c: readers.end_of_stories(c, Reason("over", "over"), NOW),
    "the end of stories": lambda c: retention.remove_stories(c, NOW - timedelta(days=9), [1, 2]),
}


@pytest.fixture
def database(tmp_path: Path, empty_sqlite: Path) -> Iterator[Database]:
    (tmp_path / "monitor.db").write_bytes(empty_sqlite.read_bytes())
    found = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    with found.unit() as connection:
        connection.exec_driver_sql(
            "INSERT INTO source (id, name, kind, url, tags, host, spec_hash, configured, paused, gone, added_at,"
            " founding, health, memory) VALUES ('a', 'a', 'feed', 'u', '[]', 'h', 's', 1, 0, 0, 0, 1, 'ok', '{}')"
        )
    yield found
    found.dispose()


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_that_is_asked_often_reads_a_table_that_grows(database: Database, question: str) -> None:
    asked: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, values: object, _context: object, many: bool) -> None:
        if not many and not statement.startswith(("BEGIN", "PRAGMA", "EXPLAIN")):
            asked.append((statement, values))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    with database.unit() as connection:
        QUESTIONS[question](connection)
        sa.event.remove(database.engine, "before_cursor_execute", note)
        plans = [line for each in asked for line in plan(connection, *each)]
    assert asked
    assert [line for line in plans if reads_all(line)] == []


def plan(connection: sa.Connection, statement: str, values: Any) -> list[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    return [str(row.detail) for row in rows]


def reads_all(line: str) -> bool:
    """A walk in an index's order ends at a limit; one through the table itself does not."""
    return any(line == f"SCAN {table}" for table in GROWING)
