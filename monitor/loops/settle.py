"""READ's second half, for a poll with full texts and for a page that was read.

::

    text | recognise language, prepare, match      (before the unit: CPU only)
         | revision, keys, copies and story, alerts (in the unit: written)

It orders these and decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.dedup.prepared import prepare
from monitor.dedup.revision import Immaterial, Material, Unchanged, Version, decide_revision, same_words
from monitor.loops.context import Context, Watchlist
from monitor.loops.describe import describe, tell
from monitor.loops.placing import STORY_LOCK, place_articles
from monitor.match.languages import recognise
from monitor.model.article import Document, TextState
from monitor.model.match import Verdict
from monitor.model.reasons import Reason
from monitor.model.settled import CopyOf, Occasion, SettledArticle, StoryRef
from monitor.model.story import PlacedArticle, Placement, Prepared
from monitor.model.subscription import CHANNEL
from monitor.store import articles, entries, evidence, readers
from monitor.store.articles import ArticleChange, NewRevision, SourceFacts, StoredArticle
from monitor.store.evidence import Body
from monitor.store.leases import Lease
from monitor.store.silences import silences

FIRST = Reason("first", "the first text")


@dataclass(frozen=True, slots=True)
class Text:
    """What is known of an article's wording now, from its entry or its page; `language` as declared, if it is."""

    title: str
    lead: str
    text: str
    url: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    published_at: datetime | None = None
    complete: bool = True
    """False while the page is still to be read."""
    parts: tuple[tuple[int, int], ...] | None = None
    """Of a live ticker: which lines are its new entries, each matched by itself; None: all of the text is matched."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """A text with everything that can be computed without the database."""

    version: Version
    language: str | None
    language_sure: bool
    prepared: Prepared
    document: Document
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Settling:
    """An article whose text is to be settled.

    `changes` are further columns of its row; `keys` address keys that also lead to it, with their kind; `body` what
    was fetched, kept if a rule matches; `lease` gives a claimed article back in the same unit.  `again`: what is stored
    is matched once more because another source showed it.  `added`: a live page has new entries, which makes a material
    revision however small their share of the text is.  `written`: the article with this very text was inserted in this
    unit, and is as this says.
    """

    article_id: int
    analysed: Analysed
    text_state: TextState
    text_reason: Reason | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    keys: tuple[tuple[str, str], ...] = ()
    body: Body | None = None
    lease: Lease | None = None
    again: bool = False
    added: Reason | None = None
    written: StoredArticle | None = None


def analyse(text: Text, sources: Iterable[SourceFacts], watchlist: Watchlist) -> Analysed:
    """Language, comparable form and verdicts of a text.  No database; costs a few milliseconds of CPU."""
    version = Version(text.title, text.lead, text.text)
    language, sure = recognise(f"{text.title}\n{text.lead}\n{text.text}", declared=text.language)
    document = document_of(text, sources, language, sure=sure)
    return Analysed(
        version=version,
        language=language,
        language_sure=sure,
        prepared=prepare(text.title, text.lead, text.text, language),
        document=document,
        verdicts=_match(document, text.parts, watchlist),
    )


def _match(document: Document, parts: tuple[tuple[int, int], ...] | None, watchlist: Watchlist) -> tuple[Verdict, ...]:
    """The verdicts on the document, or on each of its `parts` under its title: a hit in one of them is one."""
    if parts is None:
        return watchlist.matcher.match(document)
    found: dict[str, Verdict] = {}
    for start, end in parts:
        # The others are blanked rather than left out, so that evidence points into the whole text.
        lines = tuple(line if start <= n < end else "" for n, line in enumerate(document.paragraphs))
        for verdict in watchlist.matcher.match(replace(document, lead="", paragraphs=lines)):
            best = found.get(verdict.rule_id)
            if best is None or (verdict.fired, bool(verdict.held)) > (best.fired, bool(best.held)):
                found[verdict.rule_id] = verdict
    return tuple(found.values())


def document_of(text: Text, sources: Iterable[SourceFacts], language: str | None, *, sure: bool) -> Document:
    """The text as rules are matched against it."""
    return Document(
        title=text.title,
        lead=text.lead,
        paragraphs=tuple(line for line in text.text.splitlines() if line.strip()),
        authors=text.authors,
        sources=tuple(name for source in sources for name in (source.id, source.name, *source.tags)),
        language=language,
        language_sure=sure,
        url=text.url or "",
        section=text.section or "",
        complete=text.complete,
        published_at=text.published_at,
    )


def settle_locks(analysed: Iterable[Analysed]) -> list[str]:
    """What `Database.unit` must lock to settle these texts."""
    return [STORY_LOCK] if any(True for _ in analysed) else []


def settle(connection: sa.Connection, items: Sequence[Settling], context: Context, now: datetime) -> Counter[int]:
    """Write texts and everything that follows from them, in the caller's unit; the alerts told now, by article.

    Raises `LeaseLost` when a claimed article belongs to somebody else by now.
    """
    if not items:
        return Counter()
    settled = _looked_up(connection, items)
    articles.add_revisions(connection, [each.revision for each in settled if each.revision], now)
    articles.change_articles(connection, [each.change() for each in settled if not each.item.written])
    for each in settled:
        for key, kind in each.item.keys:
            entries.add_keys(connection, [(key, each.item.article_id)], kind, now)
    news = [each for each in settled if each.is_news]
    placed = [_placed(each) for each in news]
    how, memory = context.settings.placing, context.rarities
    placements = place_articles(connection, placed, now=now, settings=how, memory=memory)
    return _tell_all(connection, list(zip(news, placements, strict=True)), context, now)


def _looked_up(connection: sa.Connection, items: Sequence[Settling]) -> list[_Settled]:
    stored = articles.load_articles(connection, [item.article_id for item in items if not item.written])
    found = ((item, item.written or stored.get(item.article_id)) for item in items)
    return [_Settled(item, article) for item, article in found if article is not None]


class _Settled:
    """One article being settled: the stored one, the new text, and what the revision decision made of both."""

    def __init__(self, item: Settling, stored: StoredArticle) -> None:
        self.item = item
        self.stored = stored
        self.revision, self.occasion = _revise(item, stored)

    @property
    def number(self) -> int:
        return self.revision.number if self.revision else self.stored.number

    @property
    def completes(self) -> bool:
        return self.item.analysed.document.complete and not self.stored.settled

    @property
    def verdicts(self) -> list[Verdict]:
        """Those of rules that have something to say."""
        return [verdict for verdict in self.item.analysed.verdicts if verdict.fired or verdict.held]

    @property
    def is_news(self) -> bool:
        return self.revision is not None or self.completes or self.item.again or self.item.written is not None

    def revised_at(self, now: datetime) -> datetime | None:
        if self.number <= 1:
            return None
        return now if self.revision else self.stored.revised_at

    def change(self) -> ArticleChange:
        analysed = self.item.analysed
        values = {
            "language": analysed.language,
            "language_sure": analysed.language_sure,
            "settled": self.stored.settled or analysed.document.complete,
            **articles.set_text_state(self.item.text_state, self.item.text_reason),
            **self.item.changes,
        }
        return ArticleChange(self.item.article_id, values, self.item.lease)


def _revise(item: Settling, stored: StoredArticle) -> tuple[NewRevision | None, Occasion]:
    version = item.analysed.version
    if item.written:
        return None, Occasion.NEW
    if stored.number == 0:
        return _new_revision(item, 1, material=True, reason=FIRST), Occasion.NEW
    before = Version(stored.title, stored.lead, stored.text)
    if stored.story_id is None and same_words(before, version):
        return None, Occasion.NEW  # a baseline's text was stored before it was settled
    decision = decide_revision(before, version)
    if item.added is not None and not isinstance(decision, Unchanged):
        decision = Material(item.added)
    completes = item.analysed.document.complete and not stored.settled
    match decision:
        case Unchanged():
            return None, Occasion.TEXT if completes else Occasion.TOUCHED
        case Immaterial(reason=reason):
            occasion = Occasion.TEXT if completes else Occasion.TOUCHED
            return _new_revision(item, stored.number + 1, material=False, reason=reason), occasion
        case Material(reason=reason):
            occasion = Occasion.TEXT if completes else Occasion.REVISED
            return _new_revision(item, stored.number + 1, material=True, reason=reason), occasion


def _new_revision(item: Settling, number: int, *, material: bool, reason: Reason) -> NewRevision:
    version = item.analysed.version
    return NewRevision(item.article_id, number, version.title, version.lead, version.text, material, reason)


def _placed(each: _Settled) -> PlacedArticle:
    stored = each.stored
    return PlacedArticle(
        id=stored.id,
        source_id=stored.sources[0].id if stored.sources else "",
        prepared=each.item.analysed.prepared,
        first_seen_at=stored.first_seen_at,
        published_at=stored.published_at,
        placed=stored.story_id is not None,
    )


def _tell_all(
    connection: sa.Connection, placed: Sequence[tuple[_Settled, Placement]], context: Context, now: datetime
) -> Counter[int]:
    followers = readers.followers(connection) if CHANNEL in context.watchlist.channels else {}
    heard = [(each, placement) for each, placement in placed if each.verdicts or followers]
    story_ids = _story_ids(connection, heard, of=len(placed))
    stories = articles.story_refs(connection, story_ids.values())
    muted = silences(connection, now) if heard else ()
    told: Counter[int] = Counter()
    kept: list[evidence.Kept] = []
    for each, placement in heard:
        story_id = story_ids[each.item.article_id]
        verdicts = [*each.verdicts, *map(_joined, followers.get(story_id, ()))]
        if verdicts:
            described = _described(each, stories.get(story_id), _copy(placement), now)
            report = tell(connection, described, verdicts, context.watchlist, now, muted=muted)
            told[each.stored.id] += len(report.told)
            if report.matches and each.item.body is not None:
                kept.append(evidence.Kept(each.stored.id, each.number, each.item.body))
    if kept:
        evidence.keep_bodies(connection, kept)
    return told


def _story_ids(connection: sa.Connection, heard: Sequence[tuple[_Settled, Placement]], *, of: int) -> dict[int, int]:
    """Where articles of a batch of so many stand: a later one may have merged or split the story of an earlier one."""
    if of == 1:
        return {each.item.article_id: placement.story_id for each, placement in heard}
    return articles.story_ids(connection, [each.item.article_id for each, _ in heard])


def _joined(rule_id: str) -> Verdict:
    """To whoever follows a story, each of its articles is a hit."""
    return Verdict(rule_id, fired=True, reason=Reason("story-followed", "it belongs to the story you follow"))


def _described(each: _Settled, story: StoryRef | None, copy: CopyOf | None, now: datetime) -> SettledArticle:
    analysed = each.item.analysed
    return describe(
        each.stored,
        document=analysed.document,
        language=analysed.language,
        number=each.number,
        occasion=each.occasion,
        story=story,
        copy=copy,
        revised_at=each.revised_at(now),
    )


def _copy(placement: Placement) -> CopyOf | None:
    if placement.copy_of is None:
        return None
    return CopyOf(placement.copy_of, placement.copy_score or 0.0, placement.reason)


def stored_text(stored: StoredArticle, *, complete: bool) -> Text:
    """The stored text of an article, to be matched once more."""
    return Text(
        title=stored.title,
        lead=stored.lead,
        text=stored.text,
        url=stored.url,
        language=stored.language,
        authors=stored.authors,
        section=stored.section,
        published_at=stored.published_at,
        complete=complete,
    )
