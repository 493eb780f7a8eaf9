"""robots.txt as RFC 9309 reads it: which addresses of a host may be fetched, and how fast."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import unquote
from weakref import WeakValueDictionary

from yarl import URL

from monitor.fetch.answers import NETWORK
from monitor.model.fetched import Fetched, Request
from monitor.model.reasons import Reason
from monitor.ports import Clock

MAX_BYTES = 500 * 1024
"""RFC 9309, 2.5: at least that much is parsed; the rest of a longer file is ignored."""

MAX_RULES = 5_000
MAX_PATTERN = 2_000
_DELAY = re.compile(r"\d{1,6}(\.\d{1,3})?")
_FIELDS = {
    **dict.fromkeys(("user-agent", "useragent", "user agent"), "user-agent"),
    "allow": "allow",
    **dict.fromkeys(("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), "disallow"),
    **dict.fromkeys(("crawl-delay", "crawl delay"), "crawl-delay"),
}
"""Names of lines as they are written, the usual slips of the pen among them."""
_SLASH = re.compile("%2f", re.IGNORECASE)
TIMEOUT_S = 10.0
MAX_CRAWL_DELAY_S = 60.0
"""Longer delays are taken as this: a monitor asks a few pages an hour, not a whole site."""

KEPT = timedelta(hours=24)
KEPT_AFTER_ERROR = timedelta(minutes=30)
KEPT_UNREACHED = timedelta(minutes=1)
"""Of a host that could not be reached: that may be over in a moment, with our own network."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One Allow or Disallow line, its pattern cut at the `*`; `anchored` when it ended in `$`.

    The pattern with the most characters decides, Allow wins a tie (RFC 9309, 2.2.2).
    """

    allow: bool
    length: int
    parts: tuple[str, ...]
    anchored: bool

    def matches(self, path: str) -> bool:
        """Whether the pattern covers `path`; each part is looked for once, so no pattern is slow."""
        first, *others = self.parts
        if not others:
            return path == first if self.anchored else path.startswith(first)
        if not path.startswith(first):
            return False
        at = len(first)
        for part in others[:-1] if self.anchored else others:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return not self.anchored or (path.endswith(others[-1]) and len(path) - len(others[-1]) >= at)


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host for us.  `everything` overrides them: True allows all, False forbids all."""

    rules: tuple[Rule, ...] = ()
    crawl_delay_s: float = 0.0
    everything: bool | None = None

    def allows(self, path: str) -> bool:
        """Whether `path` (with its query) may be fetched; the file of the rules itself always (RFC 9309, 2.2.2)."""
        if path == "/robots.txt":
            return True
        if self.everything is not None:
            return self.everything
        wanted = _normal(path)
        hits = [(rule.length, rule.allow) for rule in self.rules if rule.matches(wanted)]
        return max(hits)[1] if hits else True


ALLOW_ALL = Robots(everything=True)
FORBID_ALL = Robots(everything=False)


def parse_robots(body: bytes, product: str) -> Robots:
    """The rules for `product` (the name part of the User-Agent), or those for `*`; bad lines are skipped."""
    groups = _groups(body[:MAX_BYTES].decode("utf-8", "replace").removeprefix("\ufeff"))
    name = _product(product)
    mine = [group for group in groups if name and name in group.agents] or [
        group for group in groups if "*" in group.agents
    ]
    lines = [line for group in mine for line in group.lines]
    rules = [_rule(value, allow=key == "allow") for key, value in lines if _is_pattern(key, value)]
    delays = [float(value) for key, value in lines if key == "crawl-delay" and _DELAY.fullmatch(value)]
    return Robots(tuple(rules[:MAX_RULES]), min(max(delays, default=0.0), MAX_CRAWL_DELAY_S))


@dataclass(slots=True)
class _Group:
    agents: set[str] = field(default_factory=set)
    lines: list[tuple[str, str]] = field(default_factory=list)


def _groups(text: str) -> list[_Group]:
    """Consecutive User-agent lines open a group; the lines behind them belong to it."""
    groups = [_Group()]
    for line in re.split(r"\r\n|\r|\n", text):
        key, value = _field(line.partition("#")[0])
        if key == "user-agent":
            if groups[-1].lines:
                groups.append(_Group())
            groups[-1].agents.add(_product(value))
        elif key:
            groups[-1].lines.append((key, value))
    return groups


def _field(line: str) -> tuple[str, str]:
    """The name and the value of a line, the name empty where it says nothing to us; some forget the colon."""
    name, _, value = line.partition(":")
    words = line.split()
    if len(words) == 2 and words[0].lower() in _FIELDS:
        name, value = words
    return _FIELDS.get(name.strip().lower(), ""), value.strip()


