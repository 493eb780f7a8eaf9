"""GATHER, the loop that polls.

::

    claim due sources  | fetch | parse | identify   -> entries, pending articles, validators
    claim what was pushed      | parse | identify   -> the same, by the same intake

Every source is on its own: what goes wrong with one is recorded as its reason and stops no other.  It orders these
and decides nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypedDict

import sqlalchemy as sa

from monitor.errors import LeaseLost, StoreBusy, StoreFull, WorkerError
from monitor.fetch.schedule import decide_poll, first_look, plan_request
from monitor.fetch.websub import decide_pace
from monitor.loops import hubs, pushed
from monitor.loops.context import Context, in_thread, log
from monitor.loops.documents import INDEX, Follower, Reading, Unread, read_answer
from monitor.loops.drafts import Intake
from monitor.loops.hand import InHand
from monitor.loops.patience import Patience
from monitor.loops.room import Room
from monitor.loops.sites import read_site
from monitor.loops.together import Together
from monitor.model.fetched import Fetched, Request
from monitor.model.poll import Learnt, PollOutcome
from monitor.model.reasons import Reason
from monitor.model.source import Health, SourceKind, SourceSpec
from monitor.store import due, leases, sources
from monitor.store import tables as t
from monitor.store.due import ClaimedSource
from monitor.store.leases import Lease
from monitor.store.pushes import Push, claim_pushed
from monitor.store.sources import PollRecord
from monitor.store.subscriptions import subscriptions

NEXT_LOOK_S = 0.05
"""Other workers' claims take milliseconds, their polls of a host that has no room for ours a little more."""
_DOWN = {Health.FAILING, Health.BLOCKED, Health.GONE}


@dataclass(slots=True)
class GatherReport:
    """What a pass did; counts of polls, entries and alerts."""

    polled: int = 0
    failed: int = 0
    unchanged: int = 0
    items: int = 0
    new: int = 0
    edited: int = 0
    told: int = 0
    events: list[tuple[str, Reason]] = field(default_factory=list)
    """What changed about sources that people may have to hear of: (source id, what)."""


