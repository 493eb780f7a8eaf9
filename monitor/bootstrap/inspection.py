"""What `inspect` needs, with or without a configuration."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from monitor.bootstrap.settings import fetch_settings
from monitor.clock import SystemClock
from monitor.config.load import load_config
from monitor.config.schema import ConfigModel
from monitor.fetch.http import HttpFetcher
from monitor.workers import WorkerPool


@asynccontextmanager
async def open_inspection(
    path: Path, *, typed: Sequence[str] = ()
) -> AsyncIterator[tuple[HttpFetcher, WorkerPool, SystemClock]]:
    """What `inspect` needs, with or without a configuration.

    `typed` is what a person typed for an address: a private host among them that is named by its number may be asked,
    since nobody but that person chose it; a redirect to any other stays refused.
    """
    loaded = load_config(path)
    model = loaded.config.model if loaded.config else ConfigModel()
    hosts = [_host_in(address) for address in typed]
    allowed = [host for host in hosts if _is_literal(host)]
    if "localhost" in hosts:
        allowed += ["127.0.0.1", "::1"]
    settings = fetch_settings(model, also_allow=allowed)
    clock = SystemClock()
    async with HttpFetcher(settings, clock) as fetcher, WorkerPool(memory_mb=600) as workers:
        yield fetcher, workers, clock


def _host_in(address: str) -> str:
    """The host of an address; empty for what is none, which the fetcher names."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
