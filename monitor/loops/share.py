"""What one source writes in a unit: a portion of the decisions about its document, as rows.

It decides nothing and writes nothing: `intake` does, for the shares of several sources in one unit.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.dedup.identity import EntryDecision, EntryDecisions, decide_entries
from monitor.fetch.outage import ended_gap
from monitor.loops import settle
from monitor.loops.describe import gap_to_json
from monitor.loops.drafts import Draft, Drafts, Intake
from monitor.loops.settle import Settling
from monitor.model.content import digest_of
from monitor.model.entry import Entry
from monitor.model.poll import Learnt, PollOutcome
from monitor.model.reasons import Reason
from monitor.model.settled import Gap
from monitor.model.story import EntryFate, KnownEntries
from monitor.store.articles import FirstText, NewArticle, StoredArticle, as_stored
from monitor.store.entries import ChangedEntry, NewEntry
from monitor.store.evidence import Body
from monitor.store.readings import ReadingKind

Added = Mapping[int, tuple[int, NewArticle]]
"""Articles that were just written, with their ids, by their entries' places in the document."""

NEW_ROWS = {EntryFate.NEW, EntryFate.SIGHTING}
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


class Queue:
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


@dataclass(slots=True)
class Share:
    """One source's share of a unit.  `portion`: places in the document; `queue` and `written` are the whole poll's."""

    intake: Intake
    known: KnownEntries
    decided: EntryDecisions
    portion: Sequence[int]
    queue: Queue
    written: Written
    drafts: Drafts = field(init=False)

    def __post_init__(self) -> None:
        self.drafts = Drafts(self.intake)

    def draft(self) -> None:
        """Work out the texts; early, so that they cost no lock."""
        for index in self.portion:
            decision = self.decided.decisions[index]
            if decision.fate is EntryFate.NEW or decision.changed:
                self.drafts.get(index, decision.entry)

    @property
    def keys(self) -> list[str]:
        """The addresses that other sources may have brought meanwhile."""
        return [key for index in self.portion if (key := self.decided.decisions[index].url_key)]

    def look_again(self, found: Mapping[str, int]) -> None:
        """Decide anew if `found`, which article each address leads to now, is not what was known of `keys`."""
        keys = set(self.keys)
        if any(self.known.sightings.get(key) != found.get(key) for key in keys):
            others = {key: article for key, article in self.known.sightings.items() if key not in keys}
            mine = {key: article for key, article in found.items() if key in keys}
            self.known = replace(self.known, sightings=others | mine)
            self.decided = decide_entries(self.intake.reading.entries, self.known)

    @property
    def touched(self) -> set[str | int]:
        """Addresses that get an article and articles that get a text: no two shares of a unit may have the same."""
        keys = {item.url_key for item in self.fresh.values() if item.url_key}
        return {*keys, *(item.article_id for item in self.edited.values() if item.article_id)}

    def decisions(self, fates: Container[EntryFate]) -> dict[int, EntryDecision]:
        """Those of the portion that came out so, by their place in the document."""
        found = {index: self.decided.decisions[index] for index in self.portion}
        return {index: decision for index, decision in found.items() if decision.fate in fates}

    @property
    def fresh(self) -> dict[int, EntryDecision]:
        """What gets an article."""
        return self.decisions({EntryFate.NEW})

    @property
    def edited(self) -> dict[int, EntryDecision]:
        """What says something else than its article does."""
        changed = self.decisions(_CHANGED_ROWS)
        return {index: item for index, item in changed.items() if item.changed and item.article_id}

    @property
    def sighted(self) -> list[int]:
        """The articles that another source brought."""
        return [item.article_id for item in self.decisions({EntryFate.SIGHTING}).values() if item.article_id]

    def new_articles(self) -> dict[int, NewArticle]:
        """The articles of `fresh`."""
        fresh, drafts = self.fresh, self.drafts
        order = sorted(fresh, key=lambda index: published(fresh[index].entry), reverse=True)
        reading_at = {index: self.queue.next_at(drafts.get(index, fresh[index].entry)) for index in order}
        return {
            index: _new_article(self.intake, item.entry, drafts.made[index], reading_at[index])
            for index, item in fresh.items()
        }

    def new_rows(self, added: Added) -> Iterator[NewEntry]:
        """The rows of new entries; `added` are the articles of `fresh`."""
        for index, decision in self.decisions(NEW_ROWS).items():
            article_id = added[index][0] if index in added else decision.article_id
            if decision.twin is None and article_id is not None:
                yield NewEntry(self.intake.spec.id, decision.entry, decision.url_key, article_id)

    def changed_rows(self) -> list[ChangedEntry]:
        """The rows of entries that changed or moved."""
        changed = self.decisions(_CHANGED_ROWS).values()
        return [ChangedEntry(item.row, item.entry, item.url_key) for item in changed if item.row]

    def settlings(self, added: Added, now: datetime) -> Iterator[Settling]:
        """What was analysed, written at `now`; a baseline's texts are stored as they are, for READ to settle."""
        for index, (article_id, article) in added.items():
            draft = self.drafts.made[index]
            if draft.analysed is not None:
                written = as_stored(article_id, article, self.intake.facts, now)
                body = _body(self.intake, draft)
                yield Settling(
                    article_id, draft.analysed, article.text_state, article.text_reason, body=body, written=written
                )

    def edits(self, stored: Mapping[int, StoredArticle]) -> tuple[list[Settling], list[int]]:
        """Texts of edited entries where they are all there is, and the articles whose pages are to be read again."""
        settlings: dict[int, Settling] = {}
        again: list[int] = []
        for index, item in self.edited.items():
            article = stored.get(item.article_id or 0)
            if article is None:
                continue
            draft = self.drafts.get(index, item.entry)
            if article.page is not None or not draft.text.complete:
                again.append(article.id)
            elif draft.analysed is not None and (draft.text.text or not article.text):
                body = _body(self.intake, draft)
                settlings[article.id] = Settling(
                    article.id, draft.analysed, draft.own.state, draft.own.reason, body=body
                )
        return list(settlings.values()), again

    def count(self) -> None:
        """Add the share to what the poll has written."""
        self.written.new += len(self.fresh)
        self.written.edited += sum(item.changed for item in self.decisions(_CHANGED_ROWS).values() if item.row)
        self.written.sightings += len(self.sighted)

    def outcome(self) -> PollOutcome:
        """What the whole document taught, for the decision when to poll next."""
        reading = self.intake.reading
        fates = [item.fate for item in self.decided.decisions]
        new = sum(fate in NEW_ROWS for fate in fates)
        relinked = fates.count(EntryFate.RELINKED)
        return PollOutcome(
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


def portions(decisions: Sequence[EntryDecision]) -> list[list[int]]:
    """What is to be written, the newest in front where it is too much for one unit; at least one, maybe empty."""
    places = [index for index, item in enumerate(decisions) if item.changed or item.fate is not EntryFate.SEEN]
    found: list[list[int]] = [[]]
    characters = 0
    for index in sorted(places, key=lambda index: -published(decisions[index].entry)):
        size = length_of(decisions[index].entry)
        if found[-1] and (len(found[-1]) == PORTION_ENTRIES or characters + size > PORTION_CHARACTERS):
            found.append([])
            characters = 0
        found[-1].append(index)
        characters += size
    return [sorted(portion) for portion in found]


def length_of(entry: Entry) -> int:
    """Characters of its texts."""
    return len(entry.content) + len(entry.summary)


def published(entry: Entry) -> float:
    """To sort by: undated entries are the oldest."""
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
        first=FirstText(draft.text.lead, draft.text.text, settle.FIRST),
        settled=analysed is not None and analysed.document.complete,
    )


def _gap(intake: Intake) -> Gap | None:
    return ended_gap(intake.claimed.memory, every_s=intake.spec.every_s, now=intake.now)


def _body(intake: Intake, draft: Draft) -> Body | None:
    """The document that showed the entry, as evidence; of a teaser in a large one, the page that is read next."""
    fetched = intake.reading.fetched
    if fetched.spooled is not None and not draft.text.complete:
        return None
    return Body(fetched.final_url, fetched.headers, fetched.content, fetched.started_at)
