"""Alerts as commands and pages show them: lists with their deliveries, and what people do to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from monitor.model.alert import AlertState, DeliveryState
from monitor.store import tables as t
from monitor.store.leases import is_free, voided

SIGNS_OF_LIFE = ("canary", "heartbeat")
"""Reasons of messages that say nothing but that all is well: no list of alerts shows them unless they died."""

OPEN = (DeliveryState.PENDING.value, DeliveryState.RETRY.value)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery of a listed alert; `target` is for people and holds no secret."""

    channel: str
    target: str
    state: str
    attempts: int
    last_error: str | None
    sent_at: datetime | None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert as listed.  `waits` says for which windows it waits; `told_in` in which other alert it was told."""

    id: int
    key: str
    kind: str
    rule: str | None
    story_id: int | None
    article_ids: tuple[int, ...]
    title: str
    state: str
    reason_code: str
    reason: str
    priority: str
    created_at: datetime
    told_in: int | None
    acked_by: str | None
    acked_at: datetime | None
    note: str | None
    deliveries: tuple[DeliveryLine, ...] = ()
    waits: tuple[str, ...] = field(default=())


def list_alerts(
    connection: sa.Connection,
    *,
    limit: int = 50,
    since: datetime | None = None,
    rule_id: str | None = None,
    held: bool = False,
    undelivered: bool = False,
    before: int | None = None,
) -> list[AlertLine]:
    """The newest alerts first; `held`: what was not told, with its reason; `undelivered`: with a dead delivery.

    `before` is the id of the last one on the page before.
    """
    a = t.alert.c
    query = sa.select(t.alert).order_by(a.id.desc()).limit(limit)
    if since is not None:
        query = query.where(a.created_at >= since)
    if before is not None:
        query = query.where(a.id < before)
    if rule_id is not None:
        query = query.where(a.rule_id == rule_id)
    if held:
        query = query.where(a.state.in_((AlertState.HELD.value, AlertState.SUPPRESSED.value)))
    if undelivered:
        dead = sa.select(t.delivery.c.alert_id).where(t.delivery.c.state == DeliveryState.DEAD.value)
        query = query.where(a.id.in_(dead))
    else:
        query = query.where(a.reason_code.not_in(SIGNS_OF_LIFE))
    return _lines(connection, connection.execute(query).mappings().all())


def show_alert(connection: sa.Connection, alert_id: int) -> AlertLine | None:
    """One alert with everything about it, or None."""
    rows = connection.execute(sa.select(t.alert).where(t.alert.c.id == alert_id)).mappings().all()
    lines = _lines(connection, rows)
    return lines[0] if lines else None


def unknown_alerts(connection: sa.Connection, ids: Sequence[int]) -> list[int]:
    """Those of the ids that no alert has."""
    known = set(connection.execute(sa.select(t.alert.c.id).where(t.alert.c.id.in_(ids))).scalars())
    return [number for number in ids if number not in known]


def _lines(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> list[AlertLine]:
    ids = [row["id"] for row in rows]
    articles, titles = _articles(connection, ids)
    deliveries, waits = _deliveries(connection, ids), _waits(connection, ids)
    return [
        AlertLine(
            id=row["id"],
            key=row["key"],
            kind=row["kind"],
            rule=row["rule_id"],
            story_id=row["story_id"],
            article_ids=tuple(articles.get(row["id"], ())),
            title=titles.get(row["id"]) or str(row["facts"].get("headline", "")),
            state=row["state"],
            reason_code=row["reason_code"],
            reason=row["reason"],
            priority=row["priority"],
            created_at=row["created_at"],
            told_in=row["told_in"],
            acked_by=row["acked_by"],
            acked_at=row["acked_at"],
            note=row["note"],
            deliveries=tuple(deliveries.get(row["id"], ())),
            waits=tuple(waits.get(row["id"], ())),
        )
        for row in rows
    ]


def _articles(connection: sa.Connection, ids: Sequence[int]) -> tuple[dict[int, list[int]], dict[int, str]]:
    query = (
        sa.select(t.alert_article.c.alert_id, t.article.c.id, t.article.c.title)
        .join(t.article, t.article.c.id == t.alert_article.c.article_id)
        .where(t.alert_article.c.alert_id.in_(ids))
    )
    articles: dict[int, list[int]] = {}
    titles: dict[int, str] = {}
    for alert_id, article_id, title in connection.execute(query.order_by(t.article.c.id)):
        articles.setdefault(alert_id, []).append(article_id)
        titles.setdefault(alert_id, title)
    within = (
        sa.select(t.digest_item.c.told_in, t.alert_article.c.article_id)
        .join(t.alert_article, t.alert_article.c.alert_id == t.digest_item.c.alert_id)
        .where(t.digest_item.c.told_in.in_(ids), t.digest_item.c.told_in != t.digest_item.c.alert_id)
    )
    for alert_id, article_id in connection.execute(within.order_by(t.digest_item.c.id)):
        known = articles.setdefault(alert_id, [])
        if article_id not in known:
            known.append(article_id)
    return articles, titles


def _deliveries(connection: sa.Connection, ids: Sequence[int]) -> dict[int, list[DeliveryLine]]:
    found: dict[int, list[DeliveryLine]] = {}
    query = sa.select(t.delivery).where(t.delivery.c.alert_id.in_(ids)).order_by(t.delivery.c.id)
    for row in connection.execute(query).mappings():
        line = DeliveryLine(
            channel=row["channel"],
            target=row["label"],
            state=row["state"],
            attempts=row["attempts"],
            last_error=row["last_error"],
            sent_at=row["sent_at"],
            due_at=row["due_at"],
        )
        found.setdefault(row["alert_id"], []).append(line)
    return found


def _waits(connection: sa.Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    c = t.digest_item.c
    found: dict[int, list[str]] = {}
    query = sa.select(c.alert_id, c.channel, c.why).where(c.alert_id.in_(ids), c.told_in.is_(None)).order_by(c.id)
    for alert_id, channel, why in connection.execute(query):
        found.setdefault(alert_id, []).append(f"{channel}: {why}")
    return found


def retry_deliveries(connection: sa.Connection, alert_ids: Iterable[int] | None, now: datetime) -> int:
    """Make refused, dead and orphaned deliveries of the alerts (None: of all) due now, with fresh attempts.

    How many those were.  Give-up limits count from now on, too.
    """
    c = t.delivery.c
    orphaned = sa.and_(c.state == DeliveryState.SENDING.value, is_free(t.delivery, now))
    stuck = sa.or_(c.state.in_((DeliveryState.RETRY.value, DeliveryState.DEAD.value)), orphaned)
    statement = sa.update(t.delivery).where(stuck)
    if alert_ids is not None:
        statement = statement.where(c.alert_id.in_(list(alert_ids)))
    values = {"state": DeliveryState.RETRY.value, "due_at": now, "attempts": 0, "tried_since": now}
    return connection.execute(statement.values(values | voided(t.delivery))).rowcount


def discard_deliveries(connection: sa.Connection, alert_ids: Iterable[int] | None) -> int:
    """Give up what was not sent yet of the alerts (None: of all); how many deliveries those were."""
    c = t.delivery.c
    open_rows = c.state.in_((*OPEN, DeliveryState.DEAD.value))
    statement = sa.update(t.delivery).where(open_rows)
    if alert_ids is not None:
        statement = statement.where(c.alert_id.in_(list(alert_ids)))
    values = {"state": DeliveryState.DISCARDED.value, "due_at": None}
    return connection.execute(statement.values(values)).rowcount


def ack_alerts(
    connection: sa.Connection, alert_ids: Iterable[int] | None, *, by: str, note: str | None, now: datetime
) -> int:
    """Somebody takes the alerts (None: all that nobody has); how many those were."""
    a = t.alert.c
    statement = sa.update(t.alert).values(acked_by=by, acked_at=now, note=note)
    if alert_ids is None:
        statement = statement.where(a.acked_at.is_(None), a.state == AlertState.TOLD.value)
    else:
        statement = statement.where(a.id.in_(list(alert_ids)))
    return connection.execute(statement).rowcount
