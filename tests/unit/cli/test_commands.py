"""Every command on a small installation: what it shows to people, and to programs."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

from monitor.cli.main import run
from tests.unit.cli.conftest import Installation

TOLD, HELD, OLD, NEW = "3", "4", "1", "7"
"""Numbers of the alert that was told and of the one that was held; of an article of the first poll and of a new one."""
SHOWN: dict[str, tuple[int, str]] = {
    # command: (exit code, words that it shows)
    "alerts list": (0, "the first hit of the rule in this story"),
    "alerts list --held": (0, "held by a guard: »Im Falle«"),
    "alerts list --dead": (0, "no alerts"),
    "alerts list --rule presidents --since 1d": (0, "first poll of Nordblick"),
    f"alerts show {TOLD}": (0, "dead json://127.0.0.1: retry"),
    f"alerts retry {TOLD}": (0, "1 delivery due now"),
    f"alerts discard {HELD}": (0, "0 deliveries given up"),
    "articles list --source nordblick --limit 2": (0, "Minister warnt"),
    f"articles show {NEW}": (0, "text: full, revision 2"),
    "articles search Präsidenten Videokonferenz": (0, "Kreml: Putin und Biden"),
    "articles search nothingofthekind": (0, "nothing found"),
    f"articles diff {NEW}": (0, "+Kein gemeinsames Papier"),
    f"articles diff {OLD}": (0, "one revision only"),
    f"articles evidence {NEW}": (0, "sha256: "),
    "articles export --since 1d": (0, '"Sturm deckt Turnhalle ab"'),
    "stories list": (0, "Werft erhält Auftrag"),
    "stories show 6": (0, "1 article of 1 source"),
    f"why alert:{TOLD}": (0, "presidents v1 on revision 2: fired"),
    f"why {OLD}": (0, "part of the first poll"),
    "why 5": (0, "no rule has matched it"),
    f"why {NEW} new-sanctions": (0, "new-sanctions: silent"),
    "status": (0, "NOT WATCHING"),
    "status --check": (1, "no sign of life"),
    "sources list": (0, "degraded"),
    "sources list --limit 1": (0, "gone"),
    "sources list --since 2100-01-01": (0, "no sources"),
    "sources show gone": (0, "takes no connections"),
    "sources poll nordblick": (0, "1 due now"),
    "sources export": (0, "xmlUrl="),
    "rules list": (0, "refused"),
    "rules lint": (0, "nothing odd"),
    "rules try presidents --text Sturm": (0, "presidents: silent"),
    "rules try presidents --text Putin-Biden-Gipfel --title Treffen --lang de": (0, "presidents: fires"),
    "rules try presidents --file page.html": (0, "presidents: silent"),
    "rules try presidents --title Treffen --json": (0, '"rule": "presidents"'),
    "rules backtest presidents": (0, "2 of 7 articles"),
    "rules backtest presidents --diff": (0, "0 more, 0 fewer"),
    "rules backtest new-sanctions --since 1d": (0, " held"),
    "report --since 1d": (0, "presidents"),
    "report --csv": (0, "source,nordblick"),
    "channels list": (0, "01:00-02:00"),
    "config schema": (0, "quiet_hours"),
    "inspect FEED": (0, "feed"),
    "inspect page.html --url https://a.example/x": (0, "page.html"),
    "inspect --batch batch.jsonl": (1, "no-such-file.html"),
}
AS_DATA = (
    "alerts list",
    f"alerts show {TOLD}",
    f"alerts retry {TOLD}",
    "articles list",
    f"articles show {NEW}",
    f"articles diff {NEW}",
    "stories list",
    "stories show 1",
    f"why {NEW}",
    "status",
    "sources list",
    "sources show nordblick",
    "sources poll nordblick",
    "rules list",
    "rules lint",
    "rules try presidents --text Putin",
    "rules backtest presidents --diff",
    "report",
    "channels list",
    "channels test desk",
    "check",
    "silences list",
    "inspect FEED",
)
PAGE = "<html><head><title>Harbour opens</title></head><body><article><h1>Harbour opens</h1><p>Open.</p></article>"


@pytest.fixture(autouse=True)
def _there(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(installation.folder)
    Path("page.html").write_text(PAGE)
    Path("batch.jsonl").write_text('{"target": "page.html"}\n\n{"target": "no-such-file.html"}\n')


@pytest.mark.parametrize("command", sorted(SHOWN))
def test_it_shows_what_people_ask_for(
    command: str, installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    code, words = SHOWN[command]
    assert run(command.replace("FEED", installation.feed).split()) == code
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("command", AS_DATA)
def test_it_speaks_json(command: str, installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command.replace("FEED", installation.feed).split(), "--json"]) in (0, 1)
    assert json.loads(capsys.readouterr().out) is not None


def test_an_alert_is_taken_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["alerts", "ack", HELD, "--note", "known", "--by", "Anna"]) == 0
    assert "1 alert taken over" in capsys.readouterr().out
    assert run(["alerts", "show", HELD]) == 0
    assert "taken over by Anna" in capsys.readouterr().out


def test_a_rule_learns_from_an_alert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("config.yaml").read_text()
    try:
        assert run(["rules", "learn", TOLD, "--fires"]) == 0
        assert "all tests pass" in capsys.readouterr().out
        assert run(["rules", "learn", TOLD, "--silent", "--json"]) == 1
        assert json.loads(capsys.readouterr().out)["failing"] == 1
    finally:
        Path("config.yaml").write_text(before)


def test_a_changed_rule_is_held_against_the_one_that_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = Path("config.yaml").read_text()
    changed = text.replace("'Putin AND Biden'", "'Minister'").replace("id: broken", "id: broken, name: B")
    Path("changed.yaml").write_text(f"{changed}  - {{id: fresh, match: 'Minister'}}\n")
    assert run(["rules", "backtest", "presidents", "--diff", "--config", "changed.yaml"]) == 0
    out = capsys.readouterr().out
    assert "  + " in out
    assert "  - " in out
    assert run(["rules", "backtest", "fresh", "--diff", "--config", "changed.yaml"]) == 0
    assert "no version of it is running" in capsys.readouterr().out


def test_long_work_has_a_bar_where_a_person_watches(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(["rules", "backtest", "presidents"]) == 0
    assert "2 of 7 articles" in capsys.readouterr().out


def test_what_is_odd_about_a_rule_has_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    Path("odd.yaml").write_text("watchlist:\n  - {id: odd, match: 'harbour OR harbour'}\n")
    assert run(["rules", "lint", "--config", "odd.yaml"]) == 0
    assert "odd.yaml:2:" in capsys.readouterr().out


def test_without_a_command_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "commands:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("rules try presidents", "give one of --text"),
        ("rules try presidents --file none.html", "no article could be read"),
        ("rules learn 1 --silent", "no alert 1 of a rule"),
        (f"articles evidence {OLD}", "nothing that was fetched is kept"),
        ("stories split 4 999", "has no article 999"),
        ("stories split 999 1", "there is no story 999"),
        ("stories merge 4 999", "there is no story 999"),
        ("stories merge 4 4", "are one story already"),
        ("stories split 4 4", "articles that stay"),
        ("inspect", "inspect needs a target"),
        ("inspect --batch none.jsonl", "cannot read the batch"),
    ],
)
def test_what_cannot_be_done_is_said(command: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command.split()) in (1, 2)
    assert words in capsys.readouterr().err


def test_what_was_fetched_is_written_byte_for_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "page.html"
    command = ["articles", "evidence", str(NEW), "--body", str(file), "--json"]
    assert run(command) == 0
    facts = json.loads(capsys.readouterr().out)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == facts["sha256"]
    assert (facts["bytes"], facts["revision"]) == (len(file.read_bytes()), 2)
    assert run([*command, "--revision", "1"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_story_is_split(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stories", "split", "1", NEW]) == 0
    assert "1 article of story 1 now" in capsys.readouterr().out
    assert run(["stories", "show", "1"]) == 0


def test_stories_are_merged(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stories", "merge", "2", "3"]) == 0
    assert run(["stories", "show", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["articles"] == 2


def test_once_says_what_it_did_and_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["once"]) == 1
    out = capsys.readouterr().out
    assert "monitor check shows each in its line" in out
    assert "polled " in out
    assert run(["once", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["problems"]
