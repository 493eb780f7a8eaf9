"""Title, authors, date, image, address, language, section of a page, each from its best witness."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lxml.html import HtmlElement

from monitor.extract.authors import authors_of
from monitor.extract.blocks import Block, fold_space, is_big
from monitor.extract.bylines import date_shown
from monitor.extract.dates import PageDate, parse_page_date
from monitor.extract.jsonld import Graph, Node, article_node, read_jsonld, same_page_key, text_of
from monitor.extract.page import Page
from monitor.extract.titles import choose_title, title_of_document, title_witnesses

_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(?=[-_]|$)")
_MAX_META = 2000
_MAX_SEARCHED = 3_000_000
"""Characters of source above which it is not searched for dates: that takes a second per megabyte of script."""
_TOO_BIG = (None, "none: the page is too big to search it for dates")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about its article.  `node` is its JSON-LD, `meta` its meta tags (lower-case names)."""

    title: str
    titles: tuple[str, ...] = ()
    """All wordings of the headline: h1, `<title>`, shared, as data."""
    description: str = ""
    authors: tuple[str, ...] = ()
    date: PageDate | None = None
    language: str | None = None
    image: str | None = None
    canonical_url: str | None = None
    section: str | None = None
    free: bool | None = None
    """False where the page says that the text costs money; None where it says nothing."""
    node: Node | None = None
    graph: Graph = field(default_factory=lambda: Graph((), {}))
    meta: Mapping[str, str] = field(default_factory=dict)
    verdicts: tuple[tuple[str, str], ...] = ()


def read_metadata(
    page: Page, blocks: list[Block], *, title_hint: str | None = None, now: datetime | None = None
) -> Metadata:
    """All metadata of the page; `title_hint` is what a feed or listing called it, `now` bounds the date."""
    meta = meta_tags(page.tree)
    graph = read_jsonld(page.tree)
    canonical = _canonical(page, meta)
    urls = frozenset(same_page_key(url) for url in (page.url, canonical) if url)
    headings = [block.text for block in blocks if block.tag == "h1"]
    node = article_node(graph, urls=urls, title=headings[0] if headings else meta.get("og:title", ""))
    title, title_from = choose_title(page, blocks, meta, node, hint=title_hint)
    authors, authors_from = authors_of(page, blocks, meta, node, graph)
    big = page.size > _MAX_SEARCHED or is_big(page.elements, blocks)
    declared = _date_declared(page, meta, node, graph, now)
    date, date_from = declared or (_TOO_BIG if big else date_shown(page, blocks, now=now))
    return Metadata(
        title=title,
        titles=(title, *title_witnesses(page, meta, node, hint=title_hint)),
        description=_description(meta, node),
        authors=authors,
        date=date,
        language=_language(page.tree, meta, node),
        image=_image(page, meta, node, graph),
        canonical_url=canonical,
        section=_section(meta, node),
        free=_free(graph, node),
        node=node,
        graph=graph,
        meta=meta,
        verdicts=(("title", title_from), ("authors", authors_from), ("date", date_from)),
    )


def meta_tags(tree: HtmlElement) -> dict[str, str]:
    """The first non-empty content of every `<meta>` by its lower-case name, property or itemprop."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = fold_space(element.get("content") or "")[:_MAX_META]
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").strip().lower()
        if name and content:
            found.setdefault(name, content)
    return found


def _canonical(page: Page, meta: Mapping[str, str]) -> str | None:
    for link in page.tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            address = page.absolute(link.get("href"))
            if address:
                return address
    return page.absolute(meta.get("og:url"))


def _description(meta: Mapping[str, str], node: Node | None) -> str:
    own = text_of(node.get("description")) if node else ""
    return meta.get("og:description") or meta.get("description") or fold_space(own)


def _language(tree: HtmlElement, meta: Mapping[str, str], node: Node | None) -> str | None:
    root = tree.getroottree().getroot()
    declared = (
        root.get("lang"),
        root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang"),
        text_of(node.get("inLanguage")) if node else None,
        meta.get("og:locale"),
        meta.get("content-language"),
        meta.get("language"),
    )
    for value in declared:
        match = _LANGUAGE.match((value or "").strip())
        if match:
            return match.group().lower()
    return None


def _image(page: Page, meta: Mapping[str, str], node: Node | None, graph: Graph) -> str | None:
    for name in ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"):
        if address := page.absolute(meta.get(name)):
            return address
    for value in _images(node, graph):
        if address := page.absolute(value):
            return address
    return None


def _images(node: Node | None, graph: Graph) -> Iterable[str]:
    value = graph.resolve(node.get("image")) if node else None
    for item in value if isinstance(value, list) else [value]:
        thing = graph.resolve(item)
        if isinstance(thing, Mapping):
            yield text_of(thing.get("url") or thing.get("contentUrl"))
        else:
            yield text_of(thing)


def _section(meta: Mapping[str, str], node: Node | None) -> str | None:
    declared = meta.get("article:section") or (text_of(node.get("articleSection")) if node else "")
    return fold_space(declared or meta.get("section", "")) or None


def _free(graph: Graph, node: Node | None) -> bool | None:
    """`isAccessibleForFree` of the article or of a part of it."""
    for item in (node,) if node and "isAccessibleForFree" in node else graph.nodes:
        value = item.get("isAccessibleForFree")
        if value is not None:
            return str(value).strip().lower() not in (
                "false",
                "0",
                "no",
                "http://schema.org/false",
                "https://schema.org/false",
            )
    return None


_DATE_META = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "og:published_time",
    "datepublished",
    "date.issued",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.date",
    "dc.date",
    "parsely-pub-date",
    "sailthru.date",
    "publishdate",
    "publish-date",
    "publish_date",
    "pubdate",
    "publication_date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "originalpublicationdate",
    "date",
)


def _date_declared(
    page: Page, meta: Mapping[str, str], node: Node | None, graph: Graph, now: datetime | None
) -> tuple[PageDate, str] | None:
    """JSON-LD of this page, meta tags, a time marked as that of publication."""
    for candidate in (node, *_same_article(graph, node)):
        for key in ("datePublished", "dateCreated", "uploadDate"):
            found = parse_page_date(text_of(candidate.get(key)), now=now) if candidate else None
            if found:
                return found, f"JSON-LD {key}"
    for name in _DATE_META:
        if found := parse_page_date(meta.get(name), now=now):
            return found, f"meta {name}"
    for element in page.tree.iter("time", "span", "meta", "abbr"):
        if _is_publication(element):
            found = parse_page_date(element.get("datetime") or element.get("content") or element.get("title"), now=now)
            if found:
                return found, "marked time"
    return None


def _is_publication(element: HtmlElement) -> bool:
    """Microdata, HTML 5 as it was once meant, and microformats (`published` of hAtom, `dt-published` of h-entry)."""
    if element.get("itemprop") == "datePublished" or "pubdate" in element.attrib:
        return True
    return not {"published", "dt-published"}.isdisjoint(element.get("class", "").split())


def _same_article(graph: Graph, node: Node | None) -> tuple[Node, ...]:
    """Without a node for this page: the only dated article of its JSON-LD, if there is just one."""
    if node is not None:
        return ()
    dated = [item for item in graph.nodes if item.get("datePublished")]
    return tuple(dated) if len(dated) == 1 else ()


__all__ = ["Metadata", "meta_tags", "read_metadata", "title_of_document"]
