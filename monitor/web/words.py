"""What the pages say in German; the English phrase is the key (`german.txt`)."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def german() -> dict[str, str]:
    """German phrases by their English ones."""
    text = resources.files("monitor.web").joinpath("german.txt").read_text(encoding="utf-8")
    parts = (line.partition(" = ") for line in text.splitlines() if not line.startswith("#"))
    return {english: german for english, _, german in parts if german}
