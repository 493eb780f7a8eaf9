"""Separable verbs: ausweisen is also "weist … aus"."""

from __future__ import annotations

from functools import cache
from typing import Final

from monitor.match.wordlists import word_lists

_ENDINGS: Final = ("en", "rn", "ln", "un")


def split_particle(infinitive: str, language: str) -> tuple[str, str] | None:
    """The particle and the simple verb of a separable verb's infinitive in normal form; None if it has no particle.

    Whether the rest is a verb is for the caller's dictionary to say.
    """
    if infinitive.endswith(_ENDINGS):
        for particle in _particles(language):
            rest = infinitive.removeprefix(particle)
            if len(rest) >= 4 and rest != infinitive:
                return particle, rest
    return None


@cache
def _particles(language: str) -> tuple[str, ...]:
    """Longest first, so that `heraus` is tried before `her`."""
    return tuple(sorted(word_lists("particles").get(language, ()), key=lambda particle: (-len(particle), particle)))
