"""Standard error as systemd's journal takes it: a mark at the beginning of a line says how grave it is."""

from __future__ import annotations

import os
from typing import TextIO

PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "exception": 3, "critical": 2}
"""As in `sd-daemon(3)`; a line without a mark is an `info`."""


def is_the_journal(stream: TextIO) -> bool:
    """Whether what is written there goes straight to the journal (`$JOURNAL_STREAM` in `systemd.exec(5)`)."""
    try:
        at = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{at.st_dev}:{at.st_ino}"


def marked(text: str, level: str) -> str:
    """The text with the mark of its level on each line; the journal takes it off again."""
    mark = f"<{PRIORITIES.get(level, 6)}>"
    return "\n".join(mark + line for line in text.split("\n"))
