"""Word lists that stand beside the code as text: `key: word word …`, continued on indented lines, `#` comments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def word_lists(name: str) -> Mapping[str, tuple[str, ...]]:
    """The lists of `data/<name>.txt` by key, each in the order of the file."""
    lists: dict[str, list[str]] = {}
    key = ""
    for line in (files("monitor.match") / "data" / f"{name}.txt").read_text("utf-8").splitlines():
        text = line.partition("#")[0]
        if text.strip() and not text[0].isspace():
            key, _, text = text.partition(":")
        lists.setdefault(key, []).extend(text.split())
    lists.pop("", None)
    return {key: tuple(words) for key, words in lists.items()}


@cache
def word_sets(name: str) -> Mapping[str, frozenset[str]]:
    """As `word_lists`, for asking whether a word is in one."""
    return {key: frozenset(words) for key, words in word_lists(name).items()}
