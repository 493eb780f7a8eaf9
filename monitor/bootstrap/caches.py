"""What makes the next start cheap: analyses of words and compiled rules, kept in the state folder.

Both can be lost at any time; nothing but time depends on them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from monitor import __version__
from monitor.match.compile import RuleCache
from monitor.match.lexicon import Lexicon

WORDS, RULES = "words.json", "rules.cache"
MANY_RULES = 1_000
"""Fewer compile in well under a second, so that a file would save nothing."""

log = structlog.get_logger("caches")


@contextmanager
def kept_caches(folder: Path, lexicon: Lexicon) -> Iterator[RuleCache]:
    """The lexicon with its memo of last time and the compiled rules of last time; both are written at the end."""
    _load_words(folder / WORDS, lexicon)
    cache = _load_rules(folder / RULES)
    yield cache
    _write(
        folder / WORDS, json.dumps({"version": __version__, "memo": lexicon.dump_memo()}, ensure_ascii=False).encode()
    )
    if len(cache.rules) >= MANY_RULES:
        _write(folder / RULES, cache.dump(__version__))


def _load_words(path: Path, lexicon: Lexicon) -> None:
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        kept = json.loads(path.read_bytes())
        if kept["version"] == __version__:
            lexicon.load_memo(kept["memo"])


def _load_rules(path: Path) -> RuleCache:
    """Compiled rules are unpickled, which runs what is in the file: only one that nobody else could write is read."""
    try:
        facts = path.stat()
        if facts.st_uid != os.getuid() or facts.st_mode & 0o022:
            log.warning("cache-not-trusted", file=str(path), remedy="delete it; it is made anew")
            return RuleCache()
        return RuleCache.load(path.read_bytes(), __version__)
    except OSError:
        return RuleCache()


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(exist_ok=True)  # with PostgreSQL nobody else has made it
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600, exist_ok=False)
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError as error:
        log.warning("cache-not-written", file=str(path), error=error.strerror)
