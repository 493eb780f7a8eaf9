"""Sitemaps (https://www.sitemaps.org/protocol.html), news sitemaps, and indexes of sitemaps.

A page of a sitemap becomes an entry whose id is its address.  A child of an index becomes an entry with `url` and
`updated_at` (its lastmod) in a feed of kind `sitemapindex`: the caller decides which are fresh enough to fetch.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from monitor.parse.markup import Element, name_in, text_of
from monitor.parse.raw import Link, RawItem

_ADDRESSES = re.compile(rb"https?://\S++\s++(?:https?://\S++(?:\s++|\Z))+", re.IGNORECASE)


def marked_up(data: bytes) -> bytes:
    """A sitemap in plain text, which is one address a line and nothing else, as XML; any other document as it is."""
    if not _ADDRESSES.fullmatch(data):
        return data
    pages = "".join(f"<url><loc>{escape(line)}</loc></url>\n" for line in data.decode("utf-8", "replace").split())
    return f"<urlset>\n{pages}</urlset>".encode()


def read_page(element: Element) -> RawItem:
    """One `<url>` or `<sitemap>` element."""
    raw = RawItem()
    for child in element.iterchildren("*"):
        name = name_in(child)
        if name == "loc":
            raw.id = text_of(child)
            raw.links.append(Link("alternate", "", raw.id))
        elif name == "lastmod":
            raw.updated = text_of(child)
        elif name == "image_image":
            raw.images.extend(text_of(part) for part in child.iterchildren("*") if name_in(part) == "image_loc")
        elif name == "news_news":
            _read_news(raw, child)
    if not raw.title:
        raw.title = title_from(raw.id)
    return raw


def _read_news(raw: RawItem, news: Element) -> None:
    for child in news.iter("*"):
        name = name_in(child)
        if name == "news_title":
            raw.title = text_of(child)
        elif name == "news_publication_date":
            raw.published = text_of(child)
        elif name == "news_language":
            raw.language = text_of(child)
        elif name == "news_keywords":
            raw.categories = [word.strip() for word in text_of(child).split(",") if word.strip()]


def title_from(url: str) -> str:
    """The words in an address, for pages without a title: ".../new-bridge-opened.html" -> "new bridge opened"."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return ""
    parts = [part for part in path.rsplit(".", 1)[0].split("/") if part]
    slug = max(parts, key=lambda part: part.count("-") + part.count("_"), default="")
    return slug.replace("-", " ").replace("_", " ")


def is_sitemap(root: str) -> bool:
    """Whether the root's name is one of the two of the protocol."""
    return root in ("urlset", "sitemapindex")
