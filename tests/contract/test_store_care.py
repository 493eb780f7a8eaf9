"""Backups under load, restored, moved between backends: the same rows, whole, and nothing overwritten."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import AlreadyRunning, SchemaMismatch, StoreError, StoreFull
from monitor.store import schema
from monitor.store import tables as t
from monitor.store.archive import BadArchive
from monitor.store.backup import _appearing, _copy, back_up, restore
from monitor.store.lock import alone
from monitor.store.move import move
from monitor.store.presence import Worker, heartbeat
from monitor.store.rowwise import BATCH, last_numbers, tally
from monitor.store.search import hits
from monitor.store.unit import Database, open_engine
from monitor.store.verify import verify
from tests.contract.conftest import NOW, empty_tables


def put_article(connection: sa.Connection, number: int) -> None:
    """An article with everything that hangs on it, in one unit."""
    article = connection.execute(
        sa.insert(t.article)
        .values(
            title=f"Ferry {number} ends" + ("\x00" if connection.dialect.name == "sqlite" else ""),
            authors=["Ada"],
            language_sure=True,
            first_seen_at=NOW + timedelta(seconds=number),
            first_source_id="s",
            baseline=False,
            text_state="full",
            revision=1,
            page={"etag": f'"{number}"'},
        )
        .returning(t.article.c.id)
    ).scalar_one()
    connection.execute(
        sa.insert(t.revision).values(
            article_id=article,
            number=1,
            title=f"Ferry {number} ends",
            lead="",
            text=f"harbour number{number}",
            material=True,
            reason_code="first",
            reason="first",
            created_at=NOW,
        )
    )
    connection.execute(
        sa.insert(t.body).values(
            article_id=article,
            revision=1,
            url="https://blatt.example/",
            sha256=f"{number:x}",
            headers=[["a", "b"]],
            fetched_at=NOW,
        )
    )
    connection.execute(sa.insert(t.evidence).values(sha256=f"{number:x}", content=bytes(range(256))))


def fill(database: Database, numbers: range) -> None:
    for number in numbers:
        with database.unit() as connection:
            put_article(connection, number)


def contents(database: Database) -> dict[str, tuple[int, str]]:
    with database.reading() as connection:
        return {name: (found.rows, found.digest) for name, found in tally(connection).items()}


@pytest.fixture
def another(tmp_path: Path, empty_sqlite: Path) -> Iterator[Callable[..., Database]]:
    """Opens a further file; one that is `empty` has all tables."""
    made: list[Database] = []

    def make(name: str, *, empty: bool = False) -> Database:
        if empty:
            shutil.copyfile(empty_sqlite, tmp_path / name)
        made.append(Database(open_engine(f"sqlite:///{tmp_path / name}")))
        return made[-1]

    yield make
    for database in made:
        database.dispose()


def found_by_search(database: Database, query: str) -> int:
    with database.reading() as connection:
        wanted = hits(query, connection.dialect.name)
        assert wanted is not None
        return len(connection.execute(wanted).all())


def test_a_backup_under_load_is_whole_and_restores_to_the_same(
    database: Database, another: Callable[..., Database], tmp_path: Path
) -> None:
    fill(database, range(20))
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        number = 20
        while not stop.is_set():
            fill(database, range(number, number + 1))
            written.append(number)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 3:
            stop.wait(0.01)
        saved = back_up(database, tmp_path / "saved.backup", NOW)
    finally:
        stop.set()
        writer.join()
    assert saved.verification.whole
    counts = saved.verification.counts
    assert 20 < counts["article"] == counts["revision"] == counts["body"] <= len(written) + 20
    new = another("restored.db")
    assert restore(new, saved.path, NOW) is None
    assert verify(new).problems == ()
    assert verify(new).counts == counts
    assert contents(new)["article"][0] == counts["article"]
    if not database.is_sqlite:
        assert found_by_search(new, "harbour") == counts["article"]


def test_a_quiet_database_comes_back_identical(
    database: Database, another: Callable[..., Database], tmp_path: Path
) -> None:
    fill(database, range(12))
    with database.unit() as connection:  # the newest is purged: its number must never be given again
        last = connection.execute(sa.select(sa.func.max(t.article.c.id))).scalar_one()
        for table in (t.revision, t.body):
            connection.execute(sa.delete(table).where(table.c.article_id == last))
        connection.execute(sa.delete(t.article).where(t.article.c.id == last))
    saved = back_up(database, tmp_path / "saved.backup", NOW)
    assert saved.path.stat().st_mode & 0o077 == 0
    new = another("restored.db")
    restore(new, saved.path, NOW)
    assert contents(new) == contents(database)
    with new.unit() as connection:
        put_article(connection, 99)
        assert connection.execute(sa.select(sa.func.max(t.article.c.id))).scalar_one() == last + 1


def test_moving_to_the_other_backend_and_back(database: Database, another: Callable[..., Database]) -> None:
    if database.is_sqlite:
        pytest.skip("the other half of this test begins there")
    first, last = another("first.db", empty=True), another("last.db")
    fill(first, range(7))
    moved = move(first, database, NOW)
    assert moved.rows["article"] == 7
    assert contents(database) == contents(first)
    assert found_by_search(database, "number3") == 1
    with database.reading() as there, first.reading() as here:
        assert last_numbers(there)["article"] == last_numbers(here)["article"] == 7
    with pytest.raises(StoreError, match="not empty"):
        move(first, database, NOW)
    move(database, last, NOW)
    assert contents(last) == contents(first)
    assert found_by_search(last, "number3") == 1


def test_a_running_monitor_is_not_pulled_away(
    database: Database, another: Callable[..., Database], tmp_path: Path
) -> None:
    saved = back_up(database, tmp_path / "saved.backup", NOW)
    new = another("restored.db")
    with alone(new.engine.url), pytest.raises(AlreadyRunning):
        restore(new, saved.path, NOW)


def test_what_is_there_is_kept_and_backups_are_not_overwritten(
    another: Callable[..., Database], tmp_path: Path
) -> None:
    here = another("here.db", empty=True)
    fill(here, range(3))
    saved = back_up(here, tmp_path / "one.backup", NOW)
    with pytest.raises(StoreError, match="exists already"):
        back_up(here, tmp_path / "one.backup", NOW)
    fill(here, range(3, 5))
    kept = restore(here, saved.path, NOW)
    assert contents(here)["article"][0] == 3
    assert kept is not None
    assert contents(another(kept.name))["article"][0] == 5


def test_a_backup_may_have_any_name(another: Callable[[str], Database], tmp_path: Path) -> None:
    here = another("here.db")
    schema.upgrade(here)
    fill(here, range(3))
    saved = back_up(here, tmp_path / "50% #1?mode=memory.backup", NOW)
    fill(here, range(3, 5))
    restore(here, saved.path, NOW)
    assert contents(here)["article"][0] == 3
    assert {each.name for each in tmp_path.iterdir() if "50" in each.name} == {saved.path.name}


class PowerCut(BaseException):
    """The machine stops here."""


def restore_until(step: str, patch: pytest.MonkeyPatch, database: Database, path: Path) -> None:
    """Stop where the system is first asked to make, take away or move a name of the database's own files."""
    file = database.engine.url.database or ""
    real: Callable[..., None] = getattr(os, step)

    def cut(*names: object, **how: object) -> None:
        if step == "replace" or str(names[0]) in (file, f"{file}-wal"):
            raise PowerCut
        real(*names, **how)

    with patch.context() as patched:
        patched.setattr(os, step, cut)
        restore(database, path, NOW)


