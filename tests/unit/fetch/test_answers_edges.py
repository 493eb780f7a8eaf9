"""Answers at the bounds between one meaning and the next."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.fetch.answers import (
    fresh_for_s,
    host_block,
    is_bot_wall,
    name_failure,
    name_page,
    parse_instant,
    retry_after,
)
from monitor.model.content import Spooled
from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
WALL = b"<title>Just a moment</title>"
HTML = Reason("html", "a page came in place of a feed")
LOOKED_AT = 65_536
SOONER, LATER = "Mon, 05 Jan 2026 12:00:00 GMT", "Mon, 05 Jan 2026 12:05:00 GMT"


def answer(status: int | None = 200, body: bytes = b"<rss/>", **headers: str) -> Fetched:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Fetched("http://h/a", "http://h/a", status, pairs, body, (), NOW, 0.1)


def code(fetched: Fetched) -> str | None:
    failure = name_failure(fetched)
    return None if failure is None else failure.code


@pytest.mark.parametrize("status", [403, 429, 503, 405, 406, 202])
def test_a_wall_is_looked_for_behind_these(status: int) -> None:
    text = f"a service that keeps programs out answered in place of the site ({status}); ask the publisher to let us in"
    assert name_failure(answer(status, WALL)) == Reason("bot-wall", text)
    assert code(answer(status, b"x")) != "bot-wall"


@pytest.mark.parametrize(
    ("status", "name"), [(200, None), (404, "not-found"), (401, "unauthorized"), (500, "server-error")]
)
def test_and_behind_no_other(status: int, name: str | None) -> None:
    assert code(answer(status, WALL)) == name


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (None, "unexpected-status"),
        (199, "unexpected-status"),
        (201, None),
        (205, "unexpected-status"),
        (226, None),
        (299, None),
        (300, "unexpected-status"),
        (399, "unexpected-status"),
        (400, "client-error"),
        (499, "client-error"),
        (500, "server-error"),
        (599, "server-error"),
        (600, "unexpected-status"),
        (999, "unexpected-status"),
    ],
)
def test_where_one_kind_of_status_ends(status: int | None, name: str | None) -> None:
    assert code(answer(status)) == name


@pytest.mark.parametrize("status", [200, 202, 203, 226])
def test_an_empty_body_says_under_which_status_it_came(status: int) -> None:
    text = f"the server answered {status} with nothing in it; it is tried again"
    assert name_failure(answer(status, b"\t \r\n\0")) == Reason("empty-body", text)
    assert name_failure(answer(status, b"\n.")) is None
    assert name_failure(answer(status, b"X")) is None


def test_a_document_that_lies_in_a_file_is_there() -> None:
    assert name_failure(replace(answer(200, b""), spooled=Spooled())) is None


def test_a_page_in_place_of_a_feed_is_named_by_its_beginning() -> None:
    password = b"<input type=password"
    assert name_page(answer(200, password.rjust(LOOKED_AT)), HTML).code == "login-page"
    assert name_page(answer(200, password.rjust(LOOKED_AT + 1)), HTML) == HTML
    assert name_page(answer(200, b"didomi".rjust(LOOKED_AT)), HTML).code == "consent-page"
    assert name_page(answer(200, b"didomi".rjust(LOOKED_AT + 1)), HTML) == HTML
    assert is_bot_wall(answer(200, b"px-captcha".rjust(LOOKED_AT)))
    assert not is_bot_wall(answer(200, b"px-captcha".rjust(LOOKED_AT + 1)))


def test_a_wall_is_named_before_consent_and_consent_before_a_login() -> None:
    consent, password = b"<div id=onetrust>", b"<input type=password>"
    assert name_page(answer(200, consent + password), HTML).code == "consent-page"
    assert name_page(answer(200, WALL + consent), HTML).text.startswith(
        "a service that keeps programs out answered in place of the site (200)"
    )
    assert name_page(answer(None, WALL), HTML).code == "bot-wall"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://consent.h/x", "consent-page"),
        ("https://h/consent?to=a", "consent-page"),
        ("https://h/consent", "consent-page"),
        ("https://h/consented", "html"),
        ("https://noconsent.h/x", "html"),
        ("https://h/://consent.h/", "html"),
    ],
)
def test_the_address_tells_of_consent(address: str, name: str) -> None:
    assert name_page(replace(answer(200, b"<p>"), final_url=address), HTML).code == name


@pytest.mark.parametrize("header", ["cf_mitigated", "x_amzn_waf_action", "x_datadome", "x_sucuri_block"])
def test_walls_say_so_in_a_header(header: str) -> None:
    name = header.replace("_", "-")
    assert is_bot_wall(replace(answer(), headers=(("server", "x"), (name, "1"))))
    assert not is_bot_wall(answer(server=name))


def test_dates_without_a_zone_are_utc_and_others_are_turned() -> None:
    assert parse_instant("Mon, 05 Jan 2026 12:05:00 -0000") == NOW + timedelta(minutes=5)
    turned = parse_instant("Mon, 05 Jan 2026 14:05:00 +0200")
    assert turned == NOW + timedelta(minutes=5)
    assert turned is not None
    assert turned.tzinfo is UTC
    assert parse_instant("Mon, 99 Jan 2026 12:05:00 GMT") is None


def test_the_clock_of_this_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        assert parse_instant("Mon, 05 Jan 2026 12:05:00 -0000") == NOW + timedelta(minutes=5)
    time.tzset()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1", 1),
        ("0.5", 0.5),
        ("86400", 86_400),
        ("86401", 86_400),
        ("999999999999", 86_400),
        ("9999999999999", None),
        ("0.0", None),
        ("60 seconds", 60),
        ("60s", 60),
        ("60; later", 60),
        ("60, 120", 60),
        ("1767614460", 60),
        ("1767614340", None),
        ("999999999", 86_400),
        ("10000000000", 86_400),
        ("2026-01-05T12:01:00Z", 60),
        ("2026-01-05 12:01:00", 60),
        ("2026-01-05T25:01:00Z", None),
        ("a minute", None),
        ("Mon, 05 Jan 2026 12:00:00 GMT", None),
        ("Mon, 05 Jan 2026 12:00:01 GMT", 1),
        ("Tue, 06 Jan 2026 12:00:01 GMT", 86_400),
    ],
)
def test_when_a_server_lets_us_come_back(value: str, seconds: float | None) -> None:
    assert retry_after(value, now=NOW) == (None if seconds is None else NOW + timedelta(seconds=seconds))


def test_a_429_blocks_for_a_minute_when_what_it_says_is_nonsense() -> None:
    assert host_block(429, (("retry-after", "0"),), now=NOW) == NOW + timedelta(minutes=1)
    assert host_block(429, (("retry-after", "1"),), now=NOW) == NOW + timedelta(seconds=1)
    assert host_block(503, (("retry-after", "0"),), now=NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache_control": "MAX-AGE=60"}, 60),
        ({"cache_control": "max-age=60", "age": " 20 "}, 40),
        ({"cache_control": "max-age=60", "age": "60"}, 0),
        ({"cache_control": "max-age=60", "age": "12345678901"}, 60),
        ({"cache_control": "x-max-age=60"}, 0),
        ({"cache_control": "no-store"}, 0),
        ({"cache_control": "public", "expires": LATER, "date": SOONER}, 300),
        ({"expires": SOONER, "date": LATER}, 0),
        ({"expires": LATER, "date": "today"}, 0),
        ({"date": LATER}, 0),
        ({"pragma": "max-age=60"}, 0),
    ],
)
def test_for_how_long_an_answer_is_fresh(headers: dict[str, Any], seconds: float) -> None:
    assert fresh_for_s(answer(**headers)) == seconds


def test_several_cache_headers_are_one() -> None:
    both = replace(answer(), headers=(("cache-control", "public"), ("cache-control", "max-age=60")))
    assert fresh_for_s(both) == 60
    joined = replace(answer(), headers=(("cache-control", "no"), ("cache-control", "cache, max-age=60")))
    assert fresh_for_s(joined) == 60
