"""Passages of a text that a term, a distance or an event accounts for; all of it linear in the occurrences."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from monitor.match.nodes import Unit
from monitor.match.program import Form
from monitor.match.text import PARAGRAPH_STEP
from monitor.model.match import How


class Hit(NamedTuple):
    """One word (or, with `chars`, one passage of characters) that counted; `at` is its position in the whole text."""

    at: int
    how: How
    form: Form
    chars: tuple[int, int] | None = None


class Span(NamedTuple):
    """From the first to the last position of some hits."""

    first: int
    last: int
    hits: tuple[Hit, ...]

    @property
    def paragraph(self) -> int:
        """The number of the paragraph."""
        return self.first // PARAGRAPH_STEP


SentenceOf = Callable[[int], int]
"""Position in the whole text -> a number that differs from sentence to sentence."""

_NEIGHBOURS: Final = 8
"""How many occurrences to each side are tried for one that stands on other words."""
_RANK: Final = {how: rank for rank, how in enumerate(How)}


def merged(spans: Iterable[Span]) -> list[Span]:
    """In order of the text; of several on the same words the most exact."""
    best: dict[tuple[int, int], Span] = {}
    for span in spans:
        known = best.get((span.first, span.last))
        if known is None or _rank(span) < _rank(known):
            best[span.first, span.last] = span
    return [best[place] for place in sorted(best)]


def _rank(span: Span) -> int:
    return max(_RANK[hit.how] for hit in span.hits)


def apart(spans: Sequence[Span]) -> list[Span]:
    """Those that do not overlap, the longer of two that begin together."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.first, -span.last)):
        if not kept or span.first > kept[-1].last:
            kept.append(span)
    return kept


def in_a_row(rows: Sequence[Sequence[Hit]], gap: int, sentence_of: SentenceOf) -> Iterator[Span]:
    """Phrases: one hit of each row, in this order, at most `gap` words between two, in one sentence."""
    chains: list[tuple[Hit, ...]] = [(hit,) for hit in rows[0]]
    for row in rows[1:]:
        longer: list[tuple[Hit, ...]] = []
        at = 0
        for hit in row:  # the latest chain before the hit is the one to continue: any other ends further away
            while at < len(chains) and chains[at][-1].at < hit.at:
                at += 1
            if at and hit.at - chains[at - 1][-1].at <= gap + 1:
                longer.append((*chains[at - 1], hit))
        chains = longer
    for chain in chains:
        if sentence_of(chain[0].at) == sentence_of(chain[-1].at):
            yield Span(chain[0].at, chain[-1].at, chain)


class Distance:
    """How far apart two spans may be."""

    def __init__(self, within: Unit, sentence_of: SentenceOf, *, ordered: bool) -> None:
        self._within, self._sentence_of, self._ordered = within, sentence_of, ordered

    def between(self, left: Span, right: Span) -> int | None:
        """Words from one to the other; None where they are too far, in the wrong order or on the same words."""
        if self._ordered and right.first <= left.last:
            return None
        words = _words_between(left, right)
        if left.paragraph != right.paragraph or (not words and _share(left, right)):
            return None
        match self._within:
            case "p":
                return words
            case "s":
                first, last = min(left.first, right.first), max(left.last, right.last)
                return words if self._sentence_of(first) == self._sentence_of(last) else None
            case limit:
                return words if words <= limit else None


def _words_between(one: Span, other: Span) -> int:
    return max(other.first - one.last, one.first - other.last, 0)


def _share(left: Span, right: Span) -> bool:
    if left.last < right.first or right.last < left.first:
        return False
    return not {hit.at for hit in left.hits}.isdisjoint(hit.at for hit in right.hits)


def nearest(
    span: Span, others: Sequence[Span], firsts: Sequence[int], measure: Callable[[Span, Span], int | None]
) -> Span | None:
    """The closest of `others` (sorted, their first positions in `firsts`) that `measure` accepts."""
    at = bisect_left(firsts, span.first)
    near = others[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]
    ranked = sorted(near, key=lambda other: _words_between(span, other))
    return next((other for other in ranked if measure(span, other) is not None), None)


def joined(*spans: Span) -> Span:
    """The span over several, with all their hits in order."""
    hits = sorted({hit.at: hit for span in spans for hit in span.hits}.values())
    return Span(min(span.first for span in spans), max(span.last for span in spans), tuple(hits))


def pairs(left: Sequence[Span], right: Sequence[Span], distance: Distance) -> list[Span]:
    """Each left span with its nearest right one, and the other way round."""
    right_firsts, left_firsts = [span.first for span in right], [span.first for span in left]
    found: list[Span] = []
    for span in left:
        other = nearest(span, right, right_firsts, distance.between)
        if other:
            found.append(joined(span, other))
    for span in right:
        other = nearest(span, left, left_firsts, lambda one, two: distance.between(two, one))
        if other:
            found.append(joined(span, other))
    return merged(found)


def gathered(roles: Sequence[Sequence[Span]], within: Unit, sentence_of: SentenceOf) -> list[Span]:
    """Spans that hold one of each role on distinct words within a unit: for each occurrence, the latest before it."""
    recent: list[list[Span]] = [[] for _ in roles]
    found: list[Span] = []
    for newest, role in sorted(((span, role) for role, spans in enumerate(roles) for span in spans), key=_by_end):
        near = [[span for span in kept if _together(span, newest, within, sentence_of)] for kept in recent]
        near[role] = [newest]
        chosen = _distinct(sorted(near, key=len), ())
        if chosen:
            found.append(joined(*chosen))
        # With as many occurrences as there are roles, one is always free of the words of the others.
        recent[role] = [newest, *recent[role][: len(roles)]]
    return merged(found)


def _by_end(item: tuple[Span, int]) -> tuple[int, int, int]:
    return item[0].last, item[0].first, item[1]


def _together(span: Span, newest: Span, within: Unit, sentence_of: SentenceOf) -> bool:
    if span.paragraph != newest.paragraph:
        return False
    first = min(span.first, newest.first)
    if within == "s":
        return sentence_of(first) == sentence_of(newest.last)
    return within == "p" or newest.last - first <= within


def _distinct(near: Sequence[Sequence[Span]], chosen: tuple[Span, ...]) -> tuple[Span, ...] | None:
    if not near:
        return chosen
    for span in near[0]:
        if not any(_share(span, other) for other in chosen):
            complete = _distinct(near[1:], (*chosen, span))
            if complete:
                return complete
    return None
