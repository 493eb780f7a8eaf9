"""Content-Encoding, undone piece by piece, so that no bomb is ever unpacked as a whole, and no large body held."""

from __future__ import annotations

import re
import zlib
from io import BytesIO

from monitor.errors import FetchError
from monitor.fetch.guard import BodyCaps
from monitor.model.content import HELD_BYTES, Content, Spooled
from monitor.model.reasons import Reason

ACCEPTED = "gzip, deflate"
"""What is asked for: exactly what can be decoded."""

PIECE = 65_536
"""Bytes unpacked at a time: the most that a bomb can cost beyond the cap."""

GZIP_MAGIC = 0x1F
_MAX_MEMBERS = 1_000
_GZIP = {"gzip", "x-gzip"}
_OTHERS = {"br", "zstd", "compress", "x-compress", "dcb", "dcz"}
"""Codings that exist (https://www.iana.org/assignments/http-parameters) and that we neither ask for nor can undo."""
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
"""RFC 8878, 3.1.1; brotli has no such mark."""
_PLAIN = "`headers: {Accept-Encoding: identity}` at the source asks the server to leave it as it is"
_DOCUMENT = re.compile(rb"(?=[\s\xef\xbb\xbf]*[<{\[])[\xef\xbb\xbf]{0,3}[\t\n\r -~]{29}")
"""The beginning of a document in plain text, which no packed one has: three characters alone it might."""


class BadAnswer(FetchError):
    """The answer cannot be used; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text, code=reason.code)
        self.reason = reason


class Body:
    """Collects the body of one answer, in memory or (`spool`) what is too large for it in a file.

    `feed` and `finish` raise `BadAnswer`.
    """

    def __init__(self, encoding: str, caps: BodyCaps, *, spool: bool = False) -> None:
        self._caps = caps
        self._spool = spool
        self._wire = 0
        self._kept = BytesIO()
        self._spooled: Spooled | None = None
        self._size = 0
        self._members = 0
        self._header = encoding
        self._encoding = ""
        self._inflater: zlib._Decompress | None = None

    def feed(self, chunk: bytes) -> None:
        """Take a piece as it came over the wire."""
        if not self._wire:
            self._encoding = _encoding_of(self._header, chunk)
        self._wire += len(chunk)
        if self._encoding == "":
            self._keep(chunk)
        else:
            self._inflate(chunk)

    def finish(self) -> Content:
        """The whole body, once the transfer has ended."""
        if self._inflater is not None and not self._inflater.eof:
            self._keep(self._inflater.decompress(b"", PIECE))  # raw deflate may hold back the last few bytes
        if self._inflater is not None and not self._inflater.eof:
            raise BadAnswer(Reason("truncated", "the packed answer ended in the middle; it is tried again"))
        return self.so_far() if self._spooled is None else self._spooled

    def so_far(self) -> bytes:
        """What has come until now and is held in memory."""
        return self._kept.getvalue()  # hands its buffer over, so a large body is never there twice

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        problem = self._caps.decide(self._wire, self._size) if self._size > PIECE else None
        if problem is not None:
            raise BadAnswer(problem)
        if self._spool and self._size > HELD_BYTES:
            self._to_file(data)
        else:
            self._kept.write(data)

    def _to_file(self, data: bytes) -> None:
        try:
            if self._spooled is None:
                self._spooled = Spooled()
                data = self._kept.getvalue() + data
                self._kept = BytesIO()
            self._spooled.append(data)
        except OSError as error:
            message = f"no room for a large answer in the folder for temporary files ({error.strerror}); make room"
            raise BadAnswer(Reason("no-space", message)) from error

    def _inflate(self, chunk: bytes) -> None:
        try:
            while chunk:
                inflater = self._ready(chunk)
                if inflater is None:
                    return
                self._keep(inflater.decompress(chunk, PIECE))
                chunk = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        except zlib.error as error:
            message = f"the answer is marked as {self._encoding} but is not ({error}); it is tried again"
            raise BadAnswer(Reason("protocol", message)) from error

    def _ready(self, chunk: bytes) -> zlib._Decompress | None:
        """The decompressor for what comes next; None for padding after the last member."""
        if self._inflater is None or (self._inflater.eof and chunk[0] == GZIP_MAGIC):
            self._members += 1
            if self._members > _MAX_MEMBERS:
                raise BadAnswer(Reason("bomb", f"the answer is packed in more than {_MAX_MEMBERS} parts"))
            self._inflater = zlib.decompressobj(_window_bits(self._encoding, chunk))
        return None if self._inflater.eof else self._inflater


def _encoding_of(header: str, start: bytes) -> str:
    """`gzip`, `deflate` or nothing; raises `BadAnswer` for what we did not ask for and cannot read.

    Sitemaps are often files that are gzip themselves, and some servers forget to say so: both are unpacked.  What is
    no coding (charsets, media types, marks of storage services) means nothing, as in browsers; a text that is marked
    as packed is a text.
    """
    names = [name for part in header.split(",") if (name := part.strip().lower()) in _GZIP | _OTHERS | {"deflate"}]
    if _DOCUMENT.match(start):
        return ""
    if not names and start.startswith(_ZSTD_MAGIC):
        names = ["zstd"]
    if not names:
        return "gzip" if start.startswith(b"\x1f\x8b") else ""
    if set(names) <= _GZIP:  # more layers than one are the document's own affair
        return "gzip"
    if names == ["deflate"]:
        return "deflate"
    text = f"the answer is packed as {', '.join(names)}, which was not asked for and cannot be undone here"
    raise BadAnswer(Reason("packed", f"{text}; {_PLAIN}"))


def _window_bits(encoding: str, start: bytes) -> int:
    """RFC 9110 says zlib for `deflate`; some servers send it raw, and some take the one for the other."""
    if encoding == "gzip":
        return 32 + zlib.MAX_WBITS
    told_by_its_header = start[0] == GZIP_MAGIC or start[0] & 0x0F == 8
    return 32 + zlib.MAX_WBITS if told_by_its_header else -zlib.MAX_WBITS
