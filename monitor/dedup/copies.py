"""Wire copies and series: whether an article says what another one said before.

A copy holds an alert back for good, so everything here must be shown and doubt means original.  Containment, not
Jaccard: a shortened text is a copy.  What guards against templates (weather, markets, results): numbers that disagree,
and named subjects that the other text does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.dedup.fingerprint import shared
from monitor.dedup.words import corrections
from monitor.model.reasons import Reason
from monitor.model.story import CopyCandidate, Prepared, Shingles


@dataclass(frozen=True, slots=True)
class CopySettings:
    """Thresholds of the copy decision, with the measurements in docs/adr."""

    containment: float = 0.5
    min_tokens: int = 30
    max_news: float = 0.5
    """When more of the new article than this is new, it is an expansion: told as an update, never held for good."""
    numbers_agree: float = 0.5
    min_numbers: int = 3


@dataclass(frozen=True, slots=True)
class Copy:
    """The article says what the article `of` said; `score` is the weighted containment, 0 to 1."""

    of: int
    score: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Series:
    """The article fills the same template as `like` with other facts: news of its own, and no shared story."""

    like: int
    score: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Original:
    """No copy.  `kin` is an earlier article that it repeats, corrects or extends: surely the same story."""

    reason: Reason
    kin: int | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class _Measured:
    candidate: CopyCandidate
    containment: float
    known: float
    """The share of the new article that the candidate has."""


def decide_copy(
    article: Prepared, candidates: Sequence[CopyCandidate], settings: CopySettings = CopySettings()
) -> Copy | Series | Original:
    """What `article` is to the candidates, which are older and share fingerprints with it."""
    if not article.words:
        return Original(Reason("notice", "no text of its own: none, or one that has no word of the headline"))
    if article.words < settings.min_tokens:
        return Original(Reason("tiny", f"{article.words} words are too few to compare"))
    measured = _measure(article, [each for each in candidates if each.prepared.words >= settings.min_tokens])
    close = [each for each in measured if each.containment >= settings.containment]
    free: list[_Measured] = []
    series: list[tuple[_Measured, Reason]] = []
    for each in close:
        objection = guard(article, each.candidate.prepared, settings)
        if objection is None:
            free.append(each)
        else:
            series.append((each, objection))
    if free:
        found = max(free, key=lambda each: (each.known, each.containment))
        return _correction(article, found) or _copy_or_expansion(found, settings)
    if series:
        like, objection = max(series, key=lambda pair: pair[0].containment)
        return Series(like.candidate.article_id, round(like.containment, 3), objection)
    return Original(Reason("original", "no earlier text says the same"))


def _correction(article: Prepared, found: _Measured) -> Original | None:
    """A text that says the same with another number in the same place: news, however small."""
    changed = corrections(found.candidate.prepared.figures, article.figures)
    if not changed:
        return None
    text = "; ".join(f"{new} instead of {old}" for old, new in changed[:3])
    return Original(
        Reason("correction", f"repeats an earlier text with other numbers: {text}"),
        found.candidate.article_id,
        found.containment,
    )


def _copy_or_expansion(found: _Measured, settings: CopySettings) -> Copy | Original:
    if found.known < 1 - settings.max_news:
        text = f"contains an earlier text, but {1 - found.known:.0%} of it is new"
        return Original(Reason("expansion", text), found.candidate.article_id, found.containment)
    text = f"{found.containment:.0%} of the text stands in an earlier article"
    return Copy(found.candidate.group, round(found.containment, 3), Reason("copy", text))


def _measure(article: Prepared, candidates: Sequence[CopyCandidate]) -> list[_Measured]:
    """Containment both ways, each shingle weighing 1 / the number of groups that have it, so that boilerplate fades."""
    overlaps = [shared(article.shingles, each.prepared.shingles) for each in candidates]
    weights = _weights(article.shingles, candidates, overlaps)
    own = float(weights.sum())
    result = []
    for candidate, overlap in zip(candidates, overlaps, strict=True):
        common = float(weights[np.searchsorted(article.shingles, overlap)].sum())
        # What the candidate alone has is not weighed (its groups are unknown): it counts in full.
        theirs = common + len(candidate.prepared.shingles) - len(overlap)
        smaller = min(own, theirs)
        result.append(_Measured(candidate, common / smaller if smaller else 0.0, common / own))
    return result


def _weights(
    own: Shingles, candidates: Sequence[CopyCandidate], overlaps: Sequence[Shingles]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    counts = np.zeros(len(own))
    for group in {candidate.group for candidate in candidates}:
        present = np.zeros(len(own), dtype=bool)
        for candidate, overlap in zip(candidates, overlaps, strict=True):
            if candidate.group == group:
                present[np.searchsorted(own, overlap)] = True
        counts += present
    return 1.0 / np.maximum(counts, 1.0)


def guard(a: Prepared, b: Prepared, settings: CopySettings) -> Reason | None:
    """Why two texts that share their wording are not the same news, or None."""
    if len(a.numbers) >= settings.min_numbers and len(b.numbers) >= settings.min_numbers:
        agree = len(a.numbers & b.numbers) / min(len(a.numbers), len(b.numbers))
        if agree < settings.numbers_agree:
            return Reason("series-numbers", f"the same wording, but only {agree:.0%} of the numbers agree")
    ours, theirs = a.subjects - b.names, b.subjects - a.names
    if ours and theirs:
        text = f"the same wording about others: {', '.join(sorted(ours)[:3])} / {', '.join(sorted(theirs)[:3])}"
        return Reason("series-subject", text)
    return None
