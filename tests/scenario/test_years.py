"""What lets years pass (`python -m tests.years`) works: two days of them, with everything that it looks at."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.testing import FakeWeb
from tests.years import Census, World, larger, live


@pytest.mark.slow
async def test_two_days_of_many_years(web: FakeWeb, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await live(World(web, tmp_path), 2) == 0, capsys.readouterr().out
    assert "article=" in capsys.readouterr().out


def test_what_grows_in_the_last_year_is_named() -> None:
    before, after = (
        Census({"article": rows, "rule_version": rows}, size, 0) for rows, size in ((900, 1_000_000), (2000, 2_000_000))
    )
    faults = list(larger({day: before if day < 730 else after for day in range(0, 1095, 30)}, 1095))
    assert faults == ["article had 900 rows, a year later 2000", "the file had 1.0 MB, a year later 2.0"]
