"""docs/quickstart.md and docs/tutorial.md are transcripts: every command in them is run, every answer compared.

`DOCS_REFRESH=1 pytest tests/docs/test_quickstart.py` writes what was really printed into the page.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs.replay import replay, stage

PAGES = ("quickstart.md", "tutorial.md")
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_happens(name: str, tmp_path: Path) -> None:
    page = (DOCS / name).read_text()
    with stage(tmp_path) as made:
        fresh, differences = replay(page, made)
    if os.environ.get("DOCS_REFRESH"):
        (DOCS / name).write_text(fresh)
        return
    shown = [f"$ {d.command}\n--- the page says\n{d.expected}\n--- it prints\n{d.got}" for d in differences]
    assert not differences, "\n".join(shown)
