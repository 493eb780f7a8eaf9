"""The canary's flight: an article of our own goes the way of all others, and leaves nothing behind but its message.

::

    serve and fetch | parse | identify, match, decide, alert (a unit that is undone) | queue the message for its channel

Whatever it would have stored is undone at the end of its unit, so it can appear in no list, search, story or report.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from monitor.alert.keys import ops_key
from monitor.alert.words import say
from monitor.errors import WorkerError
from monitor.loops.canary import KIND, canary_round
from monitor.loops.context import Context, Matcher, Watchlist, in_thread
from monitor.loops.dispatch import Telling, Work
from monitor.loops.documents import Reading, parse
from monitor.loops.drafts import Intake
from monitor.loops.intake import take_in
from monitor.loops.ops import tell_ops
from monitor.model.entry import NotAFeed, ParsedFeed
from monitor.model.fetched import Fetched
from monitor.model.rule import AlertSpec, GroupBy, Priority
from monitor.model.settled import RuleBook, RuleFacts
from monitor.model.source import FullText, PollMemory, SourceKind, SourceSpec
from monitor.parse.feed import read_document
from monitor.store import alerts as rows
from monitor.store import due, sources, timers
from monitor.store.due import ClaimedSource
from monitor.store.leases import Lease
from monitor.store.rarities import Rarities
from monitor.store.unit import rehearsal

WORD = "newsmonitorcanary"
"""What the canary's rule looks for."""

RULE = "!canary"
SOURCE = "!canary"
"""Ids that no configuration can have."""

_FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Canary</title><link>https://canary.invalid/</link><item>
<title>{word} {mark}</title><link>https://canary.invalid/{mark}</link><guid isPermaLink="false">{mark}</guid>
<description>An article of the monitor's own, to see whether articles come through.</description>
</item></channel></rss>
"""


@dataclass(frozen=True, slots=True)
class Aviary:
    """What a flight needs besides the loops' context: the matcher of its one rule, and how its feed is fetched."""

    matcher: Matcher
    fetch: Callable[[bytes], Awaitable[Fetched]]
    """Serves a document on this machine and fetches it, as sources are fetched."""


class Fallen(Exception):
    """The canary did not come through; the text says where."""


def flight_waits(context: Context) -> bool:
    """Whether a flight was asked for and none has ended yet."""
    if not context.watchlist.alerts.canary:
        return False
    with context.database.reading() as connection:
        return canary_round(connection).waits


async def fly(context: Context, aviary: Aviary) -> None:
    """Let the canary fly; its message is queued, or what kept it from that is noted."""
    mark = f"{context.clock.now():%Y%m%d%H%M%S}"
    try:
        fetched = await aviary.fetch(_FEED.format(word=WORD, mark=mark).encode())
        reading = await _read(context, fetched)
        await in_thread(_rehearse, context, aviary.matcher, reading)
    except Fallen as fallen:
        await in_thread(_note, context, str(fallen))
        return
    await in_thread(_send, context, mark)


async def _read(context: Context, fetched: Fetched) -> Reading:
    """The feed, read twice: by the loops as any other, and by a worker, which may be dead."""
    if fetched.problem is not None or fetched.status != 200:
        raise Fallen(f"fetch: {fetched.problem.text if fetched.problem else f'status {fetched.status}'}")
    carefully = partial(read_document, fetched.body, url=fetched.final_url, now=context.clock.now())
    try:
        parsed = await parse(context, _spec(fetched.url), fetched)
        again = await context.workers.run(carefully, timeout_s=context.settings.worker_timeout_s)
    except WorkerError as error:
        raise Fallen(f"parse: {error.message}") from error
    for found in (parsed, again):
        if isinstance(found, NotAFeed) or len(found.entries) != 1:
            raise Fallen("parse: the article was not found in its feed")
    return _reading(fetched, parsed)


def _reading(fetched: Fetched, parsed: ParsedFeed | NotAFeed) -> Reading:
    entries = () if isinstance(parsed, NotAFeed) else parsed.entries
    return Reading(_spec(fetched.url), fetched, entries, items=len(entries))


def _spec(url: str) -> SourceSpec:
    return SourceSpec(SOURCE, "Canary", SourceKind.FEED, url, full_text=FullText.NEVER)


def _rehearse(context: Context, matcher: Matcher, reading: Reading) -> None:
    """Everything that writing an article does, undone at its end."""
    now, owner = context.clock.now(), context.owner
    lease_s = context.settings.lease_s

    def prepare(connection: sa.Connection) -> None:
        sources.add_source(connection, reading.spec, now)
        due.claim_ids(connection, [SOURCE], owner=owner, now=now, lease_s=lease_s)

    stage = replace(
        context,
        database=rehearsal(context.database, prepare),
        watchlist=_watchlist(context, matcher, now),
        rarities=Rarities(),
    )
    before = now - timedelta(minutes=1)
    memory = PollMemory(baseline_at=before, last_ok_at=before, last_polled_at=before)
    claimed = ClaimedSource(SOURCE, Lease(owner, 1), memory, founding=False, baseline_at=before, added_at=before)
    (written,) = take_in([Intake(stage, claimed, reading.spec, reading, now)])
    if not written.new:
        raise Fallen("identify: the article was not new")
    if not written.told:
        raise Fallen("match: the rule did not fire, or nobody is told")


def _watchlist(context: Context, matcher: Matcher, now: datetime) -> Watchlist:
    alerts = context.watchlist.alerts
    spec = AlertSpec(to=alerts.canary_channels, priority=Priority.HIGH, group_by=GroupBy.NONE)
    rule = RuleFacts(RULE, "Canary", 1, now - timedelta(days=1), founding=True, alert=spec)
    return replace(context.watchlist, matcher=matcher, rules=RuleBook({RULE: rule}))


def _send(context: Context, mark: str) -> None:
    """The message, for good: the courier hands it over like any other."""
    watchlist, now = context.watchlist, context.clock.now()
    settings = watchlist.alerts
    key = ops_key(KIND, "monitor", mark)
    with context.database.unit(lock="tell") as connection:
        work = Work(connection, Telling(watchlist.rules, watchlist.channels, settings), now)
        headline, line = say(settings.language, "canary"), say(settings.language, "canary_line")
        tell_ops(work, key, headline, (line,), to=settings.canary_channels)
        timers.set_timer(connection, KIND, "", now, {"key": key, "sent_at": rows.instant_to_json(now)})


def _note(context: Context, problem: str) -> None:
    now = context.clock.now()
    with context.database.unit(lock="tell") as connection:
        timers.set_timer(connection, KIND, "", now, {"problem": problem})
