"""Rows that are written together are written as SQLAlchemy would write each by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.many import run_many
from monitor.store.unit import Database

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_INSERT = sa.insert(t.article)
_RENAME = (
    sa.update(t.article)
    .where(t.article.c.id == sa.bindparam("row"))
    .values(title=sa.bindparam("new_title"), settled=True, page=None)
)
COLUMNS = [t.article.c[name] for name in ("id", "title", "authors", "settled", "published_at", "page", "copy_score")]
TEXT = sa.text("INSERT INTO meta (key, value) VALUES (:key, '\"100 %\"')")


def an_article(number: int, **values: object) -> dict[str, object]:
    return {
        "id": number,
        "title": f"Title {number} % %s :x",
        "authors": ["Ann", "Bö"],
        "language_sure": True,
        "first_seen_at": NOW,
        "first_source_id": "a",
        "baseline": False,
        "text_state": "full",
        "settled": False,
        "published_at": None,
        "page": {"etag": 'W/"x"'},
        "copy_score": 0.5,
        **values,
    }


def stored(connection: sa.Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(sa.select(*COLUMNS).order_by(t.article.c.id))]


def test_rows_are_as_sqlalchemy_writes_them(database: Database) -> None:
    elsewhere = datetime(2026, 3, 1, 9, 0, tzinfo=timezone(timedelta(hours=-3)))
    rows = [an_article(1), an_article(2, page=None, copy_score=None, published_at=elsewhere), an_article(3, authors=[])]
    with database.unit() as connection:
        assert run_many(connection, _INSERT, rows) == 3
        ours = stored(connection)
        connection.execute(sa.delete(t.article))
        connection.execute(sa.insert(t.article), rows)
        assert ours == stored(connection)
    assert ours[1][4] == NOW


def test_columns_may_come_in_any_order_and_are_not_the_same_in_every_call(database: Database) -> None:
    with database.unit() as connection:
        run_many(connection, _INSERT, [an_article(1)])
        run_many(connection, _INSERT, [dict(reversed(an_article(2, live=True).items()))])
        live = connection.execute(sa.select(t.article.c.id).where(t.article.c.live)).scalars().all()
        assert [row[:2] for row in stored(connection)] == [(1, "Title 1 % %s :x"), (2, "Title 2 % %s :x")]
    assert live == [2]


def test_what_the_statement_sets_itself_is_set_in_every_row(database: Database) -> None:
    with database.unit() as connection:
        run_many(connection, _INSERT, [an_article(1), an_article(2), an_article(3)])
        renamed = [{"row": 1, "new_title": "One"}, {"row": 3, "new_title": "Three"}, {"row": 9, "new_title": "None"}]
        assert run_many(connection, _RENAME, renamed) == 2
        found = stored(connection)
    assert [(row[1], row[3], row[5]) for row in found] == [
        ("One", True, None),
        ("Title 2 % %s :x", False, {"etag": 'W/"x"'}),
        ("Three", True, None),
    ]


def test_statements_may_be_text(database: Database) -> None:
    with database.unit() as connection:
        run_many(connection, TEXT, [{"key": "a"}, {"key": "b"}])
        found = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key.in_(["a", "b"]))).scalars().all()
    assert found == ["100 %"] * 2


def test_no_rows_are_no_statement(database: Database) -> None:
    with database.reading() as connection:
        assert run_many(connection, _INSERT, []) == 0


def test_a_date_without_a_zone_is_refused(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("both refuse it in the same place")
    with database.unit() as connection, pytest.raises(ValueError, match="naive datetime"):
        run_many(connection, _INSERT, [an_article(1, first_seen_at=datetime(2026, 3, 1))])  # noqa: DTZ001 - the very fault
