"""A newsroom on loopback and the loops against it: everything real but the clock and the rules."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import sqlalchemy as sa
import structlog

from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.loops.context import Context, LoopSettings, Watchlist
from monitor.loops.gather import GatherReport, gather_once
from monitor.loops.read import ReadReport, read_once
from monitor.model.article import Document
from monitor.model.match import Evidence, How, Verdict
from monitor.model.settled import RuleBook, RuleFacts
from monitor.model.source import SourceKind, SourceSpec
from monitor.ports import Fetcher
from monitor.store import sources
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from monitor.testing import FakeWeb, FrozenClock
from monitor.workers import WorkerPool
from tests import postgresql

PATIENCE_S = 90.0
"""For an answer, and for a worker process, which loads its libraries first: a busy machine is nobody's fault."""


@dataclass(frozen=True)
class Item:
    """One item of a feed; None leaves the element out."""

    title: str
    link: str | None = None
    guid: str | None = None
    text: str = ""
    content: str | None = None
    at: datetime | None = None

    def xml(self) -> str:
        parts = [f"<title>{escape(self.title)}</title>", f"<description>{escape(self.text)}</description>"]
        if self.link is not None:
            parts.append(f"<link>{escape(self.link)}</link>")
        if self.guid is not None:
            parts.append(f'<guid isPermaLink="false">{escape(self.guid)}</guid>')
        if self.content is not None:
            parts.append(f"<content:encoded><![CDATA[{self.content}]]></content:encoded>")
        if self.at is not None:
            parts.append(f"<pubDate>{format_datetime(self.at)}</pubDate>")
        return f"<item>{''.join(parts)}</item>"


def rss(*items: Item, language: str = "en") -> str:
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
    body = "".join(item.xml() for item in items)
    return f"{head}<title>Feed</title><link>/</link><language>{language}</language>{body}</channel></rss>"


SENTENCES = (
    "The harbour council of {topic} voted on Tuesday to widen the northern quay after two years of delay.",
    "Engineers said that the work on {topic} would begin in spring and take about fourteen months to finish.",
    "Residents along the river asked how {topic} would change the traffic on the old bridge during the works.",
    "The mayor promised that {topic} would be paid from reserves and that no tax would have to be raised.",
    "A report on {topic} listed nine risks, among them a shortage of steel and a late permit for the dredging.",
    "Opposition members called {topic} too costly and asked for a second opinion from an outside office.",
    "The company that won the contract for {topic} employs four hundred people in three neighbouring towns.",
    "A first look at the plans for {topic} is possible in the town hall until the end of the month.",
    "Similar projects elsewhere took longer than {topic} is meant to, the auditors wrote in their summary.",
    "The vote on {topic} was watched by some sixty people, several of whom applauded when it was over.",
    "Whether {topic} can begin on time depends on a ruling that the regional court has announced for May.",
    "For the fishing boats {topic} means that they must use the southern basin for at least one season.",
)


def long_text(topic: str) -> str:
    """Two hundred words about something."""
    return "\n".join(f"<p>{sentence.format(topic=topic)}</p>" for sentence in SENTENCES)


def page(title: str, topic: str) -> str:
    return (
        f"<!doctype html><html lang='en'><head><title>{escape(title)}</title></head><body>"
        f"<nav><a href='/'>Home</a></nav><main><article><h1>{escape(title)}</h1>{long_text(topic)}</article></main>"
        "</body></html>"
    )


@dataclass
class KeywordMatcher:
    """Stands in for the rules: a rule fires on every document that has its word."""

    words: dict[str, str] = field(default_factory=dict)

    def match(self, document: Document) -> tuple[Verdict, ...]:
        return tuple(self._verdict(rule, word, document) for rule, word in self.words.items())

    def _verdict(self, rule: str, word: str, document: Document) -> Verdict:
        for number, paragraph in enumerate(document.paragraphs):
            if (start := paragraph.find(word)) >= 0:
                found = Evidence("body", number, start, start + len(word), word, word, How.EXACT)
                return Verdict(rule, fired=True, evidence=(found,))
        if (start := document.title.find(word)) >= 0:
            found = Evidence("title", 0, start, start + len(word), word, word, How.EXACT)
            return Verdict(rule, fired=True, evidence=(found,))
        return Verdict(rule, fired=False)


