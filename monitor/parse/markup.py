"""Elements of a feed -> the text or HTML they carry, whichever way the feed carries it."""

from __future__ import annotations

import base64
import html

from lxml import etree

from monitor.parse.names import is_own, name_by_prefix, name_of

Element = etree._Element
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TEXTUAL = frozenset({"", "text", "plain", "html", "xhtml"})
MOST_ATTRIBUTES = 100
"""Attributes of one element that are kept: reading thousands takes quadratic time."""

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


def name_in(element: Element) -> str:
    """The element's name as its document means it."""
    return name_by_prefix(name_of(element.tag), element.prefix)


def drop_own_prefixes(element: Element) -> None:
    """Attributes with a prefix for the format's own namespace made plain: they need none, but some have it."""
    for key, value in element.items()[:MOST_ATTRIBUTES]:
        namespace, mark, local = str(key)[1:].rpartition("}")
        if mark and is_own(namespace):
            element.set(local, value)


def text_of(element: Element) -> str:
    """Character data, markup inside serialised, outer whitespace gone."""
    if len(element) == 0:
        return (element.text or "").strip()
    return inner_html(element).strip()


def content_of(element: Element) -> str:
    """The text construct of Atom and its kin: `type` and `mode` say how it was packed."""
    kind = (element.get("type") or "").lower()
    if len(element) == 0:
        text = (element.text or "").strip()
        return _decoded(text, kind, element.get("mode") or "") if text else ""
    children = list(element)
    around = f"{element.text or ''}{children[0].tail or ''}"
    if len(children) == 1 and _local(children[0]) == "div" and not around.strip():
        return inner_html(children[0]).strip()
    return inner_html(element).strip()


def inner_html(element: Element) -> str:
    """What is inside `element` as HTML: prefixes and namespace declarations dropped, text escaped."""
    parts = [html.escape(element.text, quote=False) if element.text else ""]
    for child in element:
        _serialise(child, parts)
    return "".join(parts)


def language_in(element: Element) -> str | None:
    """The language that the element itself declares."""
    return element.get(_XML_LANG) or element.get("lang")


def _serialise(element: Element, parts: list[str]) -> None:
    """Recursion is bounded: the parser refuses documents deeper than 256 elements."""
    name = _local(element)
    attributes = "".join(
        f' {str(key).rpartition("}")[2]}="{html.escape(str(value))}"'
        for key, value in (element.attrib.items() if len(element.attrib) <= MOST_ATTRIBUTES else ())
    )
    if name in _VOID and len(element) == 0 and not element.text:
        parts.append(f"<{name}{attributes}/>")
    else:
        parts.append(f"<{name}{attributes}>")
        if element.text:
            parts.append(html.escape(element.text, quote=False))
        for child in element:
            _serialise(child, parts)
        parts.append(f"</{name}>")
    if element.tail:
        parts.append(html.escape(element.tail, quote=False))


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _decoded(text: str, kind: str, mode: str) -> str:
    textual = kind in _TEXTUAL or kind.startswith("text/") or kind.endswith(("+xml", "/xml"))
    if mode.lower() != "base64" and textual:
        return text
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8")
    except ValueError:  # no base64, or no UTF-8 inside
        return text
