"""The composition root: the only place that names concrete adapters and puts them together."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from monitor.clock import SystemClock
from monitor.config.load import load_config
from monitor.config.schema import ConfigModel
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.match.dictionary import available
from monitor.match.lexicon import Lexicon
from monitor.workers import WorkerPool


def fetch_settings(model: ConfigModel, *, also_allow: Sequence[str] = ()) -> FetchSettings:
    """The `fetch` section as the fetcher takes it."""
    section = model.fetch
    default = FetchSettings()
    name = section.user_agent
    return FetchSettings(
        user_agent=name if "/" in name else default.user_agent.replace("news-monitor", name, 1),
        contact=section.contact or "",
        concurrency=section.concurrency,
        per_host=section.per_host,
        host_spacing_s=section.host_spacing,
        timeout_s=section.timeout,
        max_bytes=section.max_bytes,
        allow_addresses=(*section.allow_addresses, *also_allow),
        proxy=section.proxy,
    )


@asynccontextmanager
async def open_inspection(
    path: Path, *, typed_hosts: Sequence[str] = ()
) -> AsyncIterator[tuple[HttpFetcher, WorkerPool, SystemClock]]:
    """What `inspect` needs, with or without a configuration.

    `typed_hosts` are hosts that a person typed: a literal private address among them may be asked, since nobody but
    that person chose it; a redirect to any other stays refused.
    """
    loaded = load_config(path)
    model = loaded.config.model if loaded.config else ConfigModel()
    typed = [host for host in typed_hosts if _is_literal(host)]
    if "localhost" in typed_hosts:
        typed += ["127.0.0.1", "::1"]
    settings = fetch_settings(model, also_allow=typed)
    clock = SystemClock()
    async with HttpFetcher(settings, clock) as fetcher, WorkerPool(memory_mb=600) as workers:
        yield fetcher, workers, clock


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def words_directories() -> tuple[Path, ...]:
    """Where dictionaries of word forms may lie, best first: $MONITOR_WORDS, beside the program, the user's state."""
    named = os.environ.get("MONITOR_WORDS")
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    places = [Path(sys.prefix) / "share" / "news-monitor" / "words", state / "news-monitor" / "words"]
    return (Path(named), *places) if named else tuple(places)


def open_lexicon(model: ConfigModel) -> Lexicon:
    """The words of the configured languages, from dictionaries on disk where they have been built."""
    languages = model.articles.languages
    found = next((d for d in words_directories() if available(d, languages)), None)
    return Lexicon(found, languages)


def build_words(languages: Sequence[str]) -> Path | None:
    """Build the dictionaries where there are none; the directory, or None where no place can be written.

    Takes some seconds and 500 MB for four languages, in a process of its own.
    """
    for directory in words_directories():
        if available(directory, languages):
            return directory
    for directory in words_directories():
        try:
            directory.mkdir(parents=True, exist_ok=True)
            code = "import sys; from pathlib import Path; from monitor.match.dictionary import build_dictionaries; "
            code += "build_dictionaries(Path(sys.argv[1]), sys.argv[2:])"
            subprocess.run([sys.executable, "-c", code, str(directory), *languages], check=True)  # noqa: S603 - our own code
        except (OSError, subprocess.CalledProcessError):
            continue
        return directory
    return None
