"""An upgrade, and a move to the other backend, killed at every few statements: nothing is lost, the next ends it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from alembic import command
from monitor.store import schema
from monitor.store import tables as t
from monitor.store.rowwise import tally
from monitor.store.unit import Database, open_engine
from monitor.store.verify import verify
from tests.migrations.test_upgrade import make_first

ROOT = Path(__file__).parents[2]


def die(every: int, *urls: str) -> int:
    """How many lives ended before one came through."""
    line = [sys.executable, "-m", "tests.migrations.deaths", "--every", str(every), *urls]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout.splitlines()[-1])


def address(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def test_an_upgrade_that_is_killed_has_not_happened(empty: Database) -> None:
    make_first(empty)
    empty.dispose()
    assert die(20, address(empty)) > 2
    assert schema.status(empty).is_current
    with empty.engine.begin() as connection:
        command.check(schema.alembic_config(connection))


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Database]:
    """A database on a file, with something in it."""
    found = Database(open_engine(f"sqlite:///{tmp_path}/old.db"))
    schema.upgrade(found)
    with found.unit() as connection:
        connection.execute(sa.insert(t.meta), [{"key": f"k{number}", "value": number} for number in range(50)])
    found.dispose()
    yield found
    found.dispose()


def test_a_move_that_is_killed_leaves_the_new_database_empty(old: Database, empty: Database) -> None:
    assert die(40, address(old), address(empty)) > 1
    with old.reading() as one, empty.reading() as other:
        assert {name: each.digest for name, each in tally(one).items()} == {
            name: each.digest for name, each in tally(other).items()
        }
    assert verify(empty).problems == ()
