"""The links of a page with what surrounds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.extract.blocks import fold_space
from monitor.extract.dates import parse_page_date
from monitor.extract.page import Page, host_of
from monitor.extract.zones import Zone, zone_of

_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_CARD_TAGS = frozenset({"article", "li", "tr"})
_CARD_NAMES = re.compile(
    r"(?:^|[-_ ])(?:card|teaser|story|post|item|entry|article|news|headline|tile|promo|feature)", re.IGNORECASE
)
_MAX_LINKS = 5000
_CARD_DEPTH = 6
_MAX_TIMES = 3
_MAX_DATE = 120


@dataclass(slots=True)
class Anchor:
    """One address of a page with the best of all places that link to it."""

    url: str
    title: str = ""
    heading: bool = False
    """Inside a heading, around one, or the only link of a card with one."""
    card: bool = False
    published_at: datetime | None = None
    shown_date: str = ""
    """What its `<time>` shows, where that says no date for machines."""
    dated: bool = False
    """A `<time>` stands in the same card."""
    zone: Zone = Zone.NONE
    """What all its places have in common."""
    place: str = ""
    """Tags and classes around it: links of one list share it."""
    image: bool = False
    order: int = 0
    places: list[str] = field(default_factory=list)


def anchors_of(page: Page, root: HtmlElement | None = None) -> list[Anchor]:
    """The page's links to web addresses, one per address, in the order of their first appearance."""
    found: dict[str, Anchor] = {}
    for element, zone in _links(page.tree if root is None else root):
        url = page.absolute(element.get("href"))
        if url is None or len(url) > 2000:
            continue
        seen = _read(element, url, zone, order=len(found))
        known = found.get(url)
        if known is None:
            found[url] = seen
        else:
            _merge(known, seen)
        if len(found) >= _MAX_LINKS:
            break
    return list(found.values())


def _links(root: HtmlElement) -> Iterator[tuple[HtmlElement, Zone]]:
    """Every `<a href>` with the zones around it."""
    zones: dict[HtmlElement, Zone] = {}
    for element in root.iter("*"):
        parent = element.getparent()
        zone = zones.get(parent, Zone.NONE) | zone_of(element) if parent is not None else Zone.NONE
        zones[element] = zone
        if element.tag == "a" and element.get("href"):
            yield element, zone


def _read(element: HtmlElement, url: str, zone: Zone, *, order: int) -> Anchor:
    card = _card_of(element)
    heading = _heading_of(element, card)
    title = fold_space(heading.text_content()) if heading is not None else _text_of(element)
    date, shown, dated = _date_in(card)
    place = _place_of(element)
    return Anchor(
        url=url,
        title=title[:400],
        heading=heading is not None,
        card=card is not None,
        published_at=date,
        shown_date=shown,
        dated=dated,
        zone=zone,
        place=place,
        image=element.find(".//img") is not None,
        order=order,
        places=[place],
    )


def _merge(known: Anchor, seen: Anchor) -> None:
    better = (seen.heading, len(seen.title.split())) > (known.heading, len(known.title.split()))
    if better:
        known.title, known.place = seen.title, seen.place
    known.heading |= seen.heading
    known.card |= seen.card
    known.dated |= seen.dated
    known.image |= seen.image
    known.published_at = known.published_at or seen.published_at
    known.shown_date = known.shown_date or seen.shown_date
    known.zone &= seen.zone
    known.places.extend(seen.places)


def _text_of(element: HtmlElement) -> str:
    text = fold_space(element.text_content())
    if text:
        return text
    for name in ("title", "aria-label"):
        if value := fold_space(element.get(name) or ""):
            return value
    return next((fold_space(image.get("alt") or "") for image in element.iter("img")), "")


def _card_of(element: HtmlElement) -> HtmlElement | None:
    """The nearest ancestor that is a teaser of its own: an article, a list item, or named like one."""
    for ancestor in islice(element.iterancestors(), _CARD_DEPTH):
        if ancestor.tag in ("body", "main", "ul", "ol"):
            break
        names = ancestor.get("class") or ""
        if ancestor.tag in _CARD_TAGS or (ancestor.tag in ("div", "section") and _CARD_NAMES.search(names)):
            return ancestor
    return None


def _heading_of(element: HtmlElement, card: HtmlElement | None) -> HtmlElement | None:
    for ancestor in list(element.iterancestors())[:4]:
        if ancestor.tag in _HEADINGS:
            return element
    inside = [inner for inner in element.iter(*_HEADINGS) if fold_space(inner.text_content())]
    if inside:
        return inside[0]
    if card is None or _text_of(element):
        return None
    # A picture link beside a heading without a link of its own.
    headings = [inner for inner in card.iter(*_HEADINGS) if inner.find(".//a") is None]
    return headings[0] if len(headings) == 1 else None


def _date_in(card: HtmlElement | None) -> tuple[datetime | None, str, bool]:
    """The date of a card for machines, else as it is shown, and whether there is one (of many times none is)."""
    times = list(card.iter("time")) if card is not None else []
    if not 1 <= len(times) <= _MAX_TIMES:
        return None, "", False
    found = parse_page_date(times[0].get("datetime"))
    return (found.at, "", True) if found else (None, date_text(times[0].text_content()), True)


def date_text(text: str) -> str:
    """What is shown for a date, on one line; empty where it is too long to be one."""
    line = fold_space(text)
    return line if len(line) <= _MAX_DATE else ""


def _place_of(element: HtmlElement) -> str:
    names: list[str] = []
    for ancestor in [element, *list(element.iterancestors())[:3]]:
        first = (ancestor.get("class") or "").split()[:1]
        names.append(f"{ancestor.tag}.{first[0]}" if first else str(ancestor.tag))
    return " < ".join(names)


def same_site(url: str, other: str) -> bool:
    """Both addresses belong to one site: the same host, or one host below the other's last two labels."""
    one, two = host_of(url), host_of(other)
    return bool(one) and (one == two or one.endswith("." + _site(two)) or one == _site(two))


def _site(host: str) -> str:
    labels = host.split(".")
    # co.uk, com.au: a short second level under a country keeps three labels.
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-keep:])


def url_shape(url: str) -> str:
    """Host and path with what varies between stories taken out: links of one list share it."""
    parts = urlsplit(url)
    shape = [_segment(segment) for segment in parts.path.strip("/").split("/") if segment]
    query = "?" + ",".join(sorted(pair.partition("=")[0] for pair in parts.query.split("&"))) if parts.query else ""
    return f"{host_of(url)}/{'/'.join(shape)}{query}"


def _segment(segment: str) -> str:
    stem = re.sub(r"\.(?:s?html?|php|aspx?|jsp|cfm)$", "", segment.lower())
    if re.fullmatch(r"(?:19|20)\d\d|[01]?\d|[0-3]?\d|(?:19|20)\d\d[-_]?[01]\d[-_]?[0-3]\d", stem):
        return "<date>"
    if re.fullmatch(r"\d+", stem):
        return "<id>"
    words = re.split(r"[-_+.,]|%20", stem)
    if len(words) >= 3 or len(stem) >= 25 or re.search(r"\d{4,}", stem):
        return "<slug>"
    return re.sub(r"\d+", "<id>", stem) if len(words) == 1 else "<pair>"
