"""What comparing needs of an article, computed once and outside any transaction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from monitor.dedup.fingerprint import fingerprints_of, hashes_of, shingles_of
from monitor.dedup.languages import keys_of
from monitor.dedup.vector import term_weights
from monitor.dedup.words import MAX_CHARACTERS, is_name_like, names, numbered, quantities, raw_tokens
from monitor.model.story import Prepared

UNKNOWN_LANGUAGE = "und"
LEAD_WORDS = 60
TEMPLATE_WORDS = 220
"""Longer texts do not become one another by filling a template with another name."""


NOTICE_WORDS, TELLING, STEM = 3, 4, 4
"""So many words of the headline, of so many letters or more, are looked for in the text by their first letters."""
NOTICE_TEXT = 30
"""A teaser of fewer words may well say something else than its headline, and is too short to be taken for a copy."""


def prepare(title: str, lead: str, text: str, language: str | None) -> Prepared:
    """Everything that `place_articles` needs of a text; pure, and cheap to send between processes."""
    language = (language or UNKNOWN_LANGUAGE).split("-")[0].lower()
    body = (text if lead and lead in text[: 4 * len(lead)] else f"{lead}\n{text}")[:MAX_CHARACTERS]
    headline, written = raw_tokens(title), raw_tokens(body)
    if is_notice(headline, written):
        body, written = "", []
    distinct, order = numbered([*headline, *written])
    hashes = hashes_of(distinct, order[len(headline) :])
    counts = zip(distinct, np.bincount(order, minlength=len(distinct)).tolist(), strict=True)
    # Written out, since it is asked of every word: `is_name_like` would cost more than all else here.
    capitalised = {word: count for word, count in counts if word[0].isupper() and len(word) > 1}
    found, around = quantities(f"{title}\n{body}")
    return Prepared(
        language=language,
        title=title,
        words=len(written),
        shingles=shingles_of(hashes),
        fingerprints=fingerprints_of(hashes),
        numbers=found,
        names=frozenset(word.casefold() for word in capitalised),
        subjects=_subjects(headline, body) if len(written) <= TEMPLATE_WORDS else frozenset(),
        terms=term_weights(distinct, _stressed(len(headline), order, len(distinct)), language),
        figures=around,
        keys=keys_of(capitalised, found),
    )


def _stressed(headline: int, order: npt.NDArray[np.intp], distinct: int) -> npt.NDArray[np.float64]:
    """How often each word counts: three times in the headline, twice among the first 60 of the text."""
    times = np.ones(len(order))
    times[:headline] = 3
    times[headline : headline + LEAD_WORDS] = 2
    return np.bincount(order, times, distinct).astype(np.float64)


def _subjects(headline: Sequence[str], body: str) -> frozenset[str]:
    """Whom a short item is about: names of the body that the headline has too, or that the body repeats."""
    named = names(body)
    in_headline = {word.casefold() for word in headline if is_name_like(word)}
    return frozenset(name for name, count in named.items() if count > 1 or name in in_headline)


def is_notice(headline: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a text says nothing of what its headline does: a wall, a banner or a footer in place of the article.

    Many articles have such a text in common, and are neither copies of each other nor about one event: they are
    compared by their headlines alone.
    """
    beginnings = {word.casefold()[:STEM] for word in headline if len(word) >= TELLING}
    if len(words) < NOTICE_TEXT or len(beginnings) < NOTICE_WORDS:
        return False
    return beginnings.isdisjoint(word.casefold()[:STEM] for word in words)
