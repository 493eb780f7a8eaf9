"""Secrets that processes of one database share; nobody types them."""

from __future__ import annotations

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.upsert import insert_new


def secret(connection: sa.Connection, name: str, *, fresh: bytes) -> bytes:
    """The secret of that name; `fresh` becomes it where there is none yet."""
    known = known_secret(connection, name)
    if known is None:
        connection.execute(insert_new(connection, t.meta).values(key=f"secret_{name}", value=fresh.hex()))
        known = known_secret(connection, name)
    return known or fresh


def known_secret(connection: sa.Connection, name: str) -> bytes | None:
    """The secret of that name; None while nobody has needed it."""
    found = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == f"secret_{name}")).scalar()
    return None if found is None else bytes.fromhex(str(found))
