"""What a poll or a push brought, into the database.

One unit for a source's entries, articles, texts and next poll::

    known rows | decide_entries | analyse what is new   (before the unit)
               | known rows again | decide_entries | decide_poll | entries, articles, texts, poll   (in the unit)

It orders these and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.dedup.identity import EntryDecision, EntryDecisions, decide_entries, tombstone_keys
from monitor.dedup.revision import Version, text_hash
from monitor.dedup.urls import url_key
from monitor.fetch.outage import ended_gap
from monitor.fetch.schedule import decide_poll, hash_body
from monitor.fetch.websub import decide_pace
from monitor.loops import hubs, settle
from monitor.loops.describe import gap_to_json
from monitor.loops.drafts import Draft, Drafts, Intake
from monitor.loops.pushed import record_pushed
from monitor.loops.settle import Settling
from monitor.model.entry import Entry
from monitor.model.poll import Learnt, PollDecision, PollOutcome
from monitor.model.settled import Gap
from monitor.model.story import EntryFate, KnownEntries
from monitor.store import articles, entries, sources
from monitor.store.articles import NewArticle, NewRevision, ReadingKind, StoredArticle
from monitor.store.entries import ChangedEntry, NewEntry, Wanted
from monitor.store.sources import PollRecord

_NEW_ROWS = {EntryFate.NEW, EntryFate.SIGHTING}
_CHANGED_ROWS = {EntryFate.EDITED, EntryFate.RELINKED}


@dataclass(frozen=True, slots=True)
class Written:
    """What a poll brought; counts of entries and alerts."""

    source_id: str
    decision: PollDecision
    items: int
    new: int = 0
    edited: int = 0
    sightings: int = 0
    told: int = 0


def take_in(intake: Intake) -> Written:
    """Write a poll and everything that it brought, or nothing of both.  Runs on an executor thread.

    Raises `LeaseLost` when the source belongs to somebody else by now, `StoreBusy` when trying again helps.
    """
    found = intake.reading.entries
    wanted = wanted_keys(found, addresses_only=intake.first_poll)
    drafts = Drafts(intake)
    known = _known(intake, wanted)
    decided = decide_entries(found, known)
    for index, decision in enumerate(decided.decisions):
        if decision.fate is EntryFate.NEW or decision.changed:
            drafts.get(index, decision.entry)
    with intake.context.database.unit(lock=drafts.locks()) as connection:
        sightings = entries.articles_by_key(connection, wanted.url_keys)
        if sightings != known.sightings:  # other sources may have brought the same articles meanwhile
            decided = decide_entries(found, replace(known, sightings=sightings))
        return _write(connection, intake, decided, drafts)


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
        identifier = (entry.id or "").strip() or None
        tombs.update(dict.fromkeys(tombstone_keys(identifier, key, entry.title, entry.content_hash)))
    return Wanted(tuple(ids), tuple(urls), tuple(contents), tuple(tombs))


def _known(intake: Intake, wanted: Wanted) -> KnownEntries:
    unstable = intake.claimed.memory.ids_unstable
    if intake.first_poll:
        return KnownEntries(ids_unstable=unstable)
    with intake.context.database.reading() as connection:
        return entries.load_known(connection, intake.spec.id, wanted, ids_unstable=unstable)


def _write(connection: sa.Connection, intake: Intake, decided: EntryDecisions, drafts: Drafts) -> Written:
    now, source_id = intake.now, intake.spec.id
    fresh = [index for index, decision in enumerate(decided.decisions) if decision.fate is EntryFate.NEW]
    ids = dict(zip(fresh, _add_articles(connection, intake, decided, fresh, drafts), strict=True))
    rows = _new_rows(decided.decisions, ids)
    entries.add_entries(connection, source_id, rows, now)
    changed = [decision for decision in decided.decisions if decision.fate in _CHANGED_ROWS and decision.row]
    entries.change_entries(connection, [ChangedEntry(item.row or 0, item.entry, item.url_key) for item in changed], now)
    sighted = [item.article_id for item in decided.decisions if item.fate is EntryFate.SIGHTING and item.article_id]
    articles.ask_reading(connection, sighted, ReadingKind.MATCH, now)
    decision = _record(connection, intake, decided)
    told = _settle(connection, intake, decided, ids, drafts)
    return Written(
        source_id,
        decision,
        items=intake.reading.items,
        new=len(fresh),
        edited=sum(item.changed for item in changed),
        sightings=len(sighted),
        told=told,
    )


def _add_articles(
    connection: sa.Connection, intake: Intake, decided: EntryDecisions, fresh: Sequence[int], drafts: Drafts
) -> list[int]:
    queue = _Queue(intake)
    order = sorted(fresh, key=lambda index: _published(decided.decisions[index].entry), reverse=True)
    reading_at = {index: queue.next_at(drafts.get(index, decided.decisions[index].entry)) for index in order}
    new = [
        _new_article(intake, decided.decisions[index].entry, drafts.made[index], reading_at[index]) for index in fresh
    ]
    ids = articles.insert_articles(connection, intake.spec.id, new, intake.now)
    keys = [(key, id_) for index, id_ in zip(fresh, ids, strict=True) if (key := decided.decisions[index].url_key)]
    entries.add_keys(connection, keys, "url", intake.now, exclusive=True)
    return ids


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
    )


def _gap(intake: Intake) -> Gap | None:
    return ended_gap(intake.claimed.memory, every_s=intake.spec.every_s, now=intake.now)


def _new_rows(decisions: Sequence[EntryDecision], ids: Mapping[int, int]) -> list[NewEntry]:
    rows = []
    for index, decision in enumerate(decisions):
        if decision.fate in _NEW_ROWS and decision.twin is None:
            article_id = ids.get(index, decision.article_id)
            if article_id is not None:
                rows.append(NewEntry(decision.entry, decision.url_key, article_id))
    return rows


def _settle(
    connection: sa.Connection, intake: Intake, decided: EntryDecisions, ids: Mapping[int, int], drafts: Drafts
) -> int:
    """Settle what was analysed; a baseline's texts are stored as they are, for READ to settle."""
    pairs = [(id_, drafts.made[index]) for index, id_ in ids.items()]
    unsettled = [_first_revision(id_, draft) for id_, draft in pairs if draft.analysed is None]
    articles.add_revisions(connection, unsettled, intake.now)
    settlings = [
        Settling(id_, draft.analysed, draft.own.state, draft.own.reason)
        for id_, draft in pairs
        if draft.analysed is not None
    ]
    settlings += _edits(connection, intake, decided, drafts)
    return settle.settle(connection, settlings, intake.context, intake.now)


