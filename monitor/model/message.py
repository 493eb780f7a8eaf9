"""A message before and after it is put into words.  `Message` is assembled from the database; rendering is pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.alert import AlertKind
from monitor.model.rule import Priority


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the article's text with the words that counted; `marks` are offsets into `text`."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class HeldNote:
    """How many were held back and why (`code` of the reason; for a guard the cue in `detail`)."""

    code: str
    count: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One article as a message shows it.  `guarded` is the cue for which a guard held it."""

    article_id: int
    title: str
    url: str
    sources: tuple[str, ...] = ()
    language: str | None = None
    published_at: datetime | None = None
    first_seen_at: datetime | None = None
    revised_at: datetime | None = None
    passages: tuple[Passage, ...] = ()
    copies: int = 0
    why: str = ""
    guarded: str | None = None


@dataclass(frozen=True, slots=True)
class StoryBlock:
    """The articles of one story in a digest; `update` when the story had been told before."""

    items: tuple[Item, ...]
    update: bool = False


@dataclass(frozen=True, slots=True)
class RuleBlock:
    """One rule in a digest."""

    rule_id: str
    rule_name: str
    stories: tuple[StoryBlock, ...]
    guarded: tuple[Item, ...] = ()
    older: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """Something a reader may do about a message: `act` names it, `url` opens a page with one button."""

    act: str
    url: str


@dataclass(frozen=True, slots=True)
class Message:
    """Everything a template may say.  Times are aware UTC; the renderer turns them into the reader's zone.

    `thread` is the synthetic id of the story, `reply` whether something was told under it before, `outlets` who brought
    the story so far, copies too.  `window` says what
    a gathering message gathers (`hourly`, `quiet`, `cap`, `catch-up`, `added` …).  `lines` are the paragraphs of an
    ops message, `late_s` how late an alert is after an outage of ours.  `offers` stand in place of what the desk may do
    about an alert; `leave_url` lets mail programs offer to unsubscribe (RFC 8058).  `part` of `parts`: which of several
    messages this is.
    """

    key: str
    kind: AlertKind
    alert_id: int
    thread: str
    priority: Priority = Priority.NORMAL
    reply: bool = False
    update: int = 0
    rule_id: str | None = None
    rule_name: str = ""
    rule_version: int | None = None
    why: str = ""
    items: tuple[Item, ...] = ()
    outlets: tuple[str, ...] = ()
    blocks: tuple[RuleBlock, ...] = ()
    window: str | None = None
    headline: str = ""
    lines: tuple[str, ...] = ()
    held: tuple[HeldNote, ...] = ()
    sources_watched: int = 0
    next_update_at: datetime | None = None
    late_s: float | None = None
    silence_s: float = 4 * 3600.0
    offers: tuple[Offer, ...] = ()
    leave_url: str = ""
    part: int = 1
    parts: int = 1
    hidden: int = 0
    """Articles left out so that the message fits."""
    hidden_stories: int = 0
    hidden_rules: int = 0
    """Stories and rules of which nothing is left."""

    @property
    def article_ids(self) -> tuple[int, ...]:
        """Every article told, in order."""
        inner = [item for block in self.blocks for story in block.stories for item in story.items]
        return tuple(dict.fromkeys(item.article_id for item in (*self.items, *inner)))


class Markup(StrEnum):
    """What a service makes of a body."""

    TEXT = "text"
    HTML = "html"
    MARKDOWN = "markdown"


class Form(StrEnum):
    """What kind of message a service takes."""

    MAIL = "mail"
    CHAT = "chat"
    WEBHOOK = "webhook"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a service takes: lengths in characters (0 title: the service has none)."""

    form: Form
    markup: Markup
    title_max: int
    body_max: int
    images: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is handed to a service.  `headers` go into mails and web requests, `fields` into the body of webhooks.

    `plain` is the text part of a mail, beside a body in HTML.
    """

    title: str
    body: str
    markup: Markup
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    plain: str = ""
