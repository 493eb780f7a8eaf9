"""Bytes of a feed, sitemap or JSON Feed -> ParsedFeed, or NotAFeed with the reason.

The ladder (`fetching.md` 26), each step only for what the one before could not read:

    decode -> JSON Feed?
           -> cut out known items by hash -> strict lxml
           -> the same on references and prefixes put right
           -> each item on its own: strict lxml, else feedparser
           -> feedparser on the whole, where items cannot be told apart

Items are read by themselves (their bytes and what surrounds all of them), so what was cut out never changes the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model.entry import NotAFeed, ParsedFeed
from monitor.model.reasons import Reason
from monitor.parse import clean, direct, jsonfeed, sitemap
from monitor.parse.channel import Channel, hints_of, read_channel
from monitor.parse.charset import decode, unpacked
from monitor.parse.fallback import read_with_feedparser
from monitor.parse.links import absolute
from monitor.parse.markup import Element
from monitor.parse.names import name_of
from monitor.parse.notfeed import looks_like_html, not_a_feed
from monitor.parse.prune import Items, find_items, hash_of, without
from monitor.parse.raw import RawItem, Surroundings, entry_of

PARSER_VERSION = 1
"""Raise it when entries or hashes come out differently: stored validators and hashes are void then."""

QUICK_BYTES = 1_000_000
QUICK_ITEMS = 3_000
"""Largest document that is read in a thread of the main process; larger ones go to a worker."""

_KINDS = {
    "rss": "rss",
    "feed": "atom",
    "entry": "atom",
    "rdf": "rdf",
    "channel": "cdf",
    "urlset": "sitemap",
    "sitemapindex": "sitemapindex",
}
_ITEM_NAMES = {"feed": b"entry", "entry": b"entry", "urlset": b"url", "sitemapindex": b"sitemap"}
_TRUNCATED = Reason("truncated", "the document ends in the middle; only its complete items were read")
_MALFORMED = Reason("malformed", "the document is not well-formed XML; its items were read as well as possible")


@dataclass(frozen=True, slots=True)
class _Document:
    """A cleaned XML document from its root on, and where its items lie."""

    data: bytes
    root: str
    entities: dict[bytes, bytes]
    items: Items
    url: str
    now: datetime
    known: frozenset[str]


def read_document(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    encoding: str | None = None,
    known: frozenset[str] = frozenset(),
    now: datetime,
) -> ParsedFeed | NotAFeed:
    """Read `body`, fetched from `url` (the final address), whatever it is; never raises for what it contains.

    `known` are item hashes: such items are counted, not returned.  May take quadratic time on hostile documents, so
    run it where it can be killed.
    """
    opened = _open(body, url=url, content_type=content_type, encoding=encoding, known=known, now=now)
    if not isinstance(opened, _Document):
        return opened
    return _read_well_formed(opened) or _read_broken(opened)


def read_quickly(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    encoding: str | None = None,
    known: frozenset[str] = frozenset(),
    now: datetime,
) -> ParsedFeed | NotAFeed | None:
    """As `read_document`, in bounded time and memory and safe in any thread; None: take the ladder in a worker."""
    if len(body) > QUICK_BYTES:
        return None
    opened = _open(body, url=url, content_type=content_type, encoding=encoding, known=known, now=now)
    if not isinstance(opened, _Document):
        return opened
    return _read_well_formed(opened) if len(opened.items.spans) <= QUICK_ITEMS else None


def _open(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    encoding: str | None,
    known: frozenset[str],
    now: datetime,
) -> _Document | ParsedFeed | NotAFeed:
    text = decode(unpacked(body), content_type=content_type, encoding=encoding).text
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return jsonfeed.read_json(text.lstrip("\ufeff \t\r\n"), url=url, known=known, around=Surroundings((url,), now))
    data = clean.cleaned(text)
    prolog = clean.read_prolog(data)
    if prolog is None:
        return not_a_feed(data)
    if hostile := prolog.hostile or clean.growth(data, prolog.entities):
        return NotAFeed(hostile)
    if prolog.root not in _KINDS:
        prolog = clean.embedded(data) or prolog
        if prolog.root not in _KINDS and looks_like_html(data):
            return not_a_feed(data)
    data = clean.rooted(data, prolog)
    items = find_items(data, _ITEM_NAMES.get(prolog.root, b"item"))
    if prolog.root in direct.ITEMS:  # an entry alone is its own document: nothing to cut out of
        items = replace(items, regular=False)
    return _Document(data, prolog.root, prolog.entities, items, url, now, known)


def _read_well_formed(document: _Document) -> ParsedFeed | NotAFeed | None:
    """The direct reading, of the document without its known items; None when it is not well-formed."""
    items = document.items
    if items.open_at is not None:
        return None
    if not items.regular:
        return _read_unsplit(document)
    known = tuple(span for span, hashed in zip(items.spans, items.hashes, strict=True) if hashed in document.known)
    fresh = [hashed for hashed in items.hashes if hashed not in document.known]
    root = _parse(without(document.data, known) if known else document.data, document.entities)
    if root is None:
        return None
    raws = _items_of(root)
    if len(raws) != len(fresh):
        return _read_unsplit(document)
    for raw, hashed in zip(raws, fresh, strict=True):
        raw.item_hash = hashed
    return _finish(document, raws, read_channel(root), items.hashes)


def _read_unsplit(document: _Document) -> ParsedFeed | NotAFeed | None:
    """A well-formed document whose items cannot be told apart in its bytes: read all, drop the known ones after."""
    root = _parse(document.data, document.entities)
    if root is None:
        return None
    raws = _items_of(root)
    if not raws and name_of(root.tag) not in _KINDS and name_of(root.tag) != "rdf_rdf":
        return not_a_feed(document.data)
    return _hashed_by_content(document, raws, read_channel(root))


def _read_broken(document: _Document) -> ParsedFeed | NotAFeed:
    items = document.items
    if not items.regular or not items.spans:
        return _read_whole_loosely(document)
    shell = without(document.data, items.spans)
    if items.open_at is not None:
        shell = without(document.data[: items.open_at], items.spans)
    channel = _channel_of_shell(shell)
    before, after = _wrapping(document.data, items.spans[0][0])
    raws: list[RawItem] = []
    for (start, end), hashed in zip(items.spans, items.hashes, strict=True):
        if hashed not in document.known:
            raws.extend(_read_alone(before + document.data[start:end] + after, hashed, document.entities))
    problem = _TRUNCATED if _is_cut(document) else _MALFORMED
    return _finish(document, raws, channel, items.hashes, problem)


def _is_cut(document: _Document) -> bool:
    return document.items.open_at is not None or not document.data.rstrip().endswith(b">")


def _read_alone(wrapped: bytes, hashed: str, entities: dict[bytes, bytes]) -> list[RawItem]:
    root = _parse(wrapped, entities)
    raws = _items_of(root) if root is not None else read_with_feedparser(wrapped)[0]
    if not raws and (rest := direct.parse_recovering(clean.repaired(wrapped, entities))) is not None:
        raws = _items_of(rest)
    for raw in raws:
        raw.item_hash = hashed
    return raws


def _wrapping(data: bytes, first_item: int) -> tuple[bytes, bytes]:
    """The start tags that an item stands in (root and channel, for namespaces and bases), and their end tags."""
    opening = b""
    closing = b""
    for found in clean.start_tags(data[:first_item]):
        opening += found.tag
        closing = b"</" + found.name + b">" + closing
    return opening, closing


def _channel_of_shell(shell: bytes) -> Channel:
    root = direct.parse_recovering(clean.repaired(shell, {}))
    return read_channel(root) if root is not None else Channel()


def _read_whole_loosely(document: _Document) -> ParsedFeed | NotAFeed:
    raws, channel, version = read_with_feedparser(document.data)
    if not channel.title:
        channel = _channel_of_shell(document.data)
    if not raws and not version and document.root not in _KINDS:
        return not_a_feed(document.data)
    if document.items.open_at is not None and raws:
        raws = raws[: max(len(document.items.spans), len(raws) - 1)]
    problem = _TRUNCATED if _is_cut(document) else _MALFORMED
    return _hashed_by_content(document, raws, channel, problem)


def _hashed_by_content(
    document: _Document, raws: list[RawItem], channel: Channel, *problems: Reason
) -> ParsedFeed | NotAFeed:
    for raw in raws:
        raw.item_hash = hash_of(repr(raw).encode("utf-8", "replace"))
    hashes = tuple(raw.item_hash for raw in raws)
    fresh = [raw for raw in raws if raw.item_hash not in document.known]
    return _finish(document, fresh, channel, hashes, *problems)


def _parse(data: bytes, entities: dict[bytes, bytes]) -> Element | None:
    root = direct.parse_strict(data)
    if root is None:
        root = direct.parse_strict(clean.repaired(data, entities))
    return root


def _items_of(root: Element) -> list[RawItem]:
    if sitemap.is_sitemap(name_of(root.tag)):
        return [
            sitemap.read_page(child) for child in root.iterchildren("*") if name_of(child.tag) in ("url", "sitemap")
        ]
    return [direct.read_item(element) for element in direct.item_elements(root)]


def _finish(
    document: _Document, raws: list[RawItem], channel: Channel, hashes: tuple[str, ...], *problems: Reason
) -> ParsedFeed:
    link = absolute(channel.link, channel.base, document.url)
    kind = _KINDS.get(document.root, "rss")
    around = Surroundings((channel.base, link, document.url), document.now, updated_is_published=kind in ("rss", "rdf"))
    entries = tuple(entry_of(raw, around) for raw in raws)
    return ParsedFeed(
        kind=kind,
        title=channel.clean_title,
        url=link,
        entries=entries,
        language=channel.clean_language,
        hints=hints_of(channel, document.url),
        known=sum(1 for hashed in hashes if hashed in document.known),
        item_hashes=hashes,
        problems=problems,
    )
