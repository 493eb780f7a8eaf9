"""References of markup (`&amp;`, `&#8364;`) and the characters that no text may hold, whatever a stranger wrote."""

from __future__ import annotations

import html
import re

_LONG = re.compile(r"&#([0-9]{8,})")
# What XML and libxml2 refuse; C1 controls stay, since cp1252 bytes often hide behind them.
_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def read_references(text: str) -> str:
    """`text` with its references as characters, as browsers read them; U+FFFD for those that name none.

    `html.unescape` alone raises ValueError for a number of thousands of digits.
    """
    return html.unescape(_LONG.sub(_shortened, text) if "&#" in text else text)


def _shortened(reference: re.Match[str]) -> str:
    """The same number, or another one that is too large for a character, too."""
    return f"&#{reference.group(1).lstrip('0')[:8] or '0'}"


def storable(text: str) -> str:
    """`text` without what XML forbids and no database takes: controls, and half characters, as JSON can bring them."""
    # Line breaks are all that most texts have besides what can be printed; the expression takes longer.
    return text if text.replace("\n", "").isprintable() else _NEVER.sub("", text)
