"""Articles: one text with its canonical address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.reasons import Reason


class TextState(StrEnum):
    """How much of the article could be read."""

    FULL = "full"
    TEASER = "teaser"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Step:
    """One verdict of the extraction, for `inspect` and `why`."""

    stage: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article read from a page.

    `text` is one block a line, subheads lines of their own, the title not among them.  `lead` is the standfirst (a
    block of `text`, or None).  `published_at` is UTC; `published_at_local` keeps the page's own offset (ISO 8601).
    """

    title: str
    text: str
    lead: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_at_local: str | None = None
    language: str | None = None
    image: str | None = None
    canonical_url: str | None = None
    section: str | None = None
    text_state: TextState = TextState.FULL
    text_reason: Reason | None = None
    live: bool = False
    next_url: str | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What a rule is matched against: one revision of one article.

    `paragraphs` are the blocks of the body.  `sources` are the id, name and tags of every source that showed it.
    `language` is the declared or recognised one; `language_sure` is False where the two disagree or the text is short.
    """

    title: str
    lead: str = ""
    paragraphs: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    language: str | None = None
    language_sure: bool = False
    url: str = ""
    section: str = ""
    complete: bool = True
    """False while the page behind a teaser is still to be read: `guard`, `require` and NOT wait."""
    published_at: datetime | None = field(default=None)
