from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest
import structlog

from monitor.bootstrap.logs import set_up_logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("no_colour", "coloured"), [("", True), ("1", False)])
def test_a_terminal_has_colours_unless_they_are_not_wanted(
    no_colour: str,
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = Terminal()
    monkeypatch.setattr("sys.stderr", out)
    monkeypatch.setenv("NO_COLOR", no_colour)
    set_up_logs(level="info", form="auto")
    structlog.get_logger("monitor").info("watching", rules=2)
    assert ("\x1b[" in out.getvalue()) is coloured
    assert "watching" in out.getvalue()


def test_elsewhere_there_are_json_lines_and_libraries_keep_to_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    set_up_logs(level="info", form="auto")
    structlog.get_logger("monitor").info("watching", rules=2)
    logging.getLogger("uvicorn.error").info("Started server process [1]")
    logging.getLogger("psycopg").warning("error ignored terminating a pipeline")
    (line,) = out.getvalue().splitlines()
    assert line.startswith("{")


@pytest.mark.parametrize("journal", [True, False])
def test_the_journal_hears_how_grave_a_line_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, journal: bool
) -> None:
    with (tmp_path / "journal").open("w+") as out:
        at = (tmp_path / "journal").stat()
        monkeypatch.setattr("sys.stderr", out)
        monkeypatch.setenv("JOURNAL_STREAM", f"{at.st_dev}:{at.st_ino if journal else 0}")
        set_up_logs(level="info", form="auto")
        structlog.get_logger("monitor").info("watching", rules=2)
        structlog.get_logger("monitor").warning("tick-failed")
        logging.getLogger("elsewhere").error("broken")
        out.seek(0)
        lines = out.read().splitlines()
    assert [line[:3] for line in lines if journal] == (["<6>", "<4>", "<3>"] if journal else [])
    assert [json.loads(line[3 * journal :])["event"] for line in lines] == ["watching", "tick-failed", "broken"]
