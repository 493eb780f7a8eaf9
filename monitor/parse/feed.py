"""Bytes of a feed, sitemap or JSON Feed -> ParsedFeed, or NotAFeed with the reason.

The ladder (`fetching.md` 26), each step only for what the one before could not read:

    decode -> JSON Feed?
           -> cut out known items by hash -> strict lxml
           -> the same on references and prefixes put right
           -> each item on its own: strict lxml, the same with its texts closed, else feedparser
           -> feedparser on the whole, where items cannot be told apart

Items are read by themselves (their bytes and what surrounds all of them), so what was cut out never changes the rest.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from monitor.errors import ParseError
from monitor.model.content import Content, size_of, whole
from monitor.model.entry import NotAFeed, ParsedFeed
from monitor.model.reasons import Reason
from monitor.parse import clean, direct, jsonfeed, sitemap
from monitor.parse.channel import Channel, hints_of, read_channel
from monitor.parse.charset import Decoded, decode, unpacked
from monitor.parse.closing import with_texts_closed
from monitor.parse.document import KINDS, Document, open_document
from monitor.parse.fallback import Effort, read_with_feedparser
from monitor.parse.links import absolute
from monitor.parse.markup import Element
from monitor.parse.names import name_of
from monitor.parse.notfeed import not_a_feed
from monitor.parse.prune import hash_of, without
from monitor.parse.raw import RawItem, Surroundings, entry_of

PARSER_VERSION = 1
"""Raise it when entries or hashes come out differently: stored validators and hashes are void then."""

QUICK_BYTES = 500_000
QUICK_ITEMS = 3_000
"""Largest document that is read in a thread of the main process; larger ones go to a worker."""

_TRUNCATED = Reason("truncated", "the document ends in the middle; only its complete items were read")
_BAD_BYTES = Reason("bad-bytes", "some bytes are no text in the document's encoding; they were replaced")
_MALFORMED = Reason("malformed", "the document is not well-formed XML; its items were read as well as possible")


def read_document(
    body: Content,
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
    decoded = decode(unpacked(whole(body)), content_type=content_type, encoding=encoding)
    if answer := _read_json(decoded, url=url, known=known, now=now):
        return answer
    document = open_document(decoded, url=url, known=known, now=now)
    return document if isinstance(document, NotAFeed) else _read_well_formed(document) or _read_broken(document)


def read_quickly(
    body: Content,
    *,
    url: str,
    content_type: str | None = None,
    encoding: str | None = None,
    known: frozenset[str] = frozenset(),
    now: datetime,
) -> ParsedFeed | NotAFeed | None:
    """As `read_document`, in bounded time and memory and safe in any thread; None: take the ladder in a worker."""
    if size_of(body) > QUICK_BYTES or len(data := unpacked(whole(body))) > QUICK_BYTES:
        return None
    decoded = decode(data, content_type=content_type, encoding=encoding)
    if answer := _read_json(decoded, url=url, known=known, now=now):
        return answer
    document = open_document(decoded, url=url, known=known, now=now)
    if isinstance(document, NotAFeed):
        return document
    return _read_well_formed(document) if len(document.items.spans) <= QUICK_ITEMS else None


def _read_json(decoded: Decoded, *, url: str, known: frozenset[str], now: datetime) -> ParsedFeed | NotAFeed | None:
    """A JSON Feed, or why it is none; None where the document is XML, if only behind something else."""
    if not jsonfeed.looks_like_json(decoded.text):
        return None
    answer = jsonfeed.read_json(decoded.text, url=url, known=known, now=now)
    behind = isinstance(answer, NotAFeed) and clean.embedded(clean.cleaned(decoded.text))
    return None if behind else answer


def _read_well_formed(document: Document) -> ParsedFeed | NotAFeed | None:
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
    if len(raws) != len(fresh) or (not known and _says_nothing(document, raws)):
        return _read_unsplit(document)
    for raw, hashed in zip(raws, fresh, strict=True):
        raw.item_hash = hashed
    return _finish(document, raws, read_channel(root), items.hashes)


def _read_unsplit(document: Document) -> ParsedFeed | NotAFeed | None:
    """A well-formed document whose items cannot be told apart in its bytes: read all, drop the known ones after."""
    root = _parse(document.data, document.entities)
    if root is None:
        return None
    raws = _items_of(root)
    if document.root not in KINDS and (not raws or _says_nothing(document, raws)):
        return not_a_feed(document.data)
    return _hashed_by_content(document, raws, read_channel(root))


def _says_nothing(document: Document, raws: list[RawItem]) -> bool:
    """Whether the items of a strange document are those of something else: a menu, a form, a list of settings."""
    told = any(raw.title or raw.links or raw.contents or raw.summary for raw in raws)
    return document.root not in KINDS and bool(raws) and not told


def _read_broken(document: Document) -> ParsedFeed | NotAFeed:
    items = document.items
    if not items.regular or not items.spans:
        return _read_whole_loosely(document)
    shell = without(document.data, items.spans)
    if items.open_at is not None:
        shell = without(document.data[: items.open_at], items.spans)
    channel = _recovered(with_texts_closed(shell))[1]
    before, after = _wrapping(document.data[: items.spans[0][0]])
    raws: list[RawItem] = []
    effort = Effort()
    for (start, end), hashed in zip(items.spans, items.hashes, strict=True):
        if hashed not in document.known:
            raws.extend(_read_alone(before + document.data[start:end] + after, hashed, document.entities, effort))
    problem = _TRUNCATED if document.is_cut else _MALFORMED
    return _finish(document, raws, channel, items.hashes, problem)


def _read_alone(wrapped: bytes, hashed: str, entities: dict[bytes, bytes], effort: Effort) -> list[RawItem]:
    # Recovery reads what is well-formed just as well, and a strict parser's refusals take time.
    hurried = effort.is_spent
    root = direct.parse_recovering(clean.repaired(wrapped, entities)) if hurried else _parse(wrapped, entities)
    if root is None and (closed := with_texts_closed(wrapped)) != wrapped:
        wrapped, root = closed, _parse(closed, entities)
    raws = _items_of(root) if root is not None else _read_loosely(wrapped, effort)[0]
    for raw in raws:
        raw.item_hash = hashed
    return raws


def _wrapping(head: bytes) -> tuple[bytes, bytes]:
    """The start tags that an item stands in (root and channel, for namespaces and bases), and their end tags."""
    opening = b""
    closing = b""
    for found in clean.start_tags(with_texts_closed(head)):
        opening += found.tag
        closing = b"</" + found.name + b">" + closing
    return opening, closing


def _read_loosely(data: bytes, effort: Effort) -> tuple[list[RawItem], Channel]:
    """feedparser; what it does not find, lxml's own recovery may: a tree cut short is better than nothing."""
    raws: list[RawItem] = []
    channel = Channel()
    if effort.allows(data):
        with suppress(ParseError):
            # What is put right before is out of its hands: it takes "?a=1&copy=2" for a copyright sign.
            raws, channel = read_with_feedparser(clean.repaired(data, {}))
    if raws and channel.title:
        return raws, channel
    found, named = _recovered(data)
    return raws or found, channel if channel.title else named


