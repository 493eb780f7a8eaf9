"""Cookies that a server sets with a redirect and wants to see at the next hop, where it redirects for ever otherwise.

They live as long as one chain of redirects, go to nobody but the host that set them, and are forgotten then: nobody can
follow us from one poll to the next by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from yarl import URL

MOST = 20
LONGEST = 4_096
"""Cookies of one host that are kept, and characters of one (RFC 6265, 6.1)."""

_COOKIE = re.compile(r"\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*([^;\s]*)", re.ASCII)


class HopCookies:
    """The cookies of one chain."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, str]] = {}

    def take(self, url: URL, headers: Iterable[tuple[str, str]]) -> None:
        """Keep what the answer of `url` sets; `headers` have lower-case names."""
        own = self._kept.setdefault(url.raw_host or "", {})
        for name, value in headers:
            found = _COOKIE.match(value) if name == "set-cookie" and len(value) <= LONGEST else None
            if found and (len(own) < MOST or found.group(1) in own):
                own[found.group(1)] = found.group(2)

    def line(self, url: URL, own: str | None = None) -> str | None:
        """The Cookie header for `url`, behind what the source's settings (`own`) say; None for none."""
        pairs = [f"{name}={value}" for name, value in self._kept.get(url.raw_host or "", {}).items()]
        return "; ".join(([own] if own else []) + pairs) or None
