"""What a poll or a push brought, into the database.

One unit for a source's entries, articles, texts and next poll::

    known rows | decide_entries | analyse what is new   (before the unit)
               | keys again | decide_entries | entries, articles, texts | decide_poll, poll   (in the unit)

A document with very much that is new is written in portions, each a unit of its own, so that neither memory nor the
writer's lock is held for long; the last one has the poll.  Whoever dies between two finds the written ones known.

It orders these and decides nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.dedup.identity import EntryDecision, EntryDecisions, decide_entries, item_key, tombstone_keys
from monitor.dedup.revision import Version, text_hash
from monitor.dedup.urls import url_key
from monitor.errors import LeaseLost
from monitor.fetch.outage import ended_gap
from monitor.fetch.schedule import decide_poll
from monitor.fetch.websub import decide_pace
from monitor.loops import hubs, settle
from monitor.loops.describe import gap_to_json
from monitor.loops.drafts import Draft, Drafts, Intake
from monitor.loops.pushed import record_pushed
from monitor.loops.settle import Settling
from monitor.model.content import digest_of
from monitor.model.entry import Entry
from monitor.model.poll import Learnt, PollDecision, PollOutcome
from monitor.model.reasons import Reason
from monitor.model.settled import Gap
from monitor.model.story import EntryFate, KnownEntries
from monitor.store import articles, entries, leases, readings, sources, tombstones
from monitor.store import tables as t
from monitor.store.articles import FirstText, NewArticle, StoredArticle
from monitor.store.entries import ChangedEntry, NewEntry, Wanted
from monitor.store.evidence import Body
from monitor.store.readings import ReadingKind
from monitor.store.sources import PollRecord

_NEW_ROWS = {EntryFate.NEW, EntryFate.SIGHTING}
_CHANGED_ROWS = {EntryFate.EDITED, EntryFate.RELINKED}


PORTION_ENTRIES = 200
PORTION_CHARACTERS = 1_000_000
"""New or changed entries written in one unit, and characters of their texts: some tenths of a second at most."""


@dataclass(slots=True)
class Written:
    """What a poll brought; counts of entries and alerts."""

    source_id: str
    items: int
    new: int = 0
    edited: int = 0
    sightings: int = 0
    told: int = 0
    events: tuple[Reason, ...] = ()


def take_in(intake: Intake) -> Written:
    """Write a poll and everything that it brought; the poll only together with the last of it.

    Runs on an executor thread.  Raises `LeaseLost` when the source belongs to somebody else by now, `StoreBusy` when
    trying again helps.
    """
    known = _known(intake)
    decided = decide_entries(intake.reading.entries, known)
    written = Written(intake.spec.id, intake.reading.items)
    queue = _Queue(intake)
    *portions, last = _portions(decided.decisions)
    for portion in portions:
        with _unit(intake, known, decided, portion, queue) as unit:
            _keep_lease(unit.connection, intake)
            _write(unit, written)
    with _unit(intake, known, decided, last, queue) as unit:
        _write(unit, written)
        written.events = _record(unit.connection, intake, unit.decided).events
    return written


@dataclass(frozen=True, slots=True)
class _Unit:
    """An open unit and the portion of the decisions that is written in it."""

    connection: sa.Connection
    intake: Intake
    decided: EntryDecisions
    portion: Sequence[int]
    drafts: Drafts
    queue: _Queue

    def decisions(self, fates: Container[EntryFate]) -> dict[int, EntryDecision]:
        """Those of the portion that came out so, by their place in the document."""
        found = {index: self.decided.decisions[index] for index in self.portion}
        return {index: decision for index, decision in found.items() if decision.fate in fates}


@contextmanager
def _unit(
    intake: Intake, known: KnownEntries, decided: EntryDecisions, portion: Sequence[int], queue: _Queue
) -> Iterator[_Unit]:
    """Texts are drafted before the unit begins; in it, other sources may have brought the same articles meanwhile."""
    drafts = Drafts(intake)
    for index in portion:
        decision = decided.decisions[index]
        if decision.fate is EntryFate.NEW or decision.changed:
            drafts.get(index, decision.entry)
    keys = [key for index in portion if (key := decided.decisions[index].url_key)]
    with intake.context.database.unit(lock=drafts.locks()) as connection:
        sightings = entries.articles_by_key(connection, keys)
        if any(known.sightings.get(key) != sightings.get(key) for key in keys):
            others = {key: article for key, article in known.sightings.items() if key not in keys}
            decided = decide_entries(intake.reading.entries, replace(known, sightings=others | sightings))
        yield _Unit(connection, intake, decided, portion, drafts, queue)


def _portions(decisions: Sequence[EntryDecision]) -> list[list[int]]:
    """What is to be written, the newest in front where it is too much for one unit; at least one, maybe empty."""
    places = [index for index, item in enumerate(decisions) if item.changed or item.fate is not EntryFate.SEEN]
    portions: list[list[int]] = [[]]
    characters = 0
    for index in sorted(places, key=lambda index: -_published(decisions[index].entry)):
        entry = decisions[index].entry
        size = len(entry.content) + len(entry.summary)
        if portions[-1] and (len(portions[-1]) == PORTION_ENTRIES or characters + size > PORTION_CHARACTERS):
            portions.append([])
            characters = 0
        portions[-1].append(index)
        characters += size
    return [sorted(portion) for portion in portions]


def _keep_lease(connection: sa.Connection, intake: Intake) -> None:
    context, ids = intake.context, (intake.spec.id,)
    now, lease_s = context.clock.now(), context.settings.lease_s
    if not leases.renew(connection, t.source, ids, owner=context.owner, now=now, lease_s=lease_s):
        raise LeaseLost(f"source {intake.spec.id}: belongs to somebody else by now")


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


def _known(intake: Intake) -> KnownEntries:
    """What is known already; of a source that has nothing yet, only the addresses that others brought."""
    found, source_id = intake.reading.entries, intake.spec.id
    with intake.context.database.reading() as connection:
        fresh = intake.first_poll and not entries.has_entries(connection, source_id)
        wanted = wanted_keys(found, addresses_only=fresh)
        unstable = intake.claimed.memory.ids_unstable
        if fresh:
            return KnownEntries(sightings=entries.articles_by_key(connection, wanted.url_keys), ids_unstable=unstable)
        return entries.load_known(connection, source_id, wanted, ids_unstable=unstable)


def _write(unit: _Unit, written: Written) -> None:
    connection, intake = unit.connection, unit.intake
    fresh = unit.decisions({EntryFate.NEW})
    added = _add_articles(unit, fresh)
    ids = {index: article.id for index, article in added.items()}
    entries.add_entries(connection, intake.spec.id, _new_rows(unit.decisions(_NEW_ROWS), ids), intake.now)
    changed = [item for item in unit.decisions(_CHANGED_ROWS).values() if item.row]
    rows = [ChangedEntry(item.row or 0, item.entry, item.url_key) for item in changed]
    entries.change_entries(connection, rows, intake.now)
    sighted = [item.article_id for item in unit.decisions({EntryFate.SIGHTING}).values() if item.article_id]
    readings.ask_reading(connection, sighted, ReadingKind.MATCH, intake.now)
    written.new += len(fresh)
    written.edited += sum(item.changed for item in changed)
    written.sightings += len(sighted)
    written.told += _settle(unit, added)


def _add_articles(unit: _Unit, fresh: Mapping[int, EntryDecision]) -> dict[int, StoredArticle]:
    """Insert articles with what their entries say; as they are stored, by their entries' places in the document."""
    intake, drafts = unit.intake, unit.drafts
    order = sorted(fresh, key=lambda index: _published(fresh[index].entry), reverse=True)
    reading_at = {index: unit.queue.next_at(drafts.get(index, fresh[index].entry)) for index in order}
    new = [_new_article(intake, item.entry, drafts.made[index], reading_at[index]) for index, item in fresh.items()]
    ids = articles.insert_articles(unit.connection, intake.spec.id, new, intake.now)
    keys = [(item.url_key, id_) for item, id_ in zip(fresh.values(), ids, strict=True) if item.url_key]
    entries.add_keys(unit.connection, keys, "url", intake.now, exclusive=True)
    return {
        index: articles.as_stored(id_, article, intake.facts, intake.now)
        for index, id_, article in zip(fresh, ids, new, strict=True)
    }


