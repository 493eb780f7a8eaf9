"""What root makes belongs to whom its folder belongs: the service has to write it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.store import schema
from monitor.store.backup import back_up, restore
from monitor.store.belonging import give_to_folder
from monitor.store.lock import WriterLock
from monitor.store.unit import Database, open_engine

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SERVICE = (4321, 1234)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder of the service's files."""
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, *SERVICE)
    return folder


def owners(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.lstat().st_uid, path.lstat().st_gid) for path in folder.iterdir()}


@as_root
def test_a_first_look_of_roots_leaves_nothing_of_roots(state: Path) -> None:
    database = Database(open_engine(f"sqlite:///{state}/data/monitor.db"))
    schema.upgrade(database)
    with WriterLock(database), database.reading():
        assert owners(state) == {"data": SERVICE}
        names = ("monitor.db", "monitor.db-wal", "monitor.db-shm", "monitor.db.lock")
        assert owners(state / "data") == dict.fromkeys(names, SERVICE)
    database.dispose()


@as_root
def test_a_backup_that_root_restores_is_the_services(state: Path, tmp_path: Path, empty_sqlite: Path) -> None:
    (state / "monitor.db").write_bytes(empty_sqlite.read_bytes())
    os.chown(state / "monitor.db", 4321, 999)
    database = Database(open_engine(f"sqlite:///{state}/monitor.db"))
    back_up(database, tmp_path / "backup.db", NOW)
    kept = restore(database, tmp_path / "backup.db", NOW)
    assert kept is not None
    assert owners(state) == {"monitor.db": (4321, 999), kept.name: (4321, 999), "monitor.db.lock": SERVICE}
    database.dispose()


@as_root
def test_a_link_is_given_and_not_what_it_leads_to(state: Path, tmp_path: Path) -> None:
    target = tmp_path / "of-roots"
    target.touch()
    (state / "link").symlink_to(target)
    give_to_folder(state / "link")
    assert owners(state) == {"link": SERVICE}
    assert owners(tmp_path)["of-roots"] == (0, target.stat().st_gid)
