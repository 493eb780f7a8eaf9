from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

import pytest

from monitor.bootstrap.monitor import user_name
from monitor.bootstrap.words import build_words, main, open_lexicon, words_are_built, words_directories
from monitor.config.schema import ConfigModel
from monitor.match.lexicon import MAIN_LANGUAGES


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has no dictionaries anywhere."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "program"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("MONITOR_WORDS", raising=False)
    return tmp_path


def test_they_lie_beside_the_program_or_in_the_state_unless_named(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside, state = words_directories()
    assert beside == empty / "program" / "share" / "news-monitor" / "words"
    assert state == empty / "state" / "news-monitor" / "words"
    monkeypatch.setenv("MONITOR_WORDS", str(empty / "mine"))
    assert words_directories()[0] == empty / "mine"


@pytest.fixture
def nameless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs this has a number, but neither a name nor a home, as in a container."""

    def unknown(number: int) -> None:
        raise KeyError(number)

    for name in ("HOME", "XDG_STATE_HOME", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)


@pytest.mark.usefixtures("nameless")
def test_without_a_home_they_lie_beside_the_program() -> None:
    assert words_directories()[-1] == Path(sys.prefix) / "share" / "news-monitor" / "words"
    assert user_name() == f"user {os.getuid()}"


def test_they_are_built_once_in_the_first_place_that_can_be_written(empty: Path) -> None:
    (empty / "program").write_text("a file where a folder should be")
    assert not words_are_built(["ms"])
    built = build_words(["ms"])
    assert built == empty / "state" / "news-monitor" / "words"
    assert words_are_built(["ms"])
    assert build_words(["ms"]) == built
    assert open_lexicon(ConfigModel.model_validate({"articles": {"languages": ["ms"]}})).languages == ("ms",)


def test_setting_up_twice_builds_nothing_again() -> None:
    if not words_are_built(MAIN_LANGUAGES):
        pytest.skip("building the dictionaries takes half a minute: make setup does")
    before = [each.stat().st_mtime for folder in words_directories() for each in folder.glob("*")]
    main()
    assert [each.stat().st_mtime for folder in words_directories() for each in folder.glob("*")] == before


def test_where_nothing_can_be_written_there_are_none(empty: Path) -> None:
    for name in ("program", "state"):
        (empty / name).write_text("a file where a folder should be")
    assert build_words(["ms"]) is None
