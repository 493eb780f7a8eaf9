"""Article pages: what to ask for, and whether to try again after a failure.  Pure: time is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from yarl import URL

from monitor.fetch.answers import host_block
from monitor.fetch.guard import may_carry_credentials
from monitor.model.fetched import Fetched, Request
from monitor.model.source import SourceSpec

_FINAL = {"robots", "address", "url", "too-large", "bomb", "needs-browser"}
"""Failures without a status that no later try can cure."""
_PASSING = {408, 425, 429}


def plan_page(spec: SourceSpec | None, url: str, remembered: Mapping[str, Any] | None = None) -> Request:
    """The request for an article's page; `remembered` are `etag`, `last_modified` and `url` of its last reading.

    What identifies us at the source goes along to its own origin only.
    """
    known = remembered or {}
    own = spec is not None and may_carry_credentials(URL(spec.url), URL(url))
    return Request(
        url,
        etag=known.get("etag"),
        last_modified=known.get("last_modified"),
        validators_url=known.get("url"),
        headers=spec.headers if spec is not None and own else (),
        auth=spec.auth if spec is not None and own else None,
        proxy=spec.proxy if spec is not None else None,
        verify_tls=spec.verify_tls if spec is not None else True,
        check_robots=True,
        render=spec is not None and spec.render,
    )


def next_try(fetched: Fetched, *, attempts: int, limit: int, pause_s: float, now: datetime) -> datetime | None:
    """When to try a page again after its `attempts`-th failure; None: give up, the teaser is all there is.

    Doubling pauses from `pause_s`, never before the instant that the server asks for.  A host that wants to be left
    alone was not asked at all, so that does not count.
    """
    if fetched.blocked_until is not None:
        return fetched.blocked_until
    if attempts >= limit or not _may_pass(fetched):
        return None
    wait = timedelta(seconds=pause_s * 2 ** (attempts - 1))
    asked = host_block(fetched.status, fetched.headers, now=now)
    return max(now + wait, asked or now)


def _may_pass(fetched: Fetched) -> bool:
    if fetched.problem is not None and fetched.problem.code in _FINAL:
        return False
    return fetched.status is None or fetched.status >= 500 or fetched.status in _PASSING or fetched.status == 200
