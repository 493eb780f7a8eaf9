"""Who wrote an article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from lxml.html import HtmlElement

from monitor.extract.blocks import Block, fold_space
from monitor.extract.jsonld import Graph, Node, text_of, types_of
from monitor.extract.zones import BAD, Zone

_SPLIT = re.compile(r"\s*(?:[,;|/•·]|\s&\s|\b(?:and|und|et|y|e|och|og|en|и|і)\b(?=\s+\S))\s*(?![^(]*\))")
_BY = re.compile(
    r"^\s*(?:by|von|par|por|di|da|af|av|door|autor(?:in|en|a|es)?|author|text|story by|written by|words by|"
    r"reported by|автор|текст)\b\s*:?\s*",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(r"https?:|www\.|@|\d{3}|\.(?:com|net|org|de|fr|co)\b|[{}<>=]", re.IGNORECASE)
_ROLE = re.compile(r"\s*\((?:[^)]{1,60})\)\s*$|\s+[-–—]\s+.*$")
_MAX_NAME = 60


def authors_of(
    tree: HtmlElement, blocks: list[Block], meta: Mapping[str, str], node: Node | None, graph: Graph
) -> tuple[tuple[str, ...], str]:
    """The names and where they are from: JSON-LD persons, the author tags, a marked byline."""
    for origin, names in (
        ("JSON-LD", _from_jsonld(node, graph)),
        ("meta author", _from_meta(meta)),
        ("byline", _from_byline(tree, blocks)),
    ):
        found = clean_names(names, meta.get("og:site_name", ""))
        if found:
            return found, origin
    return (), "none"


def _from_jsonld(node: Node | None, graph: Graph) -> list[str]:
    if node is None:
        return []
    value = node.get("author") or node.get("creator")
    people: list[str] = []
    others: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        thing = graph.resolve(item)
        name = thing.get("name") if isinstance(thing, Mapping) else thing
        names = [text_of(one) for one in name] if isinstance(name, list) else [text_of(name)]
        organisation = isinstance(thing, Mapping) and types_of(thing) & {
            "Organization",
            "NewsMediaOrganization",
            "Corporation",
        }
        (others if organisation else people).extend(names)
    return people or others


def _from_meta(meta: Mapping[str, str]) -> list[str]:
    for name in (
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
    ):
        value = meta.get(name, "")
        if value and not _NOT_A_NAME.search(value):
            return [value]
    return []


def _from_byline(tree: HtmlElement, blocks: list[Block]) -> list[str]:
    for element in tree.iter("a", "span", "div", "p"):
        if "author" in (element.get("rel") or "").split() or element.get("itemprop") == "author":
            text = fold_space(element.text_content())
            if 3 < len(text) <= _MAX_NAME and not _NOT_A_NAME.search(text):
                return [text]
    for block in blocks:
        if (
            Zone.META in block.zone
            and not block.zone & BAD
            and len(block.text) <= 2 * _MAX_NAME
            and _BY.match(block.text)
        ):
            return [block.text]
    return []


def clean_names(values: Iterable[str], site: str = "") -> tuple[str, ...]:
    """Single names: split at commas and "and", without "By", roles, addresses, the site's own name, repetitions."""
    found: dict[str, str] = {}
    for value in values:
        for piece in _SPLIT.split(_BY.sub("", fold_space(value))):
            name = _ROLE.sub("", _BY.sub("", piece)).strip(" .,;:-–—")
            if not 2 <= len(name) <= _MAX_NAME or _NOT_A_NAME.search(name) or not any(char.isalpha() for char in name):
                continue
            found.setdefault(name.casefold(), name)
    own = site.casefold()
    names = [name for key, name in found.items() if key != own]
    return tuple(names or found.values())
