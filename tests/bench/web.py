"""What the pages cost with many articles stored: CPU, median and 99th percentile of requests into the application.

`MONITOR_BENCH_ARTICLES` says how many (200 000); a prepared database is kept in `MONITOR_BENCH_FOLDER` where given.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitor.loops.vocabulary import Vocabulary
from monitor.match.forms import filed_under
from monitor.model.article import TextState
from monitor.store import schema, search
from monitor.store import tables as t
from monitor.store.pages import Filter
from monitor.store.unit import Database, open_engine
from monitor.testing import FrozenClock
from monitor.web.live import Hub
from monitor.web.rendering import Reader
from tests import postgresql
from tests.unit.web.browser import Browser
from tests.unit.web.site import Site

Row = dict[str, Any]
NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
CHUNK = 20_000
WORDS = 60
TURNS = 100
PAGES = {
    "ticker": "/",
    "ticker, page 1000": "/?before={middle}",
    "ticker of a source": "/?source=s7",
    "ticker of a rare language": "/?language=fr",
    "ticker of a rule": "/?rule=strike",
    "search, common word": "/search?q={w3}",
    "search, rare word": "/search?q={w9000}",
    "search, two words": "/search?q={w40}+AND+{w70}",
    "search, near": "/search?q={w5}+NEAR/s+{w9}",
    "search, beginning of a word": "/search?q={begin}*",
    "search, part of a word": "/search?q=*{part}*",
    "search, a pattern": "/search?q=/{w30}/",
    "search, best first": "/search?q={w30}&order=best",
    "days of a search": "/search/days?q={w30}",
    "rules": "/rules",
    "rule in the workbench": "/rules/strike",
    "stories": "/stories",
    "article": "/articles/{middle}",
    "alerts": "/alerts",
    "sources": "/sources",
    "charts": "/charts",
    "metrics": "/metrics",
}


class Wound(FrozenClock):
    """Stands at one instant and yet measures time: a search ends when its second is over."""

    def monotonic(self) -> float:
        return time.monotonic()


def run() -> list[Row]:
    """Requests one after the other, through the whole application; `MONITOR_BENCH_BACKENDS` names the databases."""
    return list(rows())


def rows() -> Iterator[Row]:
    """The same as they come: a million articles take a while."""
    count = int(os.environ.get("MONITOR_BENCH_ARTICLES", "200000"))
    with tempfile.TemporaryDirectory() as fresh:
        folder = Path(os.environ.get("MONITOR_BENCH_FOLDER", fresh))
        for backend in os.environ.get("MONITOR_BENCH_BACKENDS", "sqlite,postgresql").split(","):
            place = folder / backend
            place.mkdir(exist_ok=True)
            with _database(backend, place) as database:
                yield from _run(backend, place, database, count)


@contextmanager
def _database(backend: str, place: Path) -> Iterator[Database]:
    with ExitStack() as stack:
        url = f"sqlite:///{place}/monitor.db"
        if backend == "postgresql":
            url = stack.enter_context(postgresql.running(durable=True)).url()
        database = Database(open_engine(url))
        stack.callback(database.dispose)
        yield database


def _run(backend: str, place: Path, database: Database, count: int) -> Iterator[Row]:
    schema.upgrade(database)
    site = Site(place, database, Wound(NOW))
    fill(site, count)
    for name, page in PAGES.items():
        yield from _measure(site, f"{backend}: {name}, {count} articles", page, count)
    yield asyncio.run(_idle(database, backend))


def fill(site: Site, count: int) -> None:
    """Articles over a year from 200 sources, one in fifty a hit, words with the frequencies of a language."""
    database = site.database
    with database.reading() as connection:
        filled = connection.execute(sa.select(sa.func.max(t.article.c.id))).scalar() or 0
    chance = random.Random(7)
    for start in range(filled + 1, count + 1, CHUNK):
        numbers = range(start, min(start + CHUNK, count + 1))
        with database.unit() as connection:
            _insert(connection, numbers, count, chance)
    learnt = Vocabulary(lambda word, language: filed_under(word, language, site.lexicon))
    while site.learn(learnt):
        pass
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def word(number: int) -> str:
    """An invented word; like real ones, few share their first six letters."""
    syllables = [
        "ka",
        "lo",
        "min",
        "ter",
        "vas",
        "or",
        "bel",
        "tra",
        "nik",
        "sol",
        "dur",
        "fen",
        "gar",
        "hol",
        "jan",
        "kru",
        "lem",
        "pos",
        "rud",
        "sta",
        "vel",
        "wen",
        "zor",
        "mar",
    ]
    size = len(syllables)
    return syllables[number % size] + syllables[number // size % size] + syllables[number // size**2 % size] + "em"


def _insert(connection: sa.Connection, numbers: range, count: int, chance: random.Random) -> None:
    articles, revisions, sightings, matches, stories = [], [], [], [], []
    for n in numbers:
        seen = NOW - timedelta(days=365) * ((count - n) / count)
        words = [word(int(min(20_000, chance.paretovariate(0.6)))) for _ in range(WORDS)]
        title, text = " ".join(words[:6]), " ".join(words[6:36]) + ".\n" + " ".join(words[36:])
        language = "fr" if n % 997 == 0 else "de" if n % 3 else "en"
        story = (n + 1) // 2
        articles.append(_article(n, title, language, seen, story))
        revisions.append(_revision(n, title, text, seen))
        sightings.append({"article_id": n, "source_id": f"s{n % 200}", "seen_at": seen})
        if n % 50 == 0:
            matches.append(_match(n, title, seen))
        if n % 2:
            stories.append(_story(story, title, language, seen, n))
    for table, rows in (
        (t.article, articles),
        (t.revision, revisions),
        (t.sighting, sightings),
        (t.match, matches),
        (t.story, stories),
    ):
        connection.execute(sa.insert(table), rows)
    search.add(connection, [search.Indexed(r["id"], r["title"], r["text"]) for r in revisions])


def _article(n: int, title: str, language: str, seen: datetime, story: int) -> Row:
    return {
        "id": n, "url": f"https://example.org/{n}", "title": title, "authors": [], "language": language,
        "language_sure": True, "published_at": seen, "first_seen_at": seen, "first_source_id": f"s{n % 200}",
        "baseline": False, "text_state": TextState.FULL.value, "revision": 1, "settled": True, "story_id": story,
    }  # fmt: skip


def _revision(n: int, title: str, text: str, seen: datetime) -> Row:
    return {
        "id": n, "article_id": n, "number": 1, "title": title, "lead": "", "text": text,
        "material": True, "reason_code": "first", "reason": "the first text", "created_at": seen,
    }  # fmt: skip


def _match(n: int, title: str, seen: datetime) -> Row:
    word = title.split(maxsplit=1)[0]
    found = {"field": "title", "paragraph": 0, "start": 0, "end": len(word), "text": word, "term": word, "how": "exact"}
    return {
        "rule_id": "strike", "rule_version": 1, "article_id": n, "revision": 1, "fired": True,
        "evidence": [found | {"group": 0}], "held": [], "engine": "1", "created_at": seen,
    }  # fmt: skip


def _story(story: int, title: str, language: str, seen: datetime, n: int) -> Row:
    return {
        "id": story, "language": language, "title": title, "opened_at": seen, "last_at": seen,
        "opening_article_id": n, "centroid": b"", "members": 2, "apart": [], "by_hand": False,
    }  # fmt: skip


def _measure(site: Site, case: str, page: str, count: int) -> Iterator[Row]:
    browser: Browser = site.browser()
    words = {f"w{n}": word(n) for n in (3, 5, 9, 30, 40, 70, 9000)}
    address = page.format(middle=count // 2, begin=word(30)[:5], part=word(30)[2:], **words)
    times, cpu = [], _cpu_s(site.database)
    for _ in range(TURNS):
        began = time.perf_counter()
        answer = browser.get(address)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, (page, answer.status)
    spent = (_cpu_s(site.database) - cpu) * 1000 / TURNS
    times.sort()
    yield {"bench": "web", "case": case, "value": round(spent, 1), "unit": "ms CPU"}
    yield {"bench": "web", "case": case, "value": round(times[len(times) // 2], 1), "unit": "ms median"}
    yield {"bench": "web", "case": case, "value": round(times[int(len(times) * 0.99)], 1), "unit": "ms p99"}


def _cpu_s(database: Database) -> float:
    """CPU time of this process and of the database's server: on a busy machine the clock says more about others."""
    own = time.process_time()
    if database.is_sqlite:
        return own
    with database.reading() as connection:
        pids = connection.execute(sa.text("SELECT pid FROM pg_stat_activity")).scalars().all()
    stats = [Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace") for pid in pids]
    ticks = sum(int(ticks) for stat in stats for ticks in stat.rpartition(")")[2].split()[11:13])
    return own + ticks / os.sysconf("SC_CLK_TCK")


async def _idle(database: Database, backend: str) -> Row:
    """The share of a core that 200 open streams take while nothing happens."""
    hub = Hub(database)
    reader = Reader("en", ZoneInfo("UTC"))
    streams = [hub.events(Filter(), reader, lambda line, _reader: line.title, None) for _ in range(200)]
    ready = [asyncio.Event() for _ in streams]
    tasks = [asyncio.create_task(_drain(*each)) for each in zip(streams, ready, strict=True)]
    for each in ready:
        await each.wait()
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.sleep(10)
    share = (time.process_time() - cpu) / (time.perf_counter() - began)
    await hub.close()
    await asyncio.gather(*tasks)
    return {
        "bench": "web",
        "case": f"{backend}: 200 idle event streams",
        "value": round(share * 100, 2),
        "unit": "% of a core",
    }


async def _drain(stream: Any, ready: asyncio.Event) -> None:
    async for event in stream:
        if "event: ready" in event:
            ready.set()


if __name__ == "__main__":
    for row in rows():
        print(f"{row['case']:55} {row['value']:10} {row['unit']}", flush=True)
