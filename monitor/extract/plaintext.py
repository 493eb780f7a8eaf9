"""A page saved or copied as text -> the article in it.

A dump has no markup; what is left is shape.  Paragraphs end like sentences and are long; a headline is a short line
before the first run of them; subheads are short lines of their own between paragraphs; everything else (menus,
credits, buttons, tickers) is short, repeated or in another script, before the first or after the last paragraph.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.extract.blocks import fold_space, key_of
from monitor.extract.charset import decode_page
from monitor.extract.dates import PageDate, parse_page_date
from monitor.extract.phrases import is_call, is_credit
from monitor.model.article import Extracted, Step, TextState
from monitor.model.reasons import Reason

_ENDS = re.compile(r"[.!?…。！？।؟][\"'”“»«’)\]]*$")
_DAY_FIRST = re.compile(r"\b([0-3]?\d)[./]([01]?\d)[./]((?:19|20)\d\d)(?:\D{1,3}([0-2]?\d):([0-5]\d))?")
_CLOCK_FIRST = re.compile(r"\b([0-2]?\d):([0-5]\d)\D{1,3}([0-3]?\d)[./]([01]?\d)[./]((?:19|20)\d\d)")
_ISO_DAY = re.compile(r"\b(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d)?(?:Z|[+-]\d\d:?\d\d)?)?")
_MAX_CHARS = 2_000_000
_PARAGRAPH = 80
_MAX_SUBHEAD = 100


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    number: int
    apart: bool
    """Set off by an empty line before or after."""

    @property
    def prose(self) -> bool:
        weight = len(self.text) * (3 if ord(self.text[0]) > 0x2E80 else 1)
        return weight >= _PARAGRAPH and bool(_ENDS.search(self.text)) and not is_credit(self.text)


def extract_dump(
    body: bytes,
    *,
    content_type: str | None = None,
    title_hint: str | None = None,
    now: datetime | None = None,
) -> Extracted:
    """The article of a plain-text dump: headline, date where a line shows one, text with its subheads."""
    lines = _lines(decode_page(body, content_type)[:_MAX_CHARS])
    first, last = _span(lines)
    if first is None or last is None:
        reason = Reason("empty", "the text holds no paragraphs")
        return Extracted(
            title=title_hint or (lines[0].text[:200] if lines else ""),
            text="",
            text_state=TextState.TITLE,
            text_reason=reason,
            steps=(Step("extractor", str(reason)),),
        )
    title = title_hint or _headline(lines[:first])
    kept = _article(lines[first : last + 1], title, _script_of(lines[first : last + 1]))
    date = _date(lines[: first + 1], now)
    dropped = len(lines) - len(kept)
    return Extracted(
        title=title,
        text="\n".join(kept),
        published_at=date.at if date else None,
        published_at_local=date.local if date else None,
        steps=(Step("extractor", f"plain text: {len(kept)} lines kept, {dropped} left out"),),
    )


def _lines(text: str) -> list[_Line]:
    raw = [fold_space(line) for line in text.splitlines()]
    found: list[_Line] = []
    for number, line in enumerate(raw):
        if line:
            apart = (number == 0 or not raw[number - 1]) or (number + 1 == len(raw) or not raw[number + 1])
            found.append(_Line(line, number, apart))
    return found


def _span(lines: Sequence[_Line]) -> tuple[int | None, int | None]:
    """First and last line of the densest run of paragraphs: up to six short lines between two of them are subheads."""
    prose = [index for index, line in enumerate(lines) if line.prose]
    if not prose:
        return None, None
    runs: list[list[int]] = [[prose[0]]]
    for index in prose[1:]:
        if index - runs[-1][-1] <= 6:
            runs[-1].append(index)
        else:
            runs.append([index])
    best = max(runs, key=lambda run: sum(len(lines[index].text) for index in run))
    return best[0], best[-1]


def _headline(before: Sequence[_Line]) -> str:
    """The headline: of the short lines above the text the longest that stands apart and is no notice."""
    candidates = [
        line for line in before if 15 <= len(line.text) <= 300 and not is_credit(line.text) and not is_call(line.text)
    ]
    apart = [line for line in candidates if line.apart] or candidates
    if not apart:
        return ""
    return max(apart, key=lambda line: (len(line.text), line.number)).text


def _article(lines: Sequence[_Line], title: str, script: str) -> list[str]:
    seen: Counter[str] = Counter()
    kept: list[str] = []
    for line in lines:
        key = key_of(line.text)
        seen[key] += 1
        if not key or seen[key] > 1 or key == key_of(title) or is_credit(line.text) or is_call(line.text):
            continue
        if line.prose or (
            _script_of([line]) == script and (len(line.text) > _MAX_SUBHEAD or line.apart or _ENDS.search(line.text))
        ):
            kept.append(line.text)
    return kept


def _script_of(lines: Sequence[_Line]) -> str:
    """The script most letters are of (LATIN, CYRILLIC, ARABIC, CJK …)."""
    counts: Counter[str] = Counter()
    for line in lines[:20]:
        counts.update(unicodedata.name(char, "?").split(" ")[0] for char in line.text[:200] if char.isalpha())
    return counts.most_common(1)[0][0] if counts else ""


def _date(lines: Sequence[_Line], now: datetime | None) -> PageDate | None:
    """The first date that a line above the text shows."""
    for line in lines:
        if len(line.text) > 300:
            continue
        if match := _ISO_DAY.search(line.text):
            found = parse_page_date(match.group(), now=now)
        elif match := _CLOCK_FIRST.search(line.text):
            hour, minute, day, month, year = match.groups()
            found = parse_page_date(f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}", now=now)
        elif match := _DAY_FIRST.search(line.text):
            day, month, year, hour, minute = match.groups()
            found = parse_page_date(
                f"{year}-{month:0>2}-{day:0>2}" + (f"T{hour:0>2}:{minute}" if hour else ""), now=now
            )
        else:
            continue
        if found:
            return found
    return None
