"""Bytes of a document -> text, whatever its header and prolog claim (`fetching.md` 25).

Order of evidence: an override by the user, a byte order mark, NUL patterns of UTF-16/32, a declared 7-bit escape
encoding, valid UTF-8, then the declarations.  Declarations are read as browsers read them (WHATWG Encoding: latin-1
means windows-1252, gb2312 means gb18030 …), because that is what publishers tested with.
"""

from __future__ import annotations

import codecs
import re
import zlib
from dataclasses import dataclass

MOST_UNPACKED = 15_000_000
"""Bytes that a compressed document may have, as `fetching.md` 20 has it for bodies."""
MOST_MEMBERS = 100
MOST_LAYERS = 2
"""So often a document is unpacked: a packed file may have been packed once more on its way."""

_GZIP = b"\x1f\x8b\x08"
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Superset encodings that stand behind a label on the web (https://encoding.spec.whatwg.org/#names-and-labels)
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
# Labels that Python does not know, from the same list and from what publishers write
_LABELS = {
    **dict.fromkeys(("x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("ks_c_5601-1987", "ks_c_5601-1989", "ksc_5601", "iso-ir-149", "cseuckr"), "cp949"),
    **dict.fromkeys(("x-gbk", "gb_2312", "gb_2312-80", "csgb2312"), "gb18030"),
    **dict.fromkeys(("cn-big5", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("x-euc-jp", "cseucpkdfmtjapanese"), "euc_jp"),
    **dict.fromkeys(("koi", "koi8"), "koi8-r"),
    "koi8-ru": "koi8-u",
    **dict.fromkeys(("iso-8859-8-e", "iso-8859-8-i", "csiso88598e", "csiso88598i", "logical", "visual"), "iso8859-8"),
    **dict.fromkeys(("iso-8859-6-e", "iso-8859-6-i", "csiso88596e", "csiso88596i"), "iso8859-6"),
    "sun_eu_greek": "iso8859-7",
    "csisolatin9": "iso8859-15",
    **dict.fromkeys(("mac", "x-mac-roman", "csmacintosh"), "mac-roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac-cyrillic"),
    **dict.fromkeys(("unicode", "ucs-2", "iso-10646-ucs-2", "csunicode"), "utf-16"),
    **dict.fromkeys(("unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"), "utf-8"),
}
_CODE_PAGE = re.compile(r"(?:x-)?(?:windows-?|win-?|dos-|cp-|windows-cp|cp)(\d{3,4})")
_ESCAPES = ("unicode-escape", "raw-unicode-escape")
"""Codecs of Python's own, for its source."""
_SEVEN_BIT = ("iso2022", "hz", "utf-7")
_PROLOG = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:+-]{2,40})""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*+=\s*+["']?\s*+([A-Za-z0-9._:+-]{2,40})""", re.IGNORECASE)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
# The six letters that make up nearly half of any Russian, Ukrainian or Bulgarian text, in either charset
_CYRILLIC = {"cp1251": re.compile("[оеаинт]".encode("cp1251")), "koi8-r": re.compile("[оеаинт]".encode("koi8-r"))}
_HIGH_RUN = re.compile(rb"[\x80-\xff]{2,}")
_PAIRED_SURROGATES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
"""A character beyond 65 535 as some databases write it (CESU-8): UTF-16 packed into UTF-8."""
# A multi-byte character that the end of the document cut in two
_CUT_TAIL = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the codec that read it, and whether bytes had to be replaced by U+FFFD."""

    text: str
    encoding: str
    replaced: bool = False


def unpacked(body: bytes) -> bytes:
    """The document inside a body that is a gzip file, up to `MOST_UNPACKED` bytes; any other body as it is."""
    for _ in range(MOST_LAYERS):
        if not body.startswith(_GZIP):
            return body
        try:
            body = _inflated(body)
        except zlib.error:
            return body
    return body


def _inflated(packed: bytes) -> bytes:
    """The members of a gzip file, one behind the other."""
    unpacked = bytearray()
    for _ in range(MOST_MEMBERS):
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        unpacked += member.decompress(packed, MOST_UNPACKED - len(unpacked))
        packed = member.unused_data
        if not packed.startswith(_GZIP) or len(unpacked) >= MOST_UNPACKED:
            break
    return bytes(unpacked)


def decode(body: bytes, *, content_type: str | None = None, encoding: str | None = None) -> Decoded:
    """The text of `body`.  `content_type` is the header's value, `encoding` the user's override; never raises."""
    if encoding and (codec := codec_of(encoding)):
        return _lenient(body, codec)
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return _lenient(body[len(mark) :], codec)
    if codec := _by_nuls(body):
        return _lenient(body, codec)
    declared = _declared(body, content_type)
    if body.isascii():
        escaped = next((codec for codec in declared if codec.startswith(_SEVEN_BIT)), None)
        return _lenient(body, escaped or "ascii")
    return _eight_bit(body, declared)


def codec_of(label: str) -> str | None:
    """Python's codec for a charset label, as browsers understand it; None when there is none."""
    label = label.strip().lower()
    page = _CODE_PAGE.fullmatch(label)
    try:
        name = codecs.lookup(f"cp{page.group(1)}" if page else _LABELS.get(label, label)).name
        b"\xff".decode(name, "replace")  # refuses codecs that are none of text (base64), or of domain names
    except (LookupError, ValueError):
        return None
    return None if name in _ESCAPES else _MEANT.get(name, name)


def _declared(body: bytes, content_type: str | None) -> list[str]:
    labels = []
    if content_type and (found := _HEADER.search(content_type)):
        labels.append(found.group(1))
    if in_prolog := _PROLOG.search(body[:1024]):
        labels.append(in_prolog.group(1).decode("ascii"))
    codecs_named = [codec for label in labels if (codec := codec_of(label))]
    # Servers say latin-1 where nobody has set anything: then whoever wrote the document knows better.
    return sorted(codecs_named, key=lambda codec: codec == "cp1252")


def _by_nuls(body: bytes) -> str | None:
    """UTF-16/32 without a mark: markup and spaces are ASCII, so their other bytes are NUL."""
    head = body[:64]
    if head[:4].count(0) == 3 and len(head) >= 4:
        return "utf-32-be" if head[0] == 0 else "utf-32-le"
    pairs = len(head) // 2
    if pairs < 2:
        return None
    if head[0 : 2 * pairs : 2].count(0) == pairs:
        return "utf-16-be"
    return "utf-16-le" if head[1 : 2 * pairs : 2].count(0) == pairs else None


def _eight_bit(body: bytes, declared: list[str]) -> Decoded:
    if _PAIRED_SURROGATES.search(body):
        body = _PAIRED_SURROGATES.sub(_joined, body)
    tail = _CUT_TAIL.search(body[-4:])
    whole = body[: len(body) - len(tail.group())] if tail else body
    try:
        return Decoded(whole.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    if _mostly_utf8(body):
        return Decoded(whole.decode("utf-8", "replace"), "utf-8", replaced=True)
    for codec in declared:
        if codec.startswith(("utf", *_SEVEN_BIT)):
            continue  # the bytes have just disproved it
        try:
            return Decoded(body.decode(codec), codec)
        except UnicodeDecodeError:
            continue
    wide = next((codec for codec in declared if not codec.startswith(("utf", *_SEVEN_BIT))), None)
    return _lenient(body, wide or _cyrillic(body) or "cp1252")


def _joined(pair: re.Match[bytes]) -> bytes:
    """The one character that two surrogates stand for."""
    return (
        pair.group().decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()
    )


def _cyrillic(body: bytes) -> str | None:
    """The charset of a Cyrillic text that does not say so: whole words of high bytes, among them its usual letters."""
    high, together = len(_HIGH.findall(body)), sum(map(len, _HIGH_RUN.findall(body)))
    if together < 0.8 * high:
        return None
    return next((codec for codec, usual in _CYRILLIC.items() if len(usual.findall(body)) >= 0.35 * high), None)


def _mostly_utf8(body: bytes) -> bool:
    """Three of four high bytes belong to well-formed UTF-8 sequences: a few bad bytes in UTF-8, not another charset."""
    inside = sum(len(sequence) for sequence in _MULTIBYTE.findall(body))
    return inside > 0 and inside >= 0.75 * len(_HIGH.findall(body))


def _lenient(body: bytes, codec: str) -> Decoded:
    try:
        return Decoded(body.decode(codec), codec)
    except UnicodeDecodeError as error:
        if error.end >= len(body) and len(body) - error.start < 4:  # cut inside the last character
            return Decoded(body[: error.start].decode(codec, "replace"), codec)
        return Decoded(body.decode(codec, "replace"), codec, replaced=True)
