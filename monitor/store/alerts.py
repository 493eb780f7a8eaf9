"""Alerts: what was told, is held, was not told; threads; counts.  Every function works in its caller's unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.errors import MonitorError
from monitor.model.alert import AlertKind, AlertState, Earlier, Thread
from monitor.model.message import Passage
from monitor.model.reasons import Reason
from monitor.model.rule import Priority
from monitor.store import tables as t
from monitor.store.tables import EPOCH, MICROSECOND

ROOTS = (AlertKind.MATCH, AlertKind.SOURCES)
SINGLE = tuple(kind.value for kind in (*ROOTS, AlertKind.UPDATE))
"""The kinds in which a rule tells of a story by itself, not gathered with others."""


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An alert to be written; `facts` are JSON."""

    key: str
    kind: AlertKind
    state: AlertState
    reason: Reason
    rule_id: str | None = None
    rule_version: int | None = None
    story_id: int | None = None
    thread: str | None = None
    priority: Priority = Priority.NORMAL
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Member:
    """An article of an alert, with what a message shows of it."""

    article_id: int
    match_id: int | None
    revision: int
    passages: tuple[Passage, ...] = ()
    revised_at: datetime | None = None
    why: str = ""
    cue: str | None = None


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as stored."""

    id: int
    key: str
    kind: AlertKind
    state: AlertState
    reason: Reason
    rule_id: str | None
    rule_version: int | None
    story_id: int | None
    thread: str | None
    priority: Priority
    created_at: datetime
    told_in: int | None
    facts: dict[str, Any]


def put_alert(connection: sa.Connection, new: NewAlert, now: datetime) -> int:
    """Write the alert, or give the one of that key its new state and reason; its id.

    What a guard, a copy or a baseline held back under the key comes to life this way when a later revision fires.
    """
    known = connection.execute(sa.select(t.alert.c.id, t.alert.c.facts).where(t.alert.c.key == new.key)).first()
    values = {
        "kind": new.kind.value,
        "state": new.state.value,
        "reason_code": new.reason.code,
        "reason": new.reason.text,
        "rule_version": new.rule_version,
        "thread": new.thread,
        "priority": new.priority.value,
    }
    if known is not None:
        merged = {**known.facts, **new.facts}
        connection.execute(sa.update(t.alert).where(t.alert.c.id == known.id).values(values | {"facts": merged}))
        return int(known.id)
    row = values | {
        "key": new.key,
        "rule_id": new.rule_id,
        "story_id": new.story_id,
        "created_at": now,
        "facts": dict(new.facts),
    }
    return int(connection.execute(sa.insert(t.alert).values(row).returning(t.alert.c.id)).scalar_one())


def put_member(connection: sa.Connection, alert_id: int, member: Member) -> None:
    """Add an article to an alert, or replace what is known of it there."""
    at = (t.alert_article.c.alert_id == alert_id, t.alert_article.c.article_id == member.article_id)
    values = {"match_id": member.match_id, "facts": _member_facts(member)}
    if not connection.execute(sa.update(t.alert_article).where(*at).values(values)).rowcount:
        row = values | {"alert_id": alert_id, "article_id": member.article_id}
        connection.execute(sa.insert(t.alert_article).values(row))


def _member_facts(member: Member) -> dict[str, Any]:
    return {
        "revision": member.revision,
        "passages": [
            {"field": passage.field, "text": passage.text, "marks": [list(mark) for mark in passage.marks]}
            for passage in member.passages
        ],
        "revised_at": instant_to_json(member.revised_at),
        "why": member.why,
        "cue": member.cue,
    }


def passages_from_json(facts: Mapping[str, Any]) -> tuple[Passage, ...]:
    """The passages of a member as stored by `put_member`."""
    return tuple(
        Passage(piece["field"], piece["text"], tuple((start, end) for start, end in piece["marks"]))
        for piece in facts.get("passages", ())
    )


def instant_to_json(instant: datetime | None) -> int | None:
    """Microseconds since 1970, which JSON keeps exactly."""
    return None if instant is None else (instant - EPOCH) // MICROSECOND


def instant_from_json(value: object) -> datetime | None:
    """The inverse of `instant_to_json`."""
    return EPOCH + MICROSECOND * value if isinstance(value, int) else None


def get_alert(connection: sa.Connection, alert_id: int) -> AlertRow:
    """The alert of that id.  Raises `MonitorError` when there is none."""
    row = connection.execute(_BY_ID, {"alert": alert_id}).mappings().first()
    if row is None:
        raise MonitorError(f"there is no alert {alert_id}", code="no-alert")
    return _alert(row)


def find_alert(connection: sa.Connection, key: str, *, lock: bool = False) -> AlertRow | None:
    """The alert of that key, or None; `lock` keeps other workers from joining its thread until the unit ends."""
    row = connection.execute(_BY_KEY.with_for_update() if lock else _BY_KEY, {"key": key}).mappings().first()
    return None if row is None else _alert(row)


_BY_ID = sa.select(t.alert).where(t.alert.c.id == sa.bindparam("alert"))
_BY_KEY = sa.select(t.alert).where(t.alert.c.key == sa.bindparam("key"))


def _alert(row: sa.RowMapping) -> AlertRow:
    return AlertRow(
        id=row["id"],
        key=row["key"],
        kind=AlertKind(row["kind"]),
        state=AlertState(row["state"]),
        reason=Reason(row["reason_code"], row["reason"]),
        rule_id=row["rule_id"],
        rule_version=row["rule_version"],
        story_id=row["story_id"],
        thread=row["thread"],
        priority=Priority(row["priority"]),
        created_at=row["created_at"],
        told_in=row["told_in"],
        facts=dict(row["facts"]),
    )


def set_state(
    connection: sa.Connection, alert_id: int, state: AlertState, reason: Reason, told_in: int | None = None
) -> None:
    """Move an alert on: told (perhaps within another message), held, or suppressed after all."""
    values: dict[str, Any] = {"state": state.value, "reason_code": reason.code, "reason": reason.text}
    if told_in is not None:
        values["told_in"] = told_in
    connection.execute(sa.update(t.alert).where(t.alert.c.id == alert_id).values(values))


def set_told_in(connection: sa.Connection, alert_id: int, told_in: int, state: AlertState) -> None:
    """The alert was told within another message; its reason stays."""
    values = {"state": state.value, "told_in": told_in}
    connection.execute(sa.update(t.alert).where(t.alert.c.id == alert_id).values(values))


def add_facts(connection: sa.Connection, alert_id: int, facts: Mapping[str, Any]) -> None:
    """Merge `facts` into those of the alert."""
    known = connection.execute(sa.select(t.alert.c.facts).where(t.alert.c.id == alert_id)).scalar_one()
    connection.execute(sa.update(t.alert).where(t.alert.c.id == alert_id).values(facts={**known, **facts}))


def earlier_alert(connection: sa.Connection, rule_id: str, article_id: int) -> Earlier | None:
    """The newest alert in which the rule dealt with the article, digests apart."""
    row = connection.execute(_EARLIER, {"rule": rule_id, "article": article_id}).first()
    if row is None:
        return None
    return Earlier(row.id, row.key, AlertState(row.state), row.reason_code, int(row.facts.get("revision", 0)))


# Those that are asked for every hit are built once: building one costs more than asking it.
_RULE = t.alert.c.rule_id == sa.bindparam("rule")
_ARTICLE: sa.BindParameter[Any] = sa.bindparam("article")
_EARLIER = (
    sa.select(t.alert.c.id, t.alert.c.key, t.alert.c.state, t.alert.c.reason_code, t.alert_article.c.facts)
    .join(t.alert_article, t.alert_article.c.alert_id == t.alert.c.id)
    .where(t.alert_article.c.article_id == _ARTICLE, _RULE)
    .where(t.alert.c.kind.in_(SINGLE))
    .order_by(t.alert.c.id.desc())
    .limit(1)
)


def copy_told(connection: sa.Connection, rule_id: str, head: int, article_id: int) -> str | None:
    """The key of the rule's alert about another article of the group of copies under `head`, or None.

    One that a silence kept back does not count: nobody has read it.  A baseline does: its news was old already.
    """
    return connection.execute(_COPY_TOLD, {"rule": rule_id, "head": head, "article": article_id}).scalar()


_GROUP = sa.or_(t.article.c.id == sa.bindparam("head"), t.article.c.copy_of == sa.bindparam("head"))
_LIVE = sa.or_(
    t.alert.c.state == AlertState.TOLD.value,
    sa.and_(t.alert.c.state == AlertState.HELD.value, t.alert.c.reason_code != "guard"),
    t.alert.c.reason_code.in_(("baseline", "fire-not-first")),
)
_COPY_TOLD = (
    sa.select(t.alert.c.key)
    .join(t.alert_article, t.alert_article.c.alert_id == t.alert.c.id)
    .join(t.article, t.article.c.id == t.alert_article.c.article_id)
    .where(_RULE, _GROUP, t.article.c.id != _ARTICLE, _LIVE)
    .where(t.alert.c.kind.in_(SINGLE))
    .order_by(t.alert.c.id)
    .limit(1)
)


def thread_of_story(
    connection: sa.Connection, rule_id: str, story_ids: Sequence[int], opened_after: datetime
) -> Thread | None:
    """The rule's newest thread about one of the stories that opened after then; the first story's goes first."""
    for story_id in story_ids:
        values = {"rule": rule_id, "story": story_id, "opened_after": opened_after}
        found = connection.execute(_THREAD_OF_STORY, values).mappings().first()
        if found is not None:
            return thread_from(_alert(found))
    return None


def thread_of_article(connection: sa.Connection, rule_id: str, article_id: int) -> Thread | None:
    """The rule's thread about the article, or None."""
    found = connection.execute(_THREAD_OF_ARTICLE, {"rule": rule_id, "article": article_id}).mappings().first()
    return None if found is None else thread_from(_alert(found))


