from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.fetch.pages import next_try, plan_page
from monitor.model.fetched import Credentials, Fetched
from monitor.model.reasons import Reason
from monitor.model.source import SourceKind, SourceSpec

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SPEC = replace(
    SourceSpec(id="a", name="A", kind=SourceKind.FEED, url="https://news.example/feed"),
    auth=Credentials(token="secret"),
    headers=(("x-key", "secret"),),
)


def answer(status: int | None, problem: str | None = None, **values: Any) -> Fetched:
    reason = Reason(problem, problem) if problem else None
    url = "https://news.example/1"
    found = Fetched(url, url, status, (), b"", (), NOW, 0.1, problem=reason)
    return replace(found, **values)


def again(fetched: Fetched, attempts: int = 1) -> datetime | None:
    return next_try(fetched, attempts=attempts, limit=4, pause_s=60, now=NOW)


def test_what_identifies_us_goes_to_the_sources_own_origin_only() -> None:
    assert plan_page(SPEC, "https://news.example/1").auth == SPEC.auth
    other = plan_page(SPEC, "https://elsewhere.example/1")
    assert (other.auth, other.headers, other.check_robots) == (None, (), True)


def test_a_page_is_asked_for_conditionally_when_it_is_read_again() -> None:
    remembered = {"etag": 'W/"1"', "last_modified": "x", "url": "https://news.example/1"}
    request = plan_page(None, "https://news.example/1", remembered)
    assert (request.etag, request.last_modified, request.validators_url) == ('W/"1"', "x", "https://news.example/1")


def test_pauses_double_until_the_limit() -> None:
    waits = [again(answer(503), attempts) for attempts in (1, 2, 3, 4)]
    assert waits == [NOW + timedelta(seconds=s) for s in (60, 120, 240)] + [None]


def test_what_no_later_try_can_cure_is_final() -> None:
    assert again(answer(404)) is None
    assert again(answer(None, "robots")) is None
    assert again(answer(None, "timeout")) is not None


def test_the_servers_wish_counts_and_a_block_is_no_attempt() -> None:
    asked = answer(429, headers=(("retry-after", "600"),))
    assert again(asked) == NOW + timedelta(seconds=600)
    until = NOW + timedelta(hours=1)
    assert again(answer(None, "postponed", blocked_until=until), attempts=9) == until
