"""What the last document of each source listed: hashes of its items, by which known ones are cut out unread.

It stands apart from `source`, whose row is written twice at every poll: a document of fifty items would fill several
pages of it, and it changes in one poll of ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.many import run_many

_D = t.document.c
_LISTED = sa.select(_D.source_id, _D.item_hashes).where(_D.source_id.in_(sa.bindparam("ids", expanding=True)))
_LIST = sa.insert(t.document)
_RELIST = sa.update(t.document).where(_D.source_id == sa.bindparam("of")).values(item_hashes=sa.bindparam("now"))


def listed_by(connection: sa.Connection, source_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The hashes of the items that each source listed last; those that have listed nothing yet are left out."""
    rows = connection.execute(_LISTED, {"ids": tuple(source_ids)})
    return {row.source_id: tuple(row.item_hashes) for row in rows}


def keep_listed(connection: sa.Connection, listed: Mapping[str, tuple[str, ...]]) -> None:
    """Remember what sources, by their ids, have listed now; nothing is written where it is what it was."""
    known = listed_by(connection, listed)
    new = [{"source_id": id_, "item_hashes": list(now)} for id_, now in listed.items() if now and id_ not in known]
    changed = [{"of": id_, "now": list(listed[id_])} for id_, before in known.items() if before != listed[id_]]
    run_many(connection, _LIST, new)
    run_many(connection, _RELIST, changed)


def forget_listed(connection: sa.Connection, source_ids: Iterable[str]) -> None:
    """These sources have another address: what they listed under the old one says nothing."""
    connection.execute(sa.delete(t.document).where(_D.source_id.in_(tuple(source_ids))))
