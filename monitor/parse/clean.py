"""Bytes of an XML document made fit for a strict parser, without changing what a well-formed one says.

Nothing here recurses or backtracks: every step is linear in the document, and entities cannot grow it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.model.reasons import Reason
from monitor.model.references import read_references
from monitor.parse.names import is_own

_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))
_NONCHARACTERS = ("\ufffe", "\uffff")
_CDATA = re.compile(rb"<!\s*\[\s*CDATA\s*\[", re.IGNORECASE)
_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*+:)?([A-Za-z_][\w.-]*+)(?=[\s/>])")
_ENTITY = re.compile(
    rb"""<!ENTITY\s+(?:(%\s+[\w.-]+)|([\w.-]+))\s+(?:(?:SYSTEM|PUBLIC)\s[^<>]*+|"([^"]*)"|'([^']*)')\s*>""",
    re.IGNORECASE,
)
_REFERENCE = re.compile(rb"&(?:#([0-9]{1,8});|#[xX]([0-9A-Fa-f]{1,7});|([A-Za-z_][\w.-]*);)?")
_NO_MARKUP = re.compile(rb"<(?![/!?A-Za-z_:\x80-\xff]|\Z)|<(?=/3)")
"""A sign that opens nothing: "I <3 you", "a < b"."""
_SURROGATES = re.compile(rb"&#(5[56][0-9]{3}|xD[89AB][0-9A-F]{2});&#(5[67][0-9]{3}|xD[C-F][0-9A-F]{2});", re.IGNORECASE)
_PREFIX = re.compile(rb"<([A-Za-z_][\w.-]*+):[A-Za-z_]|\s([A-Za-z_][\w.-]*+):[A-Za-z_][\w.-]*+\s*+=\s*[\"']")
_DECLARED = re.compile(rb"xmlns:([\w.-]+)\s*=")

_ESCAPED = re.compile(
    rb"\A(?:<\?xml[^>]*>\s*+)?(?:<[A-Za-z][^<>]*>\s*+)?(?=&lt;(?:\?xml|rss|feed|rdf:RDF|!--|!DOCTYPE)\s)", re.IGNORECASE
)
_DEFAULT_NAMESPACE = re.compile(rb"""\sxmlns\s*=\s*["']([^"']*)["']""")
_FEED_ROOT = re.compile(
    rb"<(?:rdf:)?(rss(?=\s[^<>]*version)|feed(?=\s[^<>]*xmlns)|RDF(?=\s[^<>]*xmlns))", re.IGNORECASE
)
_TAG = re.compile(rb"<(/?)([A-Za-z_][\w.:-]*+)([^<>]*+)>")
_TAG_WITH_VALUES = re.compile(rb"<([A-Za-z_][\w.:-]*+)([^<>=]*+=[^<>]*+)>")
_ATTRIBUTE = re.compile(rb"""(?<![\w.:-])([A-Za-z_][\w.:-]*+)\s*+=\s*(?:"([^"<]*)"|'([^'<]*)'|([^\s"'<>]+))""")

LONGEST_TAG = 10_000
"""Bytes of a start tag that are put right; a longer one stays as it is."""

MOST_EXPANDED = 1000
"""Characters one entity may stand for, and thousands of them a document may grow by."""

# Where publishers forget a declaration, the prefix still has its usual meaning
_USUAL = {
    b"atom": b"http://www.w3.org/2005/Atom",
    b"content": b"http://purl.org/rss/1.0/modules/content/",
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"dcterms": b"http://purl.org/dc/terms/",
    b"itunes": b"http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    b"media": b"http://search.yahoo.com/mrss/",
    b"rdf": b"http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    b"rss": b"http://purl.org/rss/1.0/",
    b"sy": b"http://purl.org/rss/1.0/modules/syndication/",
    b"xhtml": b"http://www.w3.org/1999/xhtml",
    b"xlink": b"http://www.w3.org/1999/xlink",
    b"news": b"http://www.google.com/schemas/sitemap-news/0.9",
}


@dataclass(slots=True)
class Prolog:
    """What stood before the root element: where that begins, its local name, and the entities declared."""

    root_at: int
    root: str
    entities: dict[bytes, bytes] = field(default_factory=dict)
    hostile: Reason | None = None


