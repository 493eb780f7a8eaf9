"""Sources in the database: kept equal to the configuration, claimed when due, given back with what a poll taught."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.sql.dml import ReturningUpdate

from monitor.model.fetched import Fetched
from monitor.model.poll import PollDecision
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory, SourceKind, SourceSpec
from monitor.model.websub import Subscription
from monitor.store import hosts, leases
from monitor.store import tables as t
from monitor.store.documents import forget_listed, keep_listed, listed_by
from monitor.store.leases import Lease
from monitor.store.many import run_many
from monitor.store.memory import memory_from_json, memory_to_json

FOUNDED = "founded_at"
LOOKED_AT = 4
"""So many due sources are looked at for each that may be claimed; some are of hosts that have enough in hand."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a new configuration changed; ids of sources."""

    founded: bool
    """The database was started for the first time: its sources are silent at their first poll."""
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What was found behind an address (`site:`, or a page that declares its feed), so that it is not sought again."""

    kind: SourceKind
    url: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class ClaimedSource:
    """A source to poll now, as the database knows it."""

    id: str
    lease: Lease
    memory: PollMemory
    founding: bool
    baseline_at: datetime | None
    added_at: datetime
    choice: Choice | None = None
    subscription: Subscription | None = None
    """At the hub that the source names, while hubs are asked at all."""


@dataclass(frozen=True, slots=True)
class PollRecord:
    """The result of one poll, to be written with what it brought.  `next_at` None: never again by itself."""

    source_id: str
    lease: Lease
    memory: PollMemory
    next_at: datetime | None
    started_at: datetime
    elapsed_s: float
    status: int | None
    outcome: str
    """`unchanged`, `new`, `baseline` or the code of the failure."""
    bytes: int = 0
    items: int = 0
    new_items: int = 0
    possible_loss: bool = False
    choice: Choice | None = None
    host_blocked_until: datetime | None = None
    host: str = ""

    @classmethod
    def of(
        cls,
        claimed: ClaimedSource,
        fetched: Fetched,
        decision: PollDecision,
        *,
        choice: Choice | None = None,
        counts: tuple[int, int] = (0, 0),
    ) -> PollRecord:
        """The record of a poll whose answer was `fetched`; `counts` are its items and how many of them are new."""
        return cls(
            source_id=claimed.id,
            lease=claimed.lease,
            memory=decision.memory,
            next_at=decision.next_at,
            started_at=fetched.started_at,
            elapsed_s=fetched.elapsed_s,
            status=fetched.status,
            outcome=decision.outcome_code,
            bytes=fetched.size,
            items=counts[0],
            new_items=counts[1],
            possible_loss=decision.possible_loss,
            choice=choice,
            host_blocked_until=decision.host_blocked_until,
            host=host_of(fetched.final_url),
        )


def sync_sources(connection: sa.Connection, specs: Sequence[SourceSpec], now: datetime) -> SyncReport:
    """Make the rows equal to the configuration.  A source is its id: a new address keeps its baseline and its past.

    A removed source keeps its row (its articles name it) and is not polled; when it returns it goes on as before.
    """
    founded = _found(connection, now)
    rows = {row["id"]: dict(row) for row in connection.execute(sa.select(t.source)).mappings()}
    added = [spec for spec in specs if spec.id not in rows]
    changed = [spec for spec in specs if spec.id in rows and _differs(spec, rows[spec.id])]
    wanted = {spec.id for spec in specs}
    removed = [row_id for row_id, row in rows.items() if row["configured"] and row_id not in wanted]
    if added:
        connection.execute(sa.insert(t.source), [_new_row(spec, now, founded=founded) for spec in added])
    for spec in changed:
        connection.execute(
            sa.update(t.source).where(t.source.c.id == spec.id).values(_changes(spec, rows[spec.id], now))
        )
    forget_listed(connection, [spec.id for spec in changed if _moved(spec, rows[spec.id])])
    if removed:
        connection.execute(
            sa.update(t.source)
            .where(t.source.c.id == sa.bindparam("row"))
            .values(configured=False, due_at=None, **leases.voided(t.source)),
            [{"row": row_id} for row_id in removed],
        )
    return SyncReport(founded, tuple(s.id for s in added), tuple(s.id for s in changed), tuple(removed))


def add_source(connection: sa.Connection, spec: SourceSpec, now: datetime) -> None:
    """A source beside the configured ones."""
    connection.execute(sa.insert(t.source), [_new_row(spec, now, founded=False)])


def claim_due(
    connection: sa.Connection, *, owner: str, now: datetime, lease_s: float, limit: int, per_host: int
) -> list[ClaimedSource]:
    """Lease up to `limit` due sources, longest overdue first, so that no host has more than `per_host` in hand."""
    values = {"per_host": per_host}
    return _claim_by_turns(connection, _CLAIM_DUE, owner=owner, now=now, lease_s=lease_s, limit=limit, values=values)


def claim_all(
    connection: sa.Connection, *, since: datetime, owner: str, now: datetime, lease_s: float, limit: int, per_host: int
) -> list[ClaimedSource]:
    """For `once --all`: sources neither paused nor gone, not polled since `since`; due or not, blocked or not."""
    values = {"since": since, "per_host": per_host}
    return _claim_by_turns(connection, _CLAIM_ALL, owner=owner, now=now, lease_s=lease_s, limit=limit, values=values)


def is_any_left(connection: sa.Connection, *, now: datetime, since: datetime | None = None) -> bool:
    """Whether a source that `claim_due` (`claim_all` with `since`) is for is in nobody's hand, or its host has no room.

    A claim that finds nothing says less: another worker may just be claiming, and have those rows locked.
    """
    found = connection.execute(_LEFT_DUE if since is None else _LEFT, {"now": now, "since": since})
    return found.first() is not None


def claim_ids(
    connection: sa.Connection, ids: Sequence[str], *, owner: str, now: datetime, lease_s: float
) -> list[ClaimedSource]:
    """Lease those of the sources that are watched and free, due or not."""
    return _claim(connection, _CLAIM_IDS, owner=owner, now=now, lease_s=lease_s, values={"ids": ids})


def complete_polls(connection: sa.Connection, records: Sequence[PollRecord]) -> None:
    """Write polls' results in the unit that writes their entries; `LeaseLost` rolls all of it back."""
    if not records:
        return
    alike: dict[tuple[str, ...], list[tuple[str, Lease, dict[str, Any]]]] = {}
    for record in records:
        row = _row_after(record)
        alike.setdefault(tuple(sorted(row)), []).append((record.source_id, record.lease, row))
    for names, rows in alike.items():
        leases.complete_all(connection, t.source, rows, names)
    keep_listed(connection, {record.source_id: record.memory.item_hashes for record in records})
    _add_history(connection, records)