@dataclass
class Newsroom:
    """The monitor under test; `restart` throws the process's memory away and keeps the file."""

    web: FakeWeb
    path: Path
    template: Path
    clock: FrozenClock
    fetcher: Fetcher
    workers: WorkerPool
    specs: dict[str, SourceSpec] = field(default_factory=dict)
    matcher: KeywordMatcher = field(default_factory=KeywordMatcher)
    settings: LoopSettings = field(default_factory=lambda: LoopSettings(worker_timeout_s=PATIENCE_S))
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        shutil.copy(self.template, self.path)
        self.database = Database(open_engine(f"sqlite:///{self.path}"))

    def restart_on(self, path: Path) -> None:
        """Begin anew with an empty database."""
        self.database.dispose()
        self.path = path
        self.clock.set(datetime(2026, 1, 5, 12, 0, tzinfo=UTC))
        self.__post_init__()

    def restart(self) -> None:
        self.database.dispose()
        self.database = Database(open_engine(f"sqlite:///{self.path}"))

    def source(self, name: str, url: str, kind: SourceKind = SourceKind.FEED, **values: Any) -> SourceSpec:
        spec = replace(SourceSpec(id=name, name=name, kind=kind, url=url), **values)
        self.specs[name] = spec
        with self.database.unit() as connection:
            sources.sync_sources(connection, list(self.specs.values()), self.clock.now())
        return spec

    @property
    def context(self) -> Context:
        accepted = self.clock.now()
        facts = {rule: RuleFacts(rule, rule, 1, accepted_at=accepted, founding=True) for rule in self.matcher.words}
        return Context(
            database=self.database,
            clock=self.clock,
            fetcher=self.fetcher,
            workers=self.workers,
            sources=self.specs,
            watchlist=Watchlist(self.matcher, rules=RuleBook(facts)),
            owner="test",
            settings=self.settings,
        )

    async def poll(self, minutes: float = 15.0) -> GatherReport:
        """Let time pass and poll every source once."""
        self.clock.advance(minutes=minutes)
        return await gather_once(self.context, everything=True)

    async def read(self, minutes: float = 0.0) -> ReadReport:
        self.clock.advance(minutes=minutes)
        return await read_once(self.context)

    def rows(self, table: sa.Table, *columns: str) -> list[Any]:
        with self.database.reading() as connection:
            chosen = [table.c[name] for name in columns or table.c.keys()]
            return list(connection.execute(sa.select(*chosen).order_by(*table.primary_key.columns)))

    def titles(self) -> list[str]:
        return [row.title for row in self.rows(t.article, "title")]

    def row(self, source_id: str) -> Any:
        return next(row for row in self.rows(t.source) if row.id == source_id)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb() as found:
        yield found


@pytest.fixture
def own_server(postgresql_server: postgresql.Server) -> Iterator[postgresql.Server]:
    """A PostgreSQL that the test may stop; skips where `postgresql_server` does."""
    assert postgresql_server.data.exists()
    with postgresql.running() as found:
        yield found


@pytest.fixture
async def newsroom(web: FakeWeb, workers: WorkerPool, tmp_path: Path, empty_sqlite: Path) -> AsyncIterator[Newsroom]:
    clock = FrozenClock()
    settings = FetchSettings(host_spacing_s=0.0, allow_addresses=("127.0.0.1",), timeout_s=PATIENCE_S)
    async with HttpFetcher(settings, clock=clock, obey_blocks=False) as fetcher:
        found = Newsroom(web, tmp_path / "monitor.db", empty_sqlite, clock, fetcher, workers)
        yield found
        found.database.dispose()
