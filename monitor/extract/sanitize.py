"""HTML -> plain text in blocks, or HTML that is safe to show.  Imports nothing heavy."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, fragment_fromstring, tostring

from monitor.extract.blocks import SKIPPED, fold_space, page_blocks_of
from monitor.extract.page import web_address

_KEPT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("b", "blockquote", "br", "cite", "code", "dd", "del", "dl", "dt", "em", "h2", "h3", "h4", "hr"), ()
    ),
    **dict.fromkeys(("i", "ins", "li", "mark", "ol", "p", "pre", "q", "s", "small", "strong", "sub", "sup"), ()),
    **dict.fromkeys(("table", "tbody", "td", "th", "thead", "tr", "u", "ul"), ()),
    "a": ("href",),
    "abbr": ("title",),
}
_MAX_CHARS = 2_000_000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def html_to_text(html: str) -> str:
    """`html` (a document, a fragment or plain text) as plain text: one block a line, no scripts, entities resolved.

    Never raises; what cannot be parsed comes back empty.
    """
    if "<" not in html and "&" not in html:
        return "\n".join(line for raw in html[:_MAX_CHARS].splitlines() if (line := fold_space(raw)))
    root = _fragment(html)
    return "" if root is None else "\n".join(block.text for block in page_blocks_of(root))


def safe_html(html: str, *, url: str = "") -> str:
    """`html` reduced to harmless markup: structure and links to web addresses (resolved against `url`), nothing else.

    Links get `rel="noopener noreferrer nofollow"`.  Never raises.
    """
    root = _fragment(html)
    if root is None:
        return ""
    for element in list(root.iter()):
        if element is root:
            continue
        if not isinstance(element.tag, str) or element.tag in SKIPPED:
            element.drop_tree()
        elif element.tag not in _KEPT:
            element.drop_tag()
        else:
            _clean_attributes(element, url)
    inner = (root.text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return inner + "".join(tostring(child, encoding="unicode") for child in root)


def _clean_attributes(element: HtmlElement, url: str) -> None:
    href = element.get("href")
    for name in list(element.attrib):
        if name not in _KEPT[str(element.tag)]:
            del element.attrib[name]
    if element.tag != "a":
        return
    address = web_address(url, href)
    if address is None:
        element.attrib.pop("href", None)
    else:
        element.set("href", address)
        element.set("rel", "noopener noreferrer nofollow")


def _fragment(html: str) -> HtmlElement | None:
    text = _CONTROLS.sub(" ", html[:_MAX_CHARS])
    try:
        parser = HTMLParser(encoding="utf-8")
        return fragment_fromstring(text.encode("utf-8", "replace").decode("utf-8"), create_parent="div", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
