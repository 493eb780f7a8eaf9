"""A lexicon over real dictionaries, built once and kept in the project's `var/` (ignored by git)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.match.dictionary import build_dictionaries
from monitor.match.lexicon import MAIN_LANGUAGES, Lexicon

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def dictionaries(pytestconfig: pytest.Config) -> Path:
    directory = pytestconfig.rootpath / "var" / "test-dictionaries"
    build_dictionaries(directory, MAIN_LANGUAGES)
    return directory


@pytest.fixture(scope="session")
def lexicon(dictionaries: Path) -> Lexicon:
    return Lexicon(dictionaries)
