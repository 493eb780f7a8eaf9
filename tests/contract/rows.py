"""Rows as the tables hold them, with what a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from monitor.model.alert import AlertKind, AlertState, Channel, Target
from monitor.model.reasons import Reason
from monitor.store import tables as t
from monitor.store.alerts import Member, NewAlert, put_alert, put_member
from monitor.store.outbox import WAITING

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DESK = Channel("desk", (Target("desk", "a", "ada"), Target("desk", "b", "bob")), ("mailto://a", "mailto://b"))


def put(connection: sa.Connection, table: sa.Table, **values: object) -> int:
    """A row; its id, where it has one."""
    statement = sa.insert(table).values(**values)
    if "id" not in table.c or "id" in values:
        connection.execute(statement)
        return 0
    return int(connection.execute(statement.returning(table.c.id)).scalar_one())


def source(connection: sa.Connection, name: str, **values: object) -> None:
    """A configured source; its id is its name in small letters."""
    filled: dict[str, Any] = {
        "id": name.lower(), "name": name, "kind": "feed", "url": f"https://{name}.example/", "tags": [],
        "host": f"{name.lower()}.example", "spec_hash": "s", "configured": True, "paused": False, "gone": False,
        "added_at": NOW, "founding": True, "health": "ok", "memory": {},
    }  # fmt: skip
    put(connection, t.source, **(filled | values))


def article(connection: sa.Connection, title: str, *sources: str, at: datetime = NOW, **values: object) -> int:
    """An article that these sources showed in turn, the first one at `at`."""
    filled: dict[str, Any] = {
        "title": title, "authors": [], "language_sure": False, "first_seen_at": at, "baseline": False,
        "first_source_id": sources[0] if sources else "blatt", "text_state": "full", "settled": True, "revision": 1,
    }  # fmt: skip
    number = put(connection, t.article, **(filled | values))
    for source_id in sources:
        put(connection, t.sighting, article_id=number, source_id=source_id, seen_at=at)
    return number


def match(connection: sa.Connection, rule_id: str, article_id: int, at: datetime = NOW, *, fired: bool = True) -> int:
    """A match of a rule's first version."""
    return put(
        connection, t.match, rule_id=rule_id, rule_version=1, article_id=article_id, revision=1, fired=fired,
        evidence=[], held=[], engine="1", created_at=at,
    )  # fmt: skip


def alert(
    connection: sa.Connection,
    key: str,
    *articles: int,
    state: AlertState = AlertState.TOLD,
    kind: AlertKind = AlertKind.MATCH,
    code: str = "new",
    at: datetime = NOW,
    thread: str | None = None,
    rule_id: str | None = "port",
    cue: str | None = None,
    **facts: object,
) -> int:
    """An alert of a rule with its articles; it opens a thread of its own unless it joins one."""
    reason = Reason(code, f"because {code}")
    new = NewAlert(key, kind, state, reason, rule_id, 1, thread=thread or key, facts=facts)
    number = put_alert(connection, new, at)
    for article_id in articles:
        put_member(connection, number, Member(article_id, None, 1, cue=cue))
    return number


def next_due(connection: sa.Connection) -> datetime | None:
    """When the next waiting delivery is due."""
    c = t.delivery.c
    found: datetime | None = connection.execute(
        sa.select(sa.func.min(c.due_at, type_=t.UtcTime)).where(c.state.in_(WAITING))
    ).scalar()
    return found
