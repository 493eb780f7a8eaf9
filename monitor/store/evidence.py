"""The fetched body of matched articles: what was on the page, as it came, with its hash and headers."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.model.content import Content, whole
from monitor.store import tables as t
from monitor.store.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Body:
    """A document as it was received (decompressed) and the headers that came with it."""

    url: str
    headers: tuple[tuple[str, str], ...]
    content: Content
    fetched_at: datetime


def keep_body(connection: sa.Connection, article_id: int, revision: int, body: Body) -> None:
    """Keep a body as evidence of a match; the first one of a revision stays."""
    content = whole(body.content)
    row = {
        "article_id": article_id,
        "revision": revision,
        "url": body.url,
        "sha256": hashlib.sha256(content).hexdigest(),
        "headers": [list(header) for header in body.headers],
        "content": zlib.compress(content),
        "fetched_at": body.fetched_at,
    }
    connection.execute(insert_new(connection, t.body), [row])


def body_of(connection: sa.Connection, article_id: int, revision: int) -> tuple[Body, str] | None:
    """A kept body and its SHA-256."""
    b = t.body.c
    row = connection.execute(sa.select(t.body).where(b.article_id == article_id, b.revision == revision)).first()
    if row is None:
        return None
    headers = tuple((str(name), str(value)) for name, value in row.headers)
    return Body(row.url, headers, zlib.decompress(row.content), row.fetched_at), row.sha256
