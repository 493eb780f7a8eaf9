"""A listing page -> the links to its stories."""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from lxml.html import HtmlElement

from monitor.extract.blocks import fold_space, page_blocks_of
from monitor.extract.dates import parse_page_date
from monitor.extract.failures import NEEDS_SCRIPTS, needs_scripts
from monitor.extract.jsonld import Graph, read_jsonld, text_of, types_of
from monitor.extract.links import anchors_of, date_text, same_site
from monitor.extract.linkscore import ACCEPT, Scored, score_links, word_count
from monitor.extract.page import Page, read_page
from monitor.extract.pagination import next_page
from monitor.extract.selector import select
from monitor.model.reasons import Reason
from monitor.model.source import LinkSelectors

_FEW = 5
_DEFAULT = LinkSelectors()


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a listing page; `score` and `why` say how it was judged."""

    url: str
    title: str
    published_at: datetime | None = None
    score: float = 0.0
    why: str = ""
    shown_date: str = ""
    """What the page shows for a date where it says none for machines: "vor 2 Stunden", "1 March 2026"."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The story links of a page in its order, those left out, the next page, and what is wrong.

    Problems: `empty`, `too-large`, `too-few-links`, `selector-matches-nothing`, `no-story-links`, `needs-javascript`.
    """

    links: tuple[Link, ...]
    next_url: str | None = None
    problems: tuple[Reason, ...] = ()
    rejected: tuple[Link, ...] = ()
    how: str = "heuristic"
    """heuristic, selectors or ItemList"""


def extract_links(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    selectors: LinkSelectors = _DEFAULT,
    min_links: int | None = None,
) -> Listing:
    """The story links of a listing page.

    `selectors` (CSS or XPath) override the heuristic; `include` and `exclude` filter addresses (a substring, or a glob
    where it has `*`); fewer than `min_links` is a problem.  Never raises.
    """
    page = read_page(body, url=url, content_type=content_type)
    if isinstance(page, Reason):
        return Listing((), problems=(page,))
    listing = links_of_page(page, selectors=selectors)
    if not listing.links and needs_scripts(page, " ".join(block.text for block in page_blocks_of(page.tree))):
        listing = replace(listing, problems=(NEEDS_SCRIPTS, *listing.problems))
    return _checked(listing, min_links)


def links_of_page(page: Page, *, selectors: LinkSelectors = _DEFAULT) -> Listing:
    """As `extract_links`, of a parsed page, without the check of the number."""
    listing = _by_selectors(page, selectors) if selectors.items or selectors.url else _by_heuristic(page)
    listing = _filtered(listing, selectors)
    return replace(listing, next_url=_next(page, selectors))


def _checked(listing: Listing, min_links: int | None) -> Listing:
    count = len(listing.links)
    if min_links is not None and count < min_links:
        reason = Reason("too-few-links", f"{count} links were found; the configuration expects at least {min_links}")
    elif count == 0 and not listing.problems:
        reason = Reason("no-story-links", "no links to stories were found on the page")
    else:
        return listing
    return replace(listing, problems=(*listing.problems, reason))


def _next(page: Page, selectors: LinkSelectors) -> str | None:
    if selectors.next is None:
        return next_page(page, listing=True)
    for found in select(page.tree, selectors.next):
        address = page.absolute(found if isinstance(found, str) else found.get("href"))
        if address:
            return address
    return None


def _filtered(listing: Listing, selectors: LinkSelectors) -> Listing:
    if not selectors.include and not selectors.exclude:
        return listing
    kept: list[Link] = []
    rejected = list(listing.rejected)
    for link in listing.links:
        if selectors.include and not matches(link.url, selectors.include):
            rejected.append(replace(link, why=f"not in include: {selectors.include}"))
        elif selectors.exclude and matches(link.url, selectors.exclude):
            rejected.append(replace(link, why=f"in exclude: {selectors.exclude}"))
        else:
            kept.append(link)
    return replace(listing, links=tuple(kept), rejected=tuple(rejected))


def matches(url: str, pattern: str) -> bool:
    """The pattern of `include` and `exclude`: a part of the address, or a glob over all of it where it has `*`."""
    return fnmatch.fnmatchcase(url, pattern) if "*" in pattern else pattern in url


def _by_heuristic(page: Page) -> Listing:
    declared = item_list(page, read_jsonld(page.tree))
    scored = score_links(anchors_of(page), page_url=page.url)
    titles = dict(declared)
    kept, rejected = _split(scored, titles)
    if len(kept) < _FEW:
        kept, rejected = _largest_cluster(scored, kept, rejected)
    known = {one.anchor.url for one in kept}
    missing = [Link(url, title, why="in the page's ItemList") for url, title in declared if url not in known]
    links = (*(_link(one) for one in sorted(kept, key=lambda one: one.anchor.order)), *missing)
    return Listing(links, rejected=tuple(_link(one) for one in rejected), how="ItemList" if declared else "heuristic")


def _split(scored: list[Scored], declared: Mapping[str, str]) -> tuple[list[Scored], list[Scored]]:
    kept: list[Scored] = []
    rejected: list[Scored] = []
    for one in scored:
        if one.anchor.url in declared:
            one.why.append("in the page's ItemList")
            kept.append(one)
        else:
            (kept if one.score >= ACCEPT else rejected).append(one)
    return kept, rejected


def _largest_cluster(
    scored: list[Scored], kept: list[Scored], rejected: list[Scored]
) -> tuple[list[Scored], list[Scored]]:
    """Hardly anything reached the mark: the largest group of one shape whose titles have words."""
    likely = [one for one in scored if one.score > 0 and word_count(one.anchor.title) >= 3]
    shapes = Counter(one.shape for one in likely)
    if not shapes:
        return kept, rejected
    shape, size = shapes.most_common(1)[0]
    if size < 3:
        return kept, rejected
    for one in likely:
        if one.shape == shape and one not in kept:
            one.why.append("the page's largest group of one shape")
            kept.append(one)
    return kept, [one for one in rejected if one not in kept]


def _link(one: Scored) -> Link:
    anchor = one.anchor
    return Link(
        anchor.url, anchor.title, anchor.published_at, round(one.score, 2), "; ".join(one.why), anchor.shown_date
    )


def item_list(page: Page, graph: Graph) -> tuple[tuple[str, str], ...]:
    """(address, title) of the page's JSON-LD ItemList of five or more same-site links; empty where there is none."""
    found: dict[str, str] = {}
    for node in graph.nodes:
        if "ItemList" not in types_of(node) or "BreadcrumbList" in types_of(node):
            continue
        items = node.get("itemListElement")
        for item in items if isinstance(items, list) else []:
            if not isinstance(item, Mapping):
                continue
            thing = item.get("item")
            inner = thing if isinstance(thing, Mapping) else item
            address = page.absolute(
                text_of(inner.get("url") or inner.get("@id") or (thing if isinstance(thing, str) else ""))
            )
            if address and same_site(address, page.url):
                found.setdefault(address, fold_space(text_of(inner.get("name") or inner.get("headline"))))
    return tuple(found.items()) if len(found) >= _FEW else ()


