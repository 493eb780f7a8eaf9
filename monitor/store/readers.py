"""Subscriptions by mail: who asked for what, who confirmed it, who left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.model.alert import DeliveryState
from monitor.model.reasons import Reason
from monitor.model.subscription import CHANNEL, OWN_RULE, Subscription, SubscriptionKind, SubscriptionState
from monitor.store import tables as t

_C = t.reader.c
_ACTIVE = _C.state == SubscriptionState.ACTIVE.value
_STORY = sa.case((_C.kind == SubscriptionKind.STORY.value, sa.cast(_C.subject, sa.BigInteger)))
"""The number of the story that is subscribed to; compared the other way round, every story would have to be read."""
_COLUMNS = sa.select(
    _C.id,
    _C.kind,
    _C.subject,
    _C.address,
    _C.language,
    _C.state,
    _C.reason,
    _C.asked_at,
    _C.confirmed_at,
    _C.ended_at,
)


@dataclass(frozen=True, slots=True)
class Requests:
    """What was asked for since a time, and what an address has now."""

    by_address: int
    by_client: int
    altogether: int
    open: int
    known: bool


def requests(
    connection: sa.Connection, address: str, client: str, kind: SubscriptionKind, subject: str, *, since: datetime
) -> Requests:
    """What decides about a new request."""
    late = _C.asked_at >= since
    same, mine = _C.address == address, _C.state != SubscriptionState.ENDED.value
    counts = [sa.func.count().filter(late, condition) for condition in (same, _C.client == client, sa.true())]
    alike = sa.and_(same, mine, _C.kind == kind.value, _C.subject == subject)
    counts += [sa.func.count().filter(same, mine), sa.func.count().filter(alike)]
    row = connection.execute(sa.select(*counts).where(sa.or_(late, same))).one()
    return Requests(*row[:4], known=bool(row[4]))


def add_subscription(
    connection: sa.Connection,
    kind: SubscriptionKind,
    subject: str,
    address: str,
    *,
    language: str,
    client: str,
    reason: Reason,
    now: datetime,
) -> int:
    """A request that its owner has to confirm; its id."""
    row = {
        "kind": kind.value,
        "subject": subject,
        "address": address,
        "language": language,
        "state": SubscriptionState.ASKED.value,
        "reason_code": reason.code,
        "reason": reason.text,
        "client": client,
        "asked_at": now,
    }
    return int(connection.execute(sa.insert(t.reader).values(row).returning(_C.id)).scalar_one())


def get_subscription(connection: sa.Connection, subscription_id: int) -> Subscription | None:
    """The subscription of that id."""
    row = connection.execute(_COLUMNS.where(_C.id == subscription_id)).mappings().first()
    return None if row is None else _subscription(row)


def list_subscriptions(connection: sa.Connection, *, limit: int = 50, before: int | None = None) -> list[Subscription]:
    """The newest first; `before` is the id of the last one on the page before."""
    query = _COLUMNS.order_by(_C.id.desc()).limit(limit)
    if before is not None:
        query = query.where(_C.id < before)
    return [_subscription(row) for row in connection.execute(query).mappings()]


def confirm(connection: sa.Connection, subscription_id: int, now: datetime, *, asked_after: datetime) -> bool:
    """Its owner wants it; False for one that is not waiting, or was asked for before then."""
    waiting = (_C.id == subscription_id, _C.state == SubscriptionState.ASKED.value, _C.asked_at > asked_after)
    values = {
        "state": SubscriptionState.ACTIVE.value,
        "reason_code": "confirmed",
        "reason": "confirmed by its owner",
        "confirmed_at": now,
    }
    return connection.execute(sa.update(t.reader).where(*waiting).values(values)).rowcount == 1


def end(connection: sa.Connection, subscription_id: int, reason: Reason, now: datetime) -> bool:
    """No more mails: what waits for its turn is given up.  False when it had ended before."""
    mine = (_C.id == subscription_id, _C.state != SubscriptionState.ENDED.value)
    values = {
        "state": SubscriptionState.ENDED.value,
        "reason_code": reason.code,
        "reason": reason.text,
        "ended_at": now,
    }
    ended = connection.execute(sa.update(t.reader).where(*mine).values(values)).rowcount == 1
    d = t.delivery.c
    waiting = d.state.in_((DeliveryState.PENDING.value, DeliveryState.RETRY.value))
    connection.execute(
        sa.update(t.delivery)
        .where(d.channel == CHANNEL, d.target == str(subscription_id), waiting)
        .values(state=DeliveryState.DISCARDED.value, due_at=None, last_error_code=reason.code, last_error=reason.text)
    )
    return ended


def readers_of(connection: sa.Connection, rule_id: str) -> list[Subscription]:
    """Who hears of the alerts of a rule, a subscription's own one too."""
    if rule_id.startswith(OWN_RULE):
        number = rule_id.removeprefix(OWN_RULE)
        query = _COLUMNS.where(_ACTIVE, _C.id == (int(number) if number.isdigit() else -1))
    else:
        query = _COLUMNS.where(_ACTIVE, _C.kind == SubscriptionKind.RULE.value, _C.subject == rule_id)
    return [_subscription(row) for row in connection.execute(query.order_by(_C.id)).mappings()]


