"""Copies and hard negatives, made of real texts by what newsrooms do to agency reports."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from itertools import permutations

SENTENCE = re.compile(r"(?<=[.!?…»“\"])\s+(?=[A-ZÄÖÜÀ-ÝА-Я„«“\"])")


@dataclass(frozen=True, slots=True)
class Made:
    """A text with the group of texts that say the same; `kind` is how it was made."""

    group: int
    kind: str
    title: str
    text: str


def sentences(text: str) -> list[str]:
    """A text's sentences, roughly."""
    return [part for line in text.splitlines() for part in SENTENCE.split(line) if part.strip()]


def variants(group: int, title: str, text: str, others: list[str], rng: random.Random) -> list[Made]:
    """The report and its copies."""
    said = sentences(text)
    half = max(3, int(len(said) * rng.uniform(0.4, 0.8)))
    local = " ".join(rng.sample(others, min(len(others), max(1, len(said) // 5))))
    inset = " ".join(rng.sample(others, min(len(others), 2)))
    at = rng.randrange(1, len(said))
    blocks = [" ".join(said[start : start + 3]) for start in range(0, len(said), 3)]
    shuffled = blocks[:1] + rng.sample(blocks[1:], len(blocks) - 1)
    picked = sorted(rng.sample(range(len(said)), max(3, len(said) // 3)))
    made = {
        "same": text,
        "truncated": " ".join(said[:half]),
        "new lead": " ".join([*rng.sample(others, 1), *said[1:]]),
        "local paragraph": f"{text}\n{local}",
        "inset": " ".join([*said[:at], inset, *said[at:]]),
        "typos": _typos(text, rng),
        "reordered": "\n".join(shuffled),
        "summary": " ".join(said[index] for index in picked),
    }
    headlines = [title, f"{title} - agency", " ".join(said[0].split()[:9]), title.upper()]
    return [
        Made(group, "original", title, text),
        *(Made(group, kind, headlines[index % 4], body) for index, (kind, body) in enumerate(made.items())),
    ]


def _typos(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    for index in rng.sample(range(len(words)), len(words) // 40):
        word = words[index]
        if len(word) > 3:
            at = rng.randrange(1, len(word) - 1)
            words[index] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


SYLLABLES = ("al", "ber", "cor", "dan", "el", "far", "gor", "hen", "is", "jan", "kel", "lor", "mar", "nor", "ost")


def name(rng: random.Random) -> str:
    """A made-up name of a place or a company."""
    return "".join(rng.sample(SYLLABLES, 3)).capitalize()


def series(count: int, rng: random.Random) -> list[list[Made]]:
    """Templated series: the same wording with other numbers, companies or places; every member is news of its own."""
    makers = (_market, _weather, _results, _police)
    # No name twice: the same template about the same company would be a copy.
    every = ["".join(syllables).capitalize() for syllables in permutations(SYLLABLES, 3)]
    who = iter(rng.sample(every, len(every)))
    return [
        [makers[index % len(makers)](1_000_000 + index * 10 + member, index, next(who), rng) for member in range(3)]
        for index in range(count)
    ]


def _market(group: int, index: int, who: str, rng: random.Random) -> Made:
    n = [rng.randrange(1000, 19999) / 100 for _ in range(6)]
    desk = name(random.Random(index))
    text = (
        f"The {desk} exchange closed at {n[0]} points, {n[1]} more than on the day before. Turnover came "
        f"to {n[2]} million "
        f"as investors waited for the decision of the central bank on its key rate. Among the winners "
        f"were makers of "
        f"machines, which rose by {n[3] / 100:.2f} percent, while banks lost {n[4] / 100:.2f} percent. "
        f"The price of a "
        f"barrel of oil was {n[5]} in the evening. Dealers spoke of a calm day with little movement in "
        f"either direction."
    )
    return Made(group, "numbers", f"{desk} exchange at the close", text)


def _weather(group: int, index: int, who: str, rng: random.Random) -> Made:
    n = [rng.randrange(1, 60) for _ in range(7)]
    place = name(random.Random(index))
    text = (
        f"The outlook for {place} and the surrounding valleys: highs of {n[0]} degrees and lows of "
        f"{n[1]} degrees are "
        f"expected, with wind from the west of up to {n[2]} kilometres per hour. The chance of rain is "
        f"{n[3]} percent in "
        f"the morning and {n[4]} percent in the afternoon. Pollen counts stay at {n[5]}. Snow falls "
        f"above {n[6]}00 metres. "
        f"Drivers should allow for slippery roads, and hikers are advised to start early in the day."
    )
    return Made(group, "numbers", f"Weather for {place}", text)


def _results(group: int, index: int, who: str, rng: random.Random) -> Made:
    text = (
        f"{who} has published its figures for the past quarter. The company earned more than "
        f"analysts had expected and "
        f"confirmed its outlook for the year. Demand was strong in all regions, said the chief executive "
        f"of {who} in a "
        f"statement. Costs for energy and freight fell, and the order book is full. The board will "
        f"propose a stable "
        f"dividend to the annual meeting. Shares of {who} were little changed in early trading on Thursday."
    )
    return Made(group, "company", f"Quarterly figures: {who} beats expectations", text)


def _police(group: int, index: int, who: str, rng: random.Random) -> Made:
    text = (
        f"Unknown people broke into a shop in {who} during the night and took cash and cigarettes. "
        f"They came through a "
        f"window at the back of the building, police in {who} said in the morning. The damage is put "
        f"at a few thousand "
        f"euros. Officers secured traces and ask witnesses who saw something suspicious near the shop to "
        f"come forward. "
        f"Whether there is a link to other burglaries of the past weeks is being examined."
    )
    return Made(group, "place", f"Burglary in {who}", text)


def follow_up(group: int, made: Made, others: list[str], rng: random.Random) -> Made:
    """A new text that quotes a quarter of an earlier one as background: news, not a copy."""
    said = sentences(made.text)
    fresh = rng.sample(others, min(len(others), len(said)))
    background = said[: max(1, len(said) // 5)]
    return Made(group, "follow-up", f"What is known now: {made.title}", " ".join([*fresh, *background]))
