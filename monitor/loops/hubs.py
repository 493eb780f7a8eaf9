"""HUBS: ask the hubs that sources name to push, ask again before a lease ends, ask them to stop.

::

    claim due subscriptions | say that we ask | ask the hub | record     (the hub asks back at the page)

A poll notices a hub and tells whether it can be relied upon; `take_push` is what comes of it.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.fetch import websub
from monitor.fetch.websub import Asked
from monitor.loops.context import Context, in_thread, log
from monitor.loops.hand import InHand
from monitor.model.entry import FeedHints
from monitor.model.fetched import Fetched, Request
from monitor.model.reasons import Reason
from monitor.model.source import SourceKind, SourceSpec
from monitor.model.websub import Subscription, SubscriptionState
from monitor.store import pushes, subscriptions
from monitor.store.due import ClaimedSource
from monitor.store.subscriptions import ClaimedSubscription

AT_ONCE = 20
LEASE_S = 120.0
MAX_HOPS = 3
TOKEN_BYTES = 32
SECRET_BYTES = 48
"""A secret may have less than 200 bytes (section 5.1)."""


class Hubs:
    """The loop's state between two ticks: the hubs that are being asked."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._hand = InHand()

    async def start_due(self) -> int:
        """Begin asking the hubs whose turn has come; how many.  Never waits for one."""
        room = AT_ONCE - len(self._hand)
        claimed = await in_thread(_claim, self.context, room) if room > 0 else []
        for subscription in claimed:
            self._hand.start(self._ask(self.context, subscription), f"hub of {subscription.row.source_id}")
        return len(claimed)

    async def drain(self) -> None:
        """Until every hub in hand has answered."""
        await self._hand.all_ended()

    async def _ask(self, context: Context, claimed: ClaimedSubscription) -> None:
        try:
            asked = await _asked(context, claimed)
            await in_thread(_record, context, claimed, asked)
        except StoreError as error:  # nothing was recorded: the lease runs out, and the hub is asked again
            log.warning("hub-not-recorded", source=claimed.row.source_id, error=error.message)
            return
        log.info("hub", source=claimed.row.source_id, what=asked.reason.code, text=asked.reason.text)


async def _asked(context: Context, claimed: ClaimedSubscription) -> Asked:
    row, now = claimed.row, context.clock.now()
    state, attempts = row.subscription.state, row.attempts
    if state is SubscriptionState.ASKED:
        return websub.decide_unverified(row.subscription.callback, attempts=attempts, now=now)
    if state is not SubscriptionState.LEAVING:
        await in_thread(_say_asking, context, claimed)
    fetched = await _post(context, row.subscription)
    return websub.decide_asked(state, fetched, attempts=attempts, now=context.clock.now())


async def _post(context: Context, wanted: Subscription) -> Fetched:
    """Ask the hub, and the one that it names in its place."""
    mode = "unsubscribe" if wanted.state is SubscriptionState.LEAVING else "subscribe"
    request = Request(wanted.hub, form=websub.subscription_form(wanted, mode=mode))
    fetched = await context.fetcher.fetch(request)
    for _ in range(MAX_HOPS):
        location = websub.other_hub(fetched)
        if location is None:
            break
        fetched = await context.fetcher.fetch(replace(request, url=location))
    return fetched


def _claim(context: Context, room: int) -> list[ClaimedSubscription]:
    now = context.clock.now()
    with context.database.reading() as connection:
        if not subscriptions.has_due(connection, now):
            return []
    with context.database.unit() as connection:
        return subscriptions.claim_due(connection, owner=context.owner, now=now, lease_s=LEASE_S, limit=room)


def _say_asking(context: Context, claimed: ClaimedSubscription) -> None:
    with context.database.unit() as connection:
        subscriptions.asking(connection, claimed)


def _record(context: Context, claimed: ClaimedSubscription, asked: Asked) -> None:
    leaving = claimed.row.subscription.state is SubscriptionState.LEAVING
    since = SubscriptionState.LEAVING if leaving else SubscriptionState.ASKED
    values = {"state": asked.state.value, "due_at": asked.due_at, "attempts": asked.attempts}
    with context.database.unit() as connection:
        subscriptions.record(connection, claimed, since, values, asked.reason)
        if asked.over:
            subscriptions.forget(connection, claimed.row.source_id)


def notice_hub(
    connection: sa.Connection,
    context: Context,
    claimed: ClaimedSource,
    asked: SourceSpec,
    seen: tuple[Fetched, FeedHints],
) -> None:
    """Want what the document's hub offers, or no longer what it did; in the unit of the poll."""
    base, known = context.settings.callback, claimed.subscription
    if base is None or not asked.websub or asked.kind is not SourceKind.FEED:
        return
    offered = websub.find_hub(*seen)
    if offered == ((known.hub, known.topic) if known else None):
        return
    if offered is None:
        subscriptions.leave(connection, [claimed.id], context.clock.now())
        return
    subscriptions.want(connection, claimed.id, _fresh(base, *offered), context.clock.now())


def names_unknown_hub(context: Context, claimed: ClaimedSource, asked: SourceSpec, fetched: Fetched) -> bool:
    """Whether a document that did not change names a hub that was never asked (hubs are asked only since now)."""
    wanted = context.settings.callback is not None and asked.websub and asked.kind is SourceKind.FEED
    return wanted and claimed.subscription is None and websub.find_hub(fetched, claimed.memory.hints) is not None


def watch_hub(connection: sa.Connection, claimed: ClaimedSource, new: int) -> None:
    """A poll that found something new shows that the hub kept it to itself."""
    known = claimed.subscription
    if known is not None and known.proven and new:
        text = f"a poll found {new} items that the hub had not pushed; polling is as without it until it pushes again"
        subscriptions.distrust(connection, claimed.id, Reason("websub-silent", text))


def settle_subscriptions(connection: sa.Connection, context: Context) -> None:
    """At start and after a reload: leave the hubs of sources that are not to be pushed; subscribe anew if we moved."""
    base, now, specs = context.settings.callback, context.clock.now(), context.sources
    rows = subscriptions.subscriptions(connection)
    unwanted = [source_id for source_id in rows if base is None or not _may_be_pushed(specs.get(source_id))]
    subscriptions.leave(connection, unwanted, now)
    for source_id in rows.keys() - set(unwanted):
        asked = rows[source_id].subscription
        moved = base is not None and asked.callback.rpartition("/")[0] != base
        if base is not None and (moved or asked.state is SubscriptionState.LEAVING):
            subscriptions.want(connection, source_id, _fresh(base, asked.hub, asked.topic), now)
    pushes.forget_strays(connection)


def _may_be_pushed(spec: SourceSpec | None) -> bool:
    return spec is not None and spec.websub and not spec.paused


def _fresh(base: str, hub: str, topic: str) -> Subscription:
    """A new address that nobody can guess, and a new secret."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    return Subscription(hub, topic, f"{base}/{secrets.token_urlsafe(TOKEN_BYTES)}", secret)