def _first_revision(article_id: int, draft: Draft) -> NewRevision:
    text = draft.text
    said = text_hash(Version(text.title, text.lead, text.text))
    return NewRevision(article_id, 1, text.title, text.lead, text.text, said, material=True, reason=settle.FIRST)


def _edits(connection: sa.Connection, intake: Intake, decided: EntryDecisions, drafts: Drafts) -> list[Settling]:
    """Entries that say something else now: their text where it is all there is, else their page is read again."""
    edited = {index: item for index, item in enumerate(decided.decisions) if item.changed and item.article_id}
    stored = articles.load_articles(connection, [item.article_id for item in edited.values() if item.article_id])
    settlings: dict[int, Settling] = {}
    for index, item in edited.items():
        article = stored.get(item.article_id or 0)
        if article is None:
            continue
        draft = drafts.get(index, item.entry)
        if _has_page(article, draft):
            articles.ask_reading(connection, [article.id], ReadingKind.AGAIN, intake.now)
        elif draft.analysed is not None and (draft.text.text or not article.text):
            settlings[article.id] = Settling(article.id, draft.analysed, draft.own.state, draft.own.reason)
    return list(settlings.values())


def _has_page(article: StoredArticle, draft: Draft) -> bool:
    return article.page is not None or not draft.text.complete


def _record(connection: sa.Connection, intake: Intake, decided: EntryDecisions) -> PollDecision:
    reading = intake.reading
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
        body_hash=hash_body(reading.fetched.body),
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
