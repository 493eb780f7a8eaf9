"""Addresses that were written for programs that read feeds (`feed://harbour.example/rss`)."""

from __future__ import annotations

import re

_FOR_READERS = re.compile(r"(?:feed|itpc|pcast|podcast)(s?):(?://)?(?:(https?):(?://)?)?(?=.)", re.IGNORECASE)
"""Schemes by which a browser hands an address over to such a program."""


def for_web(address: str) -> str | None:
    """The address as the web has it; None where it was not written for readers."""
    found = _FOR_READERS.match(address)
    if found is None:
        return None
    scheme = found.group(2) or f"http{found.group(1)}"
    return f"{scheme.lower()}://{address[found.end() :]}"