def _newest_thread(members: sa.ColumnElement[bool], *late: sa.ColumnElement[bool]) -> sa.Select[Any]:
    threads = (
        sa.select(t.alert.c.thread)
        .join(t.alert_article, t.alert_article.c.alert_id == t.alert.c.id)
        .join(t.article, t.article.c.id == t.alert_article.c.article_id)
        .where(_RULE, t.alert.c.thread.is_not(None), members)
    )
    root = sa.select(t.alert).where(t.alert.c.key.in_(threads), *late)
    # Locked: another worker may be telling the thread's update just now, and what joins it after that would be lost.
    return root.order_by(t.alert.c.created_at.desc(), t.alert.c.id.desc()).limit(1).with_for_update()


_THREAD_OF_ARTICLE = _newest_thread(t.article.c.id == _ARTICLE)
_THREAD_OF_STORY = _newest_thread(
    t.article.c.story_id == sa.bindparam("story"), t.alert.c.created_at > sa.bindparam("opened_after")
)


def thread_from(root: AlertRow) -> Thread:
    """The thread that an alert opened."""
    facts = root.facts
    return Thread(
        alert_id=root.id,
        key=root.key,
        state=root.state,
        reason_code=root.reason.code,
        opened_at=root.created_at,
        told_at=instant_from_json(facts.get("told_at")),
        level=int(facts.get("level", 0)),
        updates=int(facts.get("updates", 0)),
        pending_id=facts.get("pending_id"),
        pending_due_at=instant_from_json(facts.get("pending_due_at")),
        known=frozenset(facts.get("known", ())),
    )


