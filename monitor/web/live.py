"""The live ticker: one look at the database a second, for all who watch; nobody watching, no look.

A stream that broke resumes where it was: every event carries the position (ids of the last article and match), which
browsers send back as `Last-Event-ID`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import structlog

from monitor.errors import StoreError
from monitor.store.pages import Filter, Line, Position, Recent, changed_since, lines, position, recent
from monitor.store.unit import Database
from monitor.web.rendering import Reader

log = structlog.get_logger("web")

LOOK_S = 1.0
BEAT_S = 20.0
"""A sign of life in silence: proxies close what says nothing, and it moves the position along."""
WAITING_MAX = 100
"""Batches that a slow reader may leave lying; then its stream is closed, and it resumes when it comes back."""
CATCH_UP_ROUNDS = 5
"""Further behind, the page is loaded again instead."""

Draw = Callable[[Line, Reader], str]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one look found; `drawn` keeps each reader's version, so that 200 readers cost one rendering."""

    position: Position
    lines: tuple[Line, ...]
    late: bool = False
    """With lines below the position that went before: they are news to everybody."""
    drawn: dict[tuple[str, str, int], str] = field(default_factory=dict)

    def html(self, line: Line, reader: Reader, draw: Draw) -> str:
        """A line for a reader."""
        key = (reader.language, reader.zone.key, line.id)
        if key not in self.drawn:
            self.drawn[key] = draw(line, reader)
        return self.drawn[key]


Queue = asyncio.Queue[Batch | None]


class Hub:
    """Looks for news while anybody watches, and hands it to every stream."""

    def __init__(
        self, database: Database, *, look_s: float = LOOK_S, beat_s: float = BEAT_S, waiting: int = WAITING_MAX
    ) -> None:
        self._database, self._look_s, self._beat_s, self._waiting = database, look_s, beat_s, waiting
        self._queues: set[Queue] = set()
        self._beginning = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def streams(self) -> int:
        """How many watch."""
        return len(self._queues)

    async def events(self, wanted: Filter, reader: Reader, draw: Draw, since: Position | None) -> AsyncIterator[str]:
        """The events of one stream, from a position on, or from now."""
        queue: Queue = asyncio.Queue(self._waiting)
        self._queues.add(queue)
        try:
            yield "retry: 2000\n\n"
            # First the hub knows where it stands, then the stream looks: what comes in between is in the queue.
            await self._begin()
            now = await asyncio.to_thread(self._now)
            seen = now if since is None else since
            if seen.article > now.article or seen.match > now.match:  # of a database that was restored meanwhile
                yield _event("reset", "", now)
                return
            for _ in range(CATCH_UP_ROUNDS):
                missed, _ = await asyncio.to_thread(self._look, seen)
                if missed is None:
                    yield _event("ready", "", seen)
                    break
                seen = missed.position
                for event in _events(missed, wanted, reader, draw):
                    yield event
            else:
                yield _event("reset", "", seen)
            async for event in self._coming(queue, seen, wanted, reader, draw):
                yield event
        finally:
            self._queues.discard(queue)

    async def close(self) -> None:
        """End every stream."""
        self._closed = True
        for queue in self._queues:
            _put(queue, None)
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _coming(
        self, queue: Queue, seen: Position, wanted: Filter, reader: Reader, draw: Draw
    ) -> AsyncIterator[str]:
        clock = asyncio.get_running_loop().time
        beat_at = clock() + self._beat_s
        while not self._closed:
            try:
                batch = await asyncio.wait_for(queue.get(), max(0.0, beat_at - clock()))
            except TimeoutError:
                yield _event("beat", "", seen)
                beat_at = clock() + self._beat_s
                continue
            if batch is None:
                return
            further = batch.position.article > seen.article or batch.position.match > seen.match
            if further:
                seen = batch.position
            if further or batch.late:
                # What this stream does not show is silence to its reader, however much there is of it.
                for event in _events(batch, wanted, reader, draw):
                    yield event
                    beat_at = clock() + self._beat_s

    async def _begin(self) -> None:
        async with self._beginning:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look_on(*await asyncio.to_thread(self._standing)))

    async def _look_on(self, seen: Position, known: Recent | None) -> None:
        while self._queues and not self._closed:
            try:
                batch, known = await asyncio.to_thread(self._look, seen, known)
            except StoreError as error:  # briefly away: the streams stay open, and nothing is skipped
                log.warning("ticker-waits", error=str(error))
                batch = None
            if batch is not None:
                seen = batch.position
                for queue in tuple(self._queues):
                    if not _put(queue, batch):
                        self._queues.discard(queue)
            await asyncio.sleep(self._look_s)

    def _now(self) -> Position:
        with self._database.reading() as connection:
            return position(connection)

    def _standing(self) -> tuple[Position, Recent | None]:
        """The end, and what can be seen up to there; None where units do not overtake each other."""
        with self._database.reading() as connection:
            at = position(connection)
            return at, None if self._database.is_sqlite else recent(connection, at)

    def _look(self, seen: Position, known: Recent | None = None) -> tuple[Batch | None, Recent | None]:
        """What is new since a position, and what can be seen now, if it was known what could be seen then."""
        with self._database.reading() as connection:
            end, ids = changed_since(connection, seen)
            now = recent(connection, end) if known is not None else None
            late = now.overtook(seen, known) if now is not None and known is not None else set()
            found = sorted(late.union(ids))
            return Batch(end, tuple(lines(connection, found)), bool(late)) if found else None, now


def fits(line: Line, wanted: Filter) -> bool:
    """Whether a ticker with that filter shows the article."""
    fired = {hit.rule_id for hit in line.hits if hit.fired}
    return (
        (wanted.source is None or any(source_id == wanted.source for source_id, _ in line.sources))
        and (wanted.language is None or line.language == wanted.language)
        and (wanted.story is None or line.story_id == wanted.story)
        and (wanted.rule is None or wanted.rule in fired)
        and (not wanted.hits or bool(fired))
    )


def read_position(text: str) -> Position | None:
    """The position in `Last-Event-ID`; None for nonsense."""
    article, _, match = text.partition(".")
    if not (article.isascii() and article.isdigit() and match.isascii() and match.isdigit()):
        return None
    return Position(int(article[:18]), int(match[:18]))


def _put(queue: Queue, batch: Batch | None) -> bool:
    if queue.full():  # too slow: what lies there is worthless now, the stream ends and resumes by its position
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
        return False
    queue.put_nowait(batch)
    return True


def _events(batch: Batch, wanted: Filter, reader: Reader, draw: Draw) -> list[str]:
    shown = [batch.html(line, reader, draw) for line in batch.lines if fits(line, wanted)]
    # Only the last carries the position: a stream that breaks in between gets the whole batch again.
    return [_event("article", html, batch.position if at == len(shown) else None) for at, html in enumerate(shown, 1)]


def _event(kind: str, data: str, at: Position | None) -> str:
    head = f"id: {at.article}.{at.match}\n" if at is not None else ""
    body = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"{head}event: {kind}\n{body}\n"