def _by_selectors(page: Page, selectors: LinkSelectors) -> Listing:
    problems: list[Reason] = []
    items: list[HtmlElement] = [page.tree]
    if selectors.items:
        items = [found for found in select(page.tree, selectors.items) if isinstance(found, HtmlElement)]
        if not items:
            problems.append(_nothing("items", selectors.items))
    links: dict[str, Link] = {}
    for item in items:
        for link in _links_of_item(page, item, selectors):
            links.setdefault(link.url, link)
    if items and not links and selectors.url:
        problems.append(_nothing("url", selectors.url))
    return Listing(tuple(links.values()), problems=tuple(problems), how="selectors")


def _nothing(key: str, selector: str) -> Reason:
    return Reason("selector-matches-nothing", f"links.{key} {selector!r} matches nothing on the page")


def _links_of_item(page: Page, item: HtmlElement, selectors: LinkSelectors) -> list[Link]:
    """One link per item; without `items`, one per element that `url` finds."""
    found = select(item, selectors.url) if selectors.url else _default_links(item)
    if selectors.items:
        found = found[:1]
    links: list[Link] = []
    for target in found:
        address = page.absolute(target if isinstance(target, str) else _href(target))
        if address is None:
            continue
        scope = item if selectors.items else None
        title = _selected_text(scope, selectors.title) or (
            "" if isinstance(target, str) else fold_space(target.text_content())
        )
        date, shown = _selected_date(scope, selectors.date)
        links.append(Link(address, title, date, why="selected", shown_date=shown))
    return links


def _default_links(item: HtmlElement) -> list[HtmlElement | str]:
    """The item itself if it is a link, else its links, headings' first."""
    if item.tag == "a":
        return [item]
    anchors = [element for element in item.iter("a") if element.get("href")]
    headed = [one for one in anchors if any(up.tag in ("h1", "h2", "h3", "h4") for up in one.iterancestors())]
    return [*(headed or anchors)]


def _href(element: HtmlElement) -> str | None:
    if element.get("href"):
        return str(element.get("href"))
    inner = element.find(".//a[@href]")
    return inner.get("href") if inner is not None else None


def _selected_text(item: HtmlElement | None, selector: str | None) -> str:
    if item is None or selector is None:
        return ""
    for found in select(item, selector):
        text = fold_space(found if isinstance(found, str) else found.text_content())
        if text:
            return text
    return ""


def _selected_date(item: HtmlElement | None, selector: str | None) -> tuple[datetime | None, str]:
    """The first date for machines; without one the first text."""
    shown = ""
    for found in select(item, selector) if item is not None and selector is not None else ():
        text = date_text(found if isinstance(found, str) else (found.get("datetime") or found.text_content()))
        if date := parse_page_date(text):
            return date.at, ""
        shown = shown or text
    return None, shown
