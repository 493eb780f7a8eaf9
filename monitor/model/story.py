"""Stories and what the dedup stage decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.reasons import Reason


class EntryFate(StrEnum):
    """What an entry of a poll turned out to be."""

    NEW = "new"
    SEEN = "seen"
    EDITED = "edited"
    RELINKED = "relinked"
    SIGHTING = "sighting"
    """Known from another source: the same article, one more sighting."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of an article's text."""

    number: int
    title: str
    lead: str
    text: str
    created_at: datetime
    material: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class Story:
    """Articles about the same event, one language each."""

    id: int
    language: str
    title: str
    opened_at: datetime
    last_at: datetime
    articles: int = 0
    sources: int = 0