def last_hit_in_story(connection: sa.Connection, rule_id: str, story_id: int, article_id: int) -> datetime | None:
    """When the rule last fired on another article of the story."""
    query = (
        sa.select(sa.func.max(t.match.c.created_at, type_=t.UtcTime))
        .join(t.article, t.article.c.id == t.match.c.article_id)
        .where(t.match.c.rule_id == rule_id, t.match.c.fired.is_(True))
        .where(t.article.c.story_id == story_id, t.article.c.id != article_id)
    )
    found: datetime | None = connection.execute(query).scalar()
    return found


def sources_carrying(connection: sa.Connection, thread_key: str, since: datetime) -> int:
    """How many sources showed, since then, an article of a story that the thread tells of (or the article itself)."""
    mine = (
        sa.select(t.alert_article.c.article_id)
        .join(t.alert, t.alert.c.id == t.alert_article.c.alert_id)
        .where(t.alert.c.thread == thread_key)
    )
    stories = sa.select(t.article.c.story_id).where(t.article.c.id.in_(mine), t.article.c.story_id.is_not(None))
    copied = sa.select(t.article.c.id).where(t.article.c.copy_of.in_(mine))
    query = (
        sa.select(sa.func.count(sa.distinct(t.sighting.c.source_id)))
        .join(t.article, t.article.c.id == t.sighting.c.article_id)
        .where(sa.or_(t.article.c.id.in_(mine), t.article.c.id.in_(copied), t.article.c.story_id.in_(stories)))
        .where(t.sighting.c.seen_at >= since)
    )
    return int(connection.execute(query).scalar_one())


