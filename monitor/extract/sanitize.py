"""HTML -> plain text in blocks.  Imports nothing heavy."""

from __future__ import annotations

import re

from lxml import etree

from monitor.extract.blocks import fold_space, page_blocks_of

_MAX_CHARS = 2_000_000
_DOCUMENT = re.compile(r"<(?:!doctype|html|head|body|frameset)\b", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def html_to_text(html: str) -> str:
    """`html` (a document, a fragment or plain text) as plain text: one block a line, no scripts, entities resolved.

    Never raises; what cannot be parsed comes back empty.
    """
    if "<" not in html and "&" not in html:
        return "\n".join(line for raw in html[:_MAX_CHARS].splitlines() if (line := fold_space(raw)))
    root = _tree(html)
    return "" if root is None else "\n".join(block.text for block in page_blocks_of(root))


def _tree(html: str) -> etree._Element | None:
    """The document, or the body around a fragment, to be read only: its elements have none of lxml.html's methods.

    None where there is none but in a comment.
    """
    text = _CONTROLS.sub(" ", html[:_MAX_CHARS])
    text = text if _DOCUMENT.search(text) else f"<html><body>{text}</body></html>"
    return etree.fromstring(text.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8"))
