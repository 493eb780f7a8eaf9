"""Each file in tests/config/bad is named after its fault; beside it stands what a person sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.load import load_config
from monitor.config.problems import format_problem

BAD = Path(__file__).parents[2] / "config" / "bad"


def shown(path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(path.parent)
    loaded = load_config(path, {})
    verdict = "refused" if loaded.config is None else f"usable, rules refused: {sorted(loaded.refused)}"
    return "\n".join([*(format_problem(p, loaded.files) for p in loaded.problems), verdict]) + "\n"


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_a_person_sees(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(path, monkeypatch) == path.with_suffix(".out").read_text(encoding="utf-8")
