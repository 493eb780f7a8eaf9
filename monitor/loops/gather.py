"""GATHER, the loop that polls.

::

    claim due sources | fetch | parse | identify    -> entries, pending articles, validators

Every source is on its own: what goes wrong with one is recorded as its reason and stops no other.  It orders these
and decides nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.errors import LeaseLost, StoreBusy, StoreFull, WorkerError
from monitor.fetch.schedule import decide_poll, first_look, plan_request
from monitor.loops.context import Context, in_thread, log
from monitor.loops.documents import INDEX, Follower, Reading, Unread, read_answer
from monitor.loops.drafts import Intake
from monitor.loops.hand import InHand
from monitor.loops.intake import Written, take_in
from monitor.loops.sites import read_site
from monitor.model.fetched import Fetched, Request
from monitor.model.poll import Learnt, PollOutcome
from monitor.model.reasons import Reason
from monitor.model.source import Health, SourceKind, SourceSpec
from monitor.store import leases, sources
from monitor.store import tables as t
from monitor.store.sources import ClaimedSource, PollRecord


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

    def add(self, other: GatherReport) -> None:
        """Count another report in."""
        self.polled += other.polled
        self.failed += other.failed
        self.unchanged += other.unchanged
        self.items += other.items
        self.new += other.new
        self.edited += other.edited
        self.told += other.told
        self.events += other.events


class Gathering:
    """The loop's state between two ticks: polls in hand, and those that brought nothing and wait to be committed.

    `start_due` is the tick; it never waits for a source.  The context may be replaced at any time: polls in hand go
    on with the one they began with.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.report = GatherReport()
        self._hand = InHand()
        self._held: set[str] = set()
        self._idle: list[PollRecord] = []
        self._idle_since = 0.0

    @property
    def in_hand(self) -> int:
        """Sources that are being polled."""
        return len(self._hand)

    @property
    def has_room(self) -> bool:
        """Whether more sources could be polled now."""
        return self.in_hand < self.context.settings.polls_at_once

    async def start_due(self, *, full_pass_since: datetime | None = None) -> int:
        """Claim as many due sources as there is room for and start polling them; how many.

        `full_pass_since`: claim every source that was not polled since, due or not (`once --all`).
        """
        await self.flush_due()
        room = self.context.settings.polls_at_once - len(self._hand)
        if room <= 0:
            return 0
        claimed = await in_thread(_claim, self.context, room, full_pass_since)
        for source in claimed:
            self._held.add(source.id)
            self._hand.start(self._poll(self.context, source), f"poll {source.id}")
        return len(claimed)

    async def renew(self) -> None:
        """Prolong the leases of what is in hand: a poll may wait long for its host or for a worker."""
        if self._held:
            await in_thread(_renew, self.context, tuple(self._held))

    async def wait_for_room(self) -> None:
        """Until at least one poll in hand has ended."""
        await self._hand.one_ended()

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

    async def _poll(self, context: Context, claimed: ClaimedSource) -> None:
        spec = context.sources.get(claimed.id)
        if spec is None:  # another process has a newer configuration; the lease keeps the source from coming up at once
            self._held.discard(claimed.id)
            return
        try:
            await self._poll_source(context, claimed, spec)
        except LeaseLost as lost:
            log.warning("lease-lost", source=claimed.id, error=str(lost))
        except (StoreBusy, StoreFull) as error:
            # Nothing was written, so nothing is lost: the source is due again when its lease ends.
            log.warning("poll-not-stored", source=claimed.id, error=str(error))
        except Exception as error:  # noqa: BLE001 - the bulkhead: whatever this source did, the others go on
            log.exception("poll-broke", source=claimed.id)
            await self._remember(_broken(context, claimed, spec, error))
            self.report.failed += 1
        finally:
            self._held.discard(claimed.id)

    async def _poll_source(self, context: Context, claimed: ClaimedSource, spec: SourceSpec) -> None:
        asked = _effective(spec, claimed)
        fetched = await context.fetcher.fetch(_request(context, asked, claimed))
        self.report.polled += 1
        memory = replace(claimed.memory, body_hash=None) if _is_index(claimed) else claimed.memory
        outcome = first_look(memory, fetched, settings=context.settings.poll)
        if outcome is None:
            reading = await _read(context, claimed, asked, fetched)
            if isinstance(reading, Reading):
                await self._store(Intake(context, claimed, spec, reading, context.clock.now()))
                return
            fetched, asked = reading.fetched, reading.spec
            outcome = PollOutcome(Learnt.NOT_A_FEED, reason=reading.reason)
        await self._nothing_new(context, claimed, asked, fetched, outcome)

    async def _nothing_new(
        self, context: Context, claimed: ClaimedSource, asked: SourceSpec, fetched: Fetched, outcome: PollOutcome
    ) -> None:
        settings = context.settings.poll
        decision = decide_poll(asked, claimed.memory, fetched, outcome, now=context.clock.now(), settings=settings)
        if outcome.learnt is Learnt.UNCHANGED:
            self.report.unchanged += 1
        else:
            self.report.failed += 1
        self._note(claimed.id, decision.events)
        await self._remember(PollRecord.of(claimed, fetched, decision))

    async def _store(self, intake: Intake) -> None:
        written: Written = await in_thread(take_in, intake)
        self.report.items += written.items
        self.report.new += written.new
        self.report.edited += written.edited
        self.report.told += written.told
        self._note(written.source_id, written.decision.events)
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
            await self.flush()


async def gather_once(context: Context, *, everything: bool = False) -> GatherReport:
    """Poll what is due, or (`everything`) every source that is neither paused nor gone, once; until all is stored."""
    gathering = Gathering(context)
    since = context.clock.now() if everything else None
    while True:
        if await gathering.start_due(full_pass_since=since):
            continue
        if gathering.has_room and await gathering.flush():  # what waits for it keeps others of its host from a turn
            continue
        if not gathering.in_hand:
            return gathering.report
        await gathering.wait_for_room()


def _claim(context: Context, room: int, full_pass_since: datetime | None) -> list[ClaimedSource]:
    now, settings = context.clock.now(), context.settings
    with context.database.unit() as connection:
        if full_pass_since is None:
            return sources.claim_due(
                connection,
                owner=context.owner,
                now=now,
                lease_s=settings.lease_s,
                limit=room,
                per_host=settings.per_host,
            )
        return sources.claim_all(
            connection,
            since=full_pass_since,
            owner=context.owner,
            now=now,
            lease_s=settings.lease_s,
            limit=room,
            per_host=settings.per_host,
        )


def _record_all(context: Context, records: list[PollRecord]) -> None:
    with context.database.unit() as connection:
        sources.record_polls(connection, records)


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
    now = context.clock.now()
    reason = Reason("internal", f"an error of this program: {type(error).__name__}: {error}")
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
