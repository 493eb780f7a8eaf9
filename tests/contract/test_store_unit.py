from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store import tables as t
from monitor.store.unit import Database, rehearsal


def write(database: Database, key: str, value: int = 1) -> None:
    with database.unit() as connection:
        connection.execute(sa.insert(t.meta).values(key=key, value=value))


def keys(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(t.meta.c.key).order_by(t.meta.c.key)).scalars())


def test_a_unit_is_written_at_its_end(database: Database) -> None:
    write(database, "a")
    assert keys(database) == ["a"]


def test_an_exception_leaves_nothing_behind(database: Database) -> None:
    def broken() -> None:
        with database.unit() as connection:
            connection.execute(sa.insert(t.meta).values(key="a", value=1))
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        broken()
    assert keys(database) == []
    write(database, "b")
    assert keys(database) == ["b"]


def test_a_reader_sees_one_state_all_the_time(database: Database) -> None:
    write(database, "a")
    with database.reading() as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(t.meta)).scalar()
        write(database, "b")
        after = connection.execute(sa.select(sa.func.count()).select_from(t.meta)).scalar()
    assert (before, after) == (1, 1)
    assert keys(database) == ["a", "b"]


def test_the_drivers_errors_come_as_ours(database: Database) -> None:
    write(database, "a")
    with pytest.raises(StoreError):
        write(database, "a")
    with pytest.raises(StoreError), database.reading() as connection:
        connection.execute(sa.text("SELECT nonsense"))


def test_units_under_one_lock_follow_each_other(database: Database) -> None:
    write(database, "n", 0)

    def count() -> None:
        for _ in range(20):
            with database.unit(lock=("b", "a")) as connection:
                value = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == "n")).scalar_one()
                connection.execute(sa.update(t.meta).where(t.meta.c.key == "n").values(value=value + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as connection:
        assert connection.execute(sa.select(t.meta.c.value)).scalar() == 80


def test_the_observer_sees_each_commit_and_can_prevent_it(database: Database) -> None:
    seen: list[str] = []
    watched = Database(database.engine, observer=seen.append)
    write(watched, "a")
    assert seen == ["before", "after"]

    def die(moment: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(Database(database.engine, observer=die), "b")
    assert keys(database) == ["a"]


def test_a_rehearsal_shows_everything_and_leaves_nothing(database: Database) -> None:
    stage = rehearsal(database, lambda connection: put(connection, "prepared"))
    for _ in range(2):  # each unit begins anew
        with stage.unit(lock="a") as connection:
            put(connection, "rehearsed")
            assert names(connection) == ["prepared", "rehearsed"]
    with database.reading() as connection:
        assert names(connection) == []
    with pytest.raises(ZeroDivisionError), stage.unit():
        raise ZeroDivisionError
    with database.unit() as connection:
        put(connection, "real")
    with stage.reading() as connection:
        assert names(connection) == ["real"]


def put(connection: sa.Connection, key: str) -> None:
    connection.execute(sa.insert(t.meta).values(key=key, value=1))


def names(connection: sa.Connection) -> list[str]:
    return sorted(connection.execute(sa.select(t.meta.c.key)).scalars())
