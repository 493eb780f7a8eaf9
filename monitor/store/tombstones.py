"""What stays of removed entries, so that an item which its source still shows does not come back as news."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.documents import listed_by
from monitor.store.listed import select_named
from monitor.store.many import run_many
from monitor.store.memory import memory_from_json
from monitor.store.upsert import insert_new

EVERYWHERE = ""
"""In place of a source: what no source can bring back."""

_BURIED = """, owner(asker, kind, name, source_id) AS (
    SELECT asker, kind, name, asker FROM named UNION ALL SELECT asker, kind, name, '' FROM named
)
SELECT owner.asker, tombstone.key, tombstone.purged_at
FROM owner CROSS JOIN tombstone
WHERE tombstone.source_id = owner.source_id AND tombstone.key = owner.name
ORDER BY tombstone.purged_at
"""


def bury(connection: sa.Connection, source_id: str, keys: Iterable[str], *, now: datetime) -> None:
    """Remember entries that are removed, or that are shown although they were, by their tombstone keys."""
    wanted = sorted(set(keys))
    if not wanted:
        return
    of = t.tombstone.c
    known = sa.update(t.tombstone).where(of.source_id == source_id, of.key == sa.bindparam("known"))
    connection.execute(known.values(purged_at=now), [{"known": key} for key in wanted])
    rows = [{"source_id": source_id, "key": key, "purged_at": now} for key in wanted]
    run_many(connection, insert_new(connection, t.tombstone), rows)


def buried(connection: sa.Connection, keys: Mapping[str, Collection[str]]) -> dict[str, dict[str, datetime]]:
    """Which of its tombstone keys each source has, and when they were set last."""
    found: dict[str, dict[str, datetime]] = {source_id: {} for source_id in keys}
    wanted = {source_id: {"tombstone": of_source} for source_id, of_source in keys.items()}
    for row in select_named(connection, wanted, _BURIED, purged_at=t.UtcTime):
        found[row.asker][row.key] = row.purged_at
    return found


def sources_with_aged(connection: sa.Connection, before: datetime) -> list[str]:
    """The sources that have tombstones set before then."""
    of = t.tombstone.c
    return list(connection.execute(sa.select(of.source_id).where(of.purged_at < before).distinct()).scalars())


def shown_by(connection: sa.Connection, source_id: str) -> frozenset[str] | None:
    """Hashes of the items in the last document of a source that is watched; None where it has yet to be read."""
    s = t.source.c
    row = connection.execute(sa.select(s.configured, s.memory).where(s.id == source_id)).first()
    if row is None or not row.configured:
        return frozenset()
    if memory_from_json(row.memory).body_hash is None:
        return None
    return frozenset(listed_by(connection, (source_id,)).get(source_id, ()))


def unbury(connection: sa.Connection, source_id: str, before: datetime, shown: frozenset[str], now: datetime) -> int:
    """Delete the source's tombstones that were set before then; how many.

    What was removed together stays together: while one of its keys is among those `shown`, all of it lives on.
    """
    of = t.tombstone.c
    groups: dict[datetime, set[str]] = defaultdict(set)
    rows = connection.execute(sa.select(of.purged_at, of.key).where(of.source_id == source_id, of.purged_at < before))
    for row in rows:
        groups[row.purged_at].add(row.key)
    ended = [at for at, keys in groups.items() if keys.isdisjoint(shown)]
    lasting = [at for at in groups if at not in ended]
    same = sa.and_(of.source_id == source_id, of.purged_at == sa.bindparam("at"))
    if lasting:
        renewed = sa.update(t.tombstone).where(same).values(purged_at=now)
        connection.execute(renewed, [{"at": at} for at in lasting])
    if ended:
        connection.execute(sa.delete(t.tombstone).where(same), [{"at": at} for at in ended])
    return sum(len(groups[at]) for at in ended)
