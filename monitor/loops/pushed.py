"""What a hub pushed, on its way into the same intake as what was polled."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from monitor.errors import WorkerError
from monitor.fetch.rhythm import learn_rhythm
from monitor.loops.context import Context
from monitor.loops.documents import Follower, Reading, Unread, read_answer
from monitor.loops.drafts import Intake
from monitor.model.fetched import Fetched
from monitor.model.poll import PollDecision, PollOutcome
from monitor.model.reasons import Reason
from monitor.model.source import SourceSpec
from monitor.store.due import ClaimedSource
from monitor.store.pushes import PUSHED, Push, discard_push
from monitor.store.pushes import record_push as _record


async def read_push(context: Context, claimed: ClaimedSource, asked: SourceSpec, push: Push) -> Reading | Unread:
    """Read the pushed document as if it had been fetched from the source, but follow nothing that it names."""
    address = claimed.memory.validators_url or asked.url
    headers = (("content-type", push.content_type),) if push.content_type else ()
    answer = Fetched(address, address, 200, headers, push.body, (), push.received_at, 0.0)
    follower = Follower(context, _renew_nothing)
    follower.left = 0
    try:
        return await read_answer(follower, asked, claimed.memory, answer)
    except WorkerError as error:
        return Unread(asked, answer, Reason(f"worker-{error.code}", f"what was pushed could not be read: {error}"))


async def _renew_nothing() -> None:
    """A push is read at once, without requests between which a lease could run out."""


def record_pushed(
    connection: sa.Connection, intake: Intake, push: Push, outcome: PollOutcome, *, ids_unstable: bool
) -> PollDecision:
    """What follows from a push: when the source is polled stays as it was, what is known of its rhythm grows.

    Validators and hashes stay those of the document that was polled: a push holds often only what is new.
    """
    claimed = intake.claimed
    memory = replace(learn_rhythm(claimed.memory, outcome, intake.now), ids_unstable=ids_unstable)
    _record(connection, claimed, push, memory, items=outcome.items, new_items=outcome.new)
    return PollDecision(None, memory, memory.health, memory.reason, PUSHED)


def discard(context: Context, claimed: ClaimedSource, push: Push, reason: Reason) -> None:
    """Let go of a push that could not be read; polling brings what it held."""
    with context.database.unit() as connection:
        discard_push(connection, claimed, push, reason)