class Gathering:
    """The loop's state between two ticks: polls in hand, and those that brought nothing and wait to be committed.

    `tick` never waits for a source.  The context may be replaced at any time: polls in hand go on with the one they
    began with.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.report = GatherReport()
        self._hand = InHand()
        self._together = Together(lambda: len(self._hand))
        self._room = Room(context.settings.bytes_at_once)
        self._held: set[str] = set()
        self._unconfirmed: list[tuple[str, Lease]] = []
        self._claiming = asyncio.Lock()
        """One claim at a time: what one cannot be sure of yet the other would give back."""
        self._idle: list[PollRecord] = []
        self._idle_since = 0.0
        self._patience = Patience()

    @property
    def in_hand(self) -> int:
        """Sources that are being polled."""
        return len(self._hand)

    @property
    def has_room(self) -> bool:
        """Whether more sources could be polled now."""
        return self.in_hand < self.context.settings.polls_at_once

    async def tick(self) -> None:
        """Start what was pushed, and what is due once it has waited for others; what presses waits for nobody."""
        await self.start_due(polls=self._patience.is_over(self.context))

    async def start_due(self, *, full_pass_since: datetime | None = None, polls: bool = True) -> int:
        """Claim as many due sources as there is room for and start polling them; how many.

        `full_pass_since`: claim every source that was not polled since, due or not (`once --all`).  Without `polls`
        only what was pushed is taken.
        """
        await self.flush_due()
        async with self._claiming:
            room = self.context.settings.polls_at_once - len(self._hand)
            if room <= 0:
                return 0
            if polls:
                self._patience.begin()
            idle = [record.source_id for record in self._idle]
            claimed, held_up = await in_thread(
                _claim, self.context, room, full_pass_since, polls, idle=idle, unconfirmed=self._unconfirmed
            )
            if len(claimed) == room:
                self._patience.press()
            for source, push in claimed:
                self._held.add(source.id)
                self._hand.start(self._take(self.context, source, push), f"poll {source.id}")
        if held_up:
            await self._make_room()
        return len(claimed)

    async def renew(self) -> None:
        """Prolong the leases of what is in hand: a poll may wait long for its host or for a worker."""
        if self._held:
            await in_thread(_renew, self.context, tuple(self._held))

    async def wait_for_room(self) -> None:
        """Until at least one poll in hand has ended."""
        await self._hand.some_ended()

    async def drain(self) -> None:
        """Until every poll in hand has ended and is committed; nothing new is claimed."""
        await self._hand.all_ended()
        await self.flush()

    async def flush_due(self) -> None:
        """Commit the polls that brought nothing once the first of them has waited long enough."""
        if self._idle and self.context.clock.monotonic() - self._idle_since >= self.context.settings.flush_after_s:
            await self.flush()

    async def flush(self) -> int:
        """Commit the polls that brought nothing; how many."""
        records, self._idle = self._idle, []
        if records:
            await in_thread(_record_all, self.context, records)
        return len(records)

    async def _take(self, context: Context, claimed: ClaimedSource, push: Push | None) -> None:
        spec = context.sources.get(claimed.id)
        if spec is None:  # another process has a newer configuration; the lease keeps the source from coming up at once
            self._held.discard(claimed.id)
            return
        try:
            if push is None:
                await self._poll_source(context, claimed, spec)
            else:
                await self._take_push(context, claimed, spec, push)
        except LeaseLost as lost:
            log.warning("lease-lost", source=claimed.id, error=str(lost))
        except (StoreBusy, StoreFull) as error:
            # Nothing was written, so nothing is lost: the source is due again when its lease ends.
            log.warning("poll-not-stored", source=claimed.id, error=str(error))
        except Exception as error:  # noqa: BLE001 - the bulkhead: whatever this source did, the others go on
            log.exception("poll-broke", source=claimed.id)
            if push is None:
                await self._remember(_broken(context, claimed, spec, error))
            else:
                await in_thread(pushed.discard, context, claimed, push, _internal(error))
            self.report.failed += 1
        finally:
            self._held.discard(claimed.id)

    async def _poll_source(self, context: Context, claimed: ClaimedSource, spec: SourceSpec) -> None:
        asked = _effective(spec, claimed)
        fetched = await context.fetcher.fetch(_request(context, asked, claimed))
        offline = _is_offline(context, claimed, asked, fetched)
        self.report.polled += 1
        memory = replace(claimed.memory, body_hash=None) if _is_index(claimed) else claimed.memory
        outcome = first_look(memory, fetched, settings=context.settings.poll)
        if outcome is not None:
            await self._nothing_new(context, claimed, asked, fetched, outcome, offline=offline)
            return
        async with self._room.take(fetched.size):
            reading = await _read(context, claimed, asked, fetched)
            if isinstance(reading, Reading):
                await self._store(Intake(context, claimed, spec, reading, context.clock.now()))
                return
        outcome = PollOutcome(Learnt.NOT_A_FEED, reason=reading.reason)
        await self._nothing_new(context, claimed, reading.spec, reading.fetched, outcome)

    async def _take_push(self, context: Context, claimed: ClaimedSource, spec: SourceSpec, push: Push) -> None:
        reading = await pushed.read_push(context, claimed, _effective(spec, claimed), push)
        if isinstance(reading, Reading):
            await self._store(Intake(context, claimed, spec, reading, context.clock.now(), push))
            return
        self._note(claimed.id, (reading.reason,))
        await in_thread(pushed.discard, context, claimed, push, reading.reason)

    async def _nothing_new(
        self,
        context: Context,
        claimed: ClaimedSource,
        asked: SourceSpec,
        fetched: Fetched,
        outcome: PollOutcome,
        *,
        offline: bool = False,
    ) -> None:
        settings, now = context.settings.poll, context.clock.now()
        pace = decide_pace(claimed.subscription, new=0, every_s=asked.every_s, now=now)
        decision = decide_poll(
            asked, claimed.memory, fetched, outcome, now=now, settings=settings, offline=offline, pace=pace
        )
        if outcome.learnt is Learnt.UNCHANGED:
            self.report.unchanged += 1
            if hubs.names_unknown_hub(context, claimed, asked, fetched):
                await in_thread(_notice_hub, context, claimed, asked, fetched)
        else:
            self.report.failed += 1
        self._note(claimed.id, decision.events)
        await self._remember(PollRecord.of(claimed, fetched, decision))

    async def _store(self, intake: Intake) -> None:
        written = await self._together.write(intake)
        self._patience.press()
        self.report.items += written.items
        self.report.new += written.new
        self.report.edited += written.edited
        self.report.told += written.told
        self._note(written.source_id, written.events)
        choice = intake.reading.choice
        if choice is not None and choice != intake.claimed.choice:
            self._note(written.source_id, (choice.reason,))

    def _note(self, source_id: str, events: tuple[Reason, ...]) -> None:
        for event in events:
            log.info("source", source=source_id, what=event.code, text=event.text)
            self.report.events.append((source_id, event))

    async def _remember(self, record: PollRecord) -> None:
        if not self._idle:
            self._idle_since = self.context.clock.monotonic()
        self._idle.append(record)
        settings = self.context.settings
        # What waits counts as in hand for its host, and must not keep the host's other sources from their turn.
        of_host = sum(waiting.host == record.host for waiting in self._idle)
        if len(self._idle) >= settings.flush_at or of_host >= settings.per_host:
            await self._make_room()

    async def _make_room(self) -> None:
        """Commit what waits, and look at once for what it kept from its turn."""
        await self.flush()
        self._patience.press()


async def gather_once(context: Context, *, everything: bool = False) -> GatherReport:
    """Poll what is due, or (`everything`) every source that is neither paused nor gone, once; until all is stored.

    What other workers have in hand is theirs; what they leave is waited for.
    """
    gathering = Gathering(context)
    since = context.clock.now() if everything else None
    while True:
        if await gathering.start_due(full_pass_since=since):
            continue
        if gathering.has_room and await gathering.flush():  # what waits for it keeps others of its host from a turn
            continue
        if gathering.in_hand:
            await gathering.wait_for_room()
        elif await in_thread(_is_any_left, context, since):
            await asyncio.sleep(NEXT_LOOK_S)
        else:
            return gathering.report


def _is_any_left(context: Context, full_pass_since: datetime | None) -> bool:
    with context.database.reading() as connection:
        return due.is_any_left(connection, now=context.clock.now(), since=full_pass_since)


def _claim(
    context: Context,
    room: int,
    full_pass_since: datetime | None,
    polls: bool,
    *,
    idle: Sequence[str],
    unconfirmed: list[tuple[str, Lease]],
) -> tuple[list[tuple[ClaimedSource, Push | None]], bool]:
    """What was pushed goes first: its hub has said that it is news.  Then: whether `idle` sources hold up their hosts.

    They do where a host is full: other workers have sources of it in hand, too, or one of ours takes long.
    `unconfirmed` are claims that may have been committed when the database went away; they are ours to take.
    """
    owner, now, lease_s = context.owner, context.clock.now(), context.settings.lease_s
    with context.database.unit() as connection:
        leases.give_back(connection, t.source, unconfirmed)
        waiting = claim_pushed(connection, owner=owner, now=now, lease_s=lease_s, limit=room)
        room -= len(waiting)
        found = _claim_polls(connection, context, room, full_pass_since) if polls and room > 0 else []
        held_up = bool(idle) and due.is_held_up(connection, idle, now=now, per_host=context.settings.per_host)
        claimed = [*waiting, *((source, None) for source in found)]
        unconfirmed += [(source.id, source.lease) for source, _ in claimed]
    unconfirmed.clear()
    return claimed, held_up


def _claim_polls(
    connection: sa.Connection, context: Context, room: int, full_pass_since: datetime | None
) -> list[ClaimedSource]:
    settings = context.settings
    how: _Claim = {
        "owner": context.owner,
        "now": context.clock.now(),
        "lease_s": settings.lease_s,
        "limit": room,
        "per_host": settings.per_host,
    }
    if full_pass_since is None:
        claimed = due.claim_due(connection, **how)
    else:
        claimed = due.claim_all(connection, since=full_pass_since, **how)
    if settings.callback is None or not claimed:
        return claimed
    rows = subscriptions(connection, [source.id for source in claimed])
    return [
        replace(source, subscription=rows[source.id].subscription) if source.id in rows else source
        for source in claimed
    ]


class _Claim(TypedDict):
    owner: str
    now: datetime
    lease_s: float
    limit: int
    per_host: int


def _record_all(context: Context, records: list[PollRecord]) -> None:
    with context.database.unit() as connection:
        sources.record_polls(connection, records)


def _is_offline(context: Context, claimed: ClaimedSource, asked: SourceSpec, fetched: Fetched) -> bool:
    """Whether it is our own line that kept a source from answering which has answered before."""
    memory = claimed.memory
    answered = memory.last_ok_at is not None
    answers = answered and memory.health not in _DOWN
    host, now_s = sources.host_of(asked.url), context.clock.monotonic()
    return context.line.is_down(fetched, host, now_s=now_s, answers=answers) and answered


def _effective(spec: SourceSpec, claimed: ClaimedSource) -> SourceSpec:
    choice = claimed.choice
    return spec if choice is None else replace(spec, kind=choice.kind, url=choice.url)


def _is_index(claimed: ClaimedSource) -> bool:
    return claimed.choice is not None and claimed.choice.reason.code == INDEX.code


def _request(context: Context, asked: SourceSpec, claimed: ClaimedSource) -> Request:
    request = plan_request(asked, claimed.memory, now=context.clock.now(), settings=context.settings.poll)
    if _is_index(claimed):  # its children change without it
        return replace(request, etag=None, last_modified=None)
    return request


async def _read(context: Context, claimed: ClaimedSource, asked: SourceSpec, fetched: Fetched) -> Reading | Unread:
    follower = Follower(context, _renewer(context, claimed))
    try:
        if asked.kind is SourceKind.SITE:
            return await read_site(follower, asked, claimed.memory, fetched)
        return await read_answer(follower, asked, claimed.memory, fetched)
    except WorkerError as error:
        return Unread(asked, fetched, Reason(f"worker-{error.code}", f"the document could not be read: {error}"))


def _renewer(context: Context, claimed: ClaimedSource) -> Callable[[], asyncio.Future[None]]:
    return lambda: asyncio.ensure_future(in_thread(_renew, context, (claimed.id,)))


def _renew(context: Context, ids: Sequence[str]) -> None:
    owner, now, lease_s = context.owner, context.clock.now(), context.settings.lease_s
    with context.database.unit() as connection:
        leases.renew(connection, t.source, ids, owner=owner, now=now, lease_s=lease_s)


def _broken(context: Context, claimed: ClaimedSource, spec: SourceSpec, error: Exception) -> PollRecord:
    """The record of a poll that ended in an error of ours: shown as the source's reason, tried again later."""
    now, reason = context.clock.now(), _internal(error)
    memory = replace(
        claimed.memory,
        last_polled_at=now,
        errors_in_a_row=claimed.memory.errors_in_a_row + 1,
        failing_since=claimed.memory.failing_since or now,
        health=Health.FAILING,
        reason=reason,
    )
    wait = timedelta(seconds=max(spec.every_s, 600.0))
    return PollRecord(
        source_id=claimed.id,
        lease=claimed.lease,
        memory=memory,
        next_at=now + wait,
        started_at=now,
        elapsed_s=0.0,
        status=None,
        outcome=reason.code,
    )


def _internal(error: Exception) -> Reason:
    return Reason("internal", f"an error of this program: {type(error).__name__}: {error}")


def _notice_hub(context: Context, claimed: ClaimedSource, asked: SourceSpec, fetched: Fetched) -> None:
    with context.database.unit() as connection:
        hubs.notice_hub(connection, context, claimed, asked, (fetched, claimed.memory.hints))
