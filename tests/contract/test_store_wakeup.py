from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from monitor.store.presence import wake
from monitor.store.unit import Database
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
