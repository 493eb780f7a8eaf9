from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.bootstrap.first_look import FirstLook, WouldTell
from monitor.cli.init import show_look, spoken_language
from monitor.cli.main import run
from monitor.cli.output import Printer
from monitor.cli.questions import server_of
from monitor.config.load import load_config
from monitor.errors import UsageError


def init(folder: Path, *arguments: str) -> int:
    return run(["init", "--yes", "--no-poll", *arguments, "--config", str(folder / "config.yaml")])


def test_the_files_are_short_and_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path, "--language", "de,fr", "--topic", "sanctions", "--topic", "Offshore wind") == 0
    assert len((tmp_path / "config.yaml").read_text().splitlines()) < 40
    loaded = load_config(tmp_path / "config.yaml")
    config = loaded.usable()
    assert not loaded.problems
    assert {source.tags[0] for source in config.sources} == {"de", "fr"}
    assert {"sanctions-imposed", "offshore-wind"} <= {rule.id for rule in config.rules}
    assert run(["check", "--config", str(tmp_path / "config.yaml")]) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out


def test_nothing_is_ever_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "sanctions.yaml").write_text("mine")
    assert init(tmp_path, "--topic", "sanctions") == 1
    assert "error[would-overwrite]" in capsys.readouterr().err
    assert not (tmp_path / "config.yaml").exists()
    assert (tmp_path / "watchlists" / "sanctions.yaml").read_text() == "mine"


def test_a_password_stands_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    assert init(tmp_path, "--mail", "desk@example.org", "--server", "smtp.example.org", "--user", "desk") == 0
    secret = tmp_path / "secrets" / "channel"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert "s3cret" not in (tmp_path / "config.yaml").read_text()
    mail = load_config(tmp_path / "config.yaml").usable().model.channels["desk"].mail
    assert mail is not None
    assert mail.password == "s3cret"


def test_an_unknown_language_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path, "--language", "xx") == 2
    assert "known: de, en" in capsys.readouterr().err


def test_it_does_not_ask_where_nobody_can_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert run(["init", "--config", str(tmp_path / "config.yaml")]) == 2


class Terminal(io.StringIO):
    """Somebody who answers, line by line; at the end of the lines, presses Ctrl-D, or Ctrl-C at an empty page."""

    def __init__(self, answers: list[str], *, interrupt: bool = False) -> None:
        super().__init__("".join(f"{answer}\n" for answer in answers))
        self._interrupt = interrupt

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # StringIO's is looser
        line = super().readline(-1 if size is None else size)
        if not line and self._interrupt:
            raise KeyboardInterrupt
        return line


ANSWERS = ["Elections, harbour", "en", "2,3", "desk@example.org", "mail.example.org:465", "-", "n"]


def test_questions_are_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(ANSWERS))
    assert run(["init", "--no-poll", "--config", str(tmp_path / "config.yaml")]) == 0
    out = capsys.readouterr().out
    assert "next: monitor --config" in out
    config = load_config(tmp_path / "config.yaml").usable()
    assert len(config.sources) == 4
    assert "harbour" in {rule.id for rule in config.rules}
    mail = config.model.channels["desk"].mail
    assert mail is not None
    assert (mail.server, mail.port, mail.user) == ("mail.example.org", 465, None)


@pytest.mark.parametrize("number", range(len(ANSWERS)))
@pytest.mark.parametrize("interrupt", [True, False], ids=["ctrl-c", "ctrl-d"])
def test_whoever_stops_at_a_question_leaves_nothing_behind(
    number: int,
    interrupt: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(ANSWERS[:number], interrupt=interrupt))
    assert run(["init", "--config", str(tmp_path / "config.yaml")]) == 130
    assert "nothing was written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_is_no_use_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = ["election", "…", "energy", "xx", "de", "7", "x", "1", "me@", "slakc://x", "TERMINAL", "maybe", "n"]
    monkeypatch.setattr("sys.stdin", Terminal(answers))
    assert run(["init", "--no-poll", "--config", str(tmp_path / "config.yaml")]) == 0
    out = capsys.readouterr().out
    for words in (
        "did you mean elections?",
        "no word to look for",
        "no sources in 'xx'",
        "numbers from 1 to 6",
        "'me@' is no mail address",
        "knows no service slakc://",
        "y or n, please",
    ):
        assert words in out
    config = load_config(tmp_path / "config.yaml").usable()
    assert len(config.sources) == 5
    assert config.model.language == "de"


