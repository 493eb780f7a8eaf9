"""A small language for scenarios of alerting: what is published when, and what must reach whom between when and when.

    desk = Timeline(tmp_path, rule())
    first = desk.at("22:10").publish("Minister resigns", story="resignation")
    desk.expect(first, between=("22:10", "22:11"))

Times are local to the timeline's zone; `"day 2 08:00"` is the next day.  Between two moments everything that goes off
by itself goes off at its time: timers are decided, deliveries sent.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitor.alert.settings import AlertSettings
from monitor.errors import DeliveryError
from monitor.loops.courier import CourierContext, courier_once
from monitor.loops.dispatch import Telling
from monitor.loops.evaluate import Decider, EvaluateContext, arm_timers, evaluate
from monitor.loops.lane import CourierReport
from monitor.loops.tell import record_matches
from monitor.model.alert import Channel, Target
from monitor.model.article import Document
from monitor.model.match import Evidence, HeldGroup, How, Verdict
from monitor.model.message import Form, Markup, Rendered, Shape
from monitor.model.reasons import Reason
from monitor.model.rule import AlertSpec, Fire, FireArticle, Label
from monitor.model.settled import (
    Baseline,
    CopyOf,
    Gap,
    Occasion,
    RuleBook,
    RuleFacts,
    SeenIn,
    SettledArticle,
    StoryRef,
    TellReport,
)
from monitor.store import tables as t
from monitor.store import timers
from monitor.store.silences import add_silence, silences
from monitor.store.unit import Database, open_engine
from tests.contract.rows import next_due

SECOND = timedelta(seconds=1)
STANDING = ("daily", "weekly", "watch")
"""Timers of the monitor's own messages; scenarios about rules leave them alone."""


def rule(rule_id: str = "putin", *, fire: Fire | None = None, **alert: object) -> RuleFacts:
    """A rule that was there from the start; keywords are those of its `alert` section."""
    spec = AlertSpec(to=("desk",), cooldown_s=1800.0)
    return RuleFacts(
        id=rule_id,
        name=rule_id.title(),
        version=1,
        accepted_at=datetime(2026, 1, 1, tzinfo=UTC),
        founding=True,
        alert=replace(spec, **alert),  # type: ignore[arg-type]  # a scenario names fields of AlertSpec
        fire=fire or FireArticle(),
    )


def channel(name: str, **settings: object) -> Channel:
    """A channel with one recipient."""
    base = Channel(name, (Target(name, f"{name}-1", f"{name}@example.org"),), (f"test://{name}",))
    return replace(base, **settings)  # type: ignore[arg-type]  # a scenario names fields of Channel


@dataclass(slots=True)
class MovableClock:
    """Stands still until it is moved."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it reached somebody."""

    at: datetime
    address: str
    rendered: Rendered

    @property
    def key(self) -> str:
        return self.rendered.headers["X-Monitor-Key"]

    @property
    def articles(self) -> set[int]:
        listed = self.rendered.headers.get("X-Monitor-Article", "")
        return {int(part) for part in listed.split(",") if part.strip()}


