from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.answers import (
    HARD,
    SOFT,
    TEMPORARY,
    fresh_for_s,
    host_block,
    name_failure,
    name_page,
    onward,
    parse_instant,
    retry_after,
    weight_of,
)
from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DATE = "Mon, 05 Jan 2026 12:05:00 GMT"


def answer(
    status: int | None = 200, body: bytes = b"<rss/>", *, problem: Reason | None = None, **headers: str
) -> Fetched:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Fetched("http://h/a", "http://h/a", status, pairs, body, (), NOW, 0.1, problem)


@pytest.mark.parametrize(
    ("status", "code", "weight"),
    [
        (204, "no-content", TEMPORARY),
        (205, "unexpected-status", HARD),
        (300, "unexpected-status", HARD),
        (302, "unexpected-status", HARD),
        (304, "unexpected-304", TEMPORARY),
        (400, "client-error", HARD),
        (401, "unauthorized", HARD),
        (403, "forbidden", HARD),
        (404, "not-found", SOFT),
        (410, "gone", HARD),
        (418, "client-error", HARD),
        (429, "too-many-requests", SOFT),
        (500, "server-error", SOFT),
        (503, "unavailable", SOFT),
        (504, "server-error", SOFT),
        (599, "server-error", SOFT),
    ],
)
def test_every_status_has_its_name_and_weight(status: int, code: str, weight: float) -> None:
    failure = name_failure(answer(status))
    assert failure is not None
    assert (failure.code, weight_of(failure.code)) == (code, weight)
    assert failure.text


@pytest.mark.parametrize(
    ("code", "weight"),
    [("timeout", TEMPORARY), ("truncated", TEMPORARY), ("dns", SOFT), ("html", SOFT), ("tls", HARD), ("bomb", HARD)],
)
def test_problems_have_weights(code: str, weight: float) -> None:
    assert weight_of(code) == weight
    assert name_failure(answer(None, problem=Reason(code, "x"))) == Reason(code, "x")


@pytest.mark.parametrize("body", [b"", b"  \r\n", b"\0\0"])
def test_a_200_without_anything_in_it_is_named(body: bytes) -> None:
    failure = name_failure(answer(200, body))
    assert failure is not None
    assert failure.code == "empty-body"


def test_a_good_answer_has_no_name() -> None:
    assert name_failure(answer(200)) is None
    assert name_failure(answer(203)) is None


def test_bot_walls_are_recognised_by_header_or_body() -> None:
    by_header = answer(403, b"x", cf_mitigated="challenge")
    by_body = answer(503, b"<html><title>Just a moment...</title>")
    for each in (by_header, by_body):
        failure = name_failure(each)
        assert failure is not None
        assert failure.code == "bot-wall"
    in_place = name_page(answer(200, b"<script src=/cdn-cgi/challenge-platform/x>"), Reason("html", "x"))
    assert in_place.code == "bot-wall"


def test_login_and_consent_pages_get_their_own_names() -> None:
    html = Reason("html", "a page")
    assert name_page(answer(200, b"<form><input name=p type='password'></form>"), html).code == "login-page"
    assert name_page(answer(200, b"<script src=https://cdn.privacy-mgmt.com/x.js>"), html).code == "consent-page"
    elsewhere = Fetched("http://h/a", "https://consent.h/?to=a", 200, (), b"<p>", (), NOW, 0.1)
    assert name_page(elsewhere, html).code == "consent-page"
    assert name_page(answer(200, b"<p>blog</p>"), html) == html
    own = (
        b"<a href='/news'>News</a>" * 30 + b"<script src=//x/px-captcha></script><div id=onetrust><input type=password>"
    )
    assert name_page(answer(200, own), html) == html
    assert name_page(answer(200, own[24:]), html).code == "bot-wall"
    assert name_page(answer(200, own, cf_mitigated="challenge"), html).code == "bot-wall"


