from __future__ import annotations

from pathlib import Path

import pytest
import structlog

from monitor.bootstrap.caches import RULES, WORDS, kept_caches
from monitor.bootstrap.settings import state_folder
from monitor.config.load import load_config
from monitor.match.compile import RuleCache
from monitor.match.lexicon import Lexicon


def test_words_are_remembered_over_a_restart(tmp_path: Path) -> None:
    first = Lexicon(None, ())
    with kept_caches(tmp_path, first):
        keys = first.memo("xx")["Ferries"]
    second = Lexicon(None, ())
    with kept_caches(tmp_path, second):
        assert dict(second.memo("xx")) == {"Ferries": keys}
    assert (tmp_path / WORDS).stat().st_mode & 0o777 == 0o600


def test_a_torn_file_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / WORDS).write_bytes(b'{"version": "0')
    (tmp_path / RULES).write_bytes(b"torn")
    with kept_caches(tmp_path, Lexicon(None, ())) as cache:
        assert cache.rules == {}


def test_a_file_that_others_may_write_is_not_read(tmp_path: Path) -> None:
    from monitor import __version__

    (tmp_path / RULES).write_bytes(RuleCache().dump(__version__))
    (tmp_path / RULES).chmod(0o666)
    with kept_caches(tmp_path, Lexicon(None, ())) as cache:
        assert cache.rules == {}


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with structlog.testing.capture_logs() as logs, kept_caches(tmp_path / "file", Lexicon(None, ())):
        pass
    assert [entry["event"] for entry in logs] == ["cache-not-written"]


def test_beside_postgresql_the_state_lies_where_systemd_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.yaml").write_text("database: 'postgresql+psycopg://monitor@db/monitor'\n")
    config = load_config(tmp_path / "config.yaml").usable()
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    assert state_folder(config) == tmp_path / "var"
    with kept_caches(state_folder(config), Lexicon(None, ())):
        pass
    assert (tmp_path / "var" / WORDS).exists()
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/news-monitor:/var/lib/other")
    assert state_folder(config) == Path("/var/lib/news-monitor")
    (tmp_path / "config.yaml").write_text("{}\n")
    assert state_folder(load_config(tmp_path / "config.yaml").usable()) == tmp_path / "var"
