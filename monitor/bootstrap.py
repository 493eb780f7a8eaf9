"""The composition root: the only place that names concrete adapters and puts them together."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from monitor.clock import SystemClock
from monitor.config.load import load_config
from monitor.config.schema import ConfigModel
from monitor.fetch.http import FetchSettings, HttpFetcher
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