@pytest.mark.parametrize("step", ["link", "unlink", "replace"])
@pytest.mark.parametrize("read", [False, True], ids=["alone", "read by another"])
def test_a_restore_that_is_cut_off_leaves_a_whole_database_in_place(
    another: Callable[..., Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, read: bool
) -> None:
    here, beside = another("here.db", empty=True), another("here.db")
    fill(here, range(3))
    saved = back_up(here, tmp_path / "one.backup", NOW)
    with beside.reading() as connection:
        if read:  # what is written from now on stays in the log beside the file
            connection.exec_driver_sql("SELECT * FROM article").all()
        fill(here, range(3, 5))
        with pytest.raises(PowerCut):
            restore_until(step, monkeypatch, here, saved.path)
    beside.dispose()
    whole = another("here.db")
    if read and step == "replace":  # the log is out of the way: what it holds is under the other name, whole
        assert verify(whole).problems == ()
        whole = another(f"here.db.before-{NOW:%Y%m%dT%H%M%S}")
    assert contents(whole)["article"][0] == 5
    assert verify(whole).problems == ()
    whole.dispose()
    kept = restore(here, saved.path, NOW + timedelta(seconds=1))
    assert contents(here)["article"][0] == 3
    assert kept is not None
    assert verify(another(kept.name)).problems == ()


def test_what_was_read_by_another_is_kept_with_its_log(another: Callable[..., Database], tmp_path: Path) -> None:
    here, beside = another("here.db", empty=True), another("here.db")
    saved = back_up(here, tmp_path / "one.backup", NOW)
    with beside.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM article").all()
        fill(here, range(3))
        kept = restore(here, saved.path, NOW)
    assert kept is not None
    assert contents(another(kept.name))["article"][0] == 3
    assert contents(here)["article"][0] == 0


def test_a_damaged_file_is_kept_as_it_is(another: Callable[..., Database], tmp_path: Path) -> None:
    here = another("here.db", empty=True)
    fill(here, range(3))
    saved = back_up(here, tmp_path / "one.backup", NOW)
    here.dispose()
    (tmp_path / "here.db").write_bytes(b"no database" * 1000)
    kept = restore(here, saved.path, NOW)
    assert contents(here)["article"][0] == 3
    assert kept is not None
    assert kept.read_bytes() == b"no database" * 1000


def test_what_lies_beside_a_file_that_is_gone_is_not_taken_for_the_restored_ones(
    another: Callable[..., Database], tmp_path: Path
) -> None:
    here = another("here.db", empty=True)
    fill(here, range(3))
    saved = back_up(here, tmp_path / "one.backup", NOW)
    with here.reading() as connection:
        connection.exec_driver_sql("SELECT 1 FROM article").all()
        fill(here, range(3, 5))
        log = (tmp_path / "here.db-wal").read_bytes()
    here.dispose()
    (tmp_path / "here.db").unlink()
    (tmp_path / "here.db-wal").write_bytes(log)
    assert restore(here, saved.path, NOW) is None
    assert contents(here)["article"][0] == 3


@pytest.mark.parametrize(("said", "done"), [(errno.EPERM, True), (errno.ENOSPC, False)])
def test_where_files_have_one_name_the_old_one_is_copied(
    another: Callable[..., Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: int, done: bool
) -> None:
    here = another("here.db", empty=True)
    fill(here, range(3))
    saved = back_up(here, tmp_path / "one.backup", NOW)
    fill(here, range(3, 5))

    def refuse(*_: object, **__: object) -> None:
        raise OSError(said, "as some file systems say")

    monkeypatch.setattr(os, "link", refuse)
    with nullcontext() if done else pytest.raises(OSError, match="as some"):
        restore(here, saved.path, NOW)
    assert contents(here)["article"][0] == (3 if done else 5)
    assert len(list(tmp_path.glob("here.db.before-*T??????"))) == int(done)


@pytest.mark.parametrize("harm", ["cut", "changed", "another", "older"])
def test_a_harmed_archive_is_refused_and_leaves_nothing(
    database: Database, another: Callable[..., Database], tmp_path: Path, harm: str
) -> None:
    if database.is_sqlite:
        pytest.skip("archives are written from PostgreSQL")
    fill(database, range(3))
    path = back_up(database, tmp_path / "saved.backup", NOW).path
    text = gzip.decompress(path.read_bytes()).decode()
    harmed = {
        "cut": "\n".join(text.splitlines()[:-1]),
        "changed": text.replace("number2", "number9", 1),
        "another": "{}\n",
        "older": text.replace(f'"schema": "{schema.HEAD}"', '"schema": "0000"', 1),
    }[harm]
    path.write_bytes(gzip.compress(harmed.encode()))
    new = another("restored.db")
    with pytest.raises(BadArchive):
        restore(new, path, NOW)
    with pytest.raises(SchemaMismatch):
        verify(new)
    path.write_bytes(gzip.compress(text.encode())[:-40])
    with pytest.raises(BadArchive):
        restore(new, path, NOW)


def test_rows_that_name_nothing_are_found(database: Database) -> None:
    fill(database, range(2))
    with database.unit() as connection:
        connection.execute(sa.delete(t.article).where(t.article.c.id == 1))
        connection.execute(sa.update(t.article).values(revision=2))
    problems = verify(database).problems
    assert "1 rows of revision name a missing article in article_id" in problems
    assert "1 articles lack the text of their latest revision" in problems


def test_a_damaged_file_is_named(another: Callable[..., Database], tmp_path: Path) -> None:
    path = tmp_path / "junk"
    path.write_bytes(b"SQLite format 3\x00" + b"\x07" * 9000)
    with pytest.raises(StoreError):
        restore(another("restored.db"), path, NOW)


def test_a_full_disk_is_named_as_such(another: Callable[..., Database], tmp_path: Path) -> None:
    another("here.db", empty=True)
    full = tmp_path / "full"

    class Refusing(sqlite3.Connection):
        """An SQLite file whose copy finds no room."""

        def backup(self, *_: object, **__: object) -> None:
            with sqlite3.connect(":memory:") as small:
                small.execute("PRAGMA max_page_count = 2")
                small.execute("CREATE TABLE t (b)")
                small.execute("INSERT INTO t VALUES (zeroblob(100000))")

    with pytest.raises(StoreFull, match="no space"):
        _copy(sqlite3.connect(tmp_path / "here.db", factory=Refusing), full, lambda _what, _done: None)


def test_a_place_that_cannot_be_is_named_with_what_to_do(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for impossible in (tmp_path / "nowhere" / "saved", tmp_path / "file" / "saved", tmp_path / ("x" * 300)):
        with pytest.raises(StoreError) as refused:
            back_up(database, impossible, NOW)
        assert refused.value.code == "store"
        assert refused.value.remedy is not None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_place_is_named_as_such_and_nothing_is_left(tmp_path: Path) -> None:
    def begun() -> None:
        with _appearing(tmp_path / "saved") as partial:
            partial.write_bytes(b"begun")
            Path("/dev/full").write_bytes(b"x")

    with pytest.raises(StoreFull) as refused:
        begun()
    assert refused.value.remedy is not None
    assert list(tmp_path.iterdir()) == []


def test_what_was_begun_and_not_restored_is_gone(
    database: Database, another: Callable[..., Database], tmp_path: Path
) -> None:
    fill(database, range(2))
    saved = back_up(database, tmp_path / "saved", NOW)
    saved.path.write_bytes(saved.path.read_bytes()[: saved.size // 2])
    with pytest.raises(StoreError):
        restore(another("here.db"), saved.path, NOW)
    with pytest.raises(StoreError, match="cannot be read"):
        restore(another("here.db"), tmp_path, NOW)
    assert [path for path in tmp_path.iterdir() if "restoring" in path.name] == []


def test_who_interrupts_a_move_may_begin_anew(database: Database, another: Callable[..., Database]) -> None:
    def interrupt(_what: str, _done: int) -> None:
        raise KeyboardInterrupt

    first = another("first.db", empty=True)
    fill(first, range(3))
    with pytest.raises(StoreError, match="as empty as it was"):
        move(first, database, NOW, interrupt)
    assert not any(rows for rows, _ in contents(database).values())
    assert move(first, database, NOW).rows["article"] == 3


def test_a_server_is_filled_from_a_backup_only_while_it_is_empty(database: Database, tmp_path: Path) -> None:
    if database.is_sqlite:
        pytest.skip("what is there is kept beside the new file")
    fill(database, range(3))
    before = contents(database)
    saved = back_up(database, tmp_path / "saved.backup", NOW)
    with pytest.raises(StoreError, match="not empty"):
        restore(database, saved.path, NOW)
    assert contents(database) == before
    empty_tables(database)
    assert restore(database, saved.path, NOW) is None
    assert contents(database) == before
    assert found_by_search(database, "number2") == 1


def test_a_server_on_which_workers_live_is_left_alone(database: Database, tmp_path: Path) -> None:
    if database.is_sqlite:
        pytest.skip("the lock file says so there")
    saved = back_up(database, tmp_path / "saved.backup", NOW)
    with database.unit() as connection:
        heartbeat(connection, Worker("w", "poller", "attic", 7, "1", NOW, NOW))
    with pytest.raises(StoreError, match="poller on attic"):
        restore(database, saved.path, NOW + timedelta(seconds=30))
    restore(database, saved.path, NOW + timedelta(minutes=2))


def test_a_copy_of_a_file_is_not_read_into_a_server(
    database: Database, another: Callable[..., Database], tmp_path: Path
) -> None:
    if database.is_sqlite:
        pytest.skip("files are for files")
    here = another("here.db", empty=True)
    saved = back_up(here, tmp_path / "saved.backup", NOW)
    with pytest.raises(BadArchive) as found:
        restore(database, saved.path, NOW)
    assert "db migrate" in (found.value.remedy or "")


def test_a_backup_with_holes_is_refused_and_what_was_there_stays(
    another: Callable[..., Database], tmp_path: Path
) -> None:
    here = another("here.db", empty=True)
    fill(here, range(2))
    saved = back_up(here, tmp_path / "saved.backup", NOW)
    with sqlite3.connect(saved.path) as connection:
        connection.execute("DELETE FROM revision")
    connection.close()
    with pytest.raises(StoreError, match=r"damaged: .* lack the text"):
        restore(here, saved.path, NOW)
    assert contents(here)["revision"][0] == 2
    assert {path.name for path in tmp_path.iterdir()} <= {
        *("here.db", "here.db-wal", "here.db-shm", "here.db.lock", "saved.backup")
    }


def test_a_move_goes_on_in_steps_and_says_how_far_it_is(database: Database, another: Callable[..., Database]) -> None:
    first = another("first.db", empty=True)
    with first.unit() as connection:
        connection.execute(sa.insert(t.meta), [{"key": f"k{n}", "value": n} for n in range(BATCH + 1)])
    steps: list[int] = []
    move(first, database, NOW, lambda what, done: steps.append(done) if what == "meta" else None)
    assert steps == [BATCH, BATCH + 1]
    assert contents(database) == contents(first)


def test_a_move_in_which_something_changes_keeps_nothing(another: Callable[..., Database]) -> None:
    first, other = another("first.db", empty=True), another("other.db", empty=True)
    fill(first, range(2))
    with other.unit() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER forger AFTER INSERT ON revision BEGIN UPDATE revision SET title = 'forged'; END"
        )
    with pytest.raises(StoreError, match="table revision: 2 rows were sent"):
        move(first, other, NOW)
    assert not any(rows for rows, _ in contents(other).values())


def test_a_database_with_holes_is_not_moved(database: Database, another: Callable[..., Database]) -> None:
    first = another("first.db", empty=True)
    fill(first, range(2))
    with first.unit() as connection:
        connection.execute(sa.delete(t.article).where(t.article.c.id == 1))
    with pytest.raises(StoreError, match="name a missing article") as found:
        move(first, database, NOW)
    assert "db verify" in (found.value.remedy or "")
    assert not any(rows for rows, _ in contents(database).values())


def test_numbers_that_would_be_given_twice_are_found(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite looks at the highest number by itself")
    with database.unit() as connection:
        connection.execute(
            sa.insert(t.silence).values(id=7, kind="rule", subject="a", until=NOW, created_at=NOW, note="")
        )
    assert verify(database).problems == ("silence would number its next row 1, but has a row 7",)