class _Queue:
    """The cap of pages per poll: the newest are due now, the rest with the polls that follow."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._taken = 0

    def next_at(self, draft: Draft) -> datetime | None:
        """When the page of the next older article is due; None when its page is not to be read."""
        if draft.text.complete:
            return None
        wait = self._taken // max(1, self._intake.spec.max_articles)
        self._taken += 1
        return self._intake.now + timedelta(seconds=wait * self._intake.spec.every_s)


def _published(entry: Entry) -> float:
    return entry.published_at.timestamp() if entry.published_at is not None else 0.0


def _new_article(intake: Intake, entry: Entry, draft: Draft, reading_at: datetime | None) -> NewArticle:
    analysed = draft.analysed
    reading = ReadingKind.PAGE if reading_at is not None else None
    if reading is None and analysed is None:
        reading, reading_at = ReadingKind.MATCH, intake.now
    return NewArticle(
        title=draft.text.title,
        url=draft.text.url,
        authors=entry.authors,
        language=analysed.language if analysed is not None else draft.text.language,
        language_sure=analysed is not None and analysed.language_sure,
        image=entry.image,
        published_at=entry.published_at,
        baseline=intake.first_poll,
        gap=gap_to_json(_gap(intake)),
        reading=reading,
        reading_at=reading_at,
        text_state=draft.own.state,
        text_reason=draft.own.reason,
        first=_first_text(draft),
        settled=analysed is not None and analysed.document.complete,
    )


def _first_text(draft: Draft) -> FirstText:
    text = draft.text
    said = text_hash(Version(text.title, text.lead, text.text)) if draft.analysed is None else draft.analysed.text_hash
    return FirstText(text.lead, text.text, said, settle.FIRST)


def _gap(intake: Intake) -> Gap | None:
    return ended_gap(intake.claimed.memory, every_s=intake.spec.every_s, now=intake.now)


def _new_rows(decisions: Mapping[int, EntryDecision], ids: Mapping[int, int]) -> list[NewEntry]:
    rows = []
    for index, decision in decisions.items():
        article_id = ids.get(index, decision.article_id)
        if decision.twin is None and article_id is not None:
            rows.append(NewEntry(decision.entry, decision.url_key, article_id))
    return rows


def _settle(unit: _Unit, added: Mapping[int, StoredArticle]) -> int:
    """Settle what was analysed; a baseline's texts are stored as they are, for READ to settle."""
    made = unit.drafts.made
    settlings = [
        Settling(
            article.id,
            analysed,
            article.text_state,
            article.text_reason,
            body=_body(unit.intake, made[index]),
            written=article,
        )
        for index, article in added.items()
        if (analysed := made[index].analysed) is not None
    ]
    settlings += _edits(unit)
    return settle.settle(unit.connection, settlings, unit.intake.context, unit.intake.now)


