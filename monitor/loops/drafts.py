"""What an entry says by itself: its plain text, whether that is the article, what the rules make of it.

It needs no database, so it costs no lock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.extract.sanitize import html_to_text
from monitor.extract.teaser import OwnText, decide_own_text
from monitor.loops import settle
from monitor.loops.context import Context
from monitor.loops.documents import Reading, headline_of
from monitor.loops.settle import Analysed, Text
from monitor.model.entry import Entry
from monitor.model.source import SourceKind, SourceSpec
from monitor.store.articles import SourceFacts
from monitor.store.due import ClaimedSource
from monitor.store.pushes import Push


@dataclass(frozen=True, slots=True)
class Intake:
    """One poll or push to be written."""

    context: Context
    claimed: ClaimedSource
    spec: SourceSpec
    """As configured: for what people see.  The reading has the one that it was read by."""
    reading: Reading
    now: datetime
    push: Push | None = None
    """What the reading was pushed with, where it was not fetched."""

    @property
    def first_poll(self) -> bool:
        """The first poll that could be read: its entries are the baseline."""
        return self.claimed.memory.baseline_at is None

    @property
    def facts(self) -> SourceFacts:
        """The source as its articles name it."""
        return SourceFacts(self.spec.id, self.spec.name, self.spec.tags, self.claimed.founding)


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry's own text; `analysed` unless it is settled later."""

    text: Text
    own: OwnText
    analysed: Analysed | None


@dataclass
class Drafts:
    """Drafts by their place in the document, made when they are asked for; asked for early, they cost no lock."""

    intake: Intake
    made: dict[int, Draft] = field(default_factory=dict)

    def get(self, index: int, entry: Entry) -> Draft:
        """The draft of the entry at that place."""
        if index not in self.made:
            self.made[index] = _draft(self.intake, entry)
        return self.made[index]

    def locks(self) -> list[str]:
        """What the unit must lock to settle them."""
        return settle.settle_locks(draft.analysed for draft in self.made.values() if draft.analysed is not None)


def _draft(intake: Intake, entry: Entry) -> Draft:
    reading = intake.reading
    body = html_to_text(entry.content) if entry.content else ""
    summary = html_to_text(entry.summary) if entry.summary else ""
    text, lead = (body, summary if summary not in body else "") if body else (summary, "")
    title = entry.title or headline_of(text)
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
    if intake.first_poll:  # nobody waits for a baseline: READ settles it when there is nothing more urgent
        return Draft(wording, own, None)
    return Draft(wording, own, settle.analyse(wording, (intake.facts,), intake.context.watchlist))


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
