"""Printing: columns, JSON, colour; text from the world loses its control characters here."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

# C0 and C1 controls (terminal escapes), line separators, and the bidirectional overrides that can disguise a text.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36", "mark": "1;33"}


def plain(text: object) -> str:
    """A text that cannot steer a terminal."""
    return _CONTROL.sub(" ", str(text))


def one_line(text: object) -> str:
    """A text on one line."""
    return " ".join(plain(text).split())


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, or None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def length(seconds: float | None, general: str) -> str:
    """A length of time in the largest units of the configuration: `7d`, `36h`; `general` for None, 0 is for ever."""
    if seconds is None:
        return general
    sizes = ((86400, "d"), (3600, "h"), (60, "m"))
    return next((f"{seconds / size:g}{unit}" for size, unit in sizes if seconds >= size), "for ever")


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago or how far off, in one unit: `3 min`, `in 2 h`."""
    if moment is None:
        return "-"
    seconds = (now - moment).total_seconds()
    amount = abs(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if amount >= size:
            words = f"{amount / size:.0f} {unit}"
            break
    else:
        words = f"{amount:.0f} s"
    return words if seconds >= 0 else f"in {words}"


@dataclass(frozen=True, slots=True)
class Printer:
    """Where a command prints, and how."""

    out: TextIO
    json: bool = False
    colour: bool = False
    width: int = 100
    watched: bool = False
    """A person looks at it: progress bars make sense."""

    @classmethod
    def for_terminal(cls, *, json: bool) -> Printer:
        """As standard output is: colour and width of the terminal, none of it into a pipe."""
        watched = sys.stdout.isatty()
        colour = watched and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        width = shutil.get_terminal_size((120, 24)).columns
        return cls(sys.stdout, json, colour, width, watched)

    def line(self, text: str = "") -> None:
        """One line of text."""
        print(text, file=self.out)

    def style(self, text: str, *names: str) -> str:
        """The text in that style, where there is colour."""
        if not self.colour or not names:
            return text
        return f"\x1b[{';'.join(_STYLES[name] for name in names)}m{text}\x1b[0m"

    def data(self, value: Any) -> None:
        """JSON: one array or object; times as ISO 8601 in UTC."""
        print(json.dumps(value, ensure_ascii=False, indent=None, default=_jsonable), file=self.out)

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, wide: str | None = None) -> None:
        """Aligned columns under their headings; the `wide` column is cut to what the terminal has."""
        if not rows:
            return
        cells = [[one_line("-" if row.get(key) is None else row[key]) for key in columns] for row in rows]
        heads = list(columns.values())
        widths = [max(_width(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
        if wide is not None and self.watched:
            index = list(columns).index(wide)
            spare = self.width - sum(widths) - 2 * (len(widths) - 1)
            widths[index] = max(20, widths[index] + min(0, spare))
        self.line(self.style(_row(heads, widths), "dim"))
        for line in cells:
            self.line(_row(line, widths))


def _row(cells: Iterable[str], widths: Sequence[int]) -> str:
    return "  ".join(_pad(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int) -> str:
    if _width(text) > width:
        while text and _width(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - _width(text))


def _jsonable(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)
