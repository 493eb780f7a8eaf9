"""PostgreSQL servers as administrators set them up: schemas of their own, roles without rights, encodings, standbys."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import StoreBusy, StoreError
from monitor.store import schema
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine, without_limits
from tests.contract.conftest import empty_tables
from tests.scenario.numbers import SOCKET

Opened = Callable[[sa.URL], Database]


@pytest.fixture
def server(postgresql_database: Database) -> sa.URL:
    """The address of a database with all its tables, which are empty."""
    empty_tables(postgresql_database)
    return postgresql_database.engine.url


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens databases that are closed when the test ends."""
    found: list[Database] = []

    def open_(url: sa.URL) -> Database:
        found.append(Database(open_engine(url.render_as_string(hide_password=False))))
        return found[-1]

    yield open_
    for database in found:
        database.dispose()


@pytest.fixture
def administer(server: sa.URL) -> Iterator[Callable[..., None]]:
    """Gives the server orders, as its superuser; `undo=` is done when the test ends."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    undoing: list[str] = []

    def order(*statements: str, undo: tuple[str, ...] = ()) -> None:
        undoing.extend(undo)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    yield order
    order(*reversed(undoing))
    engine.dispose()


def put(database: Database, key: str) -> None:
    with database.unit(lock="put") as connection:
        connection.execute(sa.insert(t.meta).values(key=key, value=1))


def test_a_schema_of_ones_own(server: sa.URL, opened: Opened, administer: Callable[..., None]) -> None:
    administer("CREATE SCHEMA news", undo=("DROP SCHEMA news CASCADE",))
    database = opened(server.update_query_dict({"options": "-c search_path=news -c lock_timeout=3s"}))
    schema.upgrade(database)
    put(database, "here")
    with database.reading() as connection:
        where = sa.text("SELECT schemaname FROM pg_tables WHERE tablename = 'article' AND schemaname = 'news'")
        assert connection.execute(where).scalar() == "news"
        shown = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("lock_timeout", "search_path")]
        assert shown == ["3s", "news"], "what the address says counts"
        assert connection.exec_driver_sql("SELECT count(*) FROM news.meta WHERE key = 'here'").scalar() == 1


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_text_is_refused(
    server: sa.URL, opened: Opened, administer: Callable[..., None], encoding: str
) -> None:
    made = f"CREATE DATABASE odd TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"
    administer(made, undo=("DROP DATABASE odd WITH (FORCE)",))
    with pytest.raises(StoreError, match=f"encoding {encoding}") as found:
        schema.upgrade(opened(server.set(database="odd")))
    assert "ENCODING 'UTF8'" in (found.value.remedy or "")


def test_a_role_that_may_make_no_tables_hears_what_it_lacks(
    server: sa.URL, opened: Opened, administer: Callable[..., None]
) -> None:
    administer("CREATE ROLE guest LOGIN", "CREATE SCHEMA shut", undo=("DROP ROLE guest", "DROP SCHEMA shut CASCADE"))
    guest = server.set(username="guest").update_query_dict({"options": "-c search_path=shut"})
    with pytest.raises(StoreError, match="may make no tables"):
        schema.require_usable(guest.render_as_string(hide_password=False))
    with pytest.raises(StoreError) as found:
        schema.upgrade(opened(guest))
    assert "CREATE" in (found.value.remedy or ""), found.value.message
    administer("GRANT CREATE, USAGE ON SCHEMA shut TO guest", undo=("DROP OWNED BY guest",))
    schema.upgrade(opened(guest))


def test_a_server_that_only_lets_us_read_is_asked_again_on_a_new_connection(
    server: sa.URL, opened: Opened, administer: Callable[..., None]
) -> None:
    administer(f'ALTER DATABASE "{server.database}" SET default_transaction_read_only = on')
    database = opened(server)
    try:
        with pytest.raises(StoreBusy, match="read-only") as found:
            put(database, "refused")
        assert "primary" in (found.value.remedy or "")
    finally:
        administer(f'ALTER DATABASE "{server.database}" RESET default_transaction_read_only')
    put(database, "taken")
    with database.reading() as connection:
        keys = set(connection.execute(sa.select(t.meta.c.key)).scalars())
    assert ("taken" in keys, "refused" in keys) == (True, False)


def test_of_several_hosts_the_one_that_is_there_is_found(server: sa.URL, opened: Opened) -> None:
    here = server.normalized_query["host"]
    both = server.update_query_dict({"host": ("/nowhere", *here)})
    database = opened(both)
    assert schema.status(database).is_current
    with database.reading() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.info.get_parameters()["target_session_attrs"] == "read-write"


def test_a_limit_of_statements_names_itself_and_does_not_hold_for_migrations(
    server: sa.URL, opened: Opened, administer: Callable[..., None]
) -> None:
    administer("CREATE DATABASE hasty", undo=("DROP DATABASE hasty WITH (FORCE)",))
    database = opened(server.set(database="hasty").update_query_dict({"options": "-c statement_timeout=1"}))
    with pytest.raises(StoreError, match="statement timeout") as found, database.unit() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(5)")
    assert "statement_timeout" in (found.value.remedy or "")


def test_what_goes_over_everything_is_not_limited(server: sa.URL, opened: Opened) -> None:
    database = opened(server.update_query_dict({"options": "-c statement_timeout=1h -c transaction_timeout=1h"}))
    with database.reading() as connection:
        without_limits(connection)
        names = ("statement_timeout", "transaction_timeout")
        assert [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names] == ["0", "0"]


def test_between_two_commands_it_has_minutes_unless_it_has_more(server: sa.URL, opened: Opened) -> None:
    name = "idle_in_transaction_session_timeout"
    ours, theirs = opened(server), opened(server.update_query_dict({"options": f"-c {name}=1h"}))
    for begun, shown in ((ours.unit, "10min"), (ours.reading, "0"), (theirs.unit, "1h")):
        with begun() as connection:
            without_limits(connection)
            assert connection.exec_driver_sql(f"SHOW {name}").scalar() == shown


ODD = {
    "DateStyle": "SQL,DMY",
    "TimeZone": "Asia/Kathmandu",
    "extra_float_digits": "-5",
    "bytea_output": "escape",
    "standard_conforming_strings": "off",
    "default_transaction_isolation": "serializable",
    "IntervalStyle": "sql_standard",
}


def test_odd_settings_of_a_role_do_not_change_what_is_read(server: sa.URL, opened: Opened) -> None:
    options = " ".join(f"-c {name}={value}" for name, value in ODD.items())
    database = opened(server.update_query_dict({"options": options}))
    with database.unit() as connection:
        (row,) = connection.exec_driver_sql(
            "SELECT timestamptz '2026-03-05 06:07:08+02', 0.1::float8 + 0.2::float8, '\\x5c00ff'::bytea,"
            " '\\', current_setting('transaction_isolation')"
        ).all()
    at = datetime(2026, 3, 5, 4, 7, 8, tzinfo=UTC)
    assert tuple(row) == (at, 0.1 + 0.2, b"\\\0\xff", "\\", "read committed")


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({}, None),
        ({"options": "-c default_transaction_read_only=on"}, "not written"),
        ({"host": "/nowhere"}, "No such file"),
    ],
)
def test_a_server_is_looked_at_before_it_is_counted_on(
    server: sa.URL, query: dict[str, str], complaint: str | None
) -> None:
    address = server.update_query_dict(query).render_as_string(hide_password=False)
    if complaint is None:
        schema.require_usable(address)
    else:
        with pytest.raises(StoreBusy, match=complaint):
            schema.require_usable(address)


class Pooler:
    """Stands before a server as PgBouncer does: it refuses `options`, and tells clients a process of its own making."""

    OPTIONS = b"\0options\0"

    def __init__(self, server: Path) -> None:
        self._server = server
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more; lines end with those who hold them."""
        self._door.shutdown(socket.SHUT_RDWR)  # wakes who waits for somebody
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=(line,), daemon=True).start()

    def _lead(self, client: socket.socket) -> None:
        # Whichever end goes first, the other's line breaks.
        with suppress(OSError), client, socket.socket(socket.AF_UNIX) as server, client.makefile("rb") as asked:
            (size,) = struct.unpack("!I", head := asked.read(4))
            if self.OPTIONS in (greeting := asked.read(size - 4)):
                return
            server.connect(str(self._server))
            server.sendall(head + greeting)
            threading.Thread(target=self._answer, args=(server, client), daemon=True).start()
            while some := asked.read1():
                server.sendall(some)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError), server.makefile("rb") as said:
            while len(head := said.read(5)) == 5:
                kind, size = struct.unpack("!cI", head)
                body = said.read(size - 4)
                if kind == b"K":
                    body = struct.pack("!I", 77) + body[4:]
                client.sendall(head + body)


@pytest.fixture
def pooled(server: sa.URL) -> Iterator[sa.URL]:
    """The address of the same database behind a pooler."""
    (folder,) = server.normalized_query["host"]
    pooler = Pooler(Path(folder) / SOCKET)
    query = {"sslmode": "disable", "gssencmode": "disable"}
    yield server.set(host="127.0.0.1", port=pooler.port, query=query)
    pooler.close()


@pytest.mark.parametrize("pooler", [True, False])
def test_behind_a_pooler_nothing_is_prepared_and_the_limits_hold(
    server: sa.URL, pooled: sa.URL, opened: Opened, *, pooler: bool
) -> None:
    database = opened(pooled if pooler else server)
    for turn in range(8):
        put(database, f"{pooler} {turn}")
    with database.reading() as connection:
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "10s"
        prepared = connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one()
    assert (prepared == 0) is pooler
