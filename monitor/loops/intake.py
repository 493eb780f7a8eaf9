"""What polls and pushes brought, into the database.

One unit for the entries, articles, texts and next polls of the sources that were read meanwhile::

    known rows | decide_entries | analyse what is new   (before the unit)
               | keys again | decide_entries | entries, articles, texts | decide_poll, polls   (in the unit)

A document with very much that is new is written in portions, each a unit of its own, so that neither memory nor the
writer's lock is held for long; the last one has the poll.  Whoever dies between two finds the written ones known.

It orders these and decides nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from monitor.dedup.identity import decide_entries, item_key, tombstone_keys
from monitor.dedup.urls import url_key
from monitor.errors import LeaseLost
from monitor.fetch.schedule import decide_poll
from monitor.fetch.websub import decide_pace
from monitor.loops import hubs, settle
from monitor.loops.drafts import Intake
from monitor.loops.pushed import record_pushed
from monitor.loops.share import Added, Queue, Share, Written, portions
from monitor.model.entry import Entry
from monitor.model.poll import PollDecision, PollOutcome
from monitor.model.story import KnownEntries
from monitor.store import articles, entries, leases, readings, sources, tombstones
from monitor.store import tables as t
from monitor.store.articles import NewArticle
from monitor.store.entries import Wanted
from monitor.store.readings import ReadingKind
from monitor.store.sources import PollRecord


def take_in(intakes: Sequence[Intake]) -> list[Written]:
    """Write polls, each only together with the last of what it brought; all of them have the same context.

    Left out of the answer, and not written, are those that bring an article which another of them brings, too: they
    are to be given again.  Runs on an executor thread.  Raises `LeaseLost` when a source belongs to somebody else by
    now, `StoreBusy` when trying again helps; none of the polls is recorded then.
    """
    lasts = [_all_but_last(intake, known) for intake, known in zip(intakes, _known(intakes), strict=True)]
    together = _write_unit(lasts, with_polls=True)
    return [share.written for share in together]


def _all_but_last(intake: Intake, known: KnownEntries) -> Share:
    """Write what is too much for one unit; the share that is left to be written with the poll."""
    decided = decide_entries(intake.reading.entries, known)
    queue, written = Queue(intake), Written(intake.spec.id, intake.reading.items)
    *firsts, last = portions(decided.decisions)
    for portion in firsts:
        _write_unit([Share(intake, known, decided, portion, queue, written)], with_polls=False)
    return Share(intake, known, decided, last, queue, written)


def _write_unit(shares: Sequence[Share], *, with_polls: bool) -> list[Share]:
    """Write shares in one unit, each with its poll or with its lease prolonged; those that were written."""
    for share in shares:
        share.draft()
    locks = {lock for share in shares for lock in share.drafts.locks()}
    with shares[0].intake.context.database.unit(lock=locks) as connection:
        found = entries.articles_by_key(connection, {key for share in shares for key in share.keys})
        for share in shares:
            share.look_again(found)
        together = _apart(shares)
        _write(connection, together)
        if with_polls:
            _record(connection, together)
        else:
            _keep_leases(connection, together)
    return together


def _apart(shares: Sequence[Share]) -> list[Share]:
    """Those that have nothing in common: the first of two that have."""
    touched: set[str | int] = set()
    found = []
    for share in shares:
        mine = share.touched
        if touched.isdisjoint(mine):
            found.append(share)
            touched |= mine
    return found


def _keep_leases(connection: sa.Connection, shares: Sequence[Share]) -> None:
    for share in shares:
        context, source_id = share.intake.context, share.intake.spec.id
        now, lease_s = context.clock.now(), context.settings.lease_s
        if not leases.renew(connection, t.source, (source_id,), owner=context.owner, now=now, lease_s=lease_s):
            raise LeaseLost(f"source {source_id}: belongs to somebody else by now")


def wanted_keys(found: Iterable[Entry], *, addresses_only: bool = False) -> Wanted:
    """The identities to look for, of all entries of a document; a first poll looks for addresses only."""
    if addresses_only:
        return Wanted(url_keys=tuple(dict.fromkeys(url_key(entry.url) for entry in found if entry.url)))
    ids: dict[str, None] = {}
    urls: dict[str, None] = {}
    contents: dict[str, None] = {}
    tombs: dict[str, None] = {}
    for entry in found:
        key = url_key(entry.url) if entry.url else None
        if entry.id:
            ids[entry.id] = None
        if key:
            urls[key] = None
        contents[entry.content_hash] = None
        tombs.update(dict.fromkeys(_tombstone_keys(entry)))
    return Wanted(tuple(ids), tuple(urls), tuple(contents), tuple(tombs))


def _tombstone_keys(entry: Entry) -> tuple[str, ...]:
    key = url_key(entry.url) if entry.url else None
    return tombstone_keys((entry.id or "").strip() or None, key, entry.title, entry.content_hash)


def _known(intakes: Sequence[Intake]) -> list[KnownEntries]:
    """What is known already; of a source that has nothing yet, only the addresses that others brought."""
    with intakes[0].context.database.reading() as connection:
        begun = entries.with_entries(connection, [each.spec.id for each in intakes if each.first_poll])
        known = entries.load_known(connection, {each.spec.id: _wanted(each, begun) for each in intakes})
    return [replace(known[each.spec.id], ids_unstable=each.claimed.memory.ids_unstable) for each in intakes]


def _wanted(intake: Intake, begun: Container[str]) -> Wanted:
    fresh = intake.first_poll and intake.spec.id not in begun
    return wanted_keys(intake.reading.entries, addresses_only=fresh)


def _write(connection: sa.Connection, shares: Sequence[Share]) -> None:
    context, now = shares[0].intake.context, max(share.intake.now for share in shares)
    added = _add_articles(connection, shares)
    rows = [row for share, mine in zip(shares, added, strict=True) for row in share.new_rows(mine)]
    entries.add_entries(connection, rows, now)
    entries.change_entries(connection, [row for share in shares for row in share.changed_rows()], now)
    readings.ask_reading(connection, [id_ for share in shares for id_ in share.sighted], ReadingKind.MATCH, now)
    edited = [item.article_id for share in shares for item in share.edited.values() if item.article_id]
    stored = articles.load_articles(connection, edited)
    settlings, owners = [], {}
    for share, mine in zip(shares, added, strict=True):
        changed, again = share.edits(stored)
        readings.ask_reading(connection, again, ReadingKind.AGAIN, now)
        for settling in (*share.settlings(mine, now), *changed):
            settlings.append(settling)
            owners[settling.article_id] = share.written
        share.count()
    for article_id, told in settle.settle(connection, settlings, context, now).items():
        owners[article_id].told += told


def _add_articles(connection: sa.Connection, shares: Sequence[Share]) -> list[Added]:
    """Insert articles with what their entries say; what was written, for each share."""
    now = max(share.intake.now for share in shares)
    new = [(share, index, article) for share in shares for index, article in share.new_articles().items()]
    ids = articles.insert_articles(connection, [(share.intake.spec.id, article) for share, _, article in new], now)
    added: dict[int, dict[int, tuple[int, NewArticle]]] = {id(share): {} for share in shares}
    keys = []
    for article_id, (share, index, article) in zip(ids, new, strict=True):
        added[id(share)][index] = (article_id, article)
        key = share.decided.decisions[index].url_key
        if key and key not in share.known.sightings:  # the address of a section leads where it led before
            keys.append((key, article_id))
    entries.add_keys(connection, keys, "url", now, exclusive=True)
    return list(added.values())


def _record(connection: sa.Connection, shares: Sequence[Share]) -> None:
    """Write the polls of the shares, and what was pushed."""
    records = []
    for share in shares:
        intake, outcome, unstable = share.intake, share.outcome(), share.decided.ids_unstable
        _bury_again(connection, share)
        if intake.push is not None:
            pushed = record_pushed(connection, intake, intake.push, outcome, ids_unstable=unstable)
            share.written.events = pushed.events
            continue
        decision = _decided(intake, outcome)
        hubs.notice_hub(
            connection, intake.context, intake.claimed, intake.reading.spec, (intake.reading.fetched, outcome.hints)
        )
        hubs.watch_hub(connection, intake.claimed, outcome.new)
        if decision.memory.ids_unstable != unstable:
            decision = replace(decision, memory=replace(decision.memory, ids_unstable=unstable))
        reading, counts = intake.reading, (outcome.items, outcome.new)
        records.append(PollRecord.of(intake.claimed, reading.fetched, decision, choice=reading.choice, counts=counts))
        share.written.events = decision.events
    sources.complete_polls(connection, records)


def _bury_again(connection: sa.Connection, share: Share) -> None:
    """What is shown although it was removed is remembered as it looks now: its tombstones must not end before it."""
    again = [item.entry for item in share.decided.decisions if item.reason.code == "purged"]
    keys = (key for entry in again for key in (*_tombstone_keys(entry), item_key(entry.item_hash)))
    tombstones.bury(connection, share.intake.spec.id, keys, now=share.intake.now)


def _decided(intake: Intake, outcome: PollOutcome) -> PollDecision:
    claimed, reading = intake.claimed, intake.reading
    pace = decide_pace(claimed.subscription, new=outcome.new, every_s=reading.spec.every_s, now=intake.now)
    return decide_poll(
        reading.spec,
        claimed.memory,
        reading.fetched,
        outcome,
        now=intake.now,
        settings=intake.context.settings.poll,
        pace=pace,
    )
