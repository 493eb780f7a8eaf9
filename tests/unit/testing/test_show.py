"""The pieces of the demonstration; `tests/scenario/test_demo.py` watches it whole."""

from __future__ import annotations

import asyncio
import shutil
import sys
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.config.load import load_config
from monitor.errors import MonitorError, UsageError
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from monitor.testing.mailbox import Received
from monitor.testing.newsroom.content import read_edition
from monitor.testing.newsroom.show import Show, newsroom_at_work, room, stop_daemon, write_config

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def test_the_folder_is_kept_only_where_one_was_named(tmp_path: Path) -> None:
    with room(str(tmp_path / "new" / "folder")) as kept:
        (kept / "x").touch()
    with room(None) as lent:
        (lent / "x").touch()
    assert (kept / "x").exists()
    assert not lent.exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="File exists"), room(str(tmp_path / "file")):
        pass


async def test_its_configuration_is_one_that_can_be_used(tmp_path: Path) -> None:
    edition = read_edition()
    async with newsroom_at_work(edition) as at_work:
        config = load_config(write_config(tmp_path, at_work, edition, smtp_port=2525, web_port=8080)).usable()
        assert [source.id for source in config.sources] == [outlet.id for outlet in edition.outlets]
        assert config.sources[0].url == at_work.address(edition.outlets[0].id)


async def test_who_does_not_end_when_asked_is_killed() -> None:
    deaf = await asyncio.create_subprocess_exec(sys.executable, "-c", DEAF, stdout=asyncio.subprocess.PIPE)
    assert deaf.stdout is not None
    assert await deaf.stdout.readline() == b"deaf\n"
    await stop_daemon(deaf, patience_s=0.05)
    assert deaf.returncode == -9
    await stop_daemon(deaf)


async def test_a_monitor_that_does_not_begin_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    database = Database(open_engine(f"sqlite:///{tmp_path}/none.db"))
    show = Show(print, lambda text, *_: text, start_s=0.2)
    with pytest.raises(MonitorError, match="has not read the newsroom") as failed:
        await show._baseline(database)
    assert "daemon.log" in str(failed.value.remedy)
    database.dispose()


def test_a_mail_that_came_and_is_not_recorded_yet_may_come_again(tmp_path: Path, empty_sqlite: Path) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    database = Database(open_engine(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'monitor.db')}"))
    show = Show(print, lambda text, *_: text)
    row = {"alert_id": 1, "alert_key": "a:1", "channel": "desk", "target": "d", "label": "d", "created_at": now}
    with database.unit() as connection:
        connection.execute(sa.insert(t.delivery).values(**row, state="sending"))
    mail = EmailMessage()
    mail["X-Monitor-Key"] = "a:1"
    show.mailbox.received.append(Received(now, ("d",), mail))
    assert not show._all_told(database)
    with database.unit() as connection:
        connection.execute(sa.update(t.delivery).values(state="sent"))
    assert show._all_told(database)
    database.dispose()