@pytest.mark.parametrize("text", ["desk@example.org", "smtp example", "https://smtp.example", "smtp.example:mail"])
def test_what_is_no_mail_server_is_asked_for_again(text: str) -> None:
    with pytest.raises(UsageError, match="is no server"):
        server_of(text)


def test_the_address_of_a_chat_is_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(["energy", "en", "none", "console://", "y"]))
    assert run(["init", "--no-poll", "--config", str(tmp_path / "config.yaml")]) == 0
    assert "test message to console://: sent" in capsys.readouterr().out
    assert "console" not in (tmp_path / "config.yaml").read_text()
    assert (tmp_path / "secrets" / "channel").read_text() == "console://\n"


def test_it_begins_no_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(tmp_path, "--topic", "energy") == 0
    before = (tmp_path / "config.yaml").read_text()
    monkeypatch.setattr("sys.stdin", Terminal([]))
    assert run(["init", "--config", str(tmp_path / "config.yaml")]) == 1
    assert "error[would-overwrite]" in capsys.readouterr().err
    assert (tmp_path / "config.yaml").read_text() == before


def test_a_test_message_that_fails_is_1_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("json://127.0.0.1:9/\n"))
    assert init(tmp_path, "--topic", "energy", "--chat", "--test") == 1
    out = capsys.readouterr().out
    assert "failed: connection refused" in out
    assert "monitor channels test desk" in out


def test_languages_without_words_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path, "--topic", "energy", "--language", "pl") == 0
    assert "no words in pl yet" in capsys.readouterr().out


HIT = WouldTell("port", "Harbour \x1b[31mopen", "Blatt", datetime(2026, 1, 1, 9, 30, tzinfo=UTC), held=False)


def test_what_would_have_been_told_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    held = replace(HIT, held=True, title="Harbour could close")
    show_look(FirstLook(9, 4, (("gone", "status 404"),), (HIT, held, *[HIT] * 14)), Printer(sys.stdout))
    out = capsys.readouterr().out
    assert "no articles from gone: status 404" in out
    assert "would have told 15, and held back 1" in out
    assert "09:30  told  port: Harbour [31mopen (Blatt)" in out
    assert "09:30  held  port: Harbour could close (Blatt)" in out
    assert "and 1 more" in out


def test_no_network_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    silent = tuple((name, "the name could not be resolved") for name in "abc")
    show_look(FirstLook(0, 0, silent, ()), Printer(sys.stdout))
    out = capsys.readouterr().out
    assert out.count("could not be resolved") == 1
    assert "can be used as it is" in out


@pytest.mark.parametrize(
    ("environment", "language"),
    [({"LANG": "de_DE.UTF-8"}, "de"), ({"LANG": "de_DE", "LC_ALL": "fr"}, "fr"), ({"LANG": "C.UTF-8"}, ""), ({}, "")],
)
def test_the_locale_speaks(environment: dict[str, str], language: str) -> None:
    assert spoken_language(environment) == language


def test_it_polls_and_says_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(["energy", "en", "1,2,3,4,5,6", "terminal", "n"]))
    assert run(["init", "--config", str(tmp_path / "config.yaml")]) == 0
    out = capsys.readouterr().out
    assert "asking the sources what they have now; nobody is told" in out
    assert "no sources yet" in out


def test_json_names_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path, "--topic", "energy", "--json") == 0
    assert [Path(f).name for f in json.loads(capsys.readouterr().out)["files"]] == ["config.yaml", "energy.yaml"]
