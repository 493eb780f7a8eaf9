from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from monitor.cli.examples import EXAMPLES
from monitor.cli.main import COMMANDS, DAILY, build_parser, run

GOOD = """
channels: {desk: {to: 'console://'}}
defaults: {alert: {to: [desk]}}
sources: [{id: blatt, name: Blatt, feed: 'https://blatt.example/rss'}]
watchlist:
  - id: port
    match: 'harbour'
    tests: {fires: ['The harbour is open.'], silent: ['The airport is open.']}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD)
    return path


def test_daily_commands_come_first() -> None:
    assert tuple(COMMANDS)[: len(DAILY)] == DAILY


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_describes_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run([command, "--help"])
    assert left.value.code == 0
    out = capsys.readouterr().out
    assert "usage: monitor" in out
    assert f"  {EXAMPLES[command][0]}" in out


def test_every_command_has_examples_that_it_understands() -> None:
    assert list(EXAMPLES) == list(COMMANDS)
    parser = build_parser()
    for command, lines in EXAMPLES.items():
        for line in lines:
            typed = re.sub(r"^source <\(|\)$| > .*| && .*", "", line)
            words = shlex.split(typed)
            assert words[:2] == ["monitor", command]
            assert callable(parser.parse_args(words[1:]).call), line


def test_wrong_use_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["no-such-command"]) == 2
    assert run(["sources"]) == 2
    assert run(["inspect"]) == 2
    assert "error[usage]" in capsys.readouterr().err


def test_what_ends_it_is_an_error_to_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "journal").open("w+") as out:
        at = (tmp_path / "journal").stat()
        monkeypatch.setenv("JOURNAL_STREAM", f"{at.st_dev}:{at.st_ino}")
        monkeypatch.setattr("sys.stderr", out)
        run(["no-such-command"])
        out.seek(0)
        assert {line[:3] for line in out} == {"<3>"}


def test_a_misspelt_command_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chekc"]) == 2
    assert "did you mean check?" in capsys.readouterr().err
    assert run(["sources", "lst"]) == 2
    assert "did you mean list?" in capsys.readouterr().err


def test_a_missing_configuration_is_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--config", str(tmp_path / "none.yaml"), "check"]) == 1
    assert "does not exist" in capsys.readouterr().out


def test_options_stand_before_or_after(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--json", "--config", str(config), "sources", "list"]) == 0
    assert run(["sources", "list", "--config", str(config), "--json"]) == 0
    assert capsys.readouterr().out == "[]\n[]\n"


def test_check_counts_and_tests(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--config", str(config)]) == 0
    expected = "fine: 1 source, 1 rule watching, 2 of 2 tests passed, 0 errors, 0 warnings\n"
    assert capsys.readouterr().out == expected


def test_check_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    config.write_text(GOOD.replace("The airport is open.", "The harbour is closed."))
    assert run(["check", "--config", str(config), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(p["code"], p["severity"], p["line"]) for p in found["problems"]] == [("test-failed", "error", 8)]
    assert [t["got"] for t in found["tests"]] == ["fires", "fires"]


def test_lists_are_empty_before_the_first_run(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["articles", "list"], ["alerts", "list"], ["stories", "list"], ["silences", "list"]):
        assert run([*command, "--config", str(config), "--json"]) == 0
    assert capsys.readouterr().out == "[]\n" * 4


def test_what_does_not_exist_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["sources", "show", "x"], ["articles", "show", "7"], ["alerts", "show", "7"], ["why", "7"]):
        assert run([*command, "--config", str(config)]) == 1
    assert capsys.readouterr().err.count("error[not-found]") == 4


def test_silences_come_and_go(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["silences", "add", "rule", "port", "--for", "2h", "--config", str(config)]) == 0
    assert run(["silences", "list", "--config", str(config)]) == 0
    assert "port" in capsys.readouterr().out
    assert run(["silences", "remove", "1", "--config", str(config)]) == 0
    assert run(["silences", "remove", "1", "--config", str(config)]) == 1


def test_pausing_edits_the_file_and_keeps_comments(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text("# mine\n" + GOOD)
    assert run(["sources", "pause", "blatt", "--config", str(config)]) == 0
    assert "paused: true" in config.read_text()
    assert config.read_text().startswith("# mine\n")
    assert run(["sources", "resume", "blatt", "--config", str(config)]) == 0
    assert "paused" not in config.read_text()


def test_a_rule_is_tried_on_a_text(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "try", "port", "--text", "Ships left the harbours.", "--config", str(config)]) == 0
    assert "port: fires" in capsys.readouterr().out
    assert run(["rules", "try", "prot", "--text", "x", "--config", str(config)]) == 1


def test_a_refused_file_shows_the_mistakes_in_its_rules_too(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(GOOD.replace("feed:", "feeds:").replace("'harbour'", "'harbour AND $prot'"))
    assert run(["check", "--config", str(config)]) == 1
    out = capsys.readouterr().out
    assert "[unknown-key]" in out
    assert "[unknown-concept]" in out
    assert "refused: 2 errors" in out
