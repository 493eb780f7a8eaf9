"""Feed text is hostile until cleaned: no control characters, no markup, no mentions, no lines that pose as headers."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

ZERO_WIDTH = "\u200b"
"""Put into what a chat service would take for a command; it is not seen and breaks the pattern."""

LONGEST_URL = 8_000

_MENTION = re.compile(r"@(?=\w)")
_COMMAND = re.compile(r"<(?=[!@#:a-z/])", re.IGNORECASE)
_LINK = re.compile(r"\](?=[(\[])")
_EMPHASIS = str.maketrans({"*": "∗", "`": "ˋ", "~": "∼", "|": "ǀ"})
_UNDERSCORE = re.compile(r"(?<!\w)_+|_+(?!\w)")
_LEADING = re.compile(r"^(?=[>#\-+/!]|\d+\.)")


def plain(text: str, limit: int = 2000) -> str:
    """One line without control, format and direction characters; cut at `limit`."""
    kept = "".join(char if _harmless(char) else " " for char in text[: 4 * limit])
    return cut_at_word(" ".join(kept.split()), limit)


def _harmless(char: str) -> bool:
    # Cc: terminal escapes, line ends; Cf: direction overrides and the like, but the joiners that scripts need; Co, Cs,
    # Cn: nothing that a reader could see.
    return char in "\u200c\u200d" or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


def for_chat(text: str) -> str:
    """The same words, with nothing in them that a chat service acts on: mentions, commands, links, emphasis."""
    text = _MENTION.sub(f"@{ZERO_WIDTH}", text)
    text = _COMMAND.sub(f"<{ZERO_WIDTH}", text)
    text = _LINK.sub(f"]{ZERO_WIDTH}", text)
    text = _UNDERSCORE.sub(lambda found: "＿" * len(found.group()), text.translate(_EMPHASIS))
    return _LEADING.sub(ZERO_WIDTH, text)


def safe_url(url: str) -> str:
    """The address if it is one of the web, with everything encoded that could end or fool a link; else empty.

    So it is where it would be longer than any server takes: half an address leads elsewhere.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not parts.netloc:
        return ""
    quoted = quote(url.strip(), safe="%/:=&?~#+!$,;@()[].-_", encoding="utf-8", errors="replace")
    return quoted if len(quoted) <= LONGEST_URL else ""


def cut_at_word(text: str, limit: int) -> str:
    """At most `limit` characters, ending with `…` at the end of a word where something was cut."""
    if len(text) <= limit:
        return text
    if limit <= 1:
        return text[:limit]
    head = text[: limit - 1]
    space = head.rfind(" ")
    if space > limit // 2:
        head = head[:space]
    return head.rstrip(" ,;:–-") + "…"


def header_value(text: str, limit: int = 200) -> str:
    """Fit for a header: one line, printable, so that nothing can begin a header of its own."""
    return plain(text, limit)
