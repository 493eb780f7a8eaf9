"""Stories, and what the dedup stage is given and decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from monitor.model.reasons import Reason

Shingles: TypeAlias = npt.NDArray[np.uint32]
"""The hashed word runs of a text: sorted, without repetition."""


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """A text or a story as weighted terms: hashed terms, ascending without repetition, and the weight of each."""

    terms: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.float32]


NO_TERMS = Vector(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.float32))


class EntryFate(StrEnum):
    """What an entry of a poll turned out to be."""

    NEW = "new"
    SEEN = "seen"
    EDITED = "edited"
    RELINKED = "relinked"
    SIGHTING = "sighting"
    """Known from another source: the same article, one more sighting."""


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """One row of a source: what its entry said when last seen; `text` may be "" where it was not loaded."""

    id: int
    entry_key: str | None
    url_key: str | None
    title: str
    content_hash: str
    item_hash: str
    article_id: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class KnownEntries:
    """What the database knows that a document could touch.

    `rows` are those of the source that share an id, an address key or a content hash with the document; more do no
    harm.  `sightings` maps address keys to articles that other sources brought.  `purged` holds those tombstone keys
    of the source that the document asks for, and since when.  `ids_unstable` is what earlier polls found.
    """

    rows: tuple[KnownEntry, ...] = ()
    sightings: Mapping[str, int] = field(default_factory=dict)
    purged: Mapping[str, datetime] = field(default_factory=dict)
    ids_unstable: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """Articles about the same event, one language each.

    `opened_at` and `last_at` go by the earlier of published and first seen, `first_seen_at` and `last_seen_at` by when
    the monitor saw its articles first (None: it has none).
    """

    id: int
    language: str
    title: str
    opened_at: datetime
    last_at: datetime
    articles: int = 0
    sources: int = 0
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """An article as numbers and words: what comparing needs, picklable, about 5 KB.

    `names` are the capitalised words of title and text, `subjects` whom a short item is about.  `terms`
    are weights before the rarity of a term counts.
    """

    language: str
    title: str
    words: int
    shingles: Shingles
    fingerprints: tuple[int, ...]
    numbers: frozenset[str]
    names: frozenset[str]
    subjects: frozenset[str]
    terms: Vector
    keys: tuple[str, ...] = ()
    """For other languages: skeletons of names, and numbers; most telling first."""
    figures: Mapping[int, str] = field(default_factory=dict)
    """Numbers by what stands around them, hashed: a correction has another number in the same place."""


@dataclass(frozen=True, slots=True)
class PlacedArticle:
    """An article to be placed among copies and stories.  Times are aware UTC; `published_at` may be nonsense.

    `placed`: it may have a story already, which is looked for.
    """

    id: int
    source_id: str
    prepared: Prepared
    first_seen_at: datetime
    published_at: datetime | None = None
    placed: bool = True


@dataclass(frozen=True, slots=True)
class CopyCandidate:
    """An earlier article that shares fingerprints; `group` is the original that it is a copy of, or its own id."""

    article_id: int
    group: int
    source_id: str
    story_id: int
    prepared: Prepared


@dataclass(frozen=True, slots=True)
class StoryState:
    """A story as deciding needs it.

    `centroid` has length 1; `members` counts votes (wire copies have one together); `apart` are stories that
    were split from it.  `by_hand`: merged by a person, and never split again by itself.
    """

    id: int
    centroid: Vector
    members: int
    last_at: datetime
    apart: frozenset[int] = frozenset()
    by_hand: bool = False
    title: str = ""
    """That of its opening article."""


@dataclass(frozen=True, slots=True, eq=False)
class Rarity:
    """In how many of a language's documents the terms of each bucket stood."""

    documents: int
    counts: npt.NDArray[np.uint32]


STAYED = Reason("placed", "it was in this story before its text changed")
"""Why an article stays where it is; what put it there holds on."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article was put.

    `copy_of` is the original it copies, `linked` are stories in other languages, `merged` those that turned out to be
    this one.  `reason` is about the copy if it is one, else about the story.
    """

    story_id: int
    opened: bool
    reason: Reason
    copy_of: int | None = None
    copy_score: float | None = None
    linked: tuple[int, ...] = ()
    merged: tuple[int, ...] = ()