def _product(agent: str) -> str:
    """A crawler is named by letters, `_` and `-`; what follows is ignored (RFC 9309, 2.2.1)."""
    if agent.startswith("*"):
        return "*"
    match = re.match(r"[A-Za-z_-]+", agent)
    return match.group().lower() if match else ""


def _is_pattern(key: str, value: str) -> bool:
    return key != "crawl-delay" and value.startswith(("/", "*")) and len(value) <= MAX_PATTERN


def _rule(pattern: str, *, allow: bool) -> Rule:
    parts = tuple(_normal(part) for part in re.split(r"\*+", pattern.removesuffix("$")))
    return Rule(allow, len(pattern), parts, anchored=pattern.endswith("$"))


def _normal(path: str) -> str:
    """The same octets written the same way, so that `/%7ejoe` and `/~joe` compare equal (RFC 9309, 2.2.2).

    A slash that is written as `%2F` is part of a name and divides nothing.
    """
    return unquote(_SLASH.sub("%252F", path), errors="surrogateescape")


def read_robots(fetched: Fetched, product: str) -> Robots:
    """What an answer for robots.txt means: no such file allows everything, a server in trouble forbids (2.3.1)."""
    if fetched.problem is not None:
        return ALLOW_ALL if fetched.problem.code in {"too-large", "redirects", "address", "url"} else FORBID_ALL
    status = fetched.status or 0
    if 200 <= status < 300:
        return parse_robots(fetched.body, product)
    return FORBID_ALL if status >= 500 or status == 429 else ALLOW_ALL


@dataclass(frozen=True, slots=True)
class _Kept:
    robots: Robots
    until: datetime
    trouble: Reason | None


class RobotsGate:
    """Asks each host for its robots.txt at most once a day and remembers the rules."""

    def __init__(self, fetch: Callable[[Request], Awaitable[Fetched]], clock: Clock, product: str) -> None:
        self._fetch = fetch
        self._clock = clock
        self._product = product
        self._kept: dict[str, _Kept] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def check(self, url: URL, request: Request) -> tuple[Reason | None, float]:
        """Why `url` may not be fetched (or None), and the crawl delay in seconds.

        A host that cannot be reached at all is named by that problem: it says more than "robots".
        """
        kept = await self._rules(str(url.origin()), request)
        if kept.trouble is not None:
            return kept.trouble, 0.0
        if kept.robots.allows(url.raw_path_qs):
            return None, kept.robots.crawl_delay_s
        text = f"robots.txt of {url.raw_host} forbids {url.raw_path[:80]}; the page is left alone"
        return Reason("robots", text), kept.robots.crawl_delay_s

    async def _rules(self, origin: str, request: Request) -> _Kept:
        lock = self._locks.setdefault(origin, asyncio.Lock())
        async with lock:
            now = self._clock.now()
            kept = self._kept.get(origin)
            if kept is None or not now < kept.until <= now + KEPT:  # over, or of a clock that was set back
                kept = self._judge(await self._fetch(_robots_request(origin, request)), kept, now)
                self._remember(origin, kept, now)
            return kept

    def _judge(self, fetched: Fetched, old: _Kept | None, now: datetime) -> _Kept:
        robots = read_robots(fetched, self._product)
        if robots is not FORBID_ALL:
            return _Kept(robots, now + KEPT, None)
        if old is not None and old.trouble is None:
            return _Kept(old.robots, now + KEPT_AFTER_ERROR, None)
        if fetched.problem is not None:
            unreached = fetched.problem.code in NETWORK
            return _Kept(robots, now + (KEPT_UNREACHED if unreached else KEPT_AFTER_ERROR), fetched.problem)
        text = f"robots.txt answered {fetched.status}: the host is left alone until it can be read"
        return _Kept(robots, now + KEPT_AFTER_ERROR, Reason("robots", text))

    def _remember(self, origin: str, kept: _Kept, now: datetime) -> None:
        if len(self._kept) >= 5_000:
            self._kept = {name: each for name, each in self._kept.items() if each.until > now}
        self._kept[origin] = kept


def _robots_request(origin: str, request: Request) -> Request:
    return Request(
        f"{origin}/robots.txt",
        headers=tuple(each for each in request.headers if each[0].lower() == "accept-encoding"),
        proxy=request.proxy,
        verify_tls=request.verify_tls,
        timeout_s=TIMEOUT_S,
        max_bytes=2_000_000,
    )
