"""What a fetched document is, cheaply."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from monitor.extract.blocks import Block, page_blocks_of
from monitor.extract.charset import decode_page
from monitor.extract.jsonld import ARTICLE_TYPES, article_node, read_jsonld, same_page_key, types_of
from monitor.extract.links import anchors_of
from monitor.extract.metadata import meta_tags
from monitor.extract.own import best_container, is_prose
from monitor.extract.page import Page, read_page
from monitor.extract.zones import Zone
from monitor.model.reasons import Reason

_SNIFF = 4096
_IMAGE_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x00\x00\x01\x00", b"BM", b"II*\x00", b"MM\x00*")
_BINARY_MAGIC = (
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"\x7fELF",
    b"MZ",
    b"OggS",
    b"ID3",
    b"\x1aE\xdf\xa3",
    b"wOFF",
    b"wOF2",
)
# An entry can be a document of its own (RFC 4287, 2); its namespace tells it from other XML.
_FEED = re.compile(
    rb"<(?:\w+:)?(?:(?:rss|feed|rdf|channel)[\s>/]|entry\s[^>]*(?:w3\.org/2005/atom|purl\.org/atom/))", re.IGNORECASE
)
_SITEMAP = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>/]", re.IGNORECASE)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|script|div|p|article|table|h[1-6]|span|a|br|link|main|section|ul)[\s>/]",
    re.IGNORECASE,
)
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https?://jsonfeed\.org/')


def looks_like(body: bytes, *, content_type: str | None = None) -> str:
    """`html`, `feed`, `sitemap`, `pdf`, `text`, `image`, `empty` or `other`, by its first bytes, then its header."""
    head = body[:_SNIFF].lstrip(b"\xef\xbb\xbf \t\r\n")
    media = (content_type or "").partition(";")[0].strip().lower()
    if not head:
        return "empty"
    if b"%PDF-" in body[:1024]:
        return "pdf"
    if head.startswith(_IMAGE_MAGIC) or b"ftypavif" in head[:16]:
        return "image"
    if head.startswith(_BINARY_MAGIC) or media.startswith(("video/", "audio/", "font/")):
        return "other"
    return _markup(head, body, media)


def _markup(head: bytes, body: bytes, media: str) -> str:
    narrow = head.replace(b"\x00", b"")
    if narrow.startswith(b"<") or _HTML.search(narrow):
        if _SITEMAP.search(narrow):
            return "sitemap"
        match, html = _FEED.search(narrow), _HTML.search(narrow)
        if match and (html is None or match.start() < html.start()):
            return "feed"
        if b"<svg" in narrow[:200].lower():
            return "image"
        return "html"
    if narrow[:1] in b"{[":
        return "feed" if _JSON_FEED.search(narrow) else "other"
    if media.startswith("image/"):
        return "image"
    if "html" in media:
        return "html"
    return "text" if _is_text(body, media) else "other"


def _is_text(body: bytes, media: str) -> bool:
    sample = decode_page(body[:_SNIFF])
    if not sample.strip():
        return False
    strange = sum(1 for char in sample if not char.isprintable() and char not in "\r\n\t") + sample.count("\ufffd")
    return (
        media in ("", "text/plain", "text/markdown", "application/octet-stream") or media.startswith("text/")
    ) and strange < len(sample) / 20


def sniff(body: bytes, *, url: str, content_type: str | None = None) -> str:
    """`feed`, `sitemap`, `listing`, `article`, `pdf`, `text`, `image` or `other`, for `inspect` and `site:`."""
    kind = looks_like(body, content_type=content_type)
    if kind == "html":
        return _page_kind(body, url=url, content_type=content_type)
    return "other" if kind == "empty" else kind


def _page_kind(body: bytes, *, url: str, content_type: str | None) -> str:
    """`listing` or `article`: what the page says of itself, then prose against story links."""
    page = read_page(body, url=url, content_type=content_type)
    if isinstance(page, Reason):
        return "other"
    blocks = page_blocks_of(page.tree)
    meta = meta_tags(page.tree)
    prose = _densest_prose(blocks)
    headlines = sum(
        1
        for anchor in anchors_of(page)
        if anchor.heading and not anchor.zone & (Zone.ASIDE | Zone.FOOTER | Zone.RELATED)
    )
    says = _says(page, meta)
    weight = prose / 1000 + says - headlines / 8
    return "article" if weight > 0 else "listing"


def _says(page: Page, meta: dict[str, str]) -> float:
    """What address and metadata say: above zero an article, below a list."""
    path = urlsplit(page.url).path
    score = 0.0
    if meta.get("og:type", "").lower() == "article" or "article:published_time" in meta:
        score += 1.0
    if meta.get("og:type", "").lower() in ("website", "blog"):
        score -= 0.5
    if path in ("", "/") or path.rstrip("/").endswith(("/index.html", "/news", "/home")):
        score -= 2.0
    graph = read_jsonld(page.tree)
    kinds = frozenset(kind for node in graph.nodes for kind in types_of(node))
    urls = frozenset({same_page_key(page.url)})
    node = article_node(graph, urls=urls)
    if node is not None and types_of(node) & _NEWS_TYPES:
        score += 1.5
    if kinds & {"CollectionPage", "ItemList", "Blog"} and node is None:
        score -= 1.0
    return score


_NEWS_TYPES = ARTICLE_TYPES - {"WebPage", "ItemPage", "CreativeWork", "VideoObject", "Review"}


def _densest_prose(blocks: Sequence[Block]) -> int:
    """Characters of prose in the container that holds the most of it."""
    container = best_container(list(blocks))
    if container is None:
        return 0
    inside = set(container.iter())
    return sum(len(block.text) for block in blocks if is_prose(block) and block.element in inside)