class Receiver:
    """Takes every message, or refuses as it is told to."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.received: list[Received] = []
        self.refusals: dict[str, DeliveryError] = {}

    def shape(self, address: str) -> Shape:
        return Shape(Form.CONSOLE, Markup.TEXT, 250, 50_000)

    def send(self, address: str, rendered: Rendered) -> None:
        if address in self.refusals:
            raise self.refusals[address]
        self.received.append(Received(self.clock.now(), address, rendered))


@dataclass(frozen=True, slots=True)
class Published:
    """An article of the scenario; `report` is what telling made of it at once."""

    id: int
    headline: str
    settled: SettledArticle
    report: TellReport


class Timeline:
    """One database, one clock, and what people received."""

    def __init__(
        self,
        folder: Path,
        *rules: RuleFacts,
        channels: Iterable[Channel] = (),
        settings: AlertSettings | None = None,
        start: str = "2026-03-10",
        database: Database | None = None,
    ) -> None:
        self.settings = settings or AlertSettings(timezone="Europe/Berlin", default_to=("desk",))
        self.zone = ZoneInfo(self.settings.timezone)
        self.day = date.fromisoformat(start)
        self.clock = MovableClock(self.when("00:00"))
        self.receiver = Receiver(self.clock)
        self.rules = {given.id: given for given in rules}
        self.channels = {given.id: given for given in (channel("desk"), *channels)}
        self.database = database or Database(open_engine(f"sqlite:///{folder / 'timeline.db'}"))
        if database is None:
            t.metadata.create_all(self.database.engine)
        self.sending = True
        """False leaves what is due in the outbox."""
        self.standing = False
        """Whether the timers of the monitor's own messages go off too."""
        self.hooks: dict[str, Decider] = {}
        self.stories: dict[str, int] = {}
        self.articles: dict[int, Published] = {}

    # time

    def when(self, moment: str) -> datetime:
        """`"22:10"` or `"day 2 08:00"` in the timeline's zone, as an instant."""
        *day, clock = moment.removeprefix("day ").split(" ")
        days = int(day[0]) - 1 if day else 0
        local = datetime.combine(self.day + timedelta(days=days), time.fromisoformat(clock), tzinfo=self.zone)
        return local.astimezone(UTC)

    def at(self, moment: str) -> Self:
        """Let everything go off that goes off until then, and stand there."""
        target = self.when(moment)
        assert target >= self.clock.at, f"{moment} is over"
        return self.until(target)

    def until(self, target: datetime) -> Self:
        """As `at`, with an instant."""
        self.work_off()
        while (due := self._next_due()) is not None and due <= target:
            self.clock.at = max(self.clock.at, due)
            self.work_off()
        self.clock.at = target
        self.work_off()
        return self

    def leap(self, moment: str) -> Self:
        """Stand at a later moment at once: what went off meanwhile goes off now."""
        self.clock.at = self.when(moment)
        self.work_off()
        return self

    def _next_due(self) -> datetime | None:
        with self.database.reading() as connection:
            others = () if self.standing else STANDING
            timer = sa.select(sa.func.min(t.timer.c.due_at, type_=t.UtcTime)).where(t.timer.c.kind.not_in(others))
            found = [connection.execute(timer).scalar(), next_due(connection)]
        return min((due for due in found if due is not None), default=None)

    def work_off(self) -> CourierReport:
        """Decide the timers that went off, send what is due."""
        evaluate(EvaluateContext(self.database, self.telling, self.clock, "tester", self.hooks))
        with self.database.reading() as connection:
            due = next_due(connection)
        if not self.sending or due is None or due > self.clock.at:
            return CourierReport()
        return self.send()

    def send(self) -> CourierReport:
        context = CourierContext(self.database, self.telling, self.receiver, self.clock, "tester", random.Random(7))
        return asyncio.run(courier_once(context))

    def telling(self) -> Telling:
        return Telling(RuleBook(self.rules), self.channels, self.settings)

    def arm(self) -> None:
        with self.database.unit() as connection:
            arm_timers(connection, self.telling(), self.clock.at)
            for kind in () if self.standing else STANDING:
                timers.drop_timer(connection, kind, "")

    # what happens

    def publish(
        self,
        headline: str,
        *,
        text: str | None = None,
        source: str = "alpha",
        tags: tuple[str, ...] = (),
        story: str | None = None,
        linked: tuple[str, ...] = (),
        copy_of: Published | None = None,
        fires: Iterable[str] | None = None,
        guard: str | None = None,
        published: datetime | None = None,
        undated: bool = False,
        baseline: Baseline | None = None,
        gap: Gap | None = None,
        language: str = "en",
    ) -> Published:
        """An article comes in, and the named rules (all, unless named) fire on it; `guard` is a cue that holds it."""
        now = self.clock.at
        text = text or f"{headline}, people familiar with the matter said."
        with self.database.unit() as connection:
            self._source(connection, source, tags)
            story_id = self._story(connection, story, now) if story else None
            article_id = self._article(connection, headline, source, story_id, copy_of)
            connection.execute(sa.insert(t.sighting).values(article_id=article_id, source_id=source, seen_at=now))
            settled = SettledArticle(
                article_id=article_id,
                revision=0,
                occasion=Occasion.NEW,
                document=Document(headline, paragraphs=(text,), language=language),
                title=headline,
                url=f"https://{source}.example/{article_id}",
                language=language,
                sources=(SeenIn(source, source.title(), tags),),
                first_seen_at=now,
                published_at=None if undated else published or now - timedelta(minutes=1),
                baseline=baseline,
                gap=gap,
                story=StoryRef(story_id, now, tuple(self.stories[name] for name in linked)) if story_id else None,
                copy=CopyOf(copy_of.id, 0.92, Reason("copy", "92 %")) if copy_of else None,
            )
            report = self.tell(connection, settled, fires, guard)
        published_article = Published(article_id, headline, settled, report)
        self.articles[article_id] = published_article
        self.work_off()
        return published_article

    def revise(
        self,
        article: Published,
        headline: str,
        *,
        text: str | None = None,
        material: bool = True,
        occasion: Occasion | None = None,
        fires: Iterable[str] | None = None,
    ) -> Published:
        """The publisher changes an article."""
        before, now = self.articles[article.id].settled, self.clock.at
        settled = replace(
            before,
            revision=before.revision + 1,
            occasion=occasion or (Occasion.REVISED if material else Occasion.TOUCHED),
            document=Document(headline, paragraphs=(text or f"{headline}, sources said.",), language="en"),
            title=headline,
            revised_at=now,
        )
        with self.database.unit() as connection:
            connection.execute(sa.update(t.article).where(t.article.c.id == article.id).values(title=headline))
            report = self.tell(connection, settled, fires, None)
        self.articles[article.id] = Published(article.id, headline, settled, report)
        self.work_off()
        return self.articles[article.id]

    def sighting(self, article: Published, source: str) -> None:
        """Another source shows the same article."""
        with self.database.unit() as connection:
            self._source(connection, source, ())
            row = {"article_id": article.id, "source_id": source, "seen_at": self.clock.at}
            connection.execute(sa.insert(t.sighting).values(row))

    def silence(self, kind: str, subject: str, hours: float) -> None:
        with self.database.unit() as connection:
            until = self.clock.at + timedelta(hours=hours)
            add_silence(connection, kind, subject, until=until, now=self.clock.at)

    def refuse(self, name: str, error: DeliveryError | None) -> None:
        """From now on the channel refuses everything with that error (None: takes it again)."""
        self.receiver.refusals.pop(f"test://{name}", None)
        if error is not None:
            self.receiver.refusals[f"test://{name}"] = error

    # what came of it

    def expect(
        self,
        *articles: Published,
        between: tuple[str, str],
        on: str = "desk",
        key: str | None = None,
        says: str | None = None,
    ) -> Received:
        """Exactly one message on the channel between the two times tells of exactly those articles."""
        wanted = {article.id for article in articles}
        start, end = (self.when(moment) for moment in between)
        hits = [
            message
            for message in self.messages(on)
            if message.articles == wanted and start <= message.at <= end and (key is None or message.key == key)
        ]
        assert len(hits) == 1, f"{len(hits)} such messages; received: {self.transcript()}"
        if says is not None:
            assert says in hits[0].rendered.title + hits[0].rendered.body, hits[0].rendered.body
        return hits[0]

    def never(self, article: Published, on: str | None = None) -> None:
        """Nobody was told of the article as one of a message's own."""
        told = [message for message in self.messages(on) if article.id in message.articles]
        assert not told, f"told: {self.transcript()}"

    def quiet(self, between: tuple[str, str], on: str = "desk") -> None:
        """Nothing arrived on the channel between the two times."""
        start, end = (self.when(moment) for moment in between)
        came = [message for message in self.messages(on) if start <= message.at <= end]
        assert not came, self.transcript()

    def messages(self, on: str | None = None) -> list[Received]:
        return [message for message in self.receiver.received if on is None or message.address == f"test://{on}"]

    def transcript(self) -> str:
        lines = [
            f"{message.at.astimezone(self.zone):%a %H:%M:%S} {message.address} {message.key} {sorted(message.articles)}"
            for message in self.receiver.received
        ]
        return "\n" + "\n".join(lines)

    def state(self, key: str) -> tuple[str, str]:
        """State and reason code of an alert."""
        with self.database.reading() as connection:
            row = connection.execute(sa.select(t.alert.c.state, t.alert.c.reason_code).where(t.alert.c.key == key))
            found = row.one()
            return found.state, found.reason_code

    # rows

    def tell(
        self, connection: sa.Connection, settled: SettledArticle, fires: Iterable[str] | None, guard: str | None = None
    ) -> TellReport:
        wanted = list(self.rules if fires is None else fires)
        verdicts = [verdict(rule_id, settled.document, guard) for rule_id in wanted]
        telling = self.telling()
        return record_matches(
            connection,
            settled,
            verdicts,
            rules=telling.rules,
            channels=telling.channels,
            settings=telling.settings,
            muted=silences(connection, self.clock.at),
            now=self.clock.at,
        )

    def _source(self, connection: sa.Connection, source: str, tags: tuple[str, ...]) -> None:
        if connection.execute(sa.select(t.source.c.id).where(t.source.c.id == source)).first():
            return
        row = {"id": source, "name": source.title(), "health": "ok", "configured": True, "tags": list(tags)}
        connection.execute(sa.insert(t.source).values(filled(t.source, row)))

    def _story(self, connection: sa.Connection, name: str, now: datetime) -> int:
        if name not in self.stories:
            row = filled(t.story, {"language": "en", "title": name, "opened_at": now, "last_at": now})
            self.stories[name] = connection.execute(sa.insert(t.story).values(row).returning(t.story.c.id)).scalar_one()
        return self.stories[name]

    def _article(
        self, connection: sa.Connection, headline: str, source: str, story_id: int | None, copy_of: Published | None
    ) -> int:
        row = filled(
            t.article,
            {
                "title": headline,
                "url": f"https://{source}.example/a",
                "language": "en",
                "first_seen_at": self.clock.at,
                "first_source_id": source,
                "text_state": "full",
                "story_id": story_id,
                "copy_of": copy_of.id if copy_of else None,
                "authors": [],
            },
        )
        return int(connection.execute(sa.insert(t.article).values(row).returning(t.article.c.id)).scalar_one())


