"""A page, parsed once for all steps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from monitor.extract.charset import decode_page
from monitor.model.reasons import Reason

MAX_HTML_BYTES = 10 * 1024 * 1024
"""A page of more bytes is not an article; parsing it would take seconds and hundreds of megabytes."""

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_MONSTER_TAG = re.compile(r"<([A-Za-z][\w-]*)(\s[^<>]{10000,})>")
_MAX_ATTRIBUTES = 1000
_TOO_DEEP = "Excessive depth"


MAX_ELEMENTS = 100_000


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page.  `base` resolves its relative addresses.  Steps read the tree; who changes it takes a copy."""

    url: str
    base: str
    tree: HtmlElement
    elements: int
    size: int
    """Characters of its source."""
    problem: Reason | None = None
    """`too-deep` where the parser gave up inside: what came before is here."""

    def absolute(self, href: str | None) -> str | None:
        """The web address `href` means on this page, or None for anchors, scripts, mail and nonsense."""
        return web_address(self.base, href)


def read_page(body: bytes, *, url: str, content_type: str | None = None) -> Page | Reason:
    """The page of these bytes, or why there is none: `empty`, `too-large`."""
    if not body.strip():
        return Reason("empty", "the page is empty")
    if len(body) > MAX_HTML_BYTES:
        return Reason(
            "too-large", f"the page has {len(body) / 1e6:.0f} MB; more than {MAX_HTML_BYTES / 1e6:.0f} are not read"
        )
    return parse_page(decode_page(body, content_type), url=url)


def parse_page(text: str, *, url: str) -> Page | Reason:
    """The page of decoded HTML, or why there is none: `empty`, `too-large`."""
    parser = HTMLParser(encoding="utf-8")
    try:
        text = _MONSTER_TAG.sub(_without_attributes, _XML_DECLARATION.sub("", text))
        tree = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return Reason("empty", "the page holds no markup and no text")
    elements = sum(1 for _ in tree.iter())
    if elements > MAX_ELEMENTS:
        return Reason("too-large", f"the page has {elements} elements; more than {MAX_ELEMENTS} are not read")
    deep = any(_TOO_DEEP in entry.message for entry in parser.error_log)
    problem = Reason("too-deep", "elements are nested too deep; the page was read up to there") if deep else None
    return Page(url=url, base=_base_of(tree, url), tree=tree, elements=elements, size=len(text), problem=problem)


def _without_attributes(match: re.Match[str]) -> str:
    """The parser compares each attribute of an element with all before: a hundred thousand of them take minutes."""
    return f"<{match[1]}>" if match[2].count("=") > _MAX_ATTRIBUTES else match[0]


def _base_of(tree: HtmlElement, url: str) -> str:
    for element in tree.iter("base"):
        href = (element.get("href") or "").strip()
        try:
            return urljoin(url, href) if href else url
        except ValueError:
            return url
    return url


@lru_cache(maxsize=4096)
def web_address(base: str, href: str | None) -> str | None:
    """`href` resolved against `base`, without fragment; None unless it is http(s) with a host."""
    href = (href or "").strip()
    if not href or href[0] == "#" or href.lower().startswith(("javascript:", "mailto:", "tel:", "data:")):
        return None
    try:
        address = urljoin(base, href).partition("#")[0]
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return address if usable else None


def host_of(url: str) -> str:
    """The host of an address without `www.`, lower case; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
