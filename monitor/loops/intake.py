"""What a poll brought, into the database.

One unit for a source's entries, articles, texts and next poll::

    known rows | decide_entries | analyse what is new   (before the unit)
               | known rows again | decide_entries | decide_poll | entries, articles, texts, poll   (in the unit)

It orders these and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.dedup.identity import EntryDecision, EntryDecisions, decide_entries, tombstone_keys
from monitor.dedup.urls import url_key
from monitor.extract.sanitize import html_to_text
from monitor.extract.teaser import OwnText, decide_own_text
from monitor.fetch.outage import ended_gap
from monitor.fetch.schedule import decide_poll, hash_body
from monitor.loops import settle
from monitor.loops.context import Context
from monitor.loops.documents import Reading
from monitor.loops.settle import Analysed, Settling, Text
from monitor.model.entry import Entry
from monitor.model.poll import Learnt, PollDecision, PollOutcome
from monitor.model.settled import Gap
from monitor.model.source import SourceKind, SourceSpec
from monitor.model.story import EntryFate, KnownEntries
from monitor.store import articles, entries, sources
from monitor.store.articles import NewArticle, ReadingKind, SourceFacts, StoredArticle
from monitor.store.entries import ChangedEntry, NewEntry, Wanted
from monitor.store.sources import ClaimedSource, PollRecord

_NEW_ROWS = {EntryFate.NEW, EntryFate.SIGHTING}
_CHANGED_ROWS = {EntryFate.EDITED, EntryFate.RELINKED}


@dataclass(frozen=True, slots=True)
class Intake:
    """One poll to be written."""

    context: Context
    claimed: ClaimedSource
    spec: SourceSpec
    """As configured: for what people see.  The reading has the one that it was read by."""
    reading: Reading
    now: datetime

    @property
    def first_poll(self) -> bool:
        """The first poll that could be read: its entries are the baseline."""
        return self.claimed.memory.baseline_at is None

    @property
    def facts(self) -> SourceFacts:
        """The source as its articles name it."""
        return SourceFacts(self.spec.id, self.spec.name, self.spec.tags, self.claimed.founding)


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


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entry's own text, read and analysed."""

    title: str
    own: OwnText
    analysed: Analysed


@dataclass
class _Drafts:
    """Drafts by their place in the document, made when they are asked for; asked for early, they cost no lock."""

    intake: Intake
    made: dict[int, _Draft] = field(default_factory=dict)

    def get(self, index: int, entry: Entry) -> _Draft:
        if index not in self.made:
            self.made[index] = _draft(self.intake, entry)
        return self.made[index]


def take_in(intake: Intake) -> Written:
    """Write a poll and everything that it brought, or nothing of both.  Runs on an executor thread.

    Raises `LeaseLost` when the source belongs to somebody else by now, `StoreBusy` when trying again helps.
    """
    wanted = wanted_keys(intake.reading.entries)
    drafts = _Drafts(intake)
    early = decide_entries(intake.reading.entries, _early_known(intake, wanted))
    for index, decision in enumerate(early.decisions):
        if decision.fate is EntryFate.NEW or decision.changed:
            drafts.get(index, decision.entry)
    locks = settle.settle_locks(draft.analysed for draft in drafts.made.values())
    with intake.context.database.unit(lock=locks) as connection:
        known = _known(connection, intake, wanted)
        decided = decide_entries(intake.reading.entries, known)
        return _write(connection, intake, decided, drafts)


def wanted_keys(found: Iterable[Entry]) -> Wanted:
    """The identities to look for, of all entries of a document."""
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


def _early_known(intake: Intake, wanted: Wanted) -> KnownEntries:
    if intake.first_poll:
        return KnownEntries()
    with intake.context.database.reading() as connection:
        return _known(connection, intake, wanted)


def _known(connection: sa.Connection, intake: Intake, wanted: Wanted) -> KnownEntries:
    memory = intake.claimed.memory
    # A source whose baseline was never set has no rows, but one that came back under the same id may have.
    return entries.load_known(
        connection, intake.spec.id, wanted, first_poll=intake.first_poll, ids_unstable=memory.ids_unstable
    )


