from __future__ import annotations

import pytest
from yarl import URL

from monitor.clock import SystemClock
from monitor.fetch.cookies import LONGEST, MOST, HopCookies
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.model.fetched import Request
from monitor.testing import FakeWeb, Reply, SeenRequest
from tests.unit.fetch.names import Names

HOME, OTHER = URL("https://paper.example/feed"), URL("https://other.example/feed")
SETTINGS = FetchSettings(allow_addresses=("127.0.0.1",), host_spacing_s=0, timeout_s=60)


def sets(*values: str) -> tuple[tuple[str, str], ...]:
    return (("server", "x"), *(("set-cookie", value) for value in values))


def test_a_host_gets_back_what_it_set_and_nobody_else() -> None:
    cookies = HopCookies()
    cookies.take(HOME, sets("a=1; Path=/; HttpOnly", "b = two", "a=3"))
    assert cookies.line(HOME) == "a=3; b=two"
    assert cookies.line(HOME, "own=0") == "own=0; a=3; b=two"
    assert cookies.line(OTHER) is None
    assert cookies.line(OTHER, "own=0") == "own=0"


@pytest.mark.parametrize("value", ["", "novalue", "=x", "a b=c", f"a={'x' * LONGEST}", "ü=1"])
def test_what_is_no_cookie_is_dropped(value: str) -> None:
    cookies = HopCookies()
    cookies.take(HOME, sets(value))
    assert cookies.line(HOME) is None


def test_a_host_has_few_of_them() -> None:
    cookies = HopCookies()
    cookies.take(HOME, sets(*(f"n{number}=1" for number in range(MOST + 5)), "n0=2"))
    line = cookies.line(HOME) or ""
    assert line.startswith("n0=2; n1=1; ")
    assert line.count("=") == MOST


@pytest.mark.parametrize(
    ("host", "cookie", "sent_to", "kept_from"),
    [
        (
            "login.paper.example",
            "a=1; Domain=.paper.example; Path=/",
            ["www.paper.example", "paper.example"],
            ["x.example"],
        ),
        ("login.paper.example", "a=1; path=/; domain=Paper.example", ["m.paper.example"], ["notpaper.example"]),
        ("paper.example", "a=1; Domain=paper.example", ["www.paper.example"], ["example"]),
        ("paper.example", "a=1; Domain=other.example", ["paper.example"], ["other.example", "www.paper.example"]),
        ("paper.example", "a=1; Domain=www.paper.example", ["paper.example"], ["www.paper.example"]),
        ("paper.example", "a=1; Domain=example", ["paper.example"], ["other.example"]),
        ("192.0.2.1", "a=1; Domain=2.1", ["192.0.2.1"], ["198.51.2.1"]),
    ],
)
def test_a_domain_may_be_meant_of_which_the_host_is_one(
    host: str, cookie: str, sent_to: list[str], kept_from: list[str]
) -> None:
    cookies = HopCookies()
    cookies.take(URL(f"https://{host}/"), sets(cookie))
    assert [cookies.line(URL(f"https://{each}/")) for each in (host, *sent_to)] == ["a=1"] * (1 + len(sent_to))
    assert [cookies.line(URL(f"https://{each}/")) for each in kept_from] == [None] * len(kept_from)


def wants_cookie(request: SeenRequest) -> Reply:
    if "seen=yes" in request.headers.get("cookie", ""):
        return Reply("news")
    return Reply(status=302, headers={"Location": request.target, "Set-Cookie": "seen=yes; Path=/"})


async def test_a_server_that_redirects_until_its_cookie_comes_is_read_and_not_remembered(fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/feed", wants_cookie)
    async with HttpFetcher(SETTINGS, SystemClock(), resolver=Names({"127.0.0.1": ["127.0.0.1"]})) as fetcher:
        for _ in range(2):
            fetched = await fetcher.fetch(Request(url, headers=(("Cookie", "mine=1"),)))
            assert (fetched.status, fetched.body) == (200, b"news")
    sent = [request.headers["cookie"] for request in fakeweb.seen("/feed")]
    assert sent == ["mine=1", "mine=1; seen=yes"] * 2