def cleaned(text: str) -> bytes:
    """UTF-8 bytes of `text` without characters that XML forbids, and without what precedes the markup."""
    for forbidden in _NONCHARACTERS:  # looked for here, where one character is: among bytes it takes ten times as long
        if forbidden in text:
            text = text.replace(forbidden, "")
    data = text.encode("utf-8", "replace").translate(None, _CONTROLS)
    if not data.startswith(b"<"):
        data = data.lstrip(b" \t\r\n\xef\xbb\xbf")
    return data


def unescaped(data: bytes) -> bytes:
    """The document; where it was escaped as a whole, as web services return text, what was escaped."""
    found = _ESCAPED.match(data)
    return read_references(data[found.end() :].decode("utf-8", "replace")).encode() if found else data


def read_prolog(data: bytes) -> Prolog | None:
    """Skip declaration, comments, instructions and document type; None when no root element follows."""
    position = 0
    entities: dict[bytes, bytes] = {}
    while (position := data.find(b"<", position)) >= 0:
        if data.startswith(b"<!--", position):
            position = data.find(b"-->", position)
        elif data[position : position + 6].lower() == b"<?xml ":
            position = data.find(b">", position)  # its question mark may be missing
        elif data.startswith(b"<?", position):
            position = data.find(b"?>", position)
        elif data[position : position + 9].upper() == b"<!DOCTYPE":
            start, position = position, _doctype_end(data, position)
            entities, hostile = _entities(data[start:position] if position > 0 else data[start:])
            if hostile:
                return Prolog(position, "", {}, hostile)
        elif found := _ROOT.match(data, position):
            return Prolog(position, found.group(2).decode().lower(), entities)
        else:
            position += 1
        if position < 0:
            return None
    return None


def growth(data: bytes, entities: dict[bytes, bytes]) -> Reason | None:
    """The reason to refuse a document whose references to its own entities would blow it up."""
    if not entities:
        return None
    grown = sum(len(entities.get(found.group(3) or b"", b"")) for found in _REFERENCE.finditer(data))
    if grown <= MOST_EXPANDED * 1000:
        return None
    return Reason("hostile", "the document's entities would make it larger than a feed can be")


def rooted(data: bytes, prolog: Prolog) -> bytes:
    """The document from its root element on: no declaration, no document type, so nothing left to load or expand.

    A default namespace that no format uses is dropped from the root: the elements' names say what is meant.
    """
    data = data[prolog.root_at :]
    head, mark, rest = data[:5000].partition(b">")
    declared = _DEFAULT_NAMESPACE.search(head)
    if mark and declared and not is_own(declared.group(1).decode("utf-8", "replace")):
        return head[: declared.start()] + head[declared.end() :] + mark + rest + data[5000:]
    return data


def embedded(data: bytes) -> Prolog | None:
    """A feed inside something else (a page around it, warnings before it), or None."""
    found = _FEED_ROOT.search(data)
    return Prolog(found.start(), found.group(1).decode().lower()) if found else None


def repaired(data: bytes, entities: dict[bytes, bytes]) -> bytes:
    """CDATA marks, then signs, references and attributes outside of it put right, and undeclared prefixes declared."""
    parts = []
    for chunk, literal in sections(_CDATA.sub(b"<![CDATA[", data)):
        if literal:
            parts.append(chunk)
        else:
            paired = _SURROGATES.sub(_pair, _NO_MARKUP.sub(b"&lt;", chunk))
            referred = _REFERENCE.sub(lambda found: _reference(found, entities), paired)
            parts.append(_TAG_WITH_VALUES.sub(_with_quotes, referred))
    return _with_prefixes_declared(b"".join(parts))


