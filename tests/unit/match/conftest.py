"""A lexicon over the real dictionaries, which `make setup` has built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.bootstrap.words import build_words
from monitor.match.lexicon import MAIN_LANGUAGES, Lexicon

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def dictionaries() -> Path:
    directory = build_words(MAIN_LANGUAGES)
    assert directory is not None, "there is no place for the dictionaries: set MONITOR_WORDS"
    return directory


@pytest.fixture(scope="session")
def lexicon(dictionaries: Path) -> Lexicon:
    return Lexicon(dictionaries)
