"""What any reader of items collects, and how an `Entry` is made of it: one place, so that all formats agree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

import xxhash

from monitor.model.entry import Entry
from monitor.model.references import storable
from monitor.parse.dates import parse_date
from monitor.parse.links import absolute
from monitor.parse.text import headline_of, mended, opened, plain, words_of

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""No feed item is older than feeds: an earlier date is a default of somebody's software (1970, 1900), so no date."""

MOST_NAMES = 50
"""Authors, categories and enclosures of one entry that are kept."""

_MACHINE_DATE = re.compile(
    r"""<(?:time|span|abbr)\s[^<>]*?\b(?:datetime|content)\s*=\s*["']([^"'<>]+)""", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its relation and media type, as received, lower-case."""

    rel: str
    type: str
    href: str


@dataclass(slots=True)
class RawItem:
    """One item as its document has it: texts as received, nothing resolved or parsed."""

    id: str = ""
    id_is_link: bool = False
    links: list[Link] = field(default_factory=list)
    title: str = ""
    other_title: str = ""
    media_summary: str = ""
    summary: str | None = None
    contents: list[str] = field(default_factory=list)
    published: str = ""
    updated: str = ""
    created: str = ""
    authors: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    language: str | None = None
    images: list[str] = field(default_factory=list)
    enclosures: list[str] = field(default_factory=list)
    base: str | None = None
    item_hash: str = ""

    def describe(self, text: str) -> None:
        """A short text: the first is the summary, another one before any content is the content (as feedparser)."""
        if self.summary is not None and not self.contents:
            self.contents.append(text)
        else:
            self.summary = text


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an item inherits of its document: bases from inner to outer, the clock, whether dates may stand in."""

    bases: tuple[str | None, ...]
    now: datetime
    updated_is_published: bool = False


def entry_of(raw: RawItem, around: Surroundings) -> Entry:
    """The finished entry: plain title, absolute links, UTC dates, hashes."""
    bases = (raw.base, *around.bases)
    content = opened(storable(mended(max(raw.contents, key=len, default=""))))
    summary = opened(storable(mended(raw.summary or raw.media_summary)))
    if summary == content:
        summary = ""
    title = plain(mended(raw.title)) or plain(mended(raw.other_title)) or headline_of(content or summary)
    updated = _date(raw.updated, around.now)
    published = _date(raw.published, around.now) or _date(raw.created, around.now)
    if published is None and around.updated_is_published:
        published = updated
    url = _url(raw, bases)
    return Entry(
        id=storable(raw.id).strip() or None,
        url=url,
        title=title or plain(raw.id) or url or "",
        summary=summary,
        content=content,
        published_at=published,
        updated_at=updated,
        authors=_names(raw.authors),
        categories=_names(raw.categories),
        language=language_of(raw.language),
        image=next((image for href in raw.images if (image := absolute(href, *bases))), None),
        enclosures=tuple(
            dict.fromkeys(link for href in raw.enclosures[:MOST_NAMES] if (link := absolute(href, *bases)))
        ),
        item_hash=raw.item_hash,
        content_hash=content_hash(title, words_of(content) or words_of(summary), url or raw.id),
    )


def content_hash(title: str, text: str, otherwise: str) -> str:
    """A hash of what an item says, blind to ids, links, dates, markup, case and spacing."""
    said = f"{title}\n{text}".casefold().strip()
    return xxhash.xxh3_128_hexdigest((said or otherwise).encode("utf-8", "replace"))


def language_of(code: str | None) -> str | None:
    """A language tag in its usual spelling ("de-AT"), None for nonsense."""
    code = (code or "").strip().replace("_", "-")
    if not code or len(code) > 20 or not code.replace("-", "").isalnum() or not code.isascii():
        return None
    primary, *rest = code.split("-")
    if not 2 <= len(primary) <= 3 or not primary.isalpha():
        return None
    return "-".join([primary.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def _date(text: str, now: datetime) -> datetime | None:
    if "<" in text:  # software that fills in its own markup: what it wrote for machines, else what it shows
        machine = _MACHINE_DATE.search(text)
        text = machine.group(1) if machine else words_of(text)
    found = parse_date(text, now=now) if text else None
    return found if found and found >= EARLIEST else None


def _names(raw: list[str]) -> tuple[str, ...]:
    names = (plain(mended(name), 200) for name in raw[:MOST_NAMES])
    return tuple(dict.fromkeys(name for name in names if name))


def _url(raw: RawItem, bases: tuple[str | None, ...]) -> str | None:
    """The article's address: the HTML alternate, any alternate, a guid that is a link, then what else there is."""
    candidates = sorted((link for link in raw.links if link.href.strip()), key=_preference)
    for link in candidates:
        if _preference(link) < 2 and (url := absolute(link.href, *bases)):
            return url
    if raw.id_is_link and (url := absolute(raw.id, *bases)):
        return url
    files = [href for href in raw.enclosures if href not in raw.images]  # the same picture may stand with many
    rest = [link.href for link in candidates if _preference(link) == 2] + files[:1]
    return next((url for href in rest if (url := absolute(href, *bases))), None)


def _preference(link: Link) -> int:
    if link.rel in ("", "alternate"):
        return 0 if link.type in ("", "text/html", "application/xhtml+xml", "html") else 1
    return 2 if link.rel in ("self", "related", "via", "canonical") else 3
