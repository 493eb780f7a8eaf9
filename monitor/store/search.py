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
