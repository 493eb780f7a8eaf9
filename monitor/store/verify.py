"""Whether a database is whole: its pages, what its rows name, its numbering."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.rowwise import given_number, kept_tables, numbered
from monitor.store.schema import require_current
from monitor.store.unit import Database, without_limits

SHOWN = 10

NAMES: tuple[tuple[sa.Column[object], sa.Column[object]], ...] = (
    (t.entry.c.article_id, t.article.c.id),
    (t.article_key.c.article_id, t.article.c.id),
    (t.sighting.c.article_id, t.article.c.id),
    (t.revision.c.article_id, t.article.c.id),
    (t.fingerprint.c.article_id, t.article.c.id),
    (t.sketch.c.article_id, t.article.c.id),
    (t.match.c.article_id, t.article.c.id),
    (t.body.c.article_id, t.article.c.id),
    (t.body.c.sha256, t.evidence.c.sha256),
    (t.article.c.story_id, t.story.c.id),
    (t.alert_article.c.alert_id, t.alert.c.id),
    (t.delivery.c.alert_id, t.alert.c.id),
    (t.digest_item.c.alert_id, t.alert.c.id),
    (t.alert.c.told_in, t.alert.c.id),
)
"""Which column names a row of which table.  Alerts outlive the articles they name, so those are not among them."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found: nothing in `problems` is as it should be; `counts` are rows by table."""

    problems: tuple[str, ...]
    counts: dict[str, int]

    @property
    def whole(self) -> bool:
        """Nothing is wrong."""
        return not self.problems


def verify(database: Database) -> Verification:
    """Look at everything; changes nothing, holds up nobody.  Raises `SchemaMismatch` for another schema."""
    require_current(database)
    with database.reading() as connection:
        without_limits(connection)
        problems = problems_in(connection)
        counts = {
            table.name: int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
            for table in kept_tables()
        }
    return Verification(problems, counts)


def problems_in(connection: sa.Connection) -> tuple[str, ...]:
    """What is not as it should be, as this unit sees it."""
    return (*_pages(connection), *_names(connection), *_latest(connection), *_numbers(connection))


def _pages(connection: sa.Connection) -> list[str]:
    """SQLite's own check of its file; PostgreSQL's checksums are checked by PostgreSQL on every read."""
    if connection.dialect.name != "sqlite":
        return []
    said = connection.exec_driver_sql(f"PRAGMA integrity_check({SHOWN})").scalars().all()
    return [] if said == ["ok"] else [f"integrity check: {line}" for line in said]


def _names(connection: sa.Connection) -> list[str]:
    problems = []
    for column, named in NAMES:
        target = named.table.alias("named")
        lost = sa.select(sa.func.count()).where(
            column.is_not(None), sa.not_(sa.exists().where(target.c[named.name] == column))
        )
        if number := connection.execute(lost).scalar_one():
            problems.append(f"{number} rows of {column.table.name} name a missing {named.table.name} in {column.name}")
    return problems


def _latest(connection: sa.Connection) -> list[str]:
    a, r = t.article.c, t.revision.c
    lost = sa.select(sa.func.count()).where(
        a.revision > 0, sa.not_(sa.exists().where(r.article_id == a.id, r.number == a.revision))
    )
    number = connection.execute(lost).scalar_one()
    return [f"{number} articles lack the text of their latest revision"] if number else []


def _numbers(connection: sa.Connection) -> list[str]:
    """Numbers that would be given a second time."""
    if connection.dialect.name != "postgresql":
        return []  # SQLite's tables take the highest number into account by themselves
    problems = []
    for table in filter(numbered, kept_tables()):
        highest = connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0
        if (last := given_number(connection, table)) < highest:
            problems.append(f"{table.name} would number its next row {last + 1}, but has a row {highest}")
    return problems