def _recovered(data: bytes) -> tuple[list[RawItem], Channel]:
    """Items and channel as far as lxml's recovery finds them."""
    root = direct.parse_recovering(clean.repaired(data, {}))
    return (_items_of(root), read_channel(root)) if root is not None else ([], Channel())


def _read_whole_loosely(document: Document) -> ParsedFeed | NotAFeed:
    raws, channel = _read_loosely(document.data, Effort())
    if not raws and document.root not in KINDS:
        return not_a_feed(document.data)
    if document.is_cut:  # the last item is half-written
        raws = raws[: len(document.items.spans) if document.items.regular else max(len(raws) - 1, 0)]
    problem = _TRUNCATED if document.is_cut else _MALFORMED
    return _hashed_by_content(document, raws, channel, problem)


def _hashed_by_content(
    document: Document, raws: list[RawItem], channel: Channel, *problems: Reason
) -> ParsedFeed | NotAFeed:
    for raw in raws:
        raw.item_hash = hash_of(repr(raw).encode("utf-8", "replace"))
    hashes = tuple(raw.item_hash for raw in raws)
    fresh = [raw for raw in raws if raw.item_hash not in document.known]
    return _finish(document, fresh, channel, hashes, *problems)


def _parse(data: bytes, entities: dict[bytes, bytes]) -> Element | None:
    root = direct.parse_strict(data)
    if root is None and (mended := clean.repaired(data, entities)) != data:
        root = direct.parse_strict(mended)
    return root


def _items_of(root: Element) -> list[RawItem]:
    if sitemap.is_sitemap(name_of(root.tag)):
        return [
            sitemap.read_page(child) for child in root.iterchildren("*") if name_of(child.tag) in ("url", "sitemap")
        ]
    return [direct.read_item(element) for element in direct.item_elements(root)]


def _finish(
    document: Document, raws: list[RawItem], channel: Channel, hashes: tuple[str, ...], *problems: Reason
) -> ParsedFeed:
    link = absolute(channel.link, channel.base, document.url)
    dated_once = document.kind in ("rss", "rdf")  # there, dc:date is when it was published
    around = Surroundings((channel.base, link, document.url), document.now, updated_is_published=dated_once)
    entries = tuple(entry_of(raw, around) for raw in raws)
    return ParsedFeed(
        kind=document.kind,
        title=channel.clean_title,
        url=link,
        entries=entries,
        language=channel.clean_language,
        hints=hints_of(channel, document.url),
        known=sum(1 for hashed in hashes if hashed in document.known),
        item_hashes=hashes,
        problems=(*problems, _BAD_BYTES) if document.replaced else problems,
    )
