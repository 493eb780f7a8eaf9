"""The words of all texts by the keys of their forms: what a searched word is to be looked up as.

Filled behind the texts (see `loops.vocabulary`), never emptied: words that nobody writes any more cost little.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.many import run_many
from monitor.store.upsert import insert_new

_READ = "vocabulary_read"
"""In `meta`: the last revision whose words are known."""
_LAST = "\U0010ffff"
_AT_ONCE = 500
"""Rows of one statement: what is held for each while it runs is many times what it says."""


@dataclass(frozen=True, slots=True)
class UnreadText:
    """A revision whose words are still to be filed."""

    revision_id: int
    language: str | None
    text: str


def unread_texts(connection: sa.Connection, *, before: datetime, limit: int) -> list[UnreadText]:
    """The next revisions, oldest first, of those written before then: younger ones may still get company."""
    r, a = t.revision.c, t.article.c
    query = (
        sa.select(r.id, a.language, a.language_sure, r.title, r.lead, r.text)
        .join(t.article, a.id == r.article_id)
        .where(r.id > _read_up_to(connection), r.created_at < before)
        .order_by(r.id)
        .limit(limit)
    )
    return [
        UnreadText(row.id, row.language if row.language_sure else None, f"{row.title}\n{row.lead}\n{row.text}")
        for row in connection.execute(query)
    ]


def any_unread(connection: sa.Connection, *, before: datetime) -> bool:
    """Whether words wait to be filed."""
    r = t.revision.c
    later = sa.select(r.id).where(r.id > _read_up_to(connection), r.created_at < before).order_by(r.id).limit(1)
    return connection.execute(later).first() is not None


def file_words(connection: sa.Connection, filed: Iterable[tuple[str, str]], *, upto: int) -> None:
    """Add (key, word) pairs, and remember up to which revision words are known."""
    pairs = sorted(set(filed))
    for begin in range(0, len(pairs), _AT_ONCE):
        rows = [{"key": key, "word": word} for key, word in pairs[begin : begin + _AT_ONCE]]
        run_many(connection, insert_new(connection, t.vocabulary), rows)
    connection.execute(insert_new(connection, t.meta).values(key=_READ, value=upto))
    connection.execute(sa.update(t.meta).where(t.meta.c.key == _READ).values(value=upto))


def words_of(connection: sa.Connection, keys: Iterable[str], *, limit: int) -> list[str]:
    """The words that are filed under one of these keys."""
    v = t.vocabulary.c
    query = sa.select(v.word).where(v.key.in_(sorted(keys))).distinct().limit(limit)
    return sorted(connection.execute(query).scalars())


def words_beginning(connection: sa.Connection, beginning: str, *, within: str = "", limit: int) -> list[str]:
    """The words that are filed under a key that begins so, and has `within` somewhere in it."""
    v = t.vocabulary.c
    query = sa.select(v.word).where(v.key >= beginning, v.key < beginning + _LAST)
    if within:
        query = query.where(v.key.contains(within, autoescape=True))
    return sorted(connection.execute(query.distinct().limit(limit)).scalars())


def _read_up_to(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == _READ)).scalar() or 0)
