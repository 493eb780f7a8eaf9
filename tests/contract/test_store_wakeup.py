from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from monitor.store import wakeup
from monitor.store.presence import wake
from monitor.store.unit import Database, open_engine
from monitor.store.wakeup import Wakeups


def test_a_command_wakes_whoever_listens(database: Database) -> None:
    woken = threading.Semaphore(0)
    with Wakeups(database, woken.release):
        if database.is_sqlite:
            assert not woken.acquire(timeout=0.05), "there is nothing to listen to"
            return
        assert woken.acquire(timeout=60), "once when it begins to listen"
        with database.unit() as connection:
            wake(connection)
        assert woken.acquire(timeout=60)


def test_who_has_left_is_woken_no_more(postgresql_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "LOOK_S", 0.01)
    database = Database(open_engine(postgresql_database.engine.url))
    connecting, left, woken = threading.Event(), threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        connecting.set()
        left.wait(60)

    closed: list[bool] = []
    sa.event.listen(database.engine, "do_connect", slow)
    sa.event.listen(database.engine, "close_detached", lambda connection: closed.append(not connection.closed))
    wakeups = Wakeups(database, woken.set)
    with wakeups:
        assert connecting.wait(60)
    left.set()
    wakeups._thread.join(60)
    assert not wakeups._thread.is_alive()
    assert not woken.is_set()
    assert closed == [True]
    database.dispose()


def test_whoever_listens_does_so_again_after_the_connection_was_lost(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("there is nothing to listen to")
    woken = threading.Semaphore(0)
    with capture_logs() as logs, Wakeups(database, woken.release, again_s=0.05):
        assert woken.acquire(timeout=60)
        with database.unit() as connection:
            listening = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN monitor_wake'"
            assert connection.execute(sa.text(listening)).scalars().all() == [True]
        assert woken.acquire(timeout=60), "there may have been something meanwhile"
    assert [line["event"] for line in logs] == ["listening-lost"]