def _edits(unit: _Unit) -> list[Settling]:
    """Entries that say something else now: their text where it is all there is, else their page is read again."""
    changed = unit.decisions(_CHANGED_ROWS)
    edited = {index: item for index, item in changed.items() if item.changed and item.article_id}
    stored = articles.load_articles(unit.connection, [item.article_id for item in edited.values() if item.article_id])
    settlings: dict[int, Settling] = {}
    for index, item in edited.items():
        article = stored.get(item.article_id or 0)
        if article is None:
            continue
        draft = unit.drafts.get(index, item.entry)
        if _has_page(article, draft):
            readings.ask_reading(unit.connection, [article.id], ReadingKind.AGAIN, unit.intake.now)
        elif draft.analysed is not None and (draft.text.text or not article.text):
            settlings[article.id] = Settling(
                article.id, draft.analysed, draft.own.state, draft.own.reason, body=_body(unit.intake, draft)
            )
    return list(settlings.values())


def _body(intake: Intake, draft: Draft) -> Body | None:
    """The document that showed the entry, as evidence; of a teaser in a large one, the page that is read next."""
    fetched = intake.reading.fetched
    if fetched.spooled is not None and not draft.text.complete:
        return None
    return Body(fetched.final_url, fetched.headers, fetched.content, fetched.started_at)


def _has_page(article: StoredArticle, draft: Draft) -> bool:
    return article.page is not None or not draft.text.complete


def _record(connection: sa.Connection, intake: Intake, decided: EntryDecisions) -> PollDecision:
    reading = intake.reading
    # What is shown although it was removed is remembered as it looks now: its tombstones must not end before it does.
    again = [item.entry for item in decided.decisions if item.reason.code == "purged"]
    keys = (key for entry in again for key in (*_tombstone_keys(entry), item_key(entry.item_hash)))
    tombstones.bury(connection, intake.spec.id, keys, now=intake.now)
    fates = [item.fate for item in decided.decisions]
    new = sum(fate in _NEW_ROWS for fate in fates)
    relinked = fates.count(EntryFate.RELINKED)
    outcome = PollOutcome(
        Learnt.PARSED,
        items=reading.items,
        known=reading.items - new - relinked,
        new=new,
        relinked=relinked,
        hints=reading.hints,
        problems=reading.problems,
        body_hash=digest_of(reading.fetched.content),
        item_hashes=reading.item_hashes,
        published=tuple(entry.published_at for entry in reading.entries if entry.published_at is not None),
    )
    if intake.push is not None:
        return record_pushed(connection, intake, intake.push, outcome, ids_unstable=decided.ids_unstable)
    claimed, settings = intake.claimed, intake.context.settings.poll
    pace = decide_pace(claimed.subscription, new=new, every_s=reading.spec.every_s, now=intake.now)
    decision = decide_poll(
        reading.spec, claimed.memory, reading.fetched, outcome, now=intake.now, settings=settings, pace=pace
    )
    hubs.notice_hub(connection, intake.context, claimed, reading.spec, (reading.fetched, reading.hints))
    hubs.watch_hub(connection, claimed, new)
    memory = replace(decision.memory, ids_unstable=decided.ids_unstable)
    record = PollRecord.of(claimed, reading.fetched, replace(decision, memory=memory), choice=reading.choice)
    sources.record_poll(connection, replace(record, items=reading.items, new_items=new))
    return decision
