"""From an alert in the database to the message that tells it: load | group by rule and story | `Message`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.alert.group import next_update_at
from monitor.loops.dispatch import Work, root_of
from monitor.model.alert import AlertKind
from monitor.model.message import HeldNote, Item, Message, RuleBlock, StoryBlock
from monitor.model.rule import Priority
from monitor.store import alerts as rows
from monitor.store import messages

GATHERED = frozenset({AlertKind.DIGEST, AlertKind.CATCH_UP})
DAY = timedelta(days=1)


def compose(work: Work, alert_id: int) -> Message:
    """The message of an alert as things stand now.  Raises `MonitorError` when there is no such alert."""
    alert = rows.get_alert(work.connection, alert_id)
    if alert.kind is AlertKind.OPS:
        return _ops(alert)
    if alert.kind in GATHERED:
        return _gathered(work, alert)
    return _single(work, alert)


def _ops(alert: rows.AlertRow) -> Message:
    return Message(
        key=alert.key,
        kind=alert.kind,
        alert_id=alert.id,
        thread=alert.thread or alert.key,
        priority=alert.priority,
        headline=str(alert.facts.get("headline", alert.reason.text)),
        lines=tuple(alert.facts.get("lines", ())),
    )


def _single(work: Work, alert: rows.AlertRow) -> Message:
    connection = work.connection
    items = messages.items_of(connection, [alert.id])[alert.id]
    root = root_of(connection, alert)
    why = next((item.why for item in items if item.why), "")
    return Message(
        key=alert.key,
        kind=alert.kind,
        alert_id=alert.id,
        thread=alert.thread or alert.key,
        priority=alert.priority,
        reply=root.id != alert.id,
        rule_id=alert.rule_id,
        rule_name=_names(work).get(alert.rule_id or "", alert.rule_id or ""),
        rule_version=alert.rule_version,
        why=why or str(alert.facts.get("why", "")),
        items=items,
        outlets=messages.outlets_of(connection, root.key) if root.thread else (),
        headline=str(alert.facts.get("headline", "")),
        lines=tuple(alert.facts.get("lines", ())),
        held=_held(connection, alert, work.now),
        sources_watched=messages.sources_watched(connection),
        next_update_at=_next_update(work, root),
        late_s=_late(alert, work.now),
    )


def _names(work: Work) -> dict[str, str]:
    """Rules by id, those that are gone too."""
    return messages.rule_names(work.connection) | {rule.id: rule.name for rule in work.telling.rules.rules.values()}


def _held(connection: sa.Connection, alert: rows.AlertRow, now: datetime) -> tuple[HeldNote, ...]:
    if alert.rule_id is None:
        return ()
    return tuple(
        HeldNote(code, count, cue) for code, cue, count in rows.held_counts(connection, alert.rule_id, now - DAY)
    )


def _next_update(work: Work, root: rows.AlertRow) -> datetime | None:
    rule = work.telling.rules.get(root.rule_id or "")
    if rule is None or root.kind not in rows.ROOTS or not rule.alert.cooldown_s or rule.alert.digest:
        return None
    return next_update_at(rows.thread_from(root), rule.alert.cooldown_s, frozenset())


def _late(alert: rows.AlertRow, now: datetime) -> float | None:
    """How late: the outage of ours before it was seen, for what is told singly."""
    since = rows.instant_from_json(alert.facts.get("gap_since"))
    until = rows.instant_from_json(alert.facts.get("gap_until"))
    if not alert.facts.get("gap_ours") or since is None or until is None or alert.priority is not Priority.HIGH:
        return None
    return (now - since).total_seconds()


def _gathered(work: Work, alert: rows.AlertRow) -> Message:
    connection = work.connection
    inside = messages.told_within(connection, alert.id)
    items = messages.items_of(connection, [row["id"] for row in inside])
    names = _names(work)
    by_rule: dict[str, list[sa.RowMapping]] = {}
    for row in inside:
        by_rule.setdefault(row["rule_id"] or "", []).append(row)
    older = _older(connection, alert, tuple(by_rule))
    blocks = [
        RuleBlock(
            rule_id=rule_id,
            rule_name=names.get(rule_id, rule_id),
            stories=_stories(members, items),
            guarded=tuple(item for row in members if _guarded(row) for item in items[row["id"]]),
            older=older.get(rule_id, ()),
        )
        for rule_id, members in by_rule.items()
    ]
    blocks.sort(key=lambda block: block.rule_name.casefold())
    return Message(
        key=alert.key,
        kind=alert.kind,
        alert_id=alert.id,
        thread=alert.thread or alert.key,
        window=str(alert.facts.get("window", "digest")),
        blocks=tuple(blocks),
        headline="",
    )


def _guarded(row: sa.RowMapping) -> bool:
    return bool(row["reason_code"] == "guard")


def _stories(members: list[sa.RowMapping], items: Mapping[int, tuple[Item, ...]]) -> tuple[StoryBlock, ...]:
    """One block for each thread, that with most outlets first."""
    threads: dict[str, list[sa.RowMapping]] = {}
    for row in members:
        if not _guarded(row):
            threads.setdefault(row["thread"] or row["key"], []).append(row)
    blocks = []
    for key, inside in threads.items():
        told = tuple({item.article_id: item for row in inside for item in items[row["id"]]}.values())
        blocks.append(StoryBlock(told, update=all(row["key"] != key for row in inside)))
    return tuple(sorted(blocks, key=lambda block: -len({name for item in block.items for name in item.sources})))


def _older(connection: sa.Connection, alert: rows.AlertRow, rule_ids: tuple[str, ...]) -> dict[str, tuple[Item, ...]]:
    """What a first poll brought besides, too old to be news."""
    window = str(alert.facts.get("window", ""))
    if not window.startswith("added."):
        return {}
    subject = window.removeprefix("added.").split("@", 1)[0]
    listed = messages.older_listed(connection, rule_ids, subject)
    return {
        rule_id: tuple(item for inner in messages.items_of(connection, ids).values() for item in inner)
        for rule_id, ids in listed.items()
    }
