"""Dates as pages write them -> an instant and the page's own local time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_ISO = re.compile(
    r"(?P<y>(?:19|20)\d\d)-?(?P<m>[01]\d)-?(?P<d>[0-3]\d)"
    r"(?:[T ]\s*(?P<H>[0-2]?\d):?(?P<M>[0-5]\d)(?::?(?P<S>[0-5]\d)(?:[.,](?P<f>\d+))?)?)?"
    r"\s*(?P<tz>Z|UTC|GMT|[+-][01]?\d:?[0-5]\d|[+-][01]\d)?",
)
_UNIX = re.compile(r"^\d{10}(?:\d{3})?$")
FIRST_DAY = datetime(1995, 1, 1, tzinfo=UTC)
"""No news page is older."""


@dataclass(frozen=True, slots=True)
class PageDate:
    """`at` in UTC; `local` as the page says it, ISO 8601 with its offset (or without a time, or without an offset)."""

    at: datetime
    local: str


def parse_page_date(text: str | None, *, now: datetime | None = None) -> PageDate | None:
    """An ISO 8601 (also without separators), RFC 2822 or Unix date; None for anything else or an absurd one.

    Without an offset the time counts as UTC.  With `now`, dates more than a day ahead are absurd.
    """
    text = (text or "").strip()
    if not text or len(text) > 64:
        return None
    found = _unix(text) or _iso(text) or _rfc(text)
    if found is None or found.at < FIRST_DAY or (now is not None and found.at > now + timedelta(days=1)):
        return None
    return found


def _unix(text: str) -> PageDate | None:
    if not _UNIX.match(text):
        return None
    at = datetime.fromtimestamp(int(text[:10]), UTC)
    return PageDate(at, at.isoformat())


def _iso(text: str) -> PageDate | None:
    match = _ISO.match(text)
    if match is None:
        return None
    part = match.groupdict()
    day = f"{part['y']}-{part['m']}-{part['d']}"
    try:
        if part["H"] is None:
            return PageDate(datetime.fromisoformat(day).replace(tzinfo=UTC), day)
        local = datetime.fromisoformat(
            f"{day}T{int(part['H']):02d}:{part['M']}:{part['S'] or '00'}{_offset(part['tz'])}"
        )
    except ValueError:
        return None
    at = local.replace(tzinfo=UTC) if local.tzinfo is None else local.astimezone(UTC)
    return PageDate(at, local.isoformat())


def _offset(text: str | None) -> str:
    if text is None:
        return ""
    if text in ("Z", "UTC", "GMT"):
        return "+00:00"
    digits = text[1:].replace(":", "")
    if len(digits) in (1, 3):
        digits = "0" + digits
    return f"{text[0]}{digits[:2]}:{digits[2:] or '00'}"


def _rfc(text: str) -> PageDate | None:
    try:
        local = parsedate_to_datetime(text)
        at = local.replace(tzinfo=UTC) if local.tzinfo is None else local.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return PageDate(at, local.isoformat())