@pytest.mark.parametrize(
    "page",
    [
        b"<h1>paper.example</h1><p>This domain may be for sale!",
        b"<p>Diese Domain steht zum Verkauf",
        b"<title>Account Suspended</title>",
        b"<script>window.onload=function(){window.location.href='/lander'}</script>",
    ],
)
def test_parked_domains_are_named(page: bytes) -> None:
    assert name_page(answer(200, page), Reason("html", "x")).code == "parked"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 1.5 ", 1.5),
        (DATE, 300),
        ("Monday, 05-Jan-26 12:05:00 GMT", 300),
        ("Mon Jan  5 12:05:00 2026", 300),
        ("999999999", 86_400),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400),
        ("0", None),
        ("-5", None),
        ("Mon, 05 Jan 2026 11:59:59 GMT", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_takes_seconds_and_dates_up_to_a_day(value: str | None, seconds: float | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert retry_after(value, now=NOW) == expected


@given(st.text())
def test_no_header_breaks_retry_after(value: str) -> None:
    until = retry_after(value, now=NOW)
    assert until is None or NOW < until <= NOW + timedelta(days=1)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+01:00", "Fri, 31 Dec 9999 23:59:59 EST"])
def test_an_instant_beyond_the_calendar_is_none(value: str) -> None:
    assert parse_instant(value) is None


@given(st.text())
def test_no_header_breaks_the_dates(value: str) -> None:
    instant = parse_instant(value)
    assert instant is None or instant.tzinfo is UTC


def test_hosts_are_blocked_by_429_and_503_alone() -> None:
    later = (("retry-after", "300"),)
    assert host_block(429, later, now=NOW) == NOW + timedelta(seconds=300)
    assert host_block(429, (), now=NOW) == NOW + timedelta(seconds=60)
    assert host_block(503, later, now=NOW) == NOW + timedelta(seconds=300)
    assert host_block(503, (), now=NOW) is None
    assert host_block(500, later, now=NOW) is None
    assert host_block(None, (), now=NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((("x-ratelimit-remaining", "0.0"), ("x-ratelimit-reset", "298")), 298),
        ((("x-ratelimit-reset", str(int(NOW.timestamp()) + 600)),), 600),
        ((("ratelimit-reset", "50"),), 50),
        ((("x-ratelimit-reset", "298"), ("retry-after", "20")), 20),
        ((("retry-after", "20"), ("retry-after", "40")), 20),
        ((("x-ratelimit-reset", "0"),), 60),
    ],
)
def test_who_counts_requests_says_when_he_counts_anew(headers: tuple[tuple[str, str], ...], seconds: int) -> None:
    assert host_block(429, headers, now=NOW) == NOW + timedelta(seconds=seconds)
    if headers[-1][0] != "retry-after":
        assert host_block(503, headers, now=NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache_control": "public, max-age=600"}, 600),
        ({"cache_control": 'Max-Age = "600"', "age": "100"}, 500),
        ({"cache_control": "max-age=600", "age": "700"}, 0),
        ({"cache_control": "s-maxage=600"}, 0),
        ({"cache_control": "no-cache, max-age=600"}, 0),
        ({"cache_control": "max-age=600", "expires": "0"}, 600),
        ({"expires": DATE, "date": "Mon, 05 Jan 2026 12:00:00 GMT"}, 300),
        ({"expires": DATE}, 0),
        ({"expires": "-1", "date": DATE}, 0),
        ({"cache_control": "max-age=600", "age": "young"}, 600),
    ],
)
def test_freshness_follows_the_cache_headers(headers: dict[str, Any], seconds: float) -> None:
    assert fresh_for_s(answer(**headers)) == seconds


HEAD = b"<!DOCTYPE html><html><head><title>Moved</title>"


