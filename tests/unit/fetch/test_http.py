from __future__ import annotations

import asyncio
import gzip
import itertools
import ssl
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvloop

from monitor.clock import SystemClock
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.fetch.politeness import MemoryHostBook
from monitor.model.fetched import Credentials, Fetched, Hop, Request
from monitor.testing import FakeWeb, FrozenClock, Reply
from tests.unit.fetch.names import Names

SETTINGS = FetchSettings(
    allow_addresses=("127.0.0.1", "::1"),
    host_spacing_s=0,
    timeout_s=60,
    max_bytes=1_000_000,
    contact="https://desk.example",
)
SHORT = replace(SETTINGS, timeout_s=0.5)


NAMES = {
    "localhost": ["::1", "127.0.0.1"],
    "127.0.0.1": ["127.0.0.1"],
    "127.0.0.2": ["127.0.0.2"],
    "127.0.0.9": ["127.0.0.9"],
    "fd00::1": ["fd00::1"],
    "home.example": ["127.0.0.1"],
    "router.example": ["192.168.0.1"],
    "mixed.example": ["10.0.0.1", "127.0.0.1"],
    "0x7f.2": ["127.0.0.2"],
}


@pytest.fixture
async def fetcher() -> AsyncIterator[HttpFetcher]:
    async with HttpFetcher(SETTINGS, SystemClock(), resolver=Names(NAMES)) as made:
        yield made


async def fetch(url: str, settings: FetchSettings = SETTINGS, **options: object) -> Fetched:
    async with HttpFetcher(settings, SystemClock(), resolver=Names(NAMES)) as made:
        return await made.fetch(replace(Request(url), **options))  # type: ignore[arg-type] # by name


def code(fetched: Fetched) -> str | None:
    assert fetched.problem is None or fetched.problem.text
    return None if fetched.problem is None else fetched.problem.code


# --- answers --------------------------------------------------------------------------------------------------------


