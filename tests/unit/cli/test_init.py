from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from monitor.cli.main import run
from monitor.config.load import load_config


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


def test_questions_are_answered_and_a_test_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("elections, harbour\nen\n\ny\n"))
    assert run(["init", "--no-poll", "--config", str(tmp_path / "config.yaml")]) == 0
    assert "test message to console://: sent" in capsys.readouterr().out
    assert (tmp_path / "watchlists" / "elections.yaml").exists()


def test_json_names_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path, "--topic", "energy", "--json") == 0
    assert [Path(f).name for f in json.loads(capsys.readouterr().out)["files"]] == ["config.yaml", "energy.yaml"]