def record_polls(connection: sa.Connection, records: Sequence[PollRecord]) -> None:
    """Many polls that brought nothing, in one unit: what was listed stays.  A lost lease drops its own record only."""
    if not records:
        return
    rows = []
    for record in records:
        row = {f"new_{name}": value for name, value in _row_after(record).items() if name in _WRITTEN}
        rows.append({"row": record.source_id, "owner": record.lease.owner, "epoch": record.lease.epoch, **row})
    run_many(connection, _RECORD, rows)
    _add_history(connection, records)


def _add_history(connection: sa.Connection, records: Sequence[PollRecord]) -> None:
    run_many(connection, _ADD_HISTORY, [_history(record) for record in records])
    for record in records:
        if record.host_blocked_until is not None:
            hosts.block(connection, record.host, record.host_blocked_until, record.started_at)


def poll_now(connection: sa.Connection, ids: Sequence[str], now: datetime) -> int:
    """Make sources due (`sources poll`), gone ones too; how many of them are configured and not paused."""
    statement = (
        sa.update(t.source)
        .where(t.source.c.id.in_(ids), t.source.c.configured, sa.not_(t.source.c.paused))
        .values(due_at=now, gone=False)
    )
    return connection.execute(statement).rowcount


def host_of(url: str) -> str:
    """Scheme, name and port: what one server's patience is counted by."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()


def _found(connection: sa.Connection, now: datetime) -> bool:
    if connection.execute(sa.select(t.meta.c.key).where(t.meta.c.key == FOUNDED)).first() is not None:
        return False
    connection.execute(sa.insert(t.meta).values(key=FOUNDED, value=now.isoformat()))
    return True


def _hash(spec: SourceSpec) -> str:
    # Secrets stay out: a short hash of a password can be guessed.
    public = replace(spec, headers=(), auth=None, proxy=None)
    return hashlib.sha256(repr(public).encode()).hexdigest()[:16]


def _differs(spec: SourceSpec, row: Mapping[str, Any]) -> bool:
    return not row["configured"] or row["spec_hash"] != _hash(spec)


def _from_spec(spec: SourceSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "kind": spec.kind.value,
        "url": spec.url,
        "tags": list(spec.tags),
        "host": host_of(spec.url),
        "spec_hash": _hash(spec),
        "configured": True,
        "paused": spec.paused,
        "keep_s": None if spec.keep_s is None else round(spec.keep_s),
    }


def _new_row(spec: SourceSpec, now: datetime, *, founded: bool) -> dict[str, Any]:
    return _from_spec(spec) | {
        "id": spec.id,
        "gone": False,
        "added_at": now,
        "founding": founded,
        "health": Health.NEW.value,
        "memory": {},
        "due_at": None if spec.paused else now,
    }


def _changes(spec: SourceSpec, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    moved = _moved(spec, row)
    values = _from_spec(spec)
    if moved or spec.paused:
        # A poll that is under way asked the old address, or should not have asked: its result is not to be written.
        values |= leases.voided(t.source)
    if moved:
        values |= {"choice": None, "gone": False, "memory": _memory_after_move(row["memory"])}
    if spec.paused or (row["gone"] and not moved):
        return values | {"due_at": None}
    last = row["last_polled_at"]
    latest = now if moved or last is None else max(now, last + timedelta(seconds=spec.every_s))
    due = row["due_at"]
    return values | {"due_at": latest if due is None else min(due, latest)}


def _moved(spec: SourceSpec, row: Mapping[str, Any]) -> bool:
    return bool(row["url"] != spec.url or row["kind"] != spec.kind.value)


def _memory_after_move(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A new address: what was learnt of the old server goes, what is known of the source (its baseline) stays."""
    memory = memory_from_json(stored)
    return memory_to_json(
        replace(
            PollMemory(),
            baseline_at=memory.baseline_at,
            ids_unstable=memory.ids_unstable,
            rhythm_s=memory.rhythm_s,
            last_new_at=memory.last_new_at,
            last_polled_at=memory.last_polled_at,
        )
    )


