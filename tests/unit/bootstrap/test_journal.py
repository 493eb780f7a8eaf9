from __future__ import annotations

import io
from pathlib import Path

import pytest

from monitor.bootstrap.journal import is_the_journal, marked


def test_the_journal_is_what_systemd_says_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "journal").open("w") as out, (tmp_path / "else").open("w") as elsewhere:
        at = (tmp_path / "journal").stat()
        assert not is_the_journal(out)
        monkeypatch.setenv("JOURNAL_STREAM", f"{at.st_dev}:{at.st_ino}")
        assert is_the_journal(out)
        assert not is_the_journal(elsewhere), "standard error was led elsewhere"
    assert not is_the_journal(io.StringIO()), "nothing that the system knows"
    assert not is_the_journal(out), "closed"


@pytest.mark.parametrize(
    ("text", "level", "expected"),
    [
        ("fine", "info", "<6>fine"),
        ("away\n  try again", "error", "<3>away\n<3>  try again"),
        ("odd", "notset", "<6>odd"),
    ],
)
def test_every_line_has_its_mark(text: str, level: str, expected: str) -> None:
    assert marked(text, level) == expected
