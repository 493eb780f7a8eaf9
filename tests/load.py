"""A made-up world to put load on: feeds in four languages, of words that dictionaries know, and rules about them.

Words are drawn as in real texts: a few all the time, most of them rarely, some that nobody has seen before.
"""

from __future__ import annotations

import bisect
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from marisa_trie import BytesTrie

from monitor.bootstrap.words import build_words
from monitor.match.lexicon import MAIN_LANGUAGES
from monitor.match.wordlists import word_sets

ITEMS = 10
FORMS = 40_000
"""Word forms of a language that a year of news uses."""
NAMES_SHARE = 0.02
"""Words of a text that are in no dictionary."""
SMALL_SHARE = 0.4
"""Words of a text that hold sentences together; a language is recognised by them."""
RULE_RANKS = (500, 20_000)
"""Rules are about words that are neither in every text nor in none."""


@dataclass(frozen=True, eq=False)
class Tongue:
    """The words of a language, the frequent ones first."""

    language: str
    small: tuple[str, ...]
    forms: tuple[str, ...]
    weights: tuple[float, ...]

    def words(self, chance: random.Random, number: int) -> list[str]:
        """A text of so many words."""
        total = self.weights[-1]
        return [self._word(chance, total) for _ in range(number)]

    def _word(self, chance: random.Random, total: float) -> str:
        if chance.random() < NAMES_SHARE:
            return "".join(chance.choices(("ka", "lo", "min", "ter", "vas", "bel", "tra", "nik"), k=4)).title()
        if chance.random() < SMALL_SHARE:
            return chance.choice(self.small)
        return self.forms[bisect.bisect(self.weights, chance.random() * total)]

    def rare(self, chance: random.Random) -> str:
        """A word that a rule could be about."""
        return self.forms[chance.randrange(*RULE_RANKS)]


def tongues(languages: Sequence[str] = MAIN_LANGUAGES) -> list[Tongue]:
    """The languages of the load, from the program's own dictionaries."""
    folder = build_words(languages)
    if folder is None:
        raise SystemExit("there is no place for the dictionaries: set MONITOR_WORDS")
    return [_tongue(folder, language) for language in languages]


def _tongue(folder: Path, language: str) -> Tongue:
    path = next(folder.glob(f"{language}-*.trie"))
    known = [key for key in dict.fromkeys(BytesTrie().mmap(str(path)).iterkeys()) if key.isalpha() and len(key) > 3]
    forms = random.Random(language).sample(known, min(FORMS, len(known)))
    small = tuple(sorted(word_sets("stop_words")[language]))
    return Tongue(language, small, tuple(forms), tuple(accumulate(1 / (rank + 3) for rank in range(len(forms)))))


def rules(spoken: Sequence[Tongue], number: int) -> list[dict[str, Any]]:
    """Rules in the shapes that people write, the languages in turn."""
    chance = random.Random(11)
    return [_rule(spoken[n % len(spoken)], n, chance) for n in range(number)]


def _rule(tongue: Tongue, number: int, chance: random.Random) -> dict[str, Any]:
    a, b, c, d = (tongue.rare(chance) for _ in range(4))
    shapes = (
        f"{a} AND {b}",
        f"({a} OR {b}) NEAR/s ({c} OR {d})",
        f'"{a} {b}" OR ({c} AND {d})',
        f"title:({a} OR {b}) AND {c} AND NOT {d}",
    )
    return {"id": f"r{number}", "match": shapes[number // 4 % 4], "where": {"lang": [tongue.language]}}


def feed(tongue: Tongue, number: int, newest: int, link: str | None = None, items: int = ITEMS) -> str:
    """The RSS of feed `number` whose newest item is `newest`; `link` begins the addresses of its articles."""
    listed = "".join(_item(tongue, number, item, link) for item in range(newest, newest - items, -1))
    head = f"<title>{number}</title><language>{tongue.language}</language>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{listed}</channel></rss>'


@lru_cache(maxsize=20_000)
def _item(tongue: Tongue, number: int, item: int, link: str | None) -> str:
    chance = random.Random(f"{number}-{item}")
    title = " ".join(tongue.words(chance, 7)).capitalize()
    where = f"<link>{link}{number}-{item}</link>" if link else ""
    text = _sentences(tongue, chance, 7)
    return f"<item><title>{title}</title><guid>{number}-{item}</guid>{where}<description>{text}</description></item>"


def page(tongue: Tongue, name: str) -> str:
    """The page of an article; what surrounds the text is the same on all."""
    chance = random.Random(name)
    title = " ".join(tongue.words(chance, 7)).capitalize()
    body = "".join(f"<p>{_sentences(tongue, chance, 5)}</p>" for _ in range(12))
    menu = "".join(f"<li><a href='/section/{n}'>Section {n}</a></li>" for n in range(20))
    return (
        f"<!doctype html><html lang='{tongue.language}'><head><title>{title}</title></head><body>"
        f"<nav><ul>{menu}</ul></nav><main><article><h1>{title}</h1>{body}</article></main><footer>Imprint</footer></body></html>"
    )


def _sentences(tongue: Tongue, chance: random.Random, number: int) -> str:
    return " ".join(" ".join(tongue.words(chance, 12)).capitalize() + "." for _ in range(number))
