"""Under which names the page answers."""

from __future__ import annotations

from urllib.parse import urlsplit

from monitor.config.listen import Listen

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def known_hosts(listen: Listen, *public_urls: str | None) -> frozenset[str]:
    """Host names under which the page answers; any other name is somebody's trick to reach it from a foreign page."""
    public = {urlsplit(url).hostname or "" for url in public_urls if url}
    return frozenset(LOOPBACK_NAMES | {listen.host} | public)


def host_name(header: str) -> str:
    """The name in a Host header, without the port."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""
