"""The date that a page shows for people, where it gives none for machines.

Only what stands where a date line may stand is looked at: marked times and short lines outside of teasers, menus and
footers.  A date inside a sentence is the date of something else, and a year or a month alone is no date.
"""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import datetime

from lxml.html import Element, HtmlElement

from monitor.extract.blocks import Block, fold_space
from monitor.extract.dates import PageDate, parse_page_date
from monitor.extract.page import Page
from monitor.extract.zones import Zone

_ELSEWHERE = Zone.RELATED | Zone.ASIDE | Zone.FOOTER | Zone.NAV | Zone.COMMENTS | Zone.ADVERT | Zone.MODAL | Zone.HIDDEN
"""Parts whose dates are those of something else."""
_OTHERS = Zone.COMMENTS | Zone.NAV | Zone.ADVERT | Zone.MODAL | Zone.HIDDEN
"""Those that never hold the article's own byline, whatever they are called."""
_LONGEST_LINE = 120
_MOST_LINES = 200
_FEW_WORDS = 8
"""So many may stand before a full stop ("Updated on 20 November 2026.") without being a sentence of the text."""
_RIGHTS = re.compile(r"©|\(c\)|copyright|rights reserved|alle rechte|tous droits|все права", re.IGNORECASE)
_FIRST_DAY = re.compile(r"(?<!\d)0?1(?!\d)")
_ITS_BUGS = (ValueError, TypeError, AttributeError, OverflowError)


def date_shown(page: Page, blocks: list[Block], *, now: datetime | None) -> tuple[PageDate | None, str]:
    """The date, and what it was read from; `now` bounds it."""
    if found := _marked(page.tree, blocks, now):
        return found, "time"
    lines = [block for block in blocks if _may_be_date_line(block.text)]
    here = [line for line in lines if not line.zone & _ELSEWHERE]
    bylines = [line for line in lines if Zone.META in line.zone]
    beside = [line for line in bylines if line not in here and not line.zone & _OTHERS]
    groups = ([line for line in here if line in bylines], here, beside[:1])
    for group in groups:
        if found := _written(page, [line.text for line in group[:_MOST_LINES]], now):
            return found, "htmldate"
    return None, "none"


def _marked(tree: HtmlElement, blocks: list[Block], now: datetime | None) -> PageDate | None:
    """The first dated `<time>` behind the headline, else before it; those of teasers and comments do not count."""
    zones = {block.element: block.zone for block in blocks}
    before: PageDate | None = None
    headline_seen = False
    for element in tree.iter("h1", "time"):
        if element.tag == "h1":
            headline_seen = True
        elif (found := parse_page_date(element.get("datetime"), now=now)) and _is_here(element, zones):
            if headline_seen:
                return found
            before = before or found
    return before


def _is_here(element: HtmlElement, zones: dict[HtmlElement, Zone]) -> bool:
    """Neither in a part about something else nor in a link that says more than when."""
    around = [element, *element.iterancestors()]
    zone = next((zones[node] for node in around if node in zones), Zone.NONE)
    link = next((node for node in around if node.tag == "a"), element)
    return not zone & _ELSEWHERE and fold_space(link.text_content()) == fold_space(element.text_content())


def _written(page: Page, lines: list[str], now: datetime | None) -> PageDate | None:
    """What htmldate reads in the address, the meta tags and `lines`."""
    # Loads a date parser of some 40 MB: only in processes that extract.
    from htmldate import find_date  # noqa: PLC0415

    limit = now.date().isoformat() if now else None
    try:
        text = find_date(_only(page.tree, lines), url=page.url, original_date=True, max_date=limit)
    except _ITS_BUGS:  # pragma: no cover - no page is known that it trips over; none is worth losing the article
        return None
    if text and text.endswith("-01") and not any(_FIRST_DAY.search(line) for line in (page.url, *lines)):
        return None  # made of a year or a month alone
    return parse_page_date(text, now=now)


def _may_be_date_line(text: str) -> bool:
    if len(text) > _LONGEST_LINE or not any(map(str.isdigit, text)) or _RIGHTS.search(text):
        return False
    return not text.endswith((".", "!", "?")) or len(text.split()) <= _FEW_WORDS


def _only(tree: HtmlElement, lines: list[str]) -> HtmlElement:
    """A page of nothing but the meta tags of `tree` and `lines`."""
    root = Element("html")
    head, body = Element("head"), Element("body")
    root.extend((head, body))
    head.extend(deepcopy(meta) for meta in tree.iter("meta"))
    for line in lines:
        paragraph = Element("p")
        paragraph.text = line
        body.append(paragraph)
    return root