def _draft(intake: Intake, entry: Entry) -> _Draft:
    reading = intake.reading
    body = html_to_text(entry.content) if entry.content else ""
    summary = html_to_text(entry.summary) if entry.summary else ""
    text, lead = (body, summary if summary not in body else "") if body else (summary, "")
    title = entry.title or _headline(text)
    own = _own_text(intake, entry, title, text)
    wording = Text(
        title=title,
        lead=lead,
        text=text,
        url=entry.url or reading.page_url,
        language=entry.language or reading.language or intake.spec.language,
        authors=entry.authors,
        published_at=entry.published_at,
        complete=not (own.wants_page and _reads_pages(intake, entry)),
    )
    return _Draft(title, own, settle.analyse(wording, (intake.facts,), intake.context.watchlist))


def _own_text(intake: Intake, entry: Entry, title: str, text: str) -> OwnText:
    watched = intake.reading.spec.kind is SourceKind.WATCH
    return decide_own_text(
        title,
        text,
        has_content=bool(entry.content),
        has_url=bool(entry.url) and not watched,
        full_text=intake.spec.full_text,
    )


def _reads_pages(intake: Intake, entry: Entry) -> bool:
    """Whether the page behind an entry is read: of a baseline only what a source added later may still tell."""
    if not intake.first_poll:
        return True
    recent = timedelta(seconds=intake.context.settings.recent_s)
    wanted = not intake.claimed.founding and intake.context.watchlist.alerts.first_poll != "silent"
    return wanted and entry.published_at is not None and intake.now - entry.published_at <= recent


def _headline(text: str, longest: int = 110) -> str:
    line = text.split("\n", 1)[0]
    return line if len(line) <= longest else line[:longest].rsplit(" ", 1)[0] + " …"


def _write(connection: sa.Connection, intake: Intake, decided: EntryDecisions, drafts: _Drafts) -> Written:
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
    told = settle.settle(connection, _settlings(connection, intake, decided, ids, drafts), intake.context, now)
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
    connection: sa.Connection, intake: Intake, decided: EntryDecisions, fresh: Sequence[int], drafts: _Drafts
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

    def next_at(self, draft: _Draft) -> datetime | None:
        """When the page of the next older article is due; None when its page is not to be read."""
        if draft.analysed.document.complete:
            return None
        wait = self._taken // max(1, self._intake.spec.max_articles)
        self._taken += 1
        return self._intake.now + timedelta(seconds=wait * self._intake.spec.every_s)


def _published(entry: Entry) -> float:
    return entry.published_at.timestamp() if entry.published_at is not None else 0.0


def _new_article(intake: Intake, entry: Entry, draft: _Draft, reading_at: datetime | None) -> NewArticle:
    gap = _gap(intake)
    return NewArticle(
        title=draft.title,
        url=entry.url or intake.reading.page_url,
        authors=entry.authors,
        language=draft.analysed.language,
        language_sure=draft.analysed.language_sure,
        image=entry.image,
        published_at=entry.published_at,
        baseline=intake.first_poll,
        gap=settle.gap_to_json(gap),
        reading=ReadingKind.PAGE if reading_at is not None else None,
        reading_at=reading_at,
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


def _settlings(
    connection: sa.Connection,
    intake: Intake,
    decided: EntryDecisions,
    ids: Mapping[int, int],
    drafts: _Drafts,
) -> list[Settling]:
    found = [
        Settling(ids[index], drafts.made[index].analysed, drafts.made[index].own.state, drafts.made[index].own.reason)
        for index in ids
    ]
    return found + _edits(connection, intake, decided, drafts)


def _edits(connection: sa.Connection, intake: Intake, decided: EntryDecisions, drafts: _Drafts) -> list[Settling]:
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
        elif draft.analysed.version.text or not article.text:
            settlings[article.id] = Settling(article.id, draft.analysed, draft.own.state, draft.own.reason)
    return list(settlings.values())


def _has_page(article: StoredArticle, draft: _Draft) -> bool:
    return article.page is not None or not draft.analysed.document.complete


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
    claimed, settings = intake.claimed, intake.context.settings.poll
    decision = decide_poll(reading.spec, claimed.memory, reading.fetched, outcome, now=intake.now, settings=settings)
    memory = replace(decision.memory, ids_unstable=decided.ids_unstable)
    record = PollRecord.of(claimed, reading.fetched, replace(decision, memory=memory), choice=reading.choice)
    sources.record_poll(connection, replace(record, items=reading.items, new_items=new))
    return decision
