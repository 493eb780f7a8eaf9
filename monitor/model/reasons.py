"""A reason: why something was decided.  Stored with the decision, shown to people, documented by code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` is stable and documented (kebab-case); `text` is for people, in English."""

    code: str
    text: str

    def __str__(self) -> str:
        return self.text
