"""JSON-LD of a page: a small reader that repairs what publishers break.

Own, because general readers fail on the first stray comma and a page's metadata is lost with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from monitor.extract.page import web_address
from monitor.model.references import read_references, storable

Node = Mapping[str, Any]

_WRAPPERS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|"
    r"\]\]>)\s*+;?\s*+$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_MISSING_COMMA = re.compile(r"}(\s*){")
_MAX_SCRIPT = 2_000_000
_MAX_NODES = 5000

ARTICLE_TYPES = frozenset(
    [
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
        "BackgroundNewsArticle",
        "ReviewNewsArticle",
        "AskPublicNewsArticle",
        "LiveBlogPosting",
        "BlogPosting",
        "SocialMediaPosting",
        "TechArticle",
        "ScholarlyArticle",
        "Report",
        "AdvertiserContentArticle",
        "SatiricalArticle",
        "DiscussionForumPosting",
        "VideoObject",
        "WebPage",
        "ItemPage",
        "Review",
        "CreativeWork",
    ]
)
"""schema.org types that can be the page's article; the sooner ones of `article_node` win."""
_WEAK_TYPES = frozenset({"VideoObject", "WebPage", "ItemPage", "Review", "CreativeWork"})


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes of a page's JSON-LD, nested ones too, in order; `by_id` resolves `@id` references."""

    nodes: tuple[Node, ...]
    by_id: Mapping[str, Node]

    def resolve(self, value: object) -> object:
        """The node that `{"@id": …}` points at, or `value` itself."""
        if isinstance(value, Mapping) and set(value) <= {"@id", "@type"}:
            target = self.by_id.get(str(value.get("@id", "")))
            return target if target is not None else value
        return value


def read_jsonld(tree: HtmlElement) -> Graph:
    """Every node of every `application/ld+json` script of the page that can be read at all."""
    nodes: list[Node] = []
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        raw = script.text or ""
        if raw.strip() and len(raw) <= _MAX_SCRIPT:
            nodes.extend(_nodes_of(load_lenient(raw), _MAX_NODES - len(nodes)))
    by_id: dict[str, Node] = {}
    for node in nodes:
        key = node.get("@id")
        # The fullest description of a thing, not a mere reference to it.
        if isinstance(key, str) and len(node) > len(by_id.get(key, ())):
            by_id[key] = node
    return Graph(tuple(nodes), by_id)


def load_lenient(raw: str) -> object:
    """JSON with the usual faults mended (comment and CDATA wrappers, raw newlines, commas too many or too few).

    None where nothing helps.
    """
    text = _WRAPPERS.sub("", _WRAPPERS.sub("", raw)).strip().rstrip(";")
    for repair in (_as_is, _fix_commas, _fix_escapes, _unescape):
        try:
            return json.loads(repair(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _as_is(text: str) -> str:
    return text


def _fix_commas(text: str) -> str:
    return _TRAILING_COMMA.sub(r"\1", _MISSING_COMMA.sub(r"},\1{", text))


def _fix_escapes(text: str) -> str:
    r"""`\'` and other escapes that JSON does not know."""
    return re.sub(r'\\(?!["\\/bfnrtu])', "", _fix_commas(text))


def _unescape(text: str) -> str:
    return read_references(_fix_commas(text))


def _nodes_of(value: object, limit: int) -> Iterator[Node]:
    """Nodes in document order, depth first, without recursion."""
    stack: list[object] = [value]
    count = 0
    while stack and count < limit:
        item = stack.pop()
        if isinstance(item, Mapping):
            count += 1
            yield item
            stack.extend(child for child in reversed(list(item.values())) if isinstance(child, (Mapping, list)))
        elif isinstance(item, list):
            stack.extend(reversed(item))


def types_of(node: Node) -> frozenset[str]:
    """The node's types without their namespace."""
    raw = node.get("@type")
    values: Sequence[object] = raw if isinstance(raw, list) else [raw]
    return frozenset(str(value).rsplit("/", 1)[-1].rsplit(":", 1)[-1] for value in values if value)


def text_of(value: object) -> str:
    """A value as plain text: the first string found; empty where there is none."""
    waiting = [value]  # no recursion: strangers nest as deep as they like
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if text := storable(read_references(read_references(item))).strip():
                return text
        elif isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, Mapping):
            waiting.append(item.get("@value") or item.get("name"))
    return ""


def article_node(graph: Graph, *, urls: frozenset[str], title: str = "") -> Node | None:
    """The node that describes *this* page, not one of those it links to; None if there is none.

    `urls` are the page's addresses (requested, canonical) in the form of `same_page_key`.  A node that names another
    address is another article; one with the page's own address or title is preferred; then news types before weak ones.
    """
    best: Node | None = None
    best_rank = (-1, -1, -1)
    for node in graph.nodes:
        types = types_of(node)
        if not types & ARTICLE_TYPES:
            continue
        about = _addresses(node)
        own = bool(about & urls)
        headline = text_of(node.get("headline"))
        alike = bool(title and headline and headline.casefold()[:40] == title.casefold()[:40])
        if about and not own and not alike and urls:
            continue
        rank = (0 if types <= _WEAK_TYPES else 1, 2 * own + alike, len(node))
        if rank > best_rank:
            best, best_rank = node, rank
    return best


def _addresses(node: Node) -> frozenset[str]:
    """The addresses a node claims to describe."""
    found: set[str] = set()
    for key in ("url", "mainEntityOfPage", "@id"):
        value = node.get(key)
        if isinstance(value, Mapping):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str) and value.startswith("http"):
            found.add(same_page_key(value))
    return frozenset(found)


def same_page_key(url: str) -> str:
    """What two addresses of one page share: host without www and path without closing slash, lower case."""
    address = web_address(url, url) or url
    return re.sub(r"^https?://(?:www\.|m\.|amp\.)?", "", address.partition("?")[0].lower()).rstrip("/")
