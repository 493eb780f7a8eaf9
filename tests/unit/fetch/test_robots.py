from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from monitor.fetch.robots import RobotsGate, parse_robots, read_robots
from monitor.model.fetched import Fetched, Request
from monitor.model.reasons import Reason
from monitor.testing import FrozenClock


def allows(text: str, path: str, product: str = "news-monitor") -> bool:
    return parse_robots(text.encode(), product).allows(path)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("", "/a", True),
        ("Disallow:", "/a", True),
        ("Disallow: /", "/a", False),
        ("Disallow: /a", "/ab", False),
        ("Disallow: /a/", "/a", True),
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("Allow: /a/b\nDisallow: /a", "/a/x", False),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow: /*.php$", "/x/index.php", False),
        ("Disallow: /*.php$", "/x/index.php?a=1", True),
        ("Disallow: /a*b*c", "/aXbXc/d", False),
        ("Disallow: /a*b*c", "/aXcXb", True),
        ("Disallow: *?s=", "/x?s=1", False),
        ("Disallow: /x$", "/x/", True),
        ("disallow : /a # secret", "/a", False),
        ("Disallow: /%7Ejoe", "/~joe/x", False),
        ("Disallow: /ü", "/%C3%BC", False),
        ("Disallow: a", "/a", True),
        ("Noindex: /a\nSitemap: https://h/s.xml", "/a", True),
    ],
)
def test_the_longest_match_decides(rules: str, path: str, allowed: bool) -> None:
    assert allows(f"User-agent: *\n{rules}", path) is allowed


def test_our_own_group_replaces_the_one_for_everybody() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-Agent: News-Monitor/2.0\nDisallow: /private\n"
    assert allows(text, "/news")
    assert not allows(text, "/private/x")
    assert not allows(text, "/news", product="somebody")


def test_groups_for_the_same_agent_are_one() -> None:
    text = "User-agent: news-monitor\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: news-monitor\nDisallow: /b"
    assert [allows(text, path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_crawl_delay_is_read_and_bounded() -> None:
    assert parse_robots(b"User-agent: *\nCrawl-delay: 2.5", "x").crawl_delay_s == 2.5
    assert parse_robots(b"User-agent: *\nCrawl-delay: 86400", "x").crawl_delay_s == 60
    assert parse_robots(b"User-agent: *\nCrawl-delay: soon", "x").crawl_delay_s == 0


@given(st.text(), st.text())
def test_no_file_breaks_the_parser(text: str, path: str) -> None:
    parse_robots(text.encode("utf-8", "surrogatepass"), "news-monitor").allows("/" + path)


def test_hostile_patterns_end_soon() -> None:
    text = "User-agent: *\n" + "Disallow: /" + "*a" * 20 + "$\n"
    before = time.process_time()
    assert allows(text * 50, "/" + "a" * 5_000 + "b")
    assert time.process_time() - before < 10


def answer(status: int | None, body: bytes = b"", problem: str | None = None) -> Fetched:
    reason = None if problem is None else Reason(problem, problem)
    return Fetched("u", "u", status, (), body, (), FrozenClock().now(), 0.0, reason)


@pytest.mark.parametrize(
    ("fetched", "allowed"),
    [
        (answer(404), True),
        (answer(403), True),
        (answer(301), True),
        (answer(500), False),
        (answer(503), False),
        (answer(429), False),
        (answer(None, problem="timeout"), False),
        (answer(None, problem="dns"), False),
        (answer(None, problem="redirects"), True),
        (answer(200, b"User-agent: *\nDisallow: /"), False),
    ],
)
def test_no_such_file_allows_everything_and_trouble_forbids(fetched: Fetched, allowed: bool) -> None:
    assert read_robots(fetched, "news-monitor").allows("/a") is allowed


class Host:
    """Answers for robots.txt in turn, the last one for ever, and counts."""

    def __init__(self, *answers: Fetched) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []

    async def fetch(self, request: Request) -> Fetched:
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def gate(clock: FrozenClock) -> Callable[[Host], RobotsGate]:
    return lambda host: RobotsGate(host.fetch, clock, "news-monitor")


PAGE = URL("http://h/news?p=1")
REQUEST = Request(str(PAGE), check_robots=True)


async def test_rules_are_asked_once_a_day(gate: Callable[[Host], RobotsGate], clock: FrozenClock) -> None:
    host = Host(answer(200, b"User-agent: *\nDisallow: /private\nCrawl-delay: 3"))
    made = gate(host)
    assert await made.check(PAGE, REQUEST) == (None, 3.0)
    forbidden, _ = await made.check(URL("http://h/private"), REQUEST)
    assert forbidden is not None
    assert forbidden.code == "robots"
    assert [each.url for each in host.asked] == ["http://h/robots.txt"]
    clock.advance(hours=25)
    await made.check(PAGE, REQUEST)
    assert len(host.asked) == 2
    clock.set(clock.now() - timedelta(days=400))  # corrected: what is kept belongs to a day that is far away
    await made.check(PAGE, REQUEST)
    assert len(host.asked) == 3


async def test_while_robots_is_in_trouble_the_old_rules_hold(
    gate: Callable[[Host], RobotsGate], clock: FrozenClock
) -> None:
    made = gate(Host(answer(200, b"User-agent: *\nDisallow: /private"), answer(503)))
    await made.check(PAGE, REQUEST)
    clock.advance(hours=25)
    assert (await made.check(PAGE, REQUEST))[0] is None


async def test_trouble_without_old_rules_forbids_for_a_while(
    gate: Callable[[Host], RobotsGate], clock: FrozenClock
) -> None:
    made = gate(Host(answer(500), answer(404)))
    forbidden, _ = await made.check(PAGE, REQUEST)
    assert forbidden is not None
    assert forbidden.code == "robots"
    clock.advance(minutes=31)
    assert (await made.check(PAGE, REQUEST))[0] is None


async def test_an_unreachable_host_is_named_as_such(gate: Callable[[Host], RobotsGate]) -> None:
    made = gate(Host(answer(None, problem="dns")))
    trouble, _ = await made.check(PAGE, REQUEST)
    assert trouble is not None
    assert trouble.code == "dns"


async def test_a_host_that_could_not_be_reached_is_asked_again_in_a_minute(
    gate: Callable[[Host], RobotsGate], clock: FrozenClock
) -> None:
    host = Host(answer(None, problem="dns"), answer(200, b""))
    made = gate(host)
    await made.check(PAGE, REQUEST)
    clock.advance(seconds=59)
    assert (await made.check(PAGE, REQUEST))[0] is not None
    clock.advance(seconds=1)
    assert (await made.check(PAGE, REQUEST))[0] is None
    assert len(host.asked) == 2