def _claim(
    connection: sa.Connection,
    claiming: ReturningUpdate[Any],
    *,
    owner: str,
    now: datetime,
    lease_s: float,
    values: Mapping[str, Any],
) -> list[ClaimedSource]:
    rows = leases.claim(connection, claiming, owner=owner, now=now, lease_s=lease_s, **values)
    listed = listed_by(connection, [row["id"] for row in rows]) if rows else {}
    return [_claimed(row, owner, listed.get(row["id"], ())) for row in rows]


def _claim_by_turns(
    connection: sa.Connection,
    claiming: ReturningUpdate[Any],
    *,
    owner: str,
    now: datetime,
    lease_s: float,
    limit: int,
    values: Mapping[str, Any],
) -> list[ClaimedSource]:
    claimed: list[ClaimedSource] = []
    while room := limit - len(claimed):
        looked_at = {"limit": room, "among": LOOKED_AT * room}
        more = _claim(connection, claiming, owner=owner, now=now, lease_s=lease_s, values={**values, **looked_at})
        if not more:
            break
        claimed += more  # hosts that are full now no longer stand before the others
    return claimed


def _by_turns(*due: sa.ColumnElement[bool]) -> ReturningUpdate[Any]:
    """Claims up to `limit` of the sources that are due in this sense, so that no host has more than `per_host`."""
    found = _longest_overdue(*due).subquery("found")
    turn = sa.func.row_number().over(partition_by=found.c.host, order_by=(found.c.due_at, found.c.id))
    ranked = sa.select(found.c.id, found.c.due_at, (turn + found.c.in_hand).label("turn")).subquery("ranked")
    allowed = sa.select(ranked.c.id).where(ranked.c.turn <= sa.bindparam("per_host"))
    chosen = allowed.order_by(ranked.c.due_at).limit(sa.bindparam("limit"))
    # A window function cannot be combined with FOR UPDATE: the outer select is what locks and skips.
    return leases.claiming(
        t.source, sa.select(t.source.c.id).where(t.source.c.id.in_(chosen), leases.is_free(t.source))
    )


