"""Cookies that a server sets with a redirect and wants to see at the next hop, where it redirects for ever otherwise.

They live as long as one chain of redirects, go to the host that set them or to the domain that it names for them, and
are forgotten then: nobody can follow us from one poll to the next by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from yarl import URL

MOST = 20
LONGEST = 4_096
"""Cookies of one host that are kept, and characters of one (RFC 6265, 6.1)."""

_COOKIE = re.compile(r"\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*([^;\s]*)", re.ASCII)
_DOMAIN = re.compile(r";\s*domain\s*=\s*\.?([a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]*)\s*(?:;|\Z)", re.IGNORECASE)
"""A domain of at least two labels, the last of them a word: no address has any."""


class HopCookies:
    """The cookies of one chain."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, str]] = {}
        """By host; by `.domain` where all hosts of one are meant."""

    def take(self, url: URL, headers: Iterable[tuple[str, str]]) -> None:
        """Keep what the answer of `url` sets; `headers` have lower-case names."""
        host = url.raw_host or ""
        for name, value in headers:
            found = _COOKIE.match(value) if name == "set-cookie" and len(value) <= LONGEST else None
            if not found:
                continue
            own = self._kept.setdefault(_scope(host, value), {})
            if len(own) < MOST or found.group(1) in own:
                own[found.group(1)] = found.group(2)

    def line(self, url: URL, own: str | None = None) -> str | None:
        """The Cookie header for `url`, behind what the source's settings (`own`) say; None for none."""
        host = url.raw_host or ""
        meant = [kept for scope, kept in self._kept.items() if host == scope or _covers(scope, host)]
        pairs = [f"{name}={value}" for kept in meant for name, value in kept.items()]
        return "; ".join(([own] if own else []) + pairs) or None


def _scope(host: str, cookie: str) -> str:
    """The host itself, or `.domain` if the cookie names one that the host belongs to (RFC 6265, 5.3)."""
    found = _DOMAIN.search(cookie)
    scope = f".{found.group(1).lower()}" if found else host
    return scope if _covers(scope, host) else host


def _covers(scope: str, host: str) -> bool:
    """Whether `scope` is a domain, and `host` one of its hosts."""
    return scope.startswith(".") and f".{host}".endswith(scope)