def held_counts(connection: sa.Connection, rule_id: str, since: datetime) -> list[tuple[str, str, int]]:
    """What the rule held back since then: (reason code, cue, how many), most first; waiting updates not counted."""
    query = (
        sa.select(t.alert.c.reason_code, t.alert_article.c.facts)
        .join(t.alert_article, t.alert_article.c.alert_id == t.alert.c.id)
        .where(t.alert.c.rule_id == rule_id, t.alert.c.created_at >= since)
        .where(sa.or_(t.alert.c.state == AlertState.SUPPRESSED.value, t.alert.c.reason_code == "guard"))
        .limit(1000)
    )
    counted: dict[tuple[str, str], int] = {}
    for code, facts in connection.execute(query):
        pair = (code, facts.get("cue") or "")
        counted[pair] = counted.get(pair, 0) + 1
    return sorted(((*pair, count) for pair, count in counted.items()), key=lambda entry: -entry[2])


def set_pending(connection: sa.Connection, root_id: int, pending_id: int | None, due_at: datetime | None) -> None:
    """Name the update of the thread that gathers members now (None: it was told)."""
    add_facts(connection, root_id, {"pending_id": pending_id, "pending_due_at": instant_to_json(due_at)})


def thread_told(connection: sa.Connection, root_id: int, now: datetime, level: int, known: Iterable[str]) -> None:
    """Something of the thread left at `now`; what people know by now."""
    already = get_alert(connection, root_id).facts.get("known", [])
    facts = {"told_at": instant_to_json(now), "level": level, "known": sorted({*already, *known})[:500]}
    add_facts(connection, root_id, facts)


def passages_in(connection: sa.Connection, alert_id: int) -> list[tuple[str | None, tuple[Passage, ...]]]:
    """The language and the passages of each article of the alert."""
    query = (
        sa.select(t.article.c.language, t.alert_article.c.facts)
        .join(t.article, t.article.c.id == t.alert_article.c.article_id)
        .where(t.alert_article.c.alert_id == alert_id)
    )
    return [(language, passages_from_json(facts)) for language, facts in connection.execute(query)]


def without_channel(connection: sa.Connection) -> list[AlertRow]:
    """Alerts that were held because no channel was configured for them."""
    query = sa.select(t.alert).where(t.alert.c.state == AlertState.HELD.value, t.alert.c.reason_code == "no-channel")
    return [_alert(row) for row in connection.execute(query.order_by(t.alert.c.id)).mappings()]
