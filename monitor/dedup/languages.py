"""Stories in other languages: linked by numbers and by what names sound like.

A name keeps its consonants across scripts ("Путин", "Putin", "Poutine": ptn), a number its digits.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.model.reasons import Reason

CLEARLY_BEST = 1.25
ENOUGH = 3.0
"""The least evidence for a link: three shared names or numbers, each weighing 1 when rare and long."""

_SOUNDS = {
    "tsch": "s", "sch": "s", "chr": "kr", "chl": "kl", "zh": "s", "sh": "s", "ch": "s", "kh": "k", "ph": "f",
    "th": "t", "ck": "k",
}  # fmt: skip


# What letters of three scripts sound like; all else is silent.
_CONSONANTS = (
    str.maketrans("bcdfgklmnpqrstvwxz", "bkdfgklmnpkrstvvss")
    | str.maketrans("бвгдґжзклмнпрстфхцчшщ", "bvgdgssklmnprstfkssss")
    | str.maketrans("βγδζθκλμνξπρσςτφχψ", "vgdstklmnsprsstfks")
)
_SILENT = re.compile(f"[^{''.join(map(chr, _CONSONANTS))}\n]+")
_DOUBLED = re.compile(r"(.)\1+")


def skeletons(names: Iterable[str]) -> list[str]:
    """The consonants of each name in Latin letters, doubled ones once; "" where fewer than three are left.

    All names go through each step at once, a line each: no name has a line break in it.
    """
    folded = unicodedata.normalize("NFKD", "\n".join(names).casefold())
    for written, sound in _SOUNDS.items():
        folded = folded.replace(written, sound)
    single = _DOUBLED.sub(r"\1", _SILENT.sub("", folded).translate(_CONSONANTS))
    return [letters if len(letters) >= 3 else "" for letters in single.split("\n")]


@dataclass(frozen=True, slots=True)
class LinkCandidate:
    """A story in another language with the rarity-weighted keys it shares."""

    story: int
    language: str
    shared: Mapping[str, float]

    @property
    def score(self) -> float:
        """The evidence in sum."""
        return sum(self.shared.values())


@dataclass(frozen=True, slots=True)
class Link:
    """The story is told in another language too."""

    story: int
    score: float
    reason: Reason


def keys_of(names: Mapping[str, int], numbers: Iterable[str], limit: int = 16) -> tuple[str, ...]:
    """What an article offers for comparing across languages, most frequent first.

    Skeletons of its `names` (capitalised words as written, with their counts) and numbers of two digits or more.
    """
    counts: Counter[str] = Counter()
    for sound, count in zip(skeletons(names), names.values(), strict=True) if names else ():
        counts[sound] += count
    del counts[""]
    found = [key for key, _ in counts.most_common(limit)]
    telling = sorted((number for number in numbers if len(number) >= 2), key=lambda number: (-len(number), number))
    return (*found, *telling[:limit])


def link_candidates(holders: Mapping[str, set[int]], languages: Mapping[int, str]) -> list[LinkCandidate]:
    """For each story the keys it shares, each weighing less the more stories of its language have it.

    `holders`: key to stories; `languages` of the stories (those without one are left out).
    """
    shared: dict[int, dict[str, float]] = {}
    for key, stories in holders.items():
        spread = Counter(languages[story] for story in stories if story in languages)
        for story in stories & languages.keys():
            shared.setdefault(story, {})[key] = _telling(key) / (1 + math.log2(spread[languages[story]]))
    return [LinkCandidate(story, languages[story], keys) for story, keys in sorted(shared.items())]


def _telling(key: str) -> float:
    """Names of three consonants sound alike by chance, and small numbers stand in every text."""
    if key[0].isdigit():
        return 1.0 if len(key) > 2 else 0.5
    return 1.0 if len(key) > 3 else 0.75


def decide_links(candidates: Sequence[LinkCandidate]) -> tuple[Link, ...]:
    """For each other language the story that is clearly the best of that language, if there is one.

    Languages do not compete: one event may be a story in each of them.
    """
    by_language: dict[str, list[LinkCandidate]] = {}
    for candidate in sorted(candidates, key=lambda each: (-each.score, each.story)):
        by_language.setdefault(candidate.language, []).append(candidate)
    return tuple(
        _link(ranked[0])
        for _, ranked in sorted(by_language.items())
        if ranked[0].score >= ENOUGH and (len(ranked) == 1 or ranked[0].score >= CLEARLY_BEST * ranked[1].score)
    )


def _link(found: LinkCandidate) -> Link:
    keys = ", ".join(sorted(found.shared, key=lambda key: (-found.shared[key], key))[:5])
    return Link(found.story, round(found.score, 2), Reason("also-in", f"shares names and numbers: {keys}"))
