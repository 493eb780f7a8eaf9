"""Stories are merged and split between two hits, and still every article is told once."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.loops.regroup import merge_by_hand, split_by_hand
from monitor.store import stories
from tests.scenario.press import Press
from tests.scenario.timeline import rule

TOPICS = (
    ("Quarry", "The quarry near {place} was flooded when a wall gave way, the operator said; {n} workers got out."),
    ("Orchestra", "The orchestra of {place} elected a conductor from {n} candidates after a long rehearsal on Friday."),
    ("Vaccine", "A vaccine against fever in cattle was tried on {n} farms around {place}, veterinarians reported."),
)
PLACES = ("Ulmen", "Brekke", "Tarnow", "Salis", "Orvieto")


def told_once(desk: Press) -> None:
    times = Counter(article for message in desk.messages() for article in message.articles)
    assert desk.untold() == []
    assert [article for article, count in times.items() if count > 1] == [], desk.transcript()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_lost_or_doubled_while_stories_move(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    desk = Press(tmp_path, rule("everything", cooldown_s=1200, max_per_hour=0))
    desk.at("06:00")
    for number in range(14):
        topic, text = rng.choice(TOPICS)
        body = text.format(place=rng.choice(PLACES), n=rng.randrange(3, 900))
        desk.receive(f"s{number % 5}", f"{topic} report {number}", f"{body} {topic} number {number} of the week.")
        desk.until(desk.clock.at + timedelta(minutes=rng.choice([1, 7, 25])))
        _move(desk, rng)
    desk.until(desk.clock.at + timedelta(hours=24))
    told_once(desk)


def _move(desk: Press, rng: random.Random) -> None:
    """Merge two stories or split one, as somebody might by hand."""
    current = sorted({desk.story_of(article) for article in desk.taken()})
    with desk.database.unit() as connection:
        if rng.random() < 0.5 and len(current) > 1:
            into, other = rng.sample(current, 2)
            merge_by_hand(connection, into, other, now=desk.clock.at)
            return
        story = rng.choice(current)
        members = stories.articles_of(connection, story)
        if len(members) > 1:
            leaving = rng.sample(members, rng.randrange(1, len(members)))
            split_by_hand(connection, story, leaving, now=desk.clock.at)


def test_an_article_that_left_while_it_was_held_is_told_with_its_thread(tmp_path: Path) -> None:
    desk = Press(tmp_path, rule("everything", cooldown_s=1800))
    first = desk.at("10:00").receive("a", "Quarry flooded at Ulmen", TOPICS[0][1].format(place="Ulmen", n=12))
    held = desk.at("10:05").receive("b", "Quarry flooded near Ulmen", "Rescuers reached the flooded quarry near Ulmen.")
    assert desk.story_of(held.id) == desk.story_of(first.id)
    with desk.database.unit() as connection:
        split_by_hand(connection, desk.story_of(first.id), [held.id], now=desk.clock.at)
    later = desk.at("10:10").receive("c", "Quarry flooded near Ulmen: rescue", "Rescuers left the quarry near Ulmen.")
    desk.at("14:00")
    assert desk.told_at(held.id) == desk.when("10:30")
    assert desk.told_at(later.id) is not None
    told_once(desk)
