"""Live tickers: pages that grow while one reads, split into their entries."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from lxml.html import HtmlElement

from monitor.extract.blocks import fold_space, page_blocks_of
from monitor.extract.dates import parse_page_date
from monitor.extract.jsonld import read_jsonld, text_of, types_of
from monitor.extract.metadata import Metadata
from monitor.extract.page import Page, read_page
from monitor.extract.sanitize import html_to_text
from monitor.extract.zones import BAD
from monitor.model.reasons import Reason

_LIVE_WORDS = re.compile(
    r"\b(?:live.?(?:blog|ticker|updates?|stream)|newsblog|newsticker|liveblog|minute by minute|en direct|en "
    r"vivo|онлайн-трансляция)\b",
    re.IGNORECASE,
)
_LONGEST_NAME = 100
_ENTRY_NAMES = re.compile(
    r"(?:live|ticker|blog|timeline|update)[\w-]*(?:post|entry|item|block|update|event|eintrag|element)|^(?:post|"
    r"entry|update)$",
    re.IGNORECASE,
)
_MIN_ENTRIES = 3


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """One entry of a ticker.  `id` is the page's own or empty; `text` one block a line."""

    id: str
    title: str
    text: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ticker:
    """A ticker as an article's text: its `lines`, and which of them (`(start, end)`) are one entry."""

    lines: tuple[str, ...]
    parts: tuple[tuple[int, int], ...]

    def added(self, known: Set[str]) -> tuple[tuple[int, int], ...]:
        """The parts that have a line which is not among `known` ones: new entries, and those that were reworded."""
        return tuple((start, end) for start, end in self.parts if not set(self.lines[start:end]) <= known)


def as_ticker(entries: Sequence[LiveEntry], *, text: str = "", lead: str | None = None) -> Ticker | None:
    """The entries one after the other, each headed by its title; what `text` says before them is a part of its own.

    `text` and `lead` are the article as it was extracted from the page.  None where there are fewer than three entries:
    that is an article with a date in it.
    """
    if len(entries) < _MIN_ENTRIES:
        return None
    lines: list[str] = []
    parts: list[tuple[int, int]] = []
    for written in (_head(entries, text, lead), *([entry.title, *entry.text.splitlines()] for entry in entries)):
        said = [line.strip() for line in written if line.strip()]
        if said:
            parts.append((len(lines), len(lines) + len(said)))
            lines += said
    return Ticker(tuple(lines), tuple(parts))


def _head(entries: Sequence[LiveEntry], text: str, lead: str | None) -> list[str]:
    """The lines before the first entry; only the lead where no line of the text is one of an entry's."""
    said = "\n".join(f"{entry.title}\n{entry.text}" for entry in entries)
    lines = [line for line in text.splitlines() if line.strip()]
    first = next((n for n, line in enumerate(lines) if line.strip() in said), None)
    return [lead or ""] if first is None else lines[:first]


def is_live(page: Page, meta: Metadata) -> bool:
    """The page is a live ticker: its JSON-LD says so, or its title or address does and it has entries with times."""
    if any("LiveBlogPosting" in types_of(node) for node in meta.graph.nodes):
        return True
    named = bool(_LIVE_WORDS.search(meta.title) or _LIVE_WORDS.search(page.url.replace("-", " ")))
    return named and len(_entry_elements(page)) >= _MIN_ENTRIES


def split_live(body: bytes, *, url: str, content_type: str | None = None) -> tuple[LiveEntry, ...]:
    """The entries of a live ticker in the page's order; empty for a page that is none."""
    page = read_page(body, url=url, content_type=content_type)
    if isinstance(page, Reason):
        return ()
    return _from_jsonld(page) or tuple(_entry(element) for element in _entry_elements(page))


def _from_jsonld(page: Page) -> tuple[LiveEntry, ...]:
    found: dict[tuple[str, str], LiveEntry] = {}
    for node in read_jsonld(page.tree).nodes:
        updates = node.get("liveBlogUpdate")
        for update in updates if isinstance(updates, list) else []:
            if not isinstance(update, dict):
                continue
            text = html_to_text(text_of(update.get("articleBody")))
            title = fold_space(text_of(update.get("headline")))
            date = parse_page_date(text_of(update.get("datePublished")))
            if text or title:
                entry = LiveEntry(
                    text_of(update.get("@id") or update.get("url")), title, text, date.at if date else None
                )
                found.setdefault((title, text), entry)
    return tuple(found.values())


def _entry_elements(page: Page) -> list[HtmlElement]:
    """Siblings of one class that each hold a `<time>`: at least three, no headings of other pages."""
    groups: dict[tuple[HtmlElement | None, str], list[HtmlElement]] = {}
    for time in page.tree.iter("time"):
        for element in list(time.iterancestors())[:6]:
            if element.tag in ("article", "li", "section", "div") and _is_entry(element):
                group = groups.setdefault((element.getparent(), str(element.tag)), [])
                if element not in group:
                    group.append(element)
                break
    best = max(groups.values(), key=len, default=[])
    return best if len(best) >= _MIN_ENTRIES else []


def _is_entry(element: HtmlElement) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
    return element.get("itemprop") == "liveBlogUpdate" or any(
        _ENTRY_NAMES.search(name[:_LONGEST_NAME]) for name in names
    )


def _entry(element: HtmlElement) -> LiveEntry:
    blocks = [block for block in page_blocks_of(element) if not block.zone & (BAD & ~block.zone.__class__.RELATED)]
    title = next((block.text for block in blocks if block.is_heading), "")
    date = None
    for time in element.iter("time"):
        date = date or parse_page_date(time.get("datetime"))
    shown = {title, *(fold_space(time.text_content()) for time in element.iter("time"))}
    lines = [block.text for block in blocks if block.text not in shown]
    return LiveEntry(element.get("id") or "", title, "\n".join(lines), date.at if date else None)
