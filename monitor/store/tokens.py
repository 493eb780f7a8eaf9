"""Tokens in addresses: who has the address reads one rule, story or search as a feed, until it is taken back.

Only hashes are kept: an address is shown once, when it is made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.errors import UsageError
from monitor.store import tables as t

KINDS = ("rule", "story", "search")


@dataclass(frozen=True, slots=True)
class FeedToken:
    """An address that is out."""

    id: int
    kind: str
    subject: str
    created_by: str
    created_at: datetime


def add_token(
    connection: sa.Connection, token: str, kind: str, subject: str, *, created_by: str, now: datetime
) -> None:
    """Let `token` open a feed.  Raises `UsageError` for what cannot be one."""
    if kind not in KINDS or not subject:
        raise UsageError("a feed is of a rule, a story or a search")
    row = {"hash": _hash(token), "kind": kind, "subject": subject, "created_by": created_by, "created_at": now}
    connection.execute(sa.insert(t.feed_token).values(row))


def token_of(connection: sa.Connection, token: str) -> FeedToken | None:
    """What a token opens."""
    row = connection.execute(_TOKENS.where(t.feed_token.c.hash == _hash(token))).one_or_none()
    return FeedToken(*row) if row else None


def tokens(connection: sa.Connection) -> list[FeedToken]:
    """All that are out, the latest first."""
    return [FeedToken(*row) for row in connection.execute(_TOKENS.order_by(t.feed_token.c.id.desc()))]


def revoke_token(connection: sa.Connection, token_id: int) -> bool:
    """Take one back; False when there is none of that id."""
    return connection.execute(sa.delete(t.feed_token).where(t.feed_token.c.id == token_id)).rowcount == 1


_C = t.feed_token.c
_TOKENS = sa.select(_C.id, _C.kind, _C.subject, _C.created_by, _C.created_at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
