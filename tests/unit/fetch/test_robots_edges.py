"""robots.txt at its bounds: patterns that nearly fit, long files, hosts in trouble."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from yarl import URL

from monitor.fetch.robots import (
    ALLOW_ALL,
    FORBID_ALL,
    MAX_BYTES,
    MAX_PATTERN,
    MAX_RULES,
    Robots,
    RobotsGate,
    Rule,
    parse_robots,
    read_robots,
)
from monitor.model.fetched import Fetched, Request
from monitor.model.reasons import Reason
from monitor.testing import FrozenClock

US = "news-monitor"


def allows(rules: str, path: str) -> bool:
    return parse_robots(f"User-agent: *\n{rules}".encode(), US).allows(path)


def answer(status: int | None, body: bytes = b"", problem: str | None = None) -> Fetched:
    reason = None if problem is None else Reason(problem, f"text of {problem}")
    return Fetched("u", "u", status, (), body, (), FrozenClock().now(), 0.0, reason)


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("/a", "/a", True),
        ("/a", "/b", False),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/a*", "/a", True),
        ("/a*$", "/abc", True),
        ("/a*b", "/xa.b", False),
        ("/a*b", "/a", False),
        ("/ab*b", "/ab", False),
        ("/ab*b", "/abb", True),
        ("/ab*b$", "/ab", False),  # one letter cannot be both
        ("/ab*b$", "/abb", True),
        ("/a*b$", "/a.b.c", False),
        ("/a*b*c$", "/a.b.c", True),
        ("/a*b*c$", "/a.c", False),
        ("/a*bc*cd$", "/abcd", False),
        ("/a*bc*cd$", "/abccd", True),
        ("/a*bb*b", "/abb", False),
        ("/a*bb*b", "/abbb", True),
        ("/a**b", "/a.b", True),
        ("*b", "/a.b", True),
        ("/a b", "/a%20b", True),
        ("/a%2Fb", "/a/b", False),  # a slash in a name is none between names
        ("/a%2fb", "/a%2Fb/c", True),
        ("*/a", "/a", True),
        ("/a:b", "/a:b", True),
        ("/%ff", "/%FF", True),
        ("/%FE", "/%FF", False),
        ("/100%", "/100%25", True),
    ],
)
def test_what_a_pattern_covers(pattern: str, path: str, *, covered: bool) -> None:
    assert allows(f"Disallow: {pattern}", path) is not covered


def test_the_longest_pattern_decides_and_allow_wins_a_tie() -> None:
    assert allows("Disallow: /a*\nAllow: /ab", "/ab")
    assert not allows("Disallow: /a**\nAllow: /ab", "/ab")
    assert not allows("Allow: /a\nDisallow: /ab$", "/ab")
    assert parse_robots(b"User-agent: *\nDisallow: /ab*$", US).rules == (
        Rule(allow=False, length=5, parts=("/ab", ""), anchored=True),
    )


def test_the_file_of_the_rules_is_never_forbidden() -> None:
    assert allows("Disallow: /", "/robots.txt")
    assert not allows("Disallow: /", "/a/robots.txt")


def test_everything_overrides_the_rules() -> None:
    rule = Rule(allow=False, length=1, parts=("/",), anchored=False)
    assert not Robots((rule,)).allows("/a")
    assert Robots((rule,), everything=True).allows("/a")
    assert not Robots(everything=False).allows("/a")
    assert Robots().allows("/a")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("\ufeffUser-agent: *\nDisallow: /a", False),
        ("User-agent: *\r\nDisallow: /a", False),
        ("User-agent: *\rDisallow: /a", False),
        ("useragent: *\nDISALLOW:/a", False),
        ("User Agent: *\nDisallow: /a", False),
        ("User-agent: * # all\nDisallow: /a # secret", False),
        ("User-agent: *x\nDisallow: /a", False),
        ("User-agent: news-monitor/1.0 (x)\nDisallow: /a", False),
        ("User-agent: NEWS-MONITOR\nDisallow: /a", False),
        ("User-agent: news_monitor\nDisallow: /a", True),
        ("User-agent: news-monitor2\nDisallow: /a", False),  # a name has no digits: what follows is ignored
        ("User-agent: 7\nDisallow: /a", True),
        ("User-agent:\nDisallow: /a", True),
        ("Disallow: /a", True),  # belongs to nobody
        ("User-agent: *\nDisallow: /a\nUser-agent: news-monitor\nAllow: /", True),
        ("User-agent: x\nUser-agent: *\nDisallow: /a", False),
        ("User-agent: x\nDisallow: /b\nUser-agent: *\nDisallow: /a", False),
        ("User-agent: *\nDisallow: /b\nUser-agent: x\nDisallow: /a", True),
        ("User-agent: *\nSitemap: /s\nUser-agent: x\nDisallow: /a", False),  # no rule between them: one group
        ("User-agent: *\nDisallow: /a\n: /\n/b\nfoo", False),
        ("User-agent: *\nDisallow: /a:b\nDisallow: a", True),
        ("User-agent: *\nCrawl-delay: /a", True),
        ("User-agent *\nDisallow /a", False),  # without the colon
        ("User-agent\tnews-monitor\ndisallow\t/a", False),
        ("User-agent: *\nDisallow /a:b", True),
        ("User-agent: *\nDisallow /a:", True),
        ("User-agent: *\nDisallow all pages", True),
        ("User-agent: *\nDisalow: /a", False),
        ("User-agent: *\nDissallow: /a", False),
        ("User-agent: *\nAllow: /\nUser-agent must match: exactly\nDisallow: /a", False),
    ],
)
def test_whose_rules_they_are(text: str, *, allowed: bool) -> None:
    assert parse_robots(text.encode(), US).allows("/a") is allowed


@pytest.mark.parametrize(
    ("ours", "theirs", "allowed"),
    [
        ("press2go", "Press2Go/1.1", False),
        ("Press Office", "press office", False),
        ("press", "press2go", False),
        ("news", "news-monitor", True),
        ("360press", "360spider", True),  # names that begin with a digit are none
        ("", "*", False),
    ],
)
def test_our_own_name_is_read_as_theirs(ours: str, theirs: str, *, allowed: bool) -> None:
    assert parse_robots(f"User-agent: {theirs}\nDisallow: /a".encode(), ours).allows("/a") is allowed


def test_letters_that_are_none_break_nothing() -> None:
    assert not parse_robots(b"User-agent: *\n# \xff\nDisallow: /a\n\xff", US).allows("/a")


def test_what_is_beyond_the_bounds_is_ignored() -> None:
    head = b"User-agent: *\n"
    rule = b"Disallow: /a\n"
    fits = head + b"#" * (MAX_BYTES - len(head) - len(rule) - 1) + b"\n" + rule
    assert len(fits) == MAX_BYTES
    assert not parse_robots(fits, US).allows("/a")
    assert parse_robots(b"#" * 2 + fits, US).allows("/ax")
    many = head + b"Disallow: /b\n" * (MAX_RULES - 1)
    assert not parse_robots(many + rule, US).allows("/a")
    assert parse_robots(many + b"Disallow: /c\n" + rule, US).allows("/a")
    assert len(parse_robots(many * 2, US).rules) == MAX_RULES
    long = "/" + "a" * (MAX_PATTERN - 1)
    assert not allows(f"Disallow: {long}", long)
    assert allows(f"Disallow: {long}a", f"{long}a")


@pytest.mark.parametrize(
    ("text", "delay_s"),
    [
        ("Crawl-delay: 2", 2.0),
        ("Crawl-delay: 2\nCrawl-delay: 5\nCrawl-delay: 1", 5.0),
        ("Crawl-delay: 60.5", 60.0),
        ("Crawl-delay: -3", 0.0),
        ("Crawl-delay: 2s", 0.0),
        ("Allow: 7", 0.0),
        ("Disallow: /", 0.0),
    ],
)
def test_the_longest_delay_counts(text: str, delay_s: float) -> None:
    robots = parse_robots(f"User-agent: *\n{text}".encode(), US)
    assert robots.crawl_delay_s == delay_s


@pytest.mark.parametrize(
    ("fetched", "robots"),
    [
        (answer(199), ALLOW_ALL),
        (answer(300), ALLOW_ALL),
        (answer(428), ALLOW_ALL),
        (answer(429), FORBID_ALL),
        (answer(430), ALLOW_ALL),
        (answer(499), ALLOW_ALL),
        (answer(500), FORBID_ALL),
        (answer(599), FORBID_ALL),
        (answer(None), ALLOW_ALL),
        (answer(200), Robots()),
        (answer(299), Robots()),
        (answer(200, problem="too-large"), ALLOW_ALL),
        (answer(200, problem="address"), ALLOW_ALL),
        (answer(200, problem="url"), ALLOW_ALL),
        (answer(200, problem="timeout"), FORBID_ALL),
    ],
)
def test_what_an_answer_means(fetched: Fetched, robots: Robots) -> None:
    assert read_robots(fetched, US) == robots


def test_our_rules_are_read_by_our_name() -> None:
    body = b"User-agent: news-monitor\nDisallow: /a"
    assert not read_robots(answer(200, body), US).allows("/a")
    assert read_robots(answer(200, body), "other").allows("/a")


# --- the gate -------------------------------------------------------------------------------------------------------


class Hosts:
    """Answers by host, and who was asked."""

    def __init__(self, **answers: Fetched) -> None:
        self.answers = answers
        self.asked: list[Request] = []

    async def fetch(self, request: Request) -> Fetched:
        self.asked.append(request)
        await asyncio.sleep(0)
        return self.answers.get(str(URL(request.url).host), answer(404))


RULES = answer(200, b"User-agent: *\nDisallow: /private\nCrawl-delay: 3")


def page(path: str = "/news", host: str = "h") -> URL:
    return URL(f"http://{host}{path}")


PLAIN = ("Accept-Encoding", "identity")
REQUEST = Request("http://h/news", headers=(("X-Key", "1"), PLAIN), proxy="http://proxy:1", verify_tls=False)


async def test_the_file_is_asked_for_in_the_manner_of_the_page(clock: FrozenClock) -> None:
    hosts = Hosts(h=RULES)
    await RobotsGate(hosts.fetch, clock, US).check(page(), REQUEST)
    (asked,) = hosts.asked
    assert asked == Request(
        "http://h/robots.txt",
        headers=(PLAIN,),
        proxy="http://proxy:1",
        verify_tls=False,
        timeout_s=10.0,
        max_bytes=2_000_000,
    )


async def test_what_is_forbidden_is_named_and_delayed(clock: FrozenClock) -> None:
    gate = RobotsGate(Hosts(h=RULES).fetch, clock, US)
    assert await gate.check(page(), REQUEST) == (None, 3.0)
    forbidden = Reason("robots", "robots.txt of h forbids /private/x; the page is left alone")
    assert await gate.check(page("/private/x?q=1"), REQUEST) == (forbidden, 3.0)
    long, _ = await gate.check(page("/private/" + "x" * 200), REQUEST)
    assert long is not None
    assert long.text == f"robots.txt of h forbids /private/{'x' * 71}; the page is left alone"


async def test_the_query_counts_too(clock: FrozenClock) -> None:
    gate = RobotsGate(Hosts(h=answer(200, b"User-agent: *\nDisallow: /*?s=")).fetch, clock, US)
    assert (await gate.check(page("/news?s=1"), REQUEST))[0] is not None
    assert (await gate.check(page("/news"), REQUEST))[0] is None


async def test_each_host_scheme_and_port_has_its_own_rules(clock: FrozenClock) -> None:
    hosts = Hosts(h=RULES)
    gate = RobotsGate(hosts.fetch, clock, US)
    for url in ("http://h/a", "https://h/a", "http://h:81/a", "http://i/a", "http://h/b"):
        await gate.check(URL(url), REQUEST)
    assert [each.url for each in hosts.asked] == [
        f"{origin}/robots.txt" for origin in ("http://h", "https://h", "http://h:81", "http://i")
    ]


async def test_visitors_at_the_same_time_ask_once(clock: FrozenClock) -> None:
    hosts = Hosts(h=RULES)
    gate = RobotsGate(hosts.fetch, clock, US)
    await asyncio.gather(*(gate.check(page(), REQUEST) for _ in range(5)))
    assert len(hosts.asked) == 1


async def test_rules_are_kept_for_a_day_to_the_second(clock: FrozenClock) -> None:
    hosts = Hosts(h=RULES)
    gate = RobotsGate(hosts.fetch, clock, US)
    for step, asked in ((0, 1), (86_399, 1), (1, 2)):
        clock.advance(step)
        await gate.check(page(), REQUEST)
        assert len(hosts.asked) == asked


async def test_trouble_forbids_for_half_an_hour_and_says_what_it_was(clock: FrozenClock) -> None:
    hosts = Hosts(h=answer(500))
    gate = RobotsGate(hosts.fetch, clock, US)
    reason = Reason("robots", "robots.txt answered 500: the host is left alone until it can be read")
    for step, asked in ((0, 1), (1_799, 1), (1, 2)):
        clock.advance(step)
        assert await gate.check(page(), REQUEST) == (reason, 0.0)
        assert len(hosts.asked) == asked
    hosts.answers["h"] = answer(None, problem="dns")
    clock.advance(timedelta(minutes=30).total_seconds())
    assert await gate.check(page(), REQUEST) == (Reason("dns", "text of dns"), 0.0)


async def test_old_rules_outlast_trouble_and_are_asked_for_again_in_half_an_hour(clock: FrozenClock) -> None:
    hosts = Hosts(h=RULES)
    gate = RobotsGate(hosts.fetch, clock, US)
    await gate.check(page(), REQUEST)
    hosts.answers["h"] = answer(503)
    for step, asked in ((86_400, 2), (1_799, 2), (1, 3)):
        clock.advance(step)
        assert await gate.check(page(), REQUEST) == (None, 3.0)
        assert (await gate.check(page("/private"), REQUEST))[0] is not None
        assert len(hosts.asked) == asked


async def test_what_has_run_out_goes_when_there_are_many_hosts(clock: FrozenClock) -> None:
    hosts = Hosts()
    gate = RobotsGate(hosts.fetch, clock, US)
    for number in range(4_999):
        await gate.check(page(host=f"old{number}"), REQUEST)
    clock.advance(86_400)
    await gate.check(page(host="young"), REQUEST)
    assert len(gate._kept) == 5_000
    await gate.check(page(host="next"), REQUEST)
    assert set(gate._kept) == {"http://young", "http://next"}
