"""PDFs behind article links: authorities publish in them."""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Iterator
from datetime import datetime

from monitor.extract.blocks import fold_space
from monitor.extract.dates import PageDate, parse_page_date
from monitor.model.article import Extracted, Step, TextState
from monitor.model.reasons import Reason

MAX_PDF_BYTES = 20 * 1024 * 1024
MAX_PAGES = 50
MAX_CHARS = 500_000
MAX_SECONDS = 4.0
"""Pages after these seconds of the processor's time are left unread: the door promises five."""

_SENTENCE_END = re.compile(r"[.!?:;…”“\"»)]$")
_HYPHEN = re.compile(r"(?<=\w)[-\u00ad]$")
_PAGE_NUMBER = re.compile(
    r"^\W*(?:(?:seite|page|p\.|стр\.?)\s*)?\d{1,4}(?:\s*(?:/|of|von|из)\s*\d{1,4})?\W*$", re.IGNORECASE
)


def extract_pdf(body: bytes, *, title_hint: str | None = None, now: datetime | None = None) -> Extracted:
    """The text of a PDF, or why it has none: `too-large`, `pdf-encrypted`, `pdf-broken`, `pdf-scan`.

    Reads at most 20 MB, 50 pages, 500 000 characters and four seconds.
    """
    title = title_hint or ""
    if len(body) > MAX_PDF_BYTES:
        return _failed(
            title,
            "too-large",
            f"the PDF has {len(body) / 1e6:.0f} MB; more than {MAX_PDF_BYTES / 1e6:.0f} are not read",
        )
    from pypdf import PdfReader  # noqa: PLC0415  # 30 MB that most processes never need
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(body), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return _failed(title, "pdf-encrypted", "the PDF is locked with a password")
        raw = list(_pages(reader))
        info = reader.metadata
        own_title, date = (info.title if info else None), _date(info.get("/CreationDate") if info else None, now)
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OSError,
        RecursionError,
        OverflowError,
        NotImplementedError,
    ) as error:
        return _failed(title, "pdf-broken", f"the PDF could not be read: {error}")
    lines = join_lines(raw)
    heading = title or _usable_title(own_title) or (lines[0][:200] if lines else "")
    if sum(map(len, lines)) < 50:
        return _failed(heading, "pdf-scan", "the PDF holds pictures of text, not text")
    return Extracted(
        title=heading,
        text="\n".join(lines),
        published_at=date.at if date else None,
        published_at_local=date.local if date else None,
        steps=(Step("extractor", f"pdf: {len(raw)} pages"),),
    )


def _failed(title: str, code: str, text: str) -> Extracted:
    return Extracted(
        title=title,
        text="",
        text_state=TextState.TITLE,
        text_reason=Reason(code, text),
        steps=(Step("extractor", text),),
    )


def _pages(reader: object) -> Iterator[str]:
    deadline = time.process_time() + MAX_SECONDS
    chars = 0
    for number, page in enumerate(reader.pages):  # type: ignore[attr-defined]  # the type needs the late import
        if number >= MAX_PAGES or chars > MAX_CHARS or time.process_time() > deadline:
            return
        text = page.extract_text() or ""
        chars += len(text)
        yield text[:MAX_CHARS]


def join_lines(pages: list[str]) -> list[str]:
    """Pages as paragraphs: broken lines joined, hyphens undone, page numbers and running heads gone."""
    rows = [[fold_space(row) for row in page.splitlines()] for page in pages]
    running = _running_heads(rows)
    paragraphs: list[str] = []
    current = ""
    for page in rows:
        widest = max((len(row) for row in page), default=0)
        for row in page:
            if row in running or _PAGE_NUMBER.match(row):
                continue
            if not row:
                current = _end(current, paragraphs)
                continue
            current = (
                _HYPHEN.sub("", current) + row
                if _HYPHEN.search(current) and row[0].islower()
                else f"{current} {row}".strip()
            )
            if len(row) < 0.7 * widest and (_SENTENCE_END.search(row) or len(current) == len(row)):
                current = _end(current, paragraphs)
    _end(current, paragraphs)
    return paragraphs


def _end(current: str, paragraphs: list[str]) -> str:
    if current:
        paragraphs.append(current)
    return ""


def _running_heads(rows: list[list[str]]) -> set[str]:
    """First and last lines that return on most pages."""
    if len(rows) < 3:
        return set()
    edges = [
        row for page in rows for row in {*(line for line in page[:2] if line), *(line for line in page[-2:] if line)}
    ]
    return {row for row in set(edges) if edges.count(row) > len(rows) / 2}


def _date(value: object, now: datetime | None) -> PageDate | None:
    """`D:20240503101500+02'00'`."""
    match = re.match(r"^D:(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?(Z|[+-]\d\d)?'?(\d\d)?", str(value or ""))
    if match is None:
        return None
    year, month, day, hour, minute, second, zone, zone_minute = match.groups()
    offset = "" if zone is None else "Z" if zone == "Z" else f"{zone}:{zone_minute or '00'}"
    clock = f"T{hour}:{minute or '00'}:{second or '00'}{offset}" if hour else ""
    return parse_page_date(f"{year}-{month}-{day}{clock}", now=now)


def _usable_title(title: str | None) -> str:
    text = fold_space(title or "")
    return "" if re.search(r"\.(?:docx?|pdf|indd|qxd|rtf)$|^(?:untitled|microsoft word)", text, re.IGNORECASE) else text