def _longest_overdue(*due: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The first `among` of those that are due on hosts with room: a claim must not cost more with every source."""
    leased = t.source.alias("leased")
    of_host = (
        sa.select(leased.c.host, sa.func.count().label("number"))
        .where(leased.c.lease_owner.is_not(None), leased.c.lease_until >= leases.NOW)
        .group_by(leased.c.host)
        .subquery("of_host")
    )
    in_hand = sa.func.coalesce(of_host.c.number, 0)
    hosts_too = t.source.outerjoin(t.host, t.host.c.name == t.source.c.host)
    return (
        sa.select(t.source.c.id, t.source.c.host, t.source.c.due_at, in_hand.label("in_hand"))
        .select_from(hosts_too.outerjoin(of_host, of_host.c.host == t.source.c.host))
        .where(leases.is_free(t.source), *due, in_hand < sa.bindparam("per_host"))
        .order_by(t.source.c.due_at)
        .limit(sa.bindparam("among"))
    )


def _left(*due: sa.ColumnElement[bool]) -> sa.Select[Any]:
    hosts_too = t.source.outerjoin(t.host, t.host.c.name == t.source.c.host)
    return sa.select(t.source.c.id).select_from(hosts_too).where(leases.is_free(t.source), *due).limit(1)


_DUE = (
    t.source.c.due_at <= leases.NOW,
    sa.or_(t.host.c.blocked_until.is_(None), t.host.c.blocked_until <= leases.NOW),
)
_NOT_POLLED = (
    t.source.c.configured,
    sa.not_(t.source.c.paused),
    sa.not_(t.source.c.gone),
    sa.or_(t.source.c.last_polled_at.is_(None), t.source.c.last_polled_at < sa.bindparam("since")),
)
_CLAIM_DUE, _LEFT_DUE = _by_turns(*_DUE), _left(*_DUE)
_CLAIM_ALL, _LEFT = _by_turns(*_NOT_POLLED), _left(*_NOT_POLLED)
_CLAIM_IDS = leases.claiming(
    t.source,
    sa.select(t.source.c.id).where(
        t.source.c.id.in_(sa.bindparam("ids", expanding=True)),
        t.source.c.configured,
        sa.not_(t.source.c.paused),
        leases.is_free(t.source),
    ),
)


def _claimed(row: Mapping[str, Any], owner: str, listed: tuple[str, ...]) -> ClaimedSource:
    choice = row["choice"]
    return ClaimedSource(
        id=row["id"],
        lease=Lease(owner, row["lease_epoch"]),
        memory=memory_from_json(row["memory"], listed),
        founding=row["founding"],
        baseline_at=row["baseline_at"],
        added_at=row["added_at"],
        choice=choice and Choice(SourceKind(choice["kind"]), choice["url"], Reason(*choice["reason"])),
    )


_WRITTEN = ("baseline_at", "health", "reason_code", "reason", "last_polled_at", "memory", "due_at", "attempts", "gone")
_RECORD = (
    sa.update(t.source)
    .where(
        t.source.c.id == sa.bindparam("row"),
        t.source.c.lease_owner == sa.bindparam("owner"),
        t.source.c.lease_epoch == sa.bindparam("epoch"),
    )
    .values(lease_owner=None, lease_until=None, **{name: sa.bindparam(f"new_{name}") for name in _WRITTEN})
)
_ADD_HISTORY = sa.insert(t.poll)


def _row_after(record: PollRecord) -> dict[str, Any]:
    memory = record.memory
    values = {
        "baseline_at": memory.baseline_at,
        "health": memory.health.value,
        "reason_code": memory.reason and memory.reason.code,
        "reason": memory.reason and memory.reason.text,
        "last_polled_at": max(filter(None, (memory.last_polled_at, record.started_at))),
        "memory": memory_to_json(memory),
        "due_at": record.next_at,
        "attempts": memory.errors_in_a_row,
        "gone": memory.health is Health.GONE,
    }
    if (choice := record.choice) is not None:
        values["choice"] = {
            "kind": choice.kind.value,
            "url": choice.url,
            "reason": [choice.reason.code, choice.reason.text],
        }
    return values


def _history(record: PollRecord) -> dict[str, Any]:
    reason = record.memory.reason
    return {
        "source_id": record.source_id,
        "started_at": record.started_at,
        "elapsed_ms": round(record.elapsed_s * 1000),
        "status": record.status,
        "outcome": record.outcome,
        "reason": reason and reason.text,
        "bytes": record.bytes,
        "items": record.items,
        "new_items": record.new_items,
        "possible_loss": record.possible_loss,
    }
