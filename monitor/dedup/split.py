"""Whether a story holds two events, and which articles leave.

The members are grouped bottom-up by average likeness.  Where two groups of at least three are about half as alike to
each other as within themselves, they are two events: a test that carries its own scale, unlike a threshold on the
likeness itself, which is high between look-alikes (two earthquakes in one country).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat, takewhile
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from monitor.dedup.story import centre
from monitor.dedup.vector import likeness
from monitor.model.reasons import Reason
from monitor.model.story import Vector

Table: TypeAlias = npt.NDArray[np.float64]

SMALLEST = 3
OUTLIERS = 4
"""So many stray articles or small groups may stand beside the two that are compared."""
SAMPLE = 60


@dataclass(frozen=True, slots=True)
class Member:
    """A voting article of a story."""

    article_id: int
    words: int
    vector: Vector


@dataclass(frozen=True, slots=True)
class Split:
    """`leaving` are about something else than the articles that stay; each group with its new centre."""

    leaving: tuple[int, ...]
    staying_centre: Vector
    leaving_centre: Vector
    reason: Reason


_DUE = frozenset(
    takewhile(
        lambda size: size < 100_000, accumulate(repeat(0, 64), lambda size, _: size + max(2, size // 3), initial=6)
    )
)


def is_due(members: int) -> bool:
    """Whether a story that has grown to so many votes is looked at: at 6, 8, 10, 13, 17 and so on by a third."""
    return members in _DUE


def decide_split(members: Sequence[Member], *, ratio: float = 0.57, min_words: int = 40) -> Split | None:
    """Which members leave the story, if it holds two events.

    `members` are the voting articles, oldest first; the group of the oldest stays, and what is as alike to both.  Only
    texts of `min_words` words can show a difference: headlines about one event often share nothing.
    """
    sample = [member for member in members if member.words >= min_words][-SAMPLE:]
    if len(sample) < 2 * SMALLEST:
        return None
    found = _clearest_cut(_table([member.vector for member in sample]))
    if found is None or found[0] >= ratio:
        return None
    vectors = [member.vector for member in members]
    groups = ([sample[index].vector for index in group] for group in found[1:])
    one, other = (likeness(centre(group), vectors).cosines for group in groups)
    stays = (one >= other if one[0] >= other[0] else other >= one).tolist()
    staying = [member for member, its in zip(members, stays, strict=True) if its]
    leaving = [member for member, its in zip(members, stays, strict=True) if not its]
    if min(len(staying), len(leaving)) < 2:  # pragma: no cover - groups so unlike keep their members as far as is known
        return None
    text = (
        f"{len(leaving)} articles are about something else: {found[0]:.2f} as alike to the others as among themselves"
    )
    return Split(
        tuple(member.article_id for member in leaving),
        centre([member.vector for member in staying]),
        centre([member.vector for member in leaving]),
        Reason("split", text),
    )


def _table(vectors: Sequence[Vector]) -> Table:
    """How alike each two are.  How alike each is to itself is left out: rounded, it would pass for likeness."""
    terms, place = np.unique(np.concatenate([vector.terms for vector in vectors]), return_inverse=True)
    rows = np.zeros((len(vectors), len(terms)))
    owner = np.repeat(np.arange(len(vectors)), [len(vector.terms) for vector in vectors])
    rows[owner, place] = np.concatenate([vector.weights for vector in vectors])
    alike: Table = rows @ rows.T
    np.fill_diagonal(alike, 0.0)
    return alike


def _clearest_cut(alike: Table) -> tuple[float, list[int], list[int]] | None:
    """The two largest groups, at the height of the tree where they are least alike for their own coherence."""
    best: tuple[float, list[int], list[int]] | None = None
    for groups in _cuts(alike):
        first, second = sorted(groups, key=len, reverse=True)[:2]
        if len(second) < SMALLEST:
            continue
        between = float(alike[np.ix_(first, second)].mean())
        within = (_coherence(alike, first) * _coherence(alike, second)) ** 0.5
        ratio = between / within if within else 1.0
        if best is None or ratio < best[0]:
            best = (ratio, first, second)
    return best


def _coherence(alike: Table, group: Sequence[int]) -> float:
    return float(alike[np.ix_(group, group)].sum() / (len(group) * (len(group) - 1)))


def _cuts(alike: Table) -> list[list[list[int]]]:
    """Average-linkage clustering: the last cuts of its tree, from a few groups down to two."""
    near = alike.copy()
    np.fill_diagonal(near, -1.0)
    groups = {index: [index] for index in range(len(near))}
    cuts = []
    while len(groups) > 2:
        a, b = divmod(int(near.argmax()), len(near))
        merged = (near[a] * len(groups[a]) + near[b] * len(groups[b])) / (len(groups[a]) + len(groups[b]))
        merged[near[a] < 0] = -1.0
        groups[a] = groups[a] + groups.pop(b)
        near[a], near[:, a] = merged, merged
        near[b], near[:, b] = -1.0, -1.0
        near[a, a] = -1.0
        if len(groups) <= 2 + OUTLIERS:
            cuts.append(list(groups.values()))
    return cuts
