"""The fetched body of matched articles: what was on the page, as it came, with its hash and headers.

A feed's document is the body of each of its articles that a rule has met: it is kept once, by its hash.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Sequence
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


@dataclass(frozen=True, slots=True)
class Kept:
    """The body of a revision of an article."""

    article_id: int
    revision: int
    body: Body


def keep_bodies(connection: sa.Connection, kept: Sequence[Kept]) -> None:
    """Keep bodies as evidence of matches; the first one of a revision stays."""
    contents = {id(each.body.content): each.body.content for each in kept}
    hashes = {key: hashlib.sha256(whole(content)).hexdigest() for key, content in contents.items()}
    missing = set(hashes.values()) - _held(connection, hashes.values())
    for key, sha256 in hashes.items():
        if sha256 in missing:
            row = {"sha256": sha256, "content": zlib.compress(whole(contents[key]))}
            connection.execute(insert_new(connection, t.evidence), [row])
            missing.discard(sha256)
    rows = [
        {
            "article_id": each.article_id,
            "revision": each.revision,
            "url": each.body.url,
            "sha256": hashes[id(each.body.content)],
            "headers": [list(header) for header in each.body.headers],
            "fetched_at": each.body.fetched_at,
        }
        for each in kept
    ]
    if rows:
        connection.execute(insert_new(connection, t.body), rows)


def body_of(connection: sa.Connection, article_id: int, revision: int) -> tuple[Body, str] | None:
    """A kept body and its SHA-256."""
    b, e = t.body.c, t.evidence.c
    query = sa.select(t.body, e.content).join_from(t.body, t.evidence, e.sha256 == b.sha256)
    row = connection.execute(query.where(b.article_id == article_id, b.revision == revision)).first()
    if row is None:
        return None
    headers = tuple((str(name), str(value)) for name, value in row.headers)
    return Body(row.url, headers, zlib.decompress(row.content), row.fetched_at), row.sha256


def forget_bodies(connection: sa.Connection, article_ids: Sequence[int]) -> None:
    """Delete what was kept of these articles, and the documents that nobody else names."""
    b, e = t.body.c, t.evidence.c
    named = set(connection.execute(sa.select(b.sha256).where(b.article_id.in_(article_ids))).scalars())
    connection.execute(sa.delete(t.body).where(b.article_id.in_(article_ids)))
    _held(connection, named)
    unnamed = sa.not_(sa.exists().where(b.sha256 == e.sha256))
    connection.execute(sa.delete(t.evidence).where(e.sha256.in_(named), unnamed))


def _held(connection: sa.Connection, hashes: Collection[str]) -> set[str]:
    """Those of the documents that are there, and stay as they are until the end of the unit.

    Locked (PostgreSQL): who forgets a document waits for who is just naming it, and then finds it named.
    """
    e = t.evidence.c
    query = sa.select(e.sha256).where(e.sha256.in_(hashes)).order_by(e.sha256).with_for_update()
    return set(connection.execute(query).scalars())
