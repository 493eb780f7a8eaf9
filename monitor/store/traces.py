"""What is on record about one article: sightings, matches, alerts, deliveries.  For `why` and the article's page."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from monitor.store import tables as t

Row = dict[str, Any]


def article_facts(connection: sa.Connection, article_id: int) -> Row:
    """What was decided about its place, and why: baseline, story, copy."""
    a = t.article.c
    place = (a.story_id, a.copy_of, a.copy_score, a.place_reason)
    row = connection.execute(sa.select(a.baseline, *place, a.reads, a.settled, a.due_at).where(a.id == article_id))
    return dict(row.mappings().one())


def entries_of(connection: sa.Connection, article_id: int) -> list[Row]:
    """Where it was seen, first sighting first."""
    e = t.entry.c
    statement = (
        sa.select(e.source_id, e.entry_key, e.url, e.title, e.published_at, e.first_seen_at, e.last_seen_at)
        .where(e.article_id == article_id)
        .order_by(e.first_seen_at, e.id)
    )
    return _rows(connection, statement)


def matches_of(connection: sa.Connection, article_id: int) -> list[Row]:
    """Every match on record, with its evidence, and who gave the rule that version and when."""
    m, v = t.match.c, t.rule_version.c
    version = sa.and_(v.rule_id == m.rule_id, v.version == m.rule_version)
    statement = (
        sa.select(t.match, v.author, v.accepted_at)
        .select_from(t.match.outerjoin(t.rule_version, version))
        .where(m.article_id == article_id)
        .order_by(m.id)
    )
    return _rows(connection, statement)


def bodies_of(connection: sa.Connection, article_id: int) -> list[Row]:
    """What was fetched for the revisions that a rule met: address, time and hash; not the bytes."""
    b = t.body.c
    statement = sa.select(b.revision, b.url, b.sha256, b.fetched_at).where(b.article_id == article_id)
    return _rows(connection, statement.order_by(b.revision))


def alerts_about(connection: sa.Connection, article_id: int) -> list[Row]:
    """Alerts that tell or hold it, with their deliveries."""
    a, aa, d = t.alert.c, t.alert_article.c, t.delivery.c
    own = sa.select(aa.alert_id).where(aa.article_id == article_id)
    statement = (
        sa.select(a.id, a.key, a.kind, a.rule_id, a.state, a.reason_code, a.reason, a.created_at, a.told_in)
        .where(a.id.in_(own))
        .order_by(a.id)
    )
    rows = _rows(connection, statement)
    for row in rows:
        told = sa.or_(d.alert_id == row["id"], d.alert_id == (row["told_in"] or row["id"]))
        sent = sa.select(d.channel, d.label, d.state, d.attempts, d.last_error, d.sent_at).where(told).order_by(d.id)
        row["deliveries"] = _rows(connection, sent)
    return rows


def _rows(connection: sa.Connection, statement: sa.Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(statement).mappings()]
