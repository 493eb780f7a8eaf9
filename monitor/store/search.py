"""Full text search over the latest revision of every article: FTS5 on SQLite, tsvector and GIN on PostgreSQL.

The index changes in the transaction that changes the text.  Neither backend folds words to stems: a desk reads
several languages at once, and a search should find what was typed; `word*` finds the beginnings of words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from monitor.store import tables as t

_PART = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"\w+")

_INSERT = {
    "sqlite": sa.text("INSERT INTO article_search (rowid, title, text) VALUES (:id, :title, :text)"),
    "postgresql": sa.text(
        "INSERT INTO article_search (revision_id, document) VALUES "
        "(:id, setweight(to_tsvector('simple', :title), 'A') || to_tsvector('simple', :text))"
    ),
}
_DELETE = {
    # FTS5 with external content is told what it had indexed.
    "sqlite": sa.text(
        "INSERT INTO article_search (article_search, rowid, title, text) VALUES ('delete', :id, :title, :text)"
    ),
    "postgresql": sa.text("DELETE FROM article_search WHERE revision_id = :id"),
}


@dataclass(frozen=True, slots=True)
class Indexed:
    """A revision's id and the text that is searched."""

    id: int
    title: str
    text: str


def add(connection: sa.Connection, revisions: Sequence[Indexed]) -> None:
    """Make revisions findable."""
    _run(connection, _INSERT, revisions)


def remove(connection: sa.Connection, revisions: Sequence[Indexed]) -> None:
    """Make revisions unfindable (a newer one came, or they are purged); the texts must be those that were added."""
    _run(connection, _DELETE, revisions)


def hits(query: str, dialect: str) -> sa.TextualSelect | None:
    """A select of (revision_id, rank), best rank lowest; None for a query without a word.

    Words must all occur; `"several words"` is a phrase; a trailing `*` stands for any ending.
    """
    parts = [part for part in map(_part, _PART.finditer(query)) if part[0]]
    if not parts:
        return None
    if dialect == "sqlite":
        wanted = " ".join('"' + " ".join(words) + '"' + ("*" if prefix else "") for words, prefix in parts)
        statement = sa.text(
            "SELECT rowid AS revision_id, bm25(article_search, 4.0, 1.0) AS rank "
            "FROM article_search WHERE article_search MATCH :wanted"
        )
    else:
        wanted = " & ".join(
            "(" + " <-> ".join(map(_fold, words)) + (":*" if prefix else "") + ")" for words, prefix in parts
        )
        statement = sa.text(
            "SELECT revision_id, -ts_rank(document, query) AS rank "
            "FROM article_search, to_tsquery('simple', :wanted) AS query WHERE document @@ query"
        )
    return statement.bindparams(wanted=wanted).columns(revision_id=sa.BigInteger, rank=sa.Float)


@dataclass(frozen=True, slots=True)
class Begins:
    """A word, or with `open` any word that begins so."""

    text: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every item stands in the article."""

    items: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one item stands in it."""

    items: tuple[Wanted, ...]


Wanted = Begins | AllOf | AnyOf


def candidates(
    connection: sa.Connection, wanted: Wanted | None, *, limit: int, before: int | None = None
) -> list[tuple[int, int]]:
    """(revision, article) whose latest text has these words (None: any), the latest text first; `before` a revision."""
    latest = sa.and_(t.revision.c.article_id == t.article.c.id, t.revision.c.number == t.article.c.revision)
    ids = t.revision.c.id
    statement = sa.select(ids, t.article.c.id).select_from(t.revision.join(t.article, latest))
    if wanted is not None:
        found = _found(connection.dialect.name, wanted, limit, before).subquery("found")
        statement = statement.join(found, found.c.revision_id == ids)
    elif before is not None:
        statement = statement.where(ids < before)
    rows = connection.execute(statement.order_by(ids.desc()).limit(limit))
    return [(revision_id, article_id) for revision_id, article_id in rows]


def _found(dialect: str, wanted: Wanted, limit: int, before: int | None) -> sa.TextualSelect:
    last = before if before is not None else 2**62
    if dialect == "sqlite":
        # Walking the index backwards ends at the limit, however common the words are.
        text = "SELECT rowid AS revision_id FROM article_search WHERE article_search MATCH :wanted AND rowid < :before "
        text += "ORDER BY rowid DESC LIMIT :limit"
    else:
        text = "SELECT revision_id FROM article_search WHERE document @@ to_tsquery('simple', :wanted) "
        text += "AND revision_id < :before ORDER BY revision_id DESC LIMIT :limit"
    query = _spelt(wanted, dialect)
    return sa.text(text).bindparams(wanted=query, before=last, limit=limit).columns(revision_id=sa.BigInteger)


def _spelt(wanted: Wanted, dialect: str) -> str:
    """The query in the backend's own language; words are quoted, so nothing in them is read as an operator."""
    sqlite = dialect == "sqlite"
    if isinstance(wanted, Begins):
        words = _WORD.findall(wanted.text if sqlite else _fold(wanted.text)) or ["_"]
        if sqlite:
            return '"' + " ".join(words) + '"' + ("*" if wanted.open else "")
        return "(" + " <-> ".join(words) + (":*" if wanted.open else "") + ")"
    joiner = (" AND " if sqlite else " & ") if isinstance(wanted, AllOf) else (" OR " if sqlite else " | ")
    return "(" + joiner.join(_spelt(item, dialect) for item in wanted.items) + ")"


def _part(found: re.Match[str]) -> tuple[list[str], bool]:
    raw = found.group(1) if found.group(1) is not None else found.group(2)
    return _WORD.findall(raw), found.group(1) is None and raw.endswith("*")


def _run(connection: sa.Connection, statements: dict[str, sa.TextClause], revisions: Sequence[Indexed]) -> None:
    if not revisions:
        return
    dialect = connection.dialect.name
    fold = _fold if dialect == "postgresql" else str
    rows = [{"id": item.id, "title": fold(item.title), "text": fold(item.text)} for item in revisions]
    if dialect == "postgresql" and statements is _DELETE:
        rows = [{"id": row["id"]} for row in rows]
    connection.execute(statements[dialect], rows)


def _fold(text: str) -> str:
    # What FTS5's unicode61 does by itself: case and diacritics do not count.
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char)).replace("\x00", "")
