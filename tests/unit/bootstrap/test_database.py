"""The configured database alone, as commands open it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.bootstrap.database import make_ready, open_database
from monitor.config.load import load_config
from monitor.errors import SchemaMismatch
from monitor.store.schema import HEAD, status
from monitor.store.unit import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    path = tmp_path / "config.yaml"
    path.write_text("database: sqlite:///deep/monitor.db\nsources: []\n", encoding="utf-8")
    config = load_config(path, {}).config
    assert config is not None
    return open_database(config)


def test_opening_makes_nothing(database: Database, tmp_path: Path) -> None:
    assert list(tmp_path.glob("deep")) == []


def test_the_tables_are_made_where_there_are_none_and_left_alone_where_they_are(database: Database) -> None:
    make_ready(database)
    assert status(database).current == HEAD
    make_ready(database)


def test_older_tables_are_left_to_whoever_uses_them(database: Database) -> None:
    make_ready(database)
    with database.unit() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(SchemaMismatch):
        make_ready(database)
    assert status(database).current == "0001"