def searches(connection: sa.Connection) -> tuple[tuple[str, str], ...]:
    """(rule, expression) of what is subscribed to by searching."""
    query = sa.select(_C.id, _C.subject).where(_ACTIVE, _C.kind == SubscriptionKind.SEARCH.value).order_by(_C.id)
    return tuple((f"{OWN_RULE}{row.id}", row.subject) for row in connection.execute(query))


def followers(connection: sa.Connection) -> dict[int, list[str]]:
    """The rules of those who follow a story, by the story; one that was merged counts as what it became."""
    s = t.story.c
    query = (
        sa.select(_C.id, s.id, s.merged_into)
        .join(t.story, s.id == _STORY)
        .where(_ACTIVE, _C.kind == SubscriptionKind.STORY.value)
    )
    found: dict[int, list[str]] = {}
    for subscription_id, story_id, merged_into in connection.execute(query):
        found.setdefault(merged_into or story_id, []).append(f"{OWN_RULE}{subscription_id}")
    return found


def rule_names(connection: sa.Connection) -> dict[str, str]:
    """What the rules of subscriptions are called: the expression, or the story's headline."""
    s = t.story.c
    query = (
        sa.select(_C.id, sa.func.coalesce(s.title, _C.subject))
        .select_from(t.reader.outerjoin(t.story, s.id == _STORY))
        .where(_C.kind != SubscriptionKind.RULE.value)
    )
    return {f"{OWN_RULE}{subscription_id}": name for subscription_id, name in connection.execute(query)}


def latest_outcomes(connection: sa.Connection, subscription_id: int, *, limit: int) -> list[str | None]:
    """How its latest deliveries ended: the error's code, None for what arrived; newest first."""
    d = t.delivery.c
    query = (
        sa.select(d.state, d.last_error_code)
        .where(d.channel == CHANNEL, d.target == str(subscription_id))
        .where(d.state.in_((DeliveryState.SENT.value, DeliveryState.DEAD.value)))
        .order_by(d.id.desc())
        .limit(limit)
    )
    return [None if row.state == DeliveryState.SENT.value else row.last_error_code for row in connection.execute(query)]


def end_of_stories(connection: sa.Connection, reason: Reason, now: datetime) -> int:
    """End the subscriptions to stories that are no longer kept; how many."""
    kept = sa.exists().where(t.story.c.id == _STORY)
    open_ = _C.state != SubscriptionState.ENDED.value
    query = sa.select(_C.id).where(open_, _C.kind == SubscriptionKind.STORY.value, ~kept)
    over = list(connection.execute(query).scalars())
    return sum(end(connection, subscription_id, reason, now) for subscription_id in over)


def forget(connection: sa.Connection, *, asked_before: datetime, ended_before: datetime) -> int:
    """Delete requests that nobody confirmed and what ended long ago, addresses and all; how many."""
    stale = sa.and_(_C.state == SubscriptionState.ASKED.value, _C.asked_at <= asked_before)
    over = sa.and_(_C.state == SubscriptionState.ENDED.value, _C.ended_at <= ended_before)
    return connection.execute(sa.delete(t.reader).where(sa.or_(stale, over))).rowcount


def _subscription(row: sa.RowMapping) -> Subscription:
    known = dict(row) | {"kind": SubscriptionKind(row["kind"]), "state": SubscriptionState(row["state"])}
    return Subscription(**known)
