"""What a message shows, read from the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from monitor.model.alert import AlertState
from monitor.model.message import Item
from monitor.store import readers
from monitor.store import tables as t
from monitor.store.alerts import instant_from_json, passages_from_json


def items_of(connection: sa.Connection, alert_ids: Sequence[int]) -> dict[int, tuple[Item, ...]]:
    """The articles of each alert, as messages show them, first seen first."""
    found: dict[int, list[Item]] = {alert_id: [] for alert_id in alert_ids}
    for chunk in _chunks(alert_ids):
        query = (
            sa.select(t.alert_article.c.alert_id, t.alert_article.c.facts, t.article)
            .join(t.article, t.article.c.id == t.alert_article.c.article_id)
            .where(t.alert_article.c.alert_id.in_(chunk))
            .order_by(t.article.c.first_seen_at, t.article.c.id)
        )
        records = connection.execute(query).mappings().all()
        ids = [record["id"] for record in records]
        sources, copies = _source_names(connection, ids), _copies(connection, ids)
        for record in records:
            found[record["alert_id"]].append(_item(record, sources, copies))
    return {alert_id: tuple(items) for alert_id, items in found.items()}


def _item(record: sa.RowMapping, sources: dict[int, list[str]], copies: dict[int, int]) -> Item:
    facts: dict[str, Any] = record["facts"]
    return Item(
        article_id=record["id"],
        title=record["title"],
        url=record["url"] or "",
        sources=tuple(sources.get(record["id"], ())),
        language=record["language"],
        published_at=record["published_at"],
        first_seen_at=record["first_seen_at"],
        revised_at=instant_from_json(facts.get("revised_at")),
        passages=passages_from_json(facts),
        copies=copies.get(record["id"], 0),
        why=facts.get("why") or "",
        guarded=facts.get("cue"),
    )


def _source_names(connection: sa.Connection, article_ids: Sequence[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for chunk in _chunks(article_ids):
        query = (
            sa.select(t.sighting.c.article_id, t.source.c.name)
            .join(t.source, t.source.c.id == t.sighting.c.source_id)
            .where(t.sighting.c.article_id.in_(chunk))
            .order_by(t.sighting.c.seen_at, t.source.c.name)
        )
        for article_id, name in connection.execute(query):
            names.setdefault(article_id, []).append(name)
    return names


def _copies(connection: sa.Connection, article_ids: Sequence[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for chunk in _chunks(article_ids):
        query = (
            sa.select(t.article.c.copy_of, sa.func.count())
            .where(t.article.c.copy_of.in_(chunk))
            .group_by(t.article.c.copy_of)
        )
        counts.update((head, count) for head, count in connection.execute(query))
    return counts


def outlets_of(connection: sa.Connection, thread: str) -> tuple[str, ...]:
    """The names of the sources that showed an article of the thread, or a copy of one, who had it first goes first."""
    mine = (
        sa.select(t.alert_article.c.article_id)
        .join(t.alert, t.alert.c.id == t.alert_article.c.alert_id)
        .where(t.alert.c.thread == thread)
    )
    heads = sa.select(t.article.c.copy_of).where(t.article.c.id.in_(mine), t.article.c.copy_of.is_not(None))
    told = sa.or_(*(column.in_(ids) for column in (t.article.c.id, t.article.c.copy_of) for ids in (mine, heads)))
    query = (
        sa.select(t.source.c.name)
        .join(t.sighting, t.sighting.c.source_id == t.source.c.id)
        .join(t.article, t.article.c.id == t.sighting.c.article_id)
        .where(told)
        .group_by(t.source.c.id, t.source.c.name)
        .order_by(sa.func.min(t.sighting.c.seen_at), t.source.c.name)
    )
    return tuple(connection.execute(query).scalars())


def _chunks(ids: Sequence[int], size: int = 500) -> list[Sequence[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def told_within(connection: sa.Connection, alert_id: int) -> list[sa.RowMapping]:
    """The alerts that the message gathers, in the order in which they came."""
    c = t.digest_item.c
    query = (
        sa.select(t.alert).join(t.digest_item, c.alert_id == t.alert.c.id).where(c.told_in == alert_id).order_by(c.id)
    )
    return list(connection.execute(query).mappings())


def older_listed(connection: sa.Connection, rule_ids: Sequence[str], subject: str) -> dict[str, list[int]]:
    """By rule, the alerts that the same first poll (or the same new rule) kept back as too old or undated."""
    kind, name = subject.split(".", 1)
    query = sa.select(t.alert.c.rule_id, t.alert.c.id).where(
        t.alert.c.state == AlertState.SUPPRESSED.value,
        t.alert.c.reason_code == "baseline",
        t.alert.c.rule_id.in_(rule_ids),
    )
    if kind == "source":
        query = (
            query.join(t.alert_article, t.alert_article.c.alert_id == t.alert.c.id)
            .join(t.article, t.article.c.id == t.alert_article.c.article_id)
            .where(t.article.c.first_source_id == name)
        )
    found: dict[str, list[int]] = {}
    for rule_id, alert_id in connection.execute(query.order_by(t.alert.c.id.desc()).limit(100)):
        found.setdefault(rule_id, []).append(alert_id)
    return found


def sources_watched(connection: sa.Connection) -> int:
    """How many sources are configured and not gone."""
    query = sa.select(sa.func.count()).where(t.source.c.configured.is_(True), t.source.c.gone.is_(False))
    return int(connection.execute(query).scalar_one())


def rule_names(connection: sa.Connection) -> dict[str, str]:
    """The names of all rules that ever were, those of subscriptions too."""
    stated = connection.execute(sa.select(t.rule_state.c.rule_id, t.rule_state.c.name))
    return {row.rule_id: row.name for row in stated} | readers.rule_names(connection)


def source_ids_of(connection: sa.Connection, alert_id: int) -> tuple[str, ...]:
    """The sources that showed articles of the alert."""
    query = (
        sa.select(t.sighting.c.source_id)
        .join(t.alert_article, t.alert_article.c.article_id == t.sighting.c.article_id)
        .where(t.alert_article.c.alert_id == alert_id)
    )
    return tuple(connection.execute(query.distinct()).scalars())
