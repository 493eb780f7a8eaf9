"""Sources in the database: kept equal to the configuration, given back with what a poll taught."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from monitor.model.fetched import Fetched
from monitor.model.poll import PollDecision
from monitor.model.source import Health, PollMemory, SourceSpec
from monitor.store import hosts, leases
from monitor.store import tables as t
from monitor.store.documents import forget_listed, keep_listed
from monitor.store.due import Choice, ClaimedSource
from monitor.store.leases import Lease
from monitor.store.many import run_many
from monitor.store.memory import memory_from_json, memory_to_json

FOUNDED = "founded_at"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a new configuration changed; ids of sources."""

    founded: bool
    """The database was started for the first time: its sources are silent at their first poll."""
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


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
    for record in sorted(records, key=lambda record: record.host):  # in this order units wait for each other's hosts
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
