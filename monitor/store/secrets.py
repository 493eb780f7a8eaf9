"""Secrets that processes of one database share; nobody types them."""

from __future__ import annotations

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.upsert import insert_new


def secret(connection: sa.Connection, name: str, *, fresh: bytes) -> bytes:
    """The secret of that name; `fresh` becomes it where there is none yet."""
    key = f"secret_{name}"
    connection.execute(insert_new(connection, t.meta).values(key=key, value=fresh.hex()))
    return bytes.fromhex(str(connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == key)).scalar_one()))