def filled(table: sa.Table, row: dict[str, object]) -> dict[str, object]:
    """The row, with something harmless in every column that must have a value and that the scenario does not name."""
    for column in table.c:
        if column.name not in row and not (column.nullable or column.primary_key or column.server_default):
            row[column.name] = _harmless(column.type)
    return row


def _harmless(kind: object) -> object:
    if isinstance(kind, t.UtcTime):
        return datetime(2026, 1, 1, tzinfo=UTC)
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.Integer | sa.BigInteger | sa.Float):
        return 0
    return {} if isinstance(kind, sa.JSON) else b"" if isinstance(kind, sa.LargeBinary) else ""


def verdict(rule_id: str, document: Document, guard: str | None = None) -> Verdict:
    """A hit on the first word of the text; held by a guard where a cue is given."""
    text = document.paragraphs[0]
    word = text.split(" ", 1)[0]
    piece = Evidence("body", 0, 0, len(word), word, word.lower(), How.EXACT)
    reason = Reason("hit", f"matched by {word}")
    if guard is None:
        return Verdict(rule_id, fired=True, evidence=(piece,), reason=reason)
    cue = Evidence("body", 0, 0, len(word), guard, guard, How.EXACT)
    return Verdict(rule_id, fired=False, held=(HeldGroup(Label.HYPOTHETICAL, cue, (piece,)),), reason=reason)


__all__ = ["SECOND", "Published", "Received", "Timeline", "channel", "rule", "timers", "verdict"]