def sections(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """Pieces of `data`; True marks a whole CDATA section or comment.  An unclosed one is ordinary text."""
    position = 0
    opening = re.compile(rb"<!(?:--|\[CDATA\[)")
    while found := opening.search(data, position):
        closing = b"-->" if found.group() == b"<!--" else b"]]>"
        end = data.find(closing, found.end())
        if end < 0:
            break
        yield data[position : found.start()], False
        position = end + 3
        yield data[found.start() : position], True
    yield data[position:], False


def _doctype_end(data: bytes, start: int) -> int:
    """Just behind the document type, its internal subset included; -1 when it never ends."""
    end = data.find(b">", start)
    subset = data.find(b"[", start)
    if 0 <= subset < end:
        subset_end = data.find(b"]", subset)
        while subset_end >= 0 and not data[subset_end + 1 : subset_end + 200].lstrip().startswith(b">"):
            subset_end = data.find(b"]", subset_end + 1)
        end = data.find(b">", subset_end) if subset_end >= 0 else -1
    return end + 1 if end >= 0 else -1


def _entities(subset: bytes) -> tuple[dict[bytes, bytes], Reason | None]:
    declared: dict[bytes, bytes] = {}
    for found in _ENTITY.finditer(subset):
        parameter, name, double, single = found.groups()
        if not parameter:
            declared.setdefault(name, double if double is not None else single or b"")
    for name, value in declared.items():
        size = len(value)
        inner = [declared[ref] for ref in re.findall(rb"&([A-Za-z_][\w.-]*);", value) if ref in declared]
        if inner:
            size += sum(len(other) for other in inner)
        if size > MOST_EXPANDED or any(b"&" in other and not other.startswith(b"&#") for other in inner):
            return {}, Reason("hostile", f"the document declares the entity {name.decode()!r} that grows without need")
    return declared, None


def _pair(found: re.Match[bytes]) -> bytes:
    """One character of two references, as software writes it that counts in UTF-16."""
    high, low = (int(f"0{half.decode()}", 16 if half[:1] in b"xX" else 10) for half in found.groups())
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
        return found.group()
    return b"&#%d;" % (0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00)


def _reference(found: re.Match[bytes], entities: dict[bytes, bytes]) -> bytes:
    decimal, hexadecimal, name = found.groups()
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        allowed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
        return found.group() if allowed else b""
    if not name:
        return b"&amp;"
    if name in (b"amp", b"lt", b"gt", b"quot", b"apos"):
        return found.group()
    if name in entities:
        return html.escape(read_references(entities[name].decode("utf-8", "replace"))).encode()
    character = read_references(f"&{name.decode()};")
    if character.startswith("&") and len(character) > 2:
        return b"&amp;" + name + b";"
    return "".join(f"&#{ord(char)};" for char in character).encode()


def _with_quotes(tag: re.Match[bytes]) -> bytes:
    """A start tag with every attribute value in quotes, an attribute given twice once."""
    name, rest = tag.groups()
    attributes = _ATTRIBUTE.findall(rest) if len(rest) <= LONGEST_TAG else []
    if not any(bare for *_, bare in attributes):
        return tag.group()
    values = {name: double or single or bare for name, double, single, bare in reversed(attributes)}
    quoted = b"".join(b' %s="%s"' % (key, value.replace(b'"', b"&quot;")) for key, value in values.items())
    return b"<" + name + quoted + (b"/>" if rest.endswith(b"/") else b">")


def _with_prefixes_declared(data: bytes) -> bytes:
    used = {first or second for first, second in _PREFIX.findall(data)}
    missing = sorted(used - set(_DECLARED.findall(data)) - {b"xml", b"xmlns"})
    found = _ROOT.match(data)
    if not missing or not found or len(missing) > 50:
        return data
    declarations = b"".join(
        b' xmlns:%s="%s"' % (prefix, _USUAL.get(prefix.lower(), b"urn:undeclared:" + prefix)) for prefix in missing
    )
    return data[: found.end()] + declarations + data[found.end() :]


@dataclass(frozen=True, slots=True)
class StartTag:
    """A start tag as it stands in the document, and its name with prefix."""

    tag: bytes
    name: bytes


def start_tags(head: bytes) -> list[StartTag]:
    """The elements that are still open at the end of `head`, outermost first; what closes later is dropped."""
    opened: list[StartTag] = []
    for chunk, literal in sections(head):
        if literal:
            continue
        for found in _TAG.finditer(chunk):
            closing, name, rest = found.groups()
            if closing:
                position = next((n for n in range(len(opened) - 1, -1, -1) if opened[n].name == name), None)
                if position is not None:
                    del opened[position:]
            elif not rest.endswith(b"/") and len(opened) < 50:
                opened.append(StartTag(found.group(), name))
    return opened
