"""What comparing needs of an article, computed once and outside any transaction."""

from __future__ import annotations

from monitor.dedup.fingerprint import fingerprints_of, hashes_of, shingles_of
from monitor.dedup.languages import keys_of
from monitor.dedup.vector import term_weights
from monitor.dedup.words import MAX_CHARACTERS, figures, is_name_like, names, normal, numbers, raw_tokens
from monitor.model.story import Prepared

UNKNOWN_LANGUAGE = "und"


TEMPLATE_WORDS = 220
"""Longer texts do not become one another by filling a template with another name."""


def prepare(title: str, lead: str, text: str, language: str | None) -> Prepared:
    """Everything that `place_articles` needs of a text; pure, and cheap to send between processes."""
    language = (language or UNKNOWN_LANGUAGE).split("-")[0].lower()
    body = (text if lead and lead in text[: 4 * len(lead)] else f"{lead}\n{text}")[:MAX_CHARACTERS]
    written = raw_tokens(body)
    words = [word.casefold() for word in written]
    capitalised = frozenset(
        normal(word) for word in (*raw_tokens(title), *written) if word[0].isupper() and len(word) > 1
    )
    hashes = hashes_of(words)
    found = numbers(f"{title}\n{body}")
    return Prepared(
        language=language,
        title=title,
        words=len(words),
        shingles=shingles_of(hashes),
        fingerprints=fingerprints_of(hashes),
        numbers=found,
        names=capitalised,
        subjects=_subjects(title, body) if len(words) <= TEMPLATE_WORDS else frozenset(),
        terms=term_weights(title, written, language),
        figures=figures(f"{title}\n{body}"),
        keys=keys_of([*raw_tokens(title), *written], found),
    )


def _subjects(title: str, body: str) -> frozenset[str]:
    """Whom a short item is about: names of the body that the title has too, or that the body repeats."""
    named = names(body)
    headline = {normal(word) for word in raw_tokens(title) if is_name_like(word)}
    return frozenset(name for name, count in named.items() if count > 1 or name in headline)
