from __future__ import annotations

import fcntl
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import AlreadyRunning, StoreError
from monitor.model.source import SourceKind, SourceSpec
from monitor.store import due, schema, sources
from monitor.store import tables as t
from monitor.store.lock import WriterLock, lock_path
from monitor.store.unit import Database, open_engine

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    found = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    schema.upgrade(found)
    return found


def test_a_second_one_is_refused_with_the_process_of_the_first(database: Database) -> None:
    with WriterLock(database):
        with pytest.raises(AlreadyRunning, match=str(os.getpid())) as refused, WriterLock(database):
            pass
        assert refused.value.remedy is not None
    with WriterLock(database):
        pass


def test_taking_it_voids_the_leases_of_the_dead(database: Database) -> None:
    called: list[sa.Connection] = []
    with database.unit() as connection:
        spec = SourceSpec(id="a", name="A", kind=SourceKind.FEED, url="https://a.example/")
        sources.sync_sources(connection, [spec], NOW)
        arguments = {"owner": "dead", "now": NOW, "lease_s": 1e6, "limit": 1, "per_host": 1}
        assert len(due.claim_due(connection, **arguments)) == 1  # type: ignore[arg-type]  # the names are right
    with WriterLock(database, on_takeover=called.append), database.reading() as connection:
        assert connection.execute(sa.select(t.source.c.lease_owner)).scalar() is None
        assert connection.execute(sa.select(t.source.c.lease_epoch)).scalar() == 2
    assert len(called) == 1


def test_who_only_looks_at_it_for_a_moment_is_waited_for(database: Database) -> None:
    path = lock_path(database.engine.url)
    assert path is not None
    with path.open("a") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        gone = threading.Timer(0.5, looking.close)  # on a busy machine a moment may last
        gone.start()
        with WriterLock(database):
            assert path.read_text() == str(os.getpid())
        gone.join()


def test_there_is_no_lock_without_a_file() -> None:
    assert lock_path(sa.make_url("postgresql+psycopg://host/db")) is None
    assert lock_path(sa.make_url("sqlite:///:memory:")) is None
    assert lock_path(sa.make_url("sqlite:////var/x.db")) == Path("/var/x.db.lock")


def test_a_link_to_the_file_is_the_same_database(database: Database, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "monitor.db")
    linked = Database(open_engine(f"sqlite:///{tmp_path}/link.db"))
    with WriterLock(database), pytest.raises(AlreadyRunning), WriterLock(linked):
        pass
    linked.dispose()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    missing = Database(open_engine(f"sqlite:///{tmp_path}/missing/monitor.db"))
    with pytest.raises(StoreError, match="missing"), WriterLock(missing):
        pass
