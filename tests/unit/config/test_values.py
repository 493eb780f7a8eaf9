"""Complaints of the validation in words, each where the person wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.load import load_config
from monitor.config.values import suggestion


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("fetch:\n  concurrency: many\n", "a whole number is expected", 2),
        ("channels:\n  desk:\n    to: 'console://'\n    rate: fast\n", "a number is expected", 4),
        ("sources:\n  - id: a\n    feed: 'https://a.example/'\n    paused: perhaps\n", "write true or false", 4),
        ("channels:\n  desk:\n    to: 'console://'\n    on_crash: shrug\n", "write one of 'resend' or 'give_up'", 4),
        (
            "sources:\n  - id: Blatt\n    feed: 'https://a.example/'\n",
            "small letters, digits, '-', '_' and '.' only",
            2,
        ),
        ("sources:\n  - id: a\n    feed: 'https://a.example/'\n    name: [b]\n", "a text is expected", 4),
        ("web: on\n", "keys and values are expected", 1),
        ("sources:\n  - id: a\n    feed: 'https://a.example/'\n    headers: x\n", "keys and values are expected", 4),
        ("alerts:\n  ops: {desk: x}\n", "a list is expected", 2),
        ("channels:\n  desk:\n    mail: {server: s.example}\n", 'the key "to" is missing', 3),
        ("channels:\n  desk:\n    to: 'console://'\n    bursts: 4\n", 'unknown key "bursts"', 4),
    ],
)
def test_what_is_wrong_is_said_in_words_where_it_stands(tmp_path: Path, text: str, message: str, line: int) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    assert (message, line) in [(p.message, p.place.line) for p in load_config(path, {}).problems]


def test_a_misspelt_name_is_answered_with_the_nearest_or_with_the_few_there_are() -> None:
    assert suggestion("watchlst", ["watchlist", "sources"]) == "did you mean watchlist?"
    assert suggestion("x", ["b", "a"]) == "known: a, b"
    assert suggestion("x", []) is None
    assert suggestion("x", map(str, range(100, 120))) is None
