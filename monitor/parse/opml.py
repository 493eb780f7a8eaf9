"""Lists of feeds as other readers write them (http://opml.org/spec2.opml): in and out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from xml.sax.saxutils import quoteattr

from monitor.errors import ParseError
from monitor.model.readers import for_web
from monitor.parse.charset import decode
from monitor.parse.clean import cleaned, repaired
from monitor.parse.direct import parse_recovering, parse_strict
from monitor.parse.links import absolute
from monitor.parse.markup import Element
from monitor.parse.text import plain

DEEPEST = 20
"""Folders within folders that are followed."""


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """One subscription: its folders become `tags`, outermost first; those of all its places in the list.

    `problem` is why it cannot be used (then `url` is what stood there), None when it can.  `kind` is the key of a
    source: `page` where the other reader made a feed of a page.
    """

    url: str
    title: str
    site: str | None = None
    tags: tuple[str, ...] = ()
    problem: str | None = None
    kind: str = "feed"


_TYPED = re.compile(r"(?:application/|text/)?(?:rss|rdf|atom|feed|pie|jsonfeed)", re.IGNORECASE)
_MADE = re.compile(r"(html|xml|json)\+(?:xpath|dotnotation)", re.IGNORECASE)
"""Kinds of FreshRSS whose entries are picked out of something that is no feed."""
_WITHOUT_SCHEME = re.compile(r"(?://)?(?:www\.[\w.-]+|[\w-]+(?:\.[\w-]+)+(?::\d+)?(?=/))", re.IGNORECASE)
_DECLARATION = re.compile(rb"\A<\?xml[^>]*\?>")


def read_opml(body: bytes) -> tuple[OpmlFeed, ...]:
    """Every subscription of the list in its order, unusable ones with their problem.

    Raises `ParseError` when the document is no OPML at all.
    """
    # It is UTF-8 from here on, whatever it declared itself to be.
    data = _DECLARATION.sub(b"", cleaned(decode(body).text))
    root = parse_strict(data)
    if root is None:
        root = parse_strict(repaired(data, {}))
    if root is None:
        root = parse_recovering(data)
    if root is None or _name(root) != "opml":
        raise ParseError(
            "the file is no OPML list", code="not-opml", remedy="export the feed list as OPML and try again"
        )
    feeds: list[OpmlFeed] = []
    seen: dict[str, int] = {}
    for holder in (root, *(child for child in root if _name(child) == "body")):
        _walk(holder, (), feeds, seen)
    return tuple(feeds)


def write_opml(feeds: Iterable[OpmlFeed], *, title: str = "news-monitor") -> bytes:
    """The list as OPML 2.0, feeds in folders by their tags."""
    tree: dict[tuple[str, ...], list[OpmlFeed]] = {}
    for feed in feeds:
        tree.setdefault(feed.tags, []).append(feed)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{html.escape(title)}</title></head>",
        "  <body>",
    ]
    for tags, members in tree.items():
        lines += [f"{'  ' * (2 + depth)}<outline text={quoteattr(tag)}>" for depth, tag in enumerate(tags)]
        lines += [f"{'  ' * (2 + len(tags))}{_outline(feed)}" for feed in members]
        lines += [f"{'  ' * (2 + depth)}</outline>" for depth in range(len(tags) - 1, -1, -1)]
    return "\n".join([*lines, "  </body>", "</opml>", ""]).encode()


def _outline(feed: OpmlFeed) -> str:
    site = f" htmlUrl={quoteattr(feed.site)}" if feed.site else ""
    name = quoteattr(feed.title or feed.url)
    return f'<outline type="rss" text={name} title={name} xmlUrl={quoteattr(feed.url)}{site}/>'


def _walk(element: Element, tags: tuple[str, ...], feeds: list[OpmlFeed], seen: dict[str, int]) -> None:
    for child in element:
        if _name(child) != "outline":
            continue
        given = {str(key).lower(): str(value).strip() for key, value in child.attrib.items()}
        if given.get("iscomment", "").lower() == "true":  # switched off, with everything below it
            continue
        title = plain(given.get("title") or given.get("text") or "")
        typed = _TYPED.match(given.get("type", "")) is not None
        address = given.get("xmlurl") or given.get("feedurl") or (given.get("url", "") if typed else "")
        if address or typed:
            _add(_feed(address, title, given, tags), feeds, seen)
        if len(child) and len(tags) < DEEPEST:
            _walk(child, (*tags, title) if title and not address else tags, feeds, seen)


def _add(feed: OpmlFeed, feeds: list[OpmlFeed], seen: dict[str, int]) -> None:
    """A feed that lies in several folders is one, with the tags of them all; the others are listed as such."""
    first = seen.setdefault(feed.url, len(feeds)) if feed.problem is None else len(feeds)
    if first < len(feeds):
        feeds[first] = replace(feeds[first], tags=tuple(dict.fromkeys((*feeds[first].tags, *feed.tags))))
        feed = replace(feed, problem="the address stands in the list twice; it has the tags of both places")
    feeds.append(feed)


def _feed(address: str, title: str, given: dict[str, str], tags: tuple[str, ...]) -> OpmlFeed:
    url = absolute(_web(address))
    named = tuple(part.strip(" /") for part in given.get("category", "").split(",") if part.strip(" /"))
    made = _MADE.match(given.get("type", ""))
    kind = "page" if made and made.group(1).lower() == "html" else "feed"
    problem = None
    if not address:
        problem = "the outline has no address (xmlUrl)"
    elif url is None:
        problem = "the address is not http or https"
    elif made and kind == "feed":
        problem = "the other reader picks its entries out of a document that is no feed"
    tags = tuple(dict.fromkeys((*tags, *named)))
    return OpmlFeed(url or address, title or url or address, absolute(given.get("htmlurl")), tags, problem, kind)


def _web(address: str) -> str:
    """The address as the web has it, where it was written for a program or without its scheme."""
    if _WITHOUT_SCHEME.match(address):
        return f"http://{address.lstrip('/')}"
    return for_web(address) or address


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
