"""Full text search over the latest revision of every article: FTS5 on SQLite, tsvector and GIN on PostgreSQL.

The index changes in the transaction that changes the text.  Neither backend folds words to stems: a desk reads
several languages at once.  Which forms of a word are looked for, the vocabulary says (`store.vocabulary`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.many import run_many
from monitor.store.vocabulary import words_beginning, words_of

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
    parts = tuple(part for part in map(_part, _PART.finditer(query)) if _WORD.search(part.text))
    if not parts:
        return None
    if dialect == "sqlite":
        statement = sa.text(
            "SELECT rowid AS revision_id, bm25(article_search, 4.0, 1.0) AS rank "
            "FROM article_search WHERE article_search MATCH :wanted"
        )
    else:
        statement = sa.text(
            "SELECT revision_id, -ts_rank(document, query) AS rank "
            "FROM article_search, to_tsquery('simple', :wanted) AS query WHERE document @@ query"
        )
    wanted = _spelt(AllOf(parts), dialect)
    return statement.bindparams(wanted=wanted).columns(revision_id=sa.BigInteger, rank=sa.Float)


@dataclass(frozen=True, slots=True)
class Begins:
    """A word, or with `open` any word that begins so."""

    text: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Formed:
    """A word as it was typed (None: it cannot stand so), or any that the vocabulary has under one of the keys."""

    typed: str | None
    keys: tuple[str, ...] = ()
    beginning: str | None = None
    """How a key may begin, for a word with an open end."""
    within: str = ""
    """What has to stand in such a key, for a word that is open at both."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every item stands in the article."""

    items: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one item stands in it."""

    items: tuple[Wanted, ...]


Wanted = Begins | Formed | AllOf | AnyOf
FORMS_MAX = 300
"""So many words are looked for in place of one.  More stand under a very open beginning, which the index then takes, or
under an end or a part that many words have: those are so frequent that reading the newest texts finds them."""


def candidates(
    connection: sa.Connection, wanted: Wanted | None, *, limit: int, before: int | None = None
) -> list[tuple[int, int]]:
    """(revision, article) whose latest text has these words (None: any), the latest text first; `before` a revision.

    Where more words than the index can be asked for would do, any text may come, too.
    """
    statement = _latest(connection, wanted, (t.revision.c.id, t.article.c.id), limit=limit, before=before)
    return [(revision_id, article_id) for revision_id, article_id in connection.execute(statement)]


def instants(connection: sa.Connection, wanted: Wanted, *, limit: int) -> list[datetime]:
    """When those articles were first seen, the latest text first."""
    statement = _latest(connection, wanted, (t.article.c.first_seen_at,), limit=limit, before=None)
    return list(connection.execute(statement).scalars())


def _latest(
    connection: sa.Connection,
    wanted: Wanted | None,
    columns: Sequence[sa.ColumnElement[Any]],
    *,
    limit: int,
    before: int | None,
) -> sa.Select[Any]:
    latest = sa.and_(t.revision.c.article_id == t.article.c.id, t.revision.c.number == t.article.c.revision)
    ids = t.revision.c.id
    statement = sa.select(*columns).select_from(t.revision.join(t.article, latest))
    known = None if wanted is None else _in_words(connection, wanted)
    if known is not None:
        found = _found(connection.dialect.name, known, limit, before).subquery("found")
        statement = statement.join(found, found.c.revision_id == ids)
    elif before is not None:
        statement = statement.where(ids < before)
    return statement.order_by(ids.desc()).limit(limit)


def _in_words(connection: sa.Connection, wanted: Wanted) -> Wanted | None:
    """The same with words in place of their keys; None where those are too many."""
    if isinstance(wanted, Begins):
        return wanted
    if isinstance(wanted, Formed):
        return _words(connection, wanted)
    items = [_in_words(connection, item) for item in wanted.items]
    known = tuple(item for item in items if item is not None)
    if not known or (isinstance(wanted, AnyOf) and len(known) < len(items)):
        return None
    return type(wanted)(known)


def _words(connection: sa.Connection, wanted: Formed) -> Wanted | None:
    if wanted.beginning is None:
        words = words_of(connection, wanted.keys, limit=FORMS_MAX + 1)
    else:
        words = words_beginning(connection, wanted.beginning, within=wanted.within, limit=FORMS_MAX + 1)
    if len(words) > FORMS_MAX:
        return Begins(wanted.typed, open=True) if wanted.typed is not None and wanted.beginning is not None else None
    own = [] if wanted.typed is None else [Begins(wanted.typed, open=wanted.beginning is not None and not words)]
    return AnyOf((*own, *(Begins(word) for word in words if word != wanted.typed)) or (Begins("_"),))


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
    if isinstance(wanted, Formed):
        raise TypeError("a word in its forms has to be looked up first")
    if isinstance(wanted, Begins):
        words = _WORD.findall(wanted.text if sqlite else _fold(wanted.text)) or ["_"]
        if sqlite:
            return '"' + " ".join(words) + '"' + ("*" if wanted.open else "")
        return "(" + " <-> ".join(words) + (":*" if wanted.open else "") + ")"
    joiner = (" AND " if sqlite else " & ") if isinstance(wanted, AllOf) else (" OR " if sqlite else " | ")
    return "(" + joiner.join(_spelt(item, dialect) for item in wanted.items) + ")"


def _part(found: re.Match[str]) -> Begins:
    phrase, word = found.groups()
    return Begins(phrase) if phrase is not None else Begins(word, open=word.endswith("*"))


def _run(connection: sa.Connection, statements: dict[str, sa.TextClause], revisions: Sequence[Indexed]) -> None:
    if not revisions:
        return
    dialect = connection.dialect.name
    fold = _fold if dialect == "postgresql" else str
    rows = [{"id": item.id, "title": fold(item.title), "text": fold(item.text)} for item in revisions]
    if dialect == "postgresql" and statements is _DELETE:
        rows = [{"id": row["id"]} for row in rows]
    run_many(connection, statements[dialect], rows)


def _fold(text: str) -> str:
    # What FTS5's unicode61 does by itself: case and diacritics do not count.
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char)).replace("\x00", "")
