"""Claiming due rows: one pattern for sources, articles, timers and deliveries.

A claim writes owner and end of the lease and raises `lease_epoch`; whoever completes the work says which epoch it
claimed, so a worker that slept through its lease cannot overwrite the result of the one that took over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.dml import ReturningUpdate

from monitor.errors import LeaseLost
from monitor.model.alert import DeliveryState
from monitor.store import tables as t
from monitor.store.many import run_many

CLAIMABLE = (t.source, t.article, t.timer, t.delivery, t.subscription)

_WAITS: dict[sa.Table, sa.ColumnElement[bool]] = {
    t.article: t.article.c.reading > "",  # SQLite looks for a value in its index, but not for any that is not null
    t.delivery: t.delivery.c.state.in_(
        [state.value for state in (DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.SENDING)]
    ),
}
"""Of tables that grow with the years: what waits, in the words of an index.  Only such rows are ever held."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to complete one row: fails with `LeaseLost` once another owner took it."""

    owner: str
    epoch: int


NOW: sa.BindParameter[Any] = sa.bindparam("now")
"""In statements that are built once: the instant of the claim.  `claim` fills it in."""


def is_free(table: sa.FromClause, now: datetime | sa.BindParameter[Any] = NOW) -> sa.ColumnElement[bool]:
    """Nobody holds the row, or its holder's time is over."""
    return sa.or_(table.c.lease_owner.is_(None), table.c.lease_until < now)


def is_held(table: sa.Table) -> sa.ColumnElement[bool]:
    """Somebody holds the row, or held it when he died."""
    return sa.and_(_WAITS.get(table, sa.true()), table.c.lease_owner.is_not(None))


def claiming(table: sa.Table, candidates: sa.Select[Any]) -> ReturningUpdate[Any]:
    """The statement that leases the rows whose ids `candidates` selects, to be built once and given to `claim`.

    PostgreSQL skips rows that another worker is just claiming.  `candidates` selects one column, `table.c.id`, and says
    which rows are due, in which order, how many; it should include `is_free`, and names what varies as parameters.
    """
    # SQLite has one writer anyway.  PostgreSQL may ask a subquery again for every row, each time without those that it
    # has taken already: more rows than are wanted, all of them in the end.  What is materialised is asked once.
    found = candidates.with_for_update(skip_locked=True, of=table).cte("found")
    found = found.prefix_with("MATERIALIZED", dialect="postgresql")
    return (
        sa.update(table)
        .where(table.c.id.in_(sa.select(found.c.id)))
        .values(
            lease_owner=sa.bindparam("owner"),
            lease_until=sa.bindparam("until"),
            lease_epoch=table.c.lease_epoch + 1,
        )
        .returning(*table.c)
    )


def claim(
    connection: sa.Connection,
    claiming: ReturningUpdate[Any],
    *,
    owner: str,
    now: datetime,
    lease_s: float,
    **values: Any,
) -> list[dict[str, Any]]:
    """Lease the rows that a statement of `claiming` finds with these `values`; as they are after it, in no order."""
    until = now + timedelta(seconds=lease_s)
    rows = connection.execute(claiming, {"owner": owner, "now": now, "until": until} | values)
    return [dict(row) for row in rows.mappings()]


def holds(table: sa.Table, lease: Lease) -> sa.ColumnElement[bool]:
    """The condition under which a completing update may write."""
    return sa.and_(table.c.lease_owner == lease.owner, table.c.lease_epoch == lease.epoch)


def complete(connection: sa.Connection, table: sa.Table, row_id: Any, lease: Lease, values: dict[str, Any]) -> None:
    """Write `values` to a claimed row and give it back; `LeaseLost` (so the unit rolls back) if it is not ours."""
    complete_all(connection, table, [(row_id, lease, values)], tuple(sorted(values)))


def complete_all(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[tuple[Any, Lease, Mapping[str, Any]]],
    names: tuple[str, ...],
) -> None:
    """Like `complete` for many rows (id, lease, values) of the same columns `names`; one that is not ours fails all."""
    values = [
        {"row": row_id, "owner": lease.owner, "epoch": lease.epoch} | {f"new_{name}": new[name] for name in names}
        for row_id, lease, new in rows
    ]
    if run_many(connection, _completing(table, names), values) != len(values):
        named = ", ".join(str(row_id) for row_id, _, _ in rows)
        raise LeaseLost(f"{table.name} {named}: belongs to somebody else by now")


@lru_cache(maxsize=64)
def _completing(table: sa.Table, names: tuple[str, ...]) -> sa.Update:
    held = sa.and_(table.c.lease_owner == sa.bindparam("owner"), table.c.lease_epoch == sa.bindparam("epoch"))
    written: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in names}
    return (
        sa.update(table)
        .where(table.c.id == sa.bindparam("row"), held)
        .values({"lease_owner": None, "lease_until": None} | written)
    )


def renew(
    connection: sa.Connection, table: sa.Table, ids: Sequence[Any], *, owner: str, now: datetime, lease_s: float
) -> int:
    """Prolong the leases that `owner` still holds on `ids`; how many that were."""
    statement = (
        sa.update(table)
        .where(table.c.id.in_(ids), table.c.lease_owner == owner)
        .values(lease_until=now + timedelta(seconds=lease_s))
    )
    return connection.execute(statement).rowcount


def release(connection: sa.Connection, table: sa.Table, ids: Sequence[Any], *, owner: str) -> None:
    """Give rows back untouched (shutting down, no longer configured)."""
    connection.execute(
        sa.update(table)
        .where(table.c.id.in_(ids), table.c.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


def give_back(connection: sa.Connection, table: sa.Table, claims: Sequence[tuple[Any, Lease]]) -> None:
    """Give rows (id, lease) back untouched where the claim was committed: for one whose commit nobody confirmed."""
    values = [{"row": row_id, "owner": lease.owner, "epoch": lease.epoch} for row_id, lease in claims]
    run_many(connection, _completing(table, ()), values)


def voided(table: sa.Table) -> dict[str, Any]:
    """What ends a lease that somebody may still hold: whoever does has lost it."""
    return {"lease_owner": None, "lease_until": None, "lease_epoch": table.c.lease_epoch + 1}


def void_all(connection: sa.Connection) -> int:
    """End every lease: only for one who knows that all former owners are dead (see `lock`).  How many there were."""
    ended = 0
    for table in CLAIMABLE:
        statement = sa.update(table).where(is_held(table)).values(voided(table))
        ended += connection.execute(statement).rowcount
    return ended
