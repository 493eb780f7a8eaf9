"""Markup as feeds carry it -> plain text for titles, names and hashes.  Linear in its input, never raises."""

from __future__ import annotations

import re

from monitor.model.references import read_references

LONGEST_TITLE = 1000
"""Characters of a title that are kept: a megabyte of title is an attack or a mistake."""

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*+)([^<>]*+)>")
_ANY_TAG = re.compile(r"<[/!?A-Za-z][^<>]*+>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_CLOSING = re.compile(r"</([A-Za-z][A-Za-z0-9:-]*+)")
_CODE = re.compile(r"<(?:script|style)\b[^<>]*+>[^<]*+</(?:script|style)\s*>", re.IGNORECASE)
_ALT = re.compile(r"""<img\b[^<>]*\balt\s*=\s*(?:"([^"<>]+)"|'([^'<>]+)')""", re.IGNORECASE)
_C1 = re.compile(r"[\x80-\x9f]")
_WINDOWS_1252 = {
    code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_AS_LATIN_1 = {ord(character): chr(code) for code, character in _WINDOWS_1252.items()}
_PACKED = re.compile(
    "[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    "|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
"""The bytes of one character of UTF-8, each taken for a character."""
_MAYBE_PACKED = re.compile(f"[\xc2-\xf4][\x80-\xbf{''.join(_WINDOWS_1252.values())}]")
_OWN_LETTER = re.compile("[\xa1-\xff]")
_ENDING = frozenset("…’”“–—›™•".translate(_AS_LATIN_1) + "\xa0«»®©ª°±²³´·¹º¼½¾")
"""What follows a word's last letter in good text, too: "BEYONCÉ’S", "Wie groß…"."""
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2028\u2029\u202a-\u202e\u2060-\u2069\ud800-\udfff"
    r"\ufeff\ufffe\uffff]"
)


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Elements people format titles with: always markup.  Any other name is markup only when it has attributes or is
# closed later, so that "the <video> element" and "Vec<T>" keep their words.
_FORMATTING = _set_of(
    "a abbr acronym b bdi bdo big br center cite del dfn div em font h1 h2 h3 h4 h5 h6 i img ins li mark nobr ol "
    "p q s samp small span strike strong sub sup tt u ul var wbr"
)
_BREAKING = _set_of("br p div li h1 h2 h3 h4 h5 h6 td tr ul ol")
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|cite|code|em|font|i|mark|s|small|span|strong|sub|sup|tt|u|wbr)(?=[\s/>])[^<>]*+>",
    re.IGNORECASE,
)
"""Elements that part no words, "#<span>harbour</span>." is one; `words_of` parts them all, since hashes rest on it."""


def plain(markup: str, limit: int = LONGEST_TITLE) -> str:
    """One line of text: tags stripped, entities decoded (twice where they were escaped twice), whitespace folded.

    Text that would vanish altogether (a title that is nothing but markup) is kept as its characters.
    """
    text = markup[: limit * 20]
    for _ in range(2):
        if "<" in text:
            text = _strip_tags(text)
        if "&" not in text:
            break
        text = _decode(text)
    if "<" in text:
        text = _strip_tags(text)
    return fold(text)[:limit].rstrip()


def fold(text: str) -> str:
    """Whitespace runs to one blank; control and direction characters and halves of characters gone."""
    text = text.replace("\n", " ")
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def words_of(markup: str) -> str:
    """The text of a body with tags, comments and whitespace runs removed: for hashes and made-up titles."""
    if "<!" in markup:
        markup = _without_comments(markup)
    if "<" in markup:
        markup = _ANY_TAG.sub(" ", markup)
    if "&" in markup:
        markup = read_references(markup)
        if "<" in markup:
            markup = _ANY_TAG.sub(" ", markup)
    return fold(markup)


def headline_of(markup: str, longest: int = 100) -> str:
    """A title for an entry that has none: the first words of its text, cut between words."""
    text = words_of(_INLINE.sub("", markup[:20_000]))
    if len(text) <= longest:
        return text
    return text[: longest + 1].rsplit(" ", 1)[0][:longest].rstrip(" ,;:-–—") + "…"


def mended(text: str) -> str:
    """Text whose UTF-8 was once taken for latin-1 or windows-1252, and punctuation taken for controls, put right.

    Characters that had been references when that happened stand among it as they are.  A letter with an accent that
    stands for itself shows that it did not happen.
    """
    if text.isascii():
        return text
    if _MAYBE_PACKED.search(text):
        packed = text.translate(_AS_LATIN_1)
        told = any(_is_certain(found, packed) for found in _PACKED.finditer(packed))
        if told and not _OWN_LETTER.search(_PACKED.sub("", packed)):
            text = _PACKED.sub(lambda found: found.group().encode("iso-8859-1").decode("utf-8"), packed)
    return text.translate(_WINDOWS_1252) if _C1.search(text) else text


def _is_certain(found: re.Match[str], packed: str) -> bool:
    """Whether these can be nothing but the bytes of one character: not a last letter and what follows its word."""
    first, rest = found.group()[0], found.group()[1:]
    before, after = packed[found.start() - 1 : found.start()], packed[found.end() : found.end() + 1]
    if not _ENDING.issuperset(rest) or first == "â":
        return True
    if len(rest) > 1:
        return False
    if first.isupper() and before.islower():
        return True
    return first in "ÂÃÄÅÎÏÐÑ" and (after.islower() or (first in "ÂÃ" and not before.isupper()))


def opened(text: str) -> str:
    """What stands in CDATA marks that were escaped like the text in them."""
    return text[9:-3].strip() if text.startswith("<![CDATA[") and text.endswith("]]>") else text


def _without_comments(markup: str) -> str:
    """Comments dropped, CDATA opened.  By hand: an expression is quadratic on runs of openings that never close."""
    parts: list[str] = []
    position = 0
    for opening, closing, keep in (("<!--", "-->", False), ("<![CDATA[", "]]>", True)):
        parts.clear()
        position = 0
        while (start := markup.find(opening, position)) >= 0 and (end := markup.find(closing, start)) >= 0:
            parts.append(markup[position:start])
            parts.append(markup[start + len(opening) : end] if keep else " ")
            position = end + len(closing)
        parts.append(markup[position:])
        markup = "".join(parts)
    return markup


def _strip_tags(text: str) -> str:
    """Markup gone; where nothing would be left, first the code that was dropped comes back, then the text as it was."""
    if "<!" in text:
        text = _without_comments(text)
    for candidate in (_CODE.sub(" ", text) if "</" in text else text, text):
        closed = {name.lower() for name in _CLOSING.findall(candidate)}
        stripped = _TAG.sub(lambda tag: _replacement(tag, closed), candidate)  # noqa: B023 - called at once
        if stripped.strip():
            return stripped
    return " ".join(double or single for double, single in _ALT.findall(text)) or text


def _replacement(tag: re.Match[str], closed: set[str]) -> str:
    name = tag.group(1).lower()
    if name in _FORMATTING or name in closed or "=" in tag.group(2):
        return " " if name in _BREAKING else ""
    return tag.group()


def _decode(text: str) -> str:
    return _ENTITY.sub(lambda entity: read_references(entity.group()), text)
