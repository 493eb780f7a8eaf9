"""What the last document of each source listed: hashes of its items, by which known ones are cut out unread.

It stands apart from `source`, whose row is written twice at every poll: a document of fifty items would fill several
pages of it, and it changes in one poll of ten.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from monitor.store import tables as t

_D = t.document.c
_LISTED = sa.select(_D.source_id, _D.item_hashes).where(_D.source_id.in_(sa.bindparam("ids", expanding=True)))


def listed_by(connection: sa.Connection, source_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The hashes of the items that each source listed last; those that have listed nothing yet are left out."""
    rows = connection.execute(_LISTED, {"ids": tuple(source_ids)})
    return {row.source_id: tuple(row.item_hashes) for row in rows}


def keep_listed(connection: sa.Connection, source_id: str, item_hashes: tuple[str, ...]) -> None:
    """Remember what a source has listed now; nothing is written where it is what it was."""
    known = listed_by(connection, (source_id,)).get(source_id)
    if known is None and item_hashes:
        connection.execute(sa.insert(t.document), [{"source_id": source_id, "item_hashes": list(item_hashes)}])
    elif known is not None and known != item_hashes:
        written = sa.update(t.document).where(_D.source_id == source_id).values(item_hashes=list(item_hashes))
        connection.execute(written)


def forget_listed(connection: sa.Connection, source_ids: Iterable[str]) -> None:
    """These sources have another address: what they listed under the old one says nothing."""
    connection.execute(sa.delete(t.document).where(_D.source_id.in_(tuple(source_ids))))
