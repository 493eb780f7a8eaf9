"""Who wrote an article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from lxml.html import HtmlElement

from monitor.extract.blocks import Block, fold_space, key_of
from monitor.extract.jsonld import Graph, Node, text_of, types_of
from monitor.extract.page import Page, host_of
from monitor.extract.zones import BAD, Zone

_SPLIT = re.compile(r"\s*(?:[,;|/•·]|\s&\s|\b(?:and|und|et|y|e|och|og|en|и|і)\b(?=\s+\S))\s*(?![^(]*\))")
_BY = re.compile(
    r"^\s*(?:by|von|par|por|di|da|af|av|door|autor(?:in|en|a|es)?|author|text|story by|written by|words by|reported by|"
    r"автор|текст|作者|文)(?:\b|(?=[：:]))\s*[:：]?\s*",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(r"https?:|www\.|@|\d|\.(?:com|net|org|de|fr|co)\b|[{}<>=]", re.IGNORECASE)
_ROLE = re.compile(r"\s*\((?:[^)]{1,60})\)\s*$|\s+[-–—]\s+.*$")
_MAX_NAME = 60
_MAX_NAMES = 2000
"""Characters of a list of names: some thirty to a hundred.  More is no byline, and splitting takes their square."""
_PARTICLES = frozenset(
    "von|van|der|den|de|del|della|di|da|dos|das|la|le|bin|ibn|al|el|und|zu|zum|y|e|af|av|ten|ter".split("|")  # noqa: SIM905  # a list of short words reads better so
)
_BYLINE_NAMES = re.compile(
    r"(?:^|[-_ ])(?:author|byline|autor|auteur|verfasser|writer|redakteur)s?(?:$|[-_ ])", re.IGNORECASE
)
_AUTHOR_META = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "og:article:author",
    "authors",
    "cxenseparse:author",
)


def authors_of(
    page: Page, blocks: list[Block], meta: Mapping[str, str], node: Node | None, graph: Graph
) -> tuple[tuple[str, ...], str]:
    """The names and where they are from: JSON-LD, author tags, a marked byline; the publisher only if nobody else."""
    sites = _publisher_keys(page, meta, graph)
    people, others = _from_jsonld(node, graph)
    publisher: tuple[tuple[str, ...], str] = (), "none"
    for origin, names in (
        ("JSON-LD", people),
        ("meta author", _from_meta(meta)),
        ("byline", _from_byline(page.tree, blocks)),
        ("JSON-LD organisation", others),
    ):
        found = clean_names(names)
        own = tuple(name for name in found if key_of(name) not in sites)
        if own:
            return own, origin
        if found and not publisher[0]:
            publisher = found, origin
    return publisher


def _publisher_keys(page: Page, meta: Mapping[str, str], graph: Graph) -> frozenset[str]:
    """What the publisher calls itself: such an author says nothing while a person is to be found."""
    host = host_of(page.url)
    names = [meta.get("og:site_name", ""), meta.get("application-name", ""), host, host.split(".")[0]]
    for node in graph.nodes:
        publisher = graph.resolve(node.get("publisher"))
        if isinstance(publisher, Mapping):
            names.append(text_of(publisher.get("name")))
    return frozenset(key for name in names if (key := key_of(name)))


def _from_jsonld(node: Node | None, graph: Graph) -> tuple[list[str], list[str]]:
    """Names of persons (or of untyped authors), and of organisations."""
    if node is None:
        return [], []
    value = node.get("author") or node.get("creator")
    people: list[str] = []
    others: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        thing = graph.resolve(item)
        name = thing.get("name") if isinstance(thing, Mapping) else thing
        names = [text_of(one) for one in name] if isinstance(name, list) else [text_of(name)]
        is_organisation = isinstance(thing, Mapping) and any("Organi" in kind for kind in types_of(thing))
        (others if is_organisation else people).extend(names)
    return people, others


def _from_meta(meta: Mapping[str, str]) -> list[str]:
    return [value for name in _AUTHOR_META if (value := meta.get(name, "")) and not _NOT_A_NAME.search(value)][:1]


def _from_byline(tree: HtmlElement, blocks: list[Block]) -> list[str]:
    for element in tree.iter("a", "span", "div", "p", "address"):
        if "author" in (element.get("rel") or "").split() or element.get("itemprop") == "author":
            text = fold_space(element.text_content())
            if is_name(_BY.sub("", text)):
                return [text]
    for block in blocks:
        if block.zone & (BAD & ~Zone.SHARE) or len(block.text) > 2 * _MAX_NAME:
            continue
        marked = Zone.META in block.zone and _BY.match(block.text)
        named = any(_BYLINE_NAMES.search(element.get("class") or "") for element in _near(block))
        if (marked or named) and all(is_name(name) for name in clean_names([block.text]) or [""]):
            return [block.text]
    return []


def _near(block: Block) -> list[HtmlElement]:
    parent = block.element.getparent()
    return [block.element] if parent is None else [block.element, parent, *block.element.iterchildren("a", "span")]


def is_name(text: str) -> bool:
    """Looks like the name of one to a few persons: one to eight words, capitalised but for particles."""
    words = text.split()
    if not 1 <= len(words) <= 8 or len(text) > 2 * _MAX_NAME or _NOT_A_NAME.search(text):
        return False
    return all(
        not word[0].islower() or word.strip(",").lower() in _PARTICLES or word in ("and", "et") for word in words
    )


def clean_names(values: Iterable[str]) -> tuple[str, ...]:
    """Single names: split at commas and "and", without "By", roles, addresses and repetitions."""
    found: dict[str, str] = {}
    for value in values:
        if "://" in value or "@" in value:
            continue
        for piece in _SPLIT.split(_BY.sub("", fold_space(value)[:_MAX_NAMES])):
            name = _ROLE.sub("", _BY.sub("", piece)).strip(" .,;:-–—")
            if not 2 <= len(name) <= _MAX_NAME or _NOT_A_NAME.search(name) or not any(map(str.isalpha, name)):
                continue
            found.setdefault(name.casefold(), name)
    return tuple(found.values())