@pytest.mark.parametrize(
    ("tag", "leads_to"),
    [
        (b'<meta http-equiv="refresh" content="0; url=/feed.xml">', "/feed.xml"),
        (
            b"<META HTTP-EQUIV=Refresh CONTENT='1;URL=\"https://b.example/f?a=1&amp;b=2\"'>",
            "https://b.example/f?a=1&b=2",
        ),
        (b'<meta content="0.5, feed.xml" http-equiv="refresh" />', "feed.xml"),
        (b"<meta http-equiv=refresh content=0;url=/feed.xml>", "/feed.xml"),
        (b'<meta http-equiv="refresh" content=".1 URL=feed.xml">', "feed.xml"),
        (b'<meta http-equiv="refresh" content="5 minutes">', None),
        (b'<meta http-equiv="refresh" content="\xd9\xa5; url=/">', None),
        (b'<meta http-equiv="refresh" content="300; url=/">', None),
        (b'<meta http-equiv="refresh" content="0">', None),
        (b'<meta http-equiv="refresh">', None),
        (b'<meta http-equiv="refresh" content="0; url=/&#' + b"1" * 5_000 + b';">', "/\ufffd"),
        (b'<!--[if lt IE 9]><meta http-equiv="refresh" content="0; url=/old"><![endif]-->', None),
        (b'<noscript><meta http-equiv="refresh" content="0; url=/no-script"></noscript>', None),
        (b'<meta name="refresh" content="0; url=/feed.xml">', None),
    ],
)
def test_a_page_that_only_sends_browsers_on_leads_there(tag: bytes, leads_to: str | None) -> None:
    assert onward(200, (), HEAD + tag + b"</head></html>") == leads_to


@pytest.mark.parametrize(
    "before",
    [
        b"\xef\xbb\xbf",
        b"\n<!-- moved --> <!-- -- > -->",
        b'<?xml version="1.0"?>\n<!DOCTYPE html>',
        b"<body>",
        b"<title>x</title>",
    ],
)
def test_a_page_may_begin_otherwise(before: bytes) -> None:
    assert onward(200, (), before + b'<meta http-equiv="refresh" content="0; url=/feed.xml">') == "/feed.xml"


@pytest.mark.parametrize("before", [b'<?xml version="1.0"?><rss>', b"<!-- <html> -->", b"<metadata>", b"text"])
def test_other_documents_lead_nowhere(before: bytes) -> None:
    assert onward(200, (), before + b'<x><meta http-equiv="refresh" content="0; url=/feed.xml">') is None


def test_only_redirects_lead_by_their_location_and_only_pages_by_what_is_in_them() -> None:
    there = (("content-type", "text/html"), ("location", "/b"))
    refresh = b'<meta http-equiv="refresh" content="0; url=/feed.xml">'
    assert onward(301, there, b"") == "/b"
    assert onward(302, (("location", ""),), HEAD + refresh) is None
    assert onward(200, there, b"") is None
    assert onward(200, there, None) is None
    assert onward(404, there, HEAD + refresh) is None
    assert onward(200, (), b"<rss><title>" + refresh + b"</title></rss>") is None


@pytest.mark.parametrize("page", [b"", b" \n", HEAD])
def test_a_refresh_may_stand_among_the_headers(page: bytes) -> None:
    assert onward(200, (("refresh", "0; url=/feed.xml"),), page) == "/feed.xml"
    assert onward(200, (("refresh", "600; url=/feed.xml"),), page) is None
    assert onward(200, (("refresh", "0; url=/feed.xml"),), b"<rss/>") is None


@pytest.mark.parametrize(
    ("content_range", "is_read"),
    [(None, True), ("bytes 0-5/6", True), ("bytes 0-5/9", False), ("bytes 1-5/6", False), ("bytes 0-5/*", False)],
)
def test_a_part_that_is_the_whole_is_read(content_range: str | None, is_read: bool) -> None:
    part = answer(206) if content_range is None else answer(206, content_range=content_range)
    assert (name_failure(part) is None) is is_read
