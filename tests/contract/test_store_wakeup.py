from __future__ import annotations

import threading

from monitor.store.presence import wake
from monitor.store.unit import Database
from monitor.store.wakeup import Wakeups


def test_a_command_wakes_whoever_listens(database: Database) -> None:
    woken = threading.Semaphore(0)
    with Wakeups(database, woken.release):
        if database.is_sqlite:
            assert not woken.acquire(timeout=0.05), "there is nothing to listen to"
            return
        assert woken.acquire(timeout=20), "once when it begins to listen"
        with database.unit() as connection:
            wake(connection)
        assert woken.acquire(timeout=20)
