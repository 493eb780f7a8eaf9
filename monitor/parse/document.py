"""An XML document made ready to be read: decoded, cleaned, its root and items found, hostile ones refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model.entry import NotAFeed
from monitor.parse import clean, direct, sitemap
from monitor.parse.charset import Decoded
from monitor.parse.notfeed import looks_like_html, not_a_feed
from monitor.parse.prune import Items, find_items, hash_of

# Local name of the root element, lower-case -> kind of feed
KINDS = {
    "rss": "rss",
    "feed": "atom",
    "entry": "atom",
    "rdf": "rdf",
    "channel": "cdf",
    "urlset": "sitemap",
    "sitemapindex": "sitemapindex",
}
_END = re.compile(rb"</(?:[\w.-]+:)?(?:channel|rss|feed|rdf|urlset|sitemapindex)\s*>", re.IGNORECASE)
_ITEM_NAMES = {"feed": b"entry", "entry": b"entry", "urlset": b"url", "sitemapindex": b"sitemap"}


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned XML document from its root on, where its items lie, and what is to be known for reading them.

    `replaced`: some bytes were no text.  `known` are the hashes of items to leave out.
    """

    data: bytes
    root: str
    entities: dict[bytes, bytes]
    items: Items
    replaced: bool
    url: str
    known: frozenset[str]
    now: datetime

    @property
    def kind(self) -> str:
        """The kind of feed; unknown roots that hold items count as RSS."""
        return KINDS.get(self.root, "rss")

    @property
    def is_cut(self) -> bool:
        """Whether the document ends before its root does."""
        closing = self.root.encode() + b">"
        return self.items.open_at is not None or closing not in self.data.lower().replace(b" ", b"")


def open_document(decoded: Decoded, *, url: str, known: frozenset[str], now: datetime) -> Document | NotAFeed:
    """The document in a decoded body, or why it is no feed."""
    data = sitemap.marked_up(clean.unescaped(clean.cleaned(decoded.text)))
    prolog = clean.read_prolog(data)
    if prolog is None:
        return not_a_feed(data)
    if hostile := prolog.hostile or clean.growth(data, prolog.entities):
        return NotAFeed(hostile)
    if prolog.root not in KINDS:
        prolog = clean.embedded(data) or prolog
        if prolog.root not in KINDS and looks_like_html(data):
            return not_a_feed(data)
    data = clean.rooted(data, prolog)
    items = _ended(find_items(data, _ITEM_NAMES.get(prolog.root, b"item")), data)
    if prolog.root not in KINDS and not items.spans:
        return not_a_feed(data)
    if prolog.root in direct.ITEMS:  # an entry alone is its own document: nothing to cut it out of
        items = replace(items, regular=False)
    return Document(data, prolog.root, prolog.entities, items, decoded.replaced, url, known, now)


def _ended(items: Items, data: bytes) -> Items:
    """An item that is not closed ends with the feed around it, if that is: then nothing was cut off."""
    end = _END.search(data, items.open_at) if items.open_at is not None else None
    if end is None or items.open_at is None:
        return items
    span = (items.open_at, end.start())
    hashes = (*items.hashes, hash_of(data[span[0] : span[1]]))
    return Items((*items.spans, span), hashes, items.regular)
