"""Dictionaries of word forms on disk: where they lie, and building them where there are none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from monitor.config.schema import ConfigModel
from monitor.match.dictionary import available
from monitor.match.lexicon import MAIN_LANGUAGES, Lexicon
from monitor.store.belonging import make_folders

_BUILD = (
    "import sys; from pathlib import Path; from monitor.match.dictionary import build_dictionaries; "
    "build_dictionaries(Path(sys.argv[1]), sys.argv[2:])"
)


def words_directories() -> tuple[Path, ...]:
    """Where dictionaries of word forms may lie, best first: $MONITOR_WORDS, beside the program, the user's state."""
    named, state = os.environ.get("MONITOR_WORDS"), _user_state()
    places = [Path(named)] if named else []
    places.append(Path(sys.prefix) / "share" / "news-monitor" / "words")
    if state is not None:
        places.append(state / "news-monitor" / "words")
    return tuple(places)


def _user_state() -> Path | None:
    """Where the user's programs keep their state; None for one who has a number and no home, as in containers."""
    try:
        return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    except RuntimeError:
        return None


def open_lexicon(model: ConfigModel) -> Lexicon:
    """The words of the configured languages, from dictionaries on disk where they have been built."""
    languages = model.articles.languages
    found = next((d for d in words_directories() if available(d, languages)), None)
    return Lexicon(found, languages)


def words_are_built(languages: Sequence[str]) -> bool:
    """Whether the dictionaries lie where `build_words` would put them."""
    return any(available(directory, languages) for directory in words_directories())


def build_words(languages: Sequence[str]) -> Path | None:
    """Build the dictionaries where there are none; the directory, or None where no place can be written.

    Takes some seconds and 500 MB for four languages, in a process of its own.
    """
    for directory in words_directories():
        if available(directory, languages):
            return directory
    for directory in words_directories():
        try:
            make_folders(directory)
            subprocess.run([sys.executable, "-c", _BUILD, str(directory), *languages], check=True)  # noqa: S603 - our own code
        except (OSError, subprocess.CalledProcessError):
            continue
        return directory
    return None


def main() -> None:
    """Build the dictionaries of the main languages: part of `make setup`."""
    build_words(MAIN_LANGUAGES)


if __name__ == "__main__":
    main()