async def test_an_answer_comes_with_its_headers_and_unpacked_body(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    packed = Reply(gzip.compress(b"news"), headers={"ETag": 'W/"ü"', "Content-Encoding": "gzip"})
    fetched = await fetcher.fetch(Request(fakeweb.route("/feed", packed)))
    assert (fetched.status, fetched.body, fetched.header("etag"), fetched.problem) == (200, b"news", 'W/"ü"', None)
    assert fetched.elapsed_s > 0


@pytest.mark.parametrize("status", [204, 301, 304, 404, 500, 599])
async def test_a_status_is_no_problem(fetcher: HttpFetcher, fakeweb: FakeWeb, status: int) -> None:
    fetched = await fetcher.fetch(Request(fakeweb.route("/feed", Reply(b"", status=status))))
    assert (fetched.status, fetched.problem) == (status, None)


async def test_an_error_brings_the_beginning_of_its_body_whatever_is_wrong_with_it(
    fetcher: HttpFetcher, fakeweb: FakeWeb
) -> None:
    endless = await fetcher.fetch(Request(fakeweb.route("/a", Reply("x" * 1_000, status=403, endless=True))))
    assert (endless.status, endless.problem) == (403, None)
    assert 65_536 <= len(endless.body) < 400_000
    cut = await fetcher.fetch(Request(fakeweb.route("/b", Reply("x" * 1_000, status=404, cut_at=10))))
    assert (cut.status, cut.body, cut.problem) == (404, b"x" * 10, None)
    packed = Reply("x", status=503, headers={"Content-Encoding": "br"})
    assert (await fetcher.fetch(Request(fakeweb.route("/c", packed)))).status == 503


async def test_headers_say_who_asks_and_nothing_more(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    cookies = Reply("a", headers={"Set-Cookie": "id=1; Path=/"})
    url = fakeweb.route("/feed", cookies)
    await fetcher.fetch(Request(url))
    await fetcher.fetch(
        Request(url, etag='W/"a b"', last_modified="yesterday", headers=(("X-Key", "k"), ("Accept", "x/y")))
    )
    first, second = fakeweb.requests
    assert set(first.headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert first.headers["user-agent"].startswith("news-monitor/")
    assert first.headers["user-agent"].endswith(" (+https://desk.example)")
    assert first.headers["accept-encoding"] == "gzip, deflate"
    assert (second.headers["if-none-match"], second.headers["if-modified-since"]) == ('W/"a b"', "yesterday")
    assert (second.headers["x-key"], second.headers["accept"]) == ("k", "x/y")
    assert second.target == "/feed"


async def test_feeds_are_asked_for_as_feeds_and_pages_as_pages(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/news", "a")
    await fetcher.fetch(Request(url))
    await fetcher.fetch(Request(url, check_robots=True))
    feed, page = (request.headers["accept"] for request in fakeweb.seen("/news"))
    assert feed.index("rss+xml") < feed.index("/xml;q=0.9") < feed.index("text/html;q=0.8")
    assert page.startswith("text/html, ")
    assert "rss" not in page


async def test_credentials_are_sent(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/feed", "a")
    await fetcher.fetch(Request(url, auth=Credentials("me", "pässword")))
    await fetcher.fetch(Request(url, auth=Credentials(token="t0k")))
    await fetcher.fetch(Request(url.replace("://", "://u:p%40@")))
    sent = [request.headers["authorization"] for request in fakeweb.requests]
    assert sent == ["Basic bWU6cMOkc3N3b3Jk", "Bearer t0k", "Basic dTpwQA=="]


async def test_addresses_are_asked_for_as_they_are_written(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    fakeweb.route("/a%7Eb", "a")
    await fetcher.fetch(Request(fakeweb.url("/a%7Eb?q=%c3%a4&sig=a+b==#part")))
    await fetcher.fetch(Request(f"http://127.0.0.1:{fakeweb.port}"))
    assert [request.target for request in fakeweb.requests] == ["/a%7Eb?q=%c3%a4&sig=a+b==", "/"]


async def test_a_form_is_posted_and_its_redirects_are_left_alone(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/hub", Reply(status=307, headers={"Location": "/elsewhere"}))
    fetched = await fetcher.fetch(Request(url, form=b"hub.mode=subscribe"))
    assert fetched.status == 307
    (request,) = fakeweb.requests
    assert (request.method, request.body) == ("POST", b"hub.mode=subscribe")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


# --- trouble --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply("news" * 100, cut_at=50), "truncated"),
        (Reply("news" * 100, cut_at=50, chunked=20), "truncated"),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnews\r\n0\r\n\r\n"), "protocol"),
        (Reply(gzip.compress(b"news" * 100)[:-4], headers={"Content-Encoding": "gzip"}), "truncated"),
        (Reply("news", headers={"Content-Encoding": "br"}), "packed"),
        (Reply(raw=b"SSH-2.0-OpenSSH_9\r\n\r\n"), "protocol"),
        (Reply(reset=True), "reset"),
        (Reply(raw=b""), "reset"),
        (Reply("x" * 1_000, endless=True), "too-large"),
        (Reply("x" * 1_000_001), "too-large"),
        (Reply(gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"}), "too-large"),
        (Reply("a", headers={"X-Long": "y" * 100_000}), "headers"),
        (Reply("a", headers={f"X-{number}": "y" for number in range(500)}), "headers"),
        (Reply("a", headers={f"X-{number}": "y" * 1_000 for number in range(90)}), "headers"),
        (Reply(status=302, headers={"Location": "ftp://127.0.0.1/feed"}), "url"),
        (Reply(status=302, headers={"Location": "http://[broken"}), "url"),
        (Reply(status=302, headers={"Location": "http://127.0.0.2:1/"}), "address"),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}), "address"),
        (Reply(status=302, headers={"Location": "/loop"}), "redirects"),
    ],
)
async def test_every_trouble_has_its_code_and_no_body(
    fetcher: HttpFetcher, fakeweb: FakeWeb, reply: Reply, expected: str
) -> None:
    fakeweb.route("/loop", reply)
    fetched = await fetcher.fetch(Request(fakeweb.url("/loop")))
    assert (code(fetched), fetched.status, fetched.body) == (expected, None, b"")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1/feed", "refused"),
        ("http://127.0.0.2:1/feed", "address"),
        ("http://[fe80::1]/feed", "address"),
        ("http://[::ffff:10.0.0.1]/feed", "address"),
        ("http://2130706433/feed", "url"),
        ("http://0x7f.2/feed", "url"),
        ("http://router.example/feed", "address"),
        ("http://no-such-host.example/feed", "dns"),
        ("gopher://127.0.0.1/feed", "url"),
        ("feed.xml", "url"),
    ],
)
async def test_addresses_that_lead_nowhere_have_their_codes(fetcher: HttpFetcher, url: str, expected: str) -> None:
    assert code(await fetcher.fetch(Request(url))) == expected


async def test_names_are_checked_by_the_address_that_is_dialled(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    fakeweb.route("/feed", "news")
    for name in ("home.example", "mixed.example", "localhost"):
        assert (await fetcher.fetch(Request(f"http://{name}:{fakeweb.port}/feed"))).body == b"news"
    closed = replace(SETTINGS, allow_addresses=())
    for name in ("home.example", "mixed.example", "localhost"):
        assert code(await fetch(f"http://{name}:{fakeweb.port}/feed", closed)) == "address"
    assert len(fakeweb.requests) == 3


@pytest.mark.parametrize("reply", [Reply("a", delay_s=60), Reply("news" * 100, drip_s=0.05)])
async def test_the_deadline_is_for_the_whole_request(fakeweb: FakeWeb, reply: Reply) -> None:
    fetched = await fetch(fakeweb.route("/feed", reply), SHORT)
    assert code(fetched) == "timeout"


async def test_the_deadline_is_for_all_hops_together(fakeweb: FakeWeb) -> None:
    fakeweb.route("/slow", Reply(status=302, headers={"Location": "/slow"}, delay_s=0.2))
    fetched = await fetch(fakeweb.url("/slow"), SHORT)
    assert code(fetched) == "timeout"
    assert len(fakeweb.requests) <= 4


async def test_a_request_may_bring_its_own_limits(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    slow = fakeweb.route("/slow", Reply("a", delay_s=60))
    assert code(await fetcher.fetch(Request(slow, timeout_s=0.2))) == "timeout"
    large = fakeweb.route("/large", Reply("a" * 100_000))
    assert code(await fetcher.fetch(Request(large, max_bytes=80_000))) == "too-large"


async def test_a_bomb_costs_little_memory(fakeweb: FakeWeb) -> None:
    bomb = Reply(gzip.compress(b" " * 100_000_000), headers={"Content-Encoding": "gzip"})
    url = fakeweb.route("/bomb", bomb)
    tracemalloc.start()
    try:
        assert code(await fetch(url, replace(SETTINGS, max_bytes=15_000_000))) == "bomb"
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
    finally:
        tracemalloc.stop()


async def test_the_fetcher_goes_on_after_trouble(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    fakeweb.route("/cut", Reply("news", cut_at=1))
    fakeweb.route("/feed", "news")
    results = await asyncio.gather(*(fetcher.fetch(Request(fakeweb.url(path))) for path in ["/cut", "/feed"] * 20))
    assert [code(each) for each in results] == ["truncated", None] * 20


# --- redirects ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_listed(fetcher: HttpFetcher, fakeweb: FakeWeb, status: int) -> None:
    fakeweb.route("/old", Reply(status=status, headers={"Location": "new?a=1"}))
    fakeweb.route("/new", "news")
    fetched = await fetcher.fetch(Request(fakeweb.url("/old")))
    target = fakeweb.url("/new?a=1")
    assert (fetched.body, fetched.final_url, fetched.hops) == (b"news", target, (Hop(status, target),))
    assert fetched.url == fakeweb.url("/old")


@pytest.mark.parametrize(("location", "path"), [(b"/caf\xe9", "/caf%E9"), (b"/caf\xc3\xa9", "/caf%C3%A9")])
async def test_a_location_in_any_charset_leads_where_the_server_means(
    fetcher: HttpFetcher, fakeweb: FakeWeb, location: bytes, path: str
) -> None:
    fakeweb.route(path, "news")
    url = fakeweb.route("/old", Reply(raw=b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n"))
    assert (await fetcher.fetch(Request(url))).body == b"news"


async def test_five_hops_are_enough(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    for number in range(6):
        fakeweb.route(f"/{number}", Reply(status=302, headers={"Location": f"/{number + 1}"}))
    fakeweb.route("/6", "news")
    assert code(await fetcher.fetch(Request(fakeweb.url("/0")))) == "redirects"
    assert (await fetcher.fetch(Request(fakeweb.url("/1")))).body == b"news"


async def test_credentials_never_cross_to_another_origin_not_even_on_the_way_back(fetcher: HttpFetcher) -> None:
    with FakeWeb() as home, FakeWeb() as stranger:
        home.route("/start", Reply(status=302, headers={"Location": stranger.url("/away")}))
        stranger.route("/away", Reply(status=302, headers={"Location": home.url("/back")}))
        home.route("/back", "news")
        request = Request(home.url("/start"), auth=Credentials("me", "secret"), headers=(("X-Key", "k"),))
        await fetcher.fetch(request)
        assert {"authorization", "x-key"} <= set(home.seen("/start")[0].headers)
        for seen in (stranger.seen("/away")[0], home.seen("/back")[0]):
            assert not {"authorization", "x-key", "referer", "cookie"} & set(seen.headers)


async def test_credentials_stay_within_the_origin(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    fakeweb.route("/start", Reply(status=302, headers={"Location": "/next"}))
    await fetcher.fetch(Request(fakeweb.url("/start"), auth=Credentials("me", "secret")))
    assert "authorization" in fakeweb.seen("/next")[0].headers


async def test_a_password_in_a_location_is_not_used(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    fakeweb.route("/start", Reply(status=302, headers={"Location": fakeweb.url("/next").replace("://", "://a:b@")}))
    await fetcher.fetch(Request(fakeweb.url("/start")))
    assert "authorization" not in fakeweb.seen("/next")[0].headers


async def test_validators_go_to_the_address_they_came_from(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    fakeweb.route("/old", Reply(status=301, headers={"Location": "/new"}))
    fakeweb.route("/new", Reply(status=304))
    fetched = await fetcher.fetch(Request(fakeweb.url("/old"), etag='"1"', validators_url=fakeweb.url("/new")))
    assert (fetched.status, fetched.conditional) == (304, True)
    assert [("if-none-match" in each.headers) for each in fakeweb.requests] == [False, True]
    other = await fetcher.fetch(Request(fakeweb.url("/old"), etag='"1"', validators_url=fakeweb.url("/before")))
    assert not other.conditional


# --- TLS, proxies ---------------------------------------------------------------------------------------------------


@pytest.fixture
def secure() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("self_signed.pem"))
    return context


async def test_certificates_are_checked_unless_the_source_says_otherwise(
    fetcher: HttpFetcher, secure: ssl.SSLContext
) -> None:
    with FakeWeb(tls=secure) as web:
        url = web.route("/feed", "news")
        refused = await fetcher.fetch(Request(url))
        assert code(refused) == "tls"
        assert "verify_tls" in str(refused.problem)
        assert (await fetcher.fetch(Request(url, verify_tls=False))).body == b"news"
        assert code(await fetcher.fetch(Request(url))) == "tls"


async def test_servers_with_ciphers_of_old_are_read_as_by_browsers(
    fetcher: HttpFetcher, secure: ssl.SSLContext
) -> None:
    secure.maximum_version = ssl.TLSVersion.TLSv1_2
    secure.set_ciphers("ECDHE-ECDSA-AES256-SHA")  # not among those that Python chooses
    with FakeWeb(tls=secure) as web:
        assert (await fetcher.fetch(Request(web.route("/feed", "news"), verify_tls=False))).body == b"news"


async def test_a_proxy_dials_but_the_target_is_checked_here(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    proxy = f"http://me:secret@127.0.0.1:{fakeweb.port}"
    fakeweb.route("/feed", "by proxy")
    fetched = await fetcher.fetch(Request("http://localhost:9/feed", proxy=proxy))
    assert (fetched.body, fetched.problem) == (b"by proxy", None)
    (seen,) = fakeweb.requests
    assert (seen.target, seen.headers["host"]) == ("http://localhost:9/feed", "localhost:9")
    assert seen.headers["proxy-authorization"] == "Basic bWU6c2VjcmV0"
    for target in ("http://127.0.0.2/feed", "http://[fd00::1]/feed"):
        assert code(await fetcher.fetch(Request(target, proxy=proxy))) == "address"
    assert code(await fetcher.fetch(Request("http://no-such-host.example/", proxy=proxy))) == "dns"
    assert len(fakeweb.requests) == 1


async def test_a_proxy_may_have_a_private_address_and_its_troubles_are_named(fakeweb: FakeWeb) -> None:
    closed = replace(SETTINGS, allow_addresses=("::1", "127.0.0.9"), proxy=f"http://127.0.0.1:{fakeweb.port}")
    fakeweb.route("/feed", Reply(status=407))
    assert (await fetch("http://127.0.0.9/feed", closed)).status == 407
    assert code(await fetch("http://127.0.0.9/feed", closed, proxy="http://127.0.0.1:1")) == "proxy"
    assert code(await fetch("https://127.0.0.9/feed", closed)) == "proxy"
    assert code(await fetch("http://127.0.0.9/feed", closed, proxy="socks5://127.0.0.1:1")) == "proxy"


# --- politeness, robots ---------------------------------------------------------------------------------------------


async def test_a_host_that_asked_to_be_left_alone_is(fakeweb: FakeWeb) -> None:
    clock, book = FrozenClock(), MemoryHostBook()
    limited = fakeweb.route("/limited", Reply(status=429, headers={"Retry-After": "300"}))
    other = fakeweb.route("/other", "news")
    async with HttpFetcher(SETTINGS, clock, hosts=book) as fetcher:
        await fetcher.fetch(Request(limited))
        postponed = await fetcher.fetch(Request(other))
        assert code(postponed) == "postponed"
        assert postponed.blocked_until == clock.now() + timedelta(seconds=300)
        clock.advance(301)
        assert (await fetcher.fetch(Request(other))).body == b"news"
        await fetcher.fetch(Request(limited))
    async with HttpFetcher(SETTINGS, clock, hosts=book, obey_blocks=False) as impolite:
        assert (await impolite.fetch(Request(other))).body == b"news"


async def test_other_settings_hold_from_the_next_request_on(fakeweb: FakeWeb) -> None:
    fakeweb.route("/robots.txt", "User-agent: looker\nDisallow: /private\n")
    private, large = fakeweb.route("/private", "news"), fakeweb.route("/large", "x" * 200_000)
    async with HttpFetcher(SETTINGS, SystemClock()) as fetcher:
        assert (await fetcher.fetch(Request(private, check_robots=True))).body == b"news"
        assert (await fetcher.fetch(Request(large))).status == 200
        fetcher.take_up(replace(SETTINGS, user_agent="looker/1", max_bytes=100_000, concurrency=1))
        assert code(await fetcher.fetch(Request(private, check_robots=True))) == "robots"
        assert code(await fetcher.fetch(Request(large))) == "too-large"
    async with HttpFetcher(replace(SETTINGS, allow_addresses=()), SystemClock()) as fetcher:
        assert code(await fetcher.fetch(Request(large))) == "address"
        fetcher.take_up(SETTINGS)
        assert (await fetcher.fetch(Request(large))).status == 200


async def test_a_host_is_asked_by_few_at_once(fakeweb: FakeWeb) -> None:
    slow = Reply("news", delay_s=3600)
    url = fakeweb.route("/feed", slow, slow, "news")
    async with HttpFetcher(replace(SETTINGS, per_host=2, timeout_s=60), SystemClock()) as fetcher:
        asking = [asyncio.create_task(fetcher.fetch(Request(url))) for _ in range(8)]
        for _ in itertools.count():
            if len(fakeweb.requests) >= 2:
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert len(fakeweb.requests) == 2
        for each in asking[:2]:
            each.cancel()
        answers = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(each) for each in answers[:2]] == [asyncio.CancelledError] * 2
    assert [each.body for each in answers[2:] if isinstance(each, Fetched)] == [b"news"] * 6


async def test_robots_are_heeded_on_every_hop_of_a_page(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    fakeweb.route("/robots.txt", "User-agent: news-monitor\nDisallow: /private")
    fakeweb.route("/news", "news")
    fakeweb.route("/way", Reply(status=302, headers={"Location": "/private/x"}))
    assert (await fetcher.fetch(Request(fakeweb.url("/news"), check_robots=True))).body == b"news"
    for path in ("/private", "/way"):
        assert code(await fetcher.fetch(Request(fakeweb.url(path), check_robots=True))) == "robots"
    fakeweb.route("/private", "feed")
    assert (await fetcher.fetch(Request(fakeweb.url("/private")))).body == b"feed"
    assert len(fakeweb.seen("/robots.txt")) == 1


async def test_pages_asked_for_together_ask_robots_once(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/news", "news")
    await asyncio.gather(*(fetcher.fetch(Request(url, check_robots=True)) for _ in range(5)))
    assert len(fakeweb.seen("/robots.txt")) == 1


def test_it_runs_on_uvloop(fakeweb: FakeWeb) -> None:
    fakeweb.route("/feed", "news")
    results = [uvloop.run(fetch(f"http://localhost:{fakeweb.port}{path}")) for path in ("/feed", "/none")]
    assert [each.status for each in results] == [200, 404]
    assert code(uvloop.run(fetch("http://127.0.0.2:1/"))) == "address"
    assert code(uvloop.run(fetch("http://127.0.0.1:1/"))) == "refused"


async def test_a_page_that_sends_browsers_on_is_a_hop_for_the_moment(fetcher: HttpFetcher, fakeweb: FakeWeb) -> None:
    feed = fakeweb.route("/feed.xml", Reply(b"<rss/>"))
    page = b"<html><head><meta http-equiv='refresh' content='0; url=/feed.xml'></head></html>"
    fetched = await fetcher.fetch(Request(fakeweb.route("/old.xml", Reply(page))))
    assert (fetched.body, fetched.final_url, fetched.hops) == (b"<rss/>", feed, (Hop(200, feed),))
    to_itself = await fetcher.fetch(Request(fakeweb.route("/", Reply(page.replace(b"/feed.xml", b"/")))))
    assert (to_itself.hops, to_itself.status) == ((), 200)
    large = await fetcher.fetch(Request(fakeweb.route("/page", Reply(page + b" " * 8_000))))
    assert large.hops == ()
