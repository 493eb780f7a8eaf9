from __future__ import annotations

from pathlib import Path

from monitor.bootstrap.caches import RULES, WORDS, kept_caches
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
    (tmp_path / "file").touch()
    with kept_caches(tmp_path / "file" / "none", Lexicon(None, ())):
        pass
    assert (tmp_path / "file").is_file()


def test_the_folder_is_made(tmp_path: Path) -> None:
    with kept_caches(tmp_path / "var", Lexicon(None, ())):
        pass
    assert (tmp_path / "var" / "words.json").exists()
