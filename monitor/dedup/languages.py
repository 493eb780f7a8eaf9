"""Stories in other languages: linked by numbers and by what names sound like.

A name keeps its consonants across scripts ("Путин", "Putin", "Poutine": ptn), a number its digits.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.model.reasons import Reason

CLEARLY_BEST = 1.25
ENOUGH = 3.0
"""The least evidence for a link: three shared names or numbers, each weighing 1 when rare."""

_CYRILLIC = str.maketrans({
    "б": "b", "в": "v", "г": "g", "д": "d", "ж": "s", "з": "s", "к": "k", "л": "l", "м": "m", "н": "n", "п": "p",
    "р": "r", "с": "s", "т": "t", "ф": "f", "х": "k", "ц": "s", "ч": "s", "ш": "s", "щ": "s", "ґ": "g",
})  # fmt: skip
_GREEK = str.maketrans("βγδζθκλμνξπρσςτφχψ", "vgdstklmnsprsstfks")
_CONSONANTS = frozenset("bcdfghjklmnpqrstvwxz")
_SOUNDS = (
    ("sch", "s"),
    ("tsch", "s"),
    ("zh", "s"),
    ("sh", "s"),
    ("ch", "s"),
    ("kh", "k"),
    ("ph", "f"),
    ("th", "t"),
    ("ck", "k"),
)
_ALIKE = str.maketrans({"w": "v", "c": "k", "q": "k", "z": "s", "x": "s", "j": "", "h": ""})


@lru_cache(maxsize=8192)
def skeleton(name: str) -> str:
    """The consonants of a name in Latin letters, doubled ones once; "" where fewer than three are left."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    folded = folded.translate(_CYRILLIC).translate(_GREEK)
    for written, sound in _SOUNDS:
        folded = folded.replace(written, sound)
    letters = "".join(c for c in folded if c in _CONSONANTS).translate(_ALIKE)
    single = "".join(c for i, c in enumerate(letters) if i == 0 or letters[i - 1] != c)
    return single if len(single) >= 3 else ""


@dataclass(frozen=True, slots=True)
class LinkCandidate:
    """A story in another language with the rarity-weighted keys it shares."""

    story: int
    shared: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Link:
    """The story is told in another language too."""

    story: int
    score: float
    reason: Reason


def keys_of(words: Sequence[str], numbers: Iterable[str], limit: int = 16) -> tuple[str, ...]:
    """What an article offers for comparing across languages, most frequent first.

    Skeletons of its capitalised `words` (as written, repetitions included) and numbers of two digits or more.
    """
    counts = Counter(skeleton(word) for word in words if word[0].isupper() and len(word) > 2)
    del counts[""]
    found = [key for key, _ in counts.most_common(limit)]
    return (*found, *sorted((number for number in numbers if len(number) >= 2), key=len, reverse=True)[:limit])


def link_candidates(holders: Mapping[str, set[int]]) -> list[LinkCandidate]:
    """For each story the keys it shares, each weighing less the more stories have it (`holders`: key to stories)."""
    shared: dict[int, dict[str, float]] = {}
    for key, stories in holders.items():
        for story in stories:
            shared.setdefault(story, {})[key] = 1 / (1 + math.log2(len(stories)))
    return [LinkCandidate(story, keys) for story, keys in sorted(shared.items())]


def decide_link(candidates: Sequence[LinkCandidate]) -> Link | None:
    """The story in another language that is clearly the best, or None."""
    scored = sorted(((sum(each.shared.values()), each) for each in candidates), key=lambda pair: -pair[0])
    if not scored or scored[0][0] < ENOUGH:
        return None
    best, found = scored[0]
    if len(scored) > 1 and best < CLEARLY_BEST * scored[1][0]:
        return None
    keys = ", ".join(sorted(found.shared, key=lambda key: -found.shared[key])[:5])
    return Link(found.story, round(best, 2), Reason("also-in", f"shares names and numbers: {keys}"))
