"""How rare terms are: learnt in lessons, read again only when somebody has learnt more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa

from monitor.model.story import Rarity, Vector
from monitor.store import tables as t
from monitor.store.rarities import Learnt, Rarities, save_rarity, unlearnt
from monitor.store.unit import Database
from monitor.store.vectors import packed


def keep(connection: sa.Connection, language: str, article_ids: Sequence[int]) -> None:
    """Sketches whose one term is the number of their article."""
    shared = {"day": 1, "source_id": "s", "story_id": 1, "copy_group": 1, "words": 9, "shingles": b"", "facts": {}}
    rows = [
        shared | {"article_id": number, "language": language, "terms": packed(vector(number))} for number in article_ids
    ]
    connection.execute(sa.insert(t.sketch), rows)


def vector(term: int) -> Vector:
    return Vector(np.array([term], dtype="<u4"), np.array([1.0], dtype="<f4"))


def rarity(documents: int, *counts: int) -> Rarity:
    return Rarity(documents, np.array(counts, dtype="<u4"))


def load(database: Database, rarities: Rarities, language: str) -> Learnt:
    with database.reading() as connection:
        return rarities.load(connection, language)


def test_a_language_begins_with_nothing_learnt_and_all_waiting(database: Database) -> None:
    with database.unit() as connection:
        keep(connection, "de", [1, 2])
        keep(connection, "en", [3])
    assert load(database, Rarities(), "de") == Learnt(None, 0, 2)
    assert load(database, Rarities(), "fr") == Learnt(None, 0, 0)


def test_a_lesson_is_what_came_since_the_last_one_in_order(database: Database) -> None:
    with database.unit() as connection:
        keep(connection, "de", [7, 8])
        keep(connection, "en", [9])
        first = unlearnt(connection, "de", 0)
        rest = unlearnt(connection, "de", first[0][0])
    assert [list(terms.terms) for _, terms in first] == [[7], [8]]
    assert rest == first[1:] or [id_ for id_, _ in rest] == [first[1][0]]


def test_what_another_worker_has_learnt_is_read_and_nothing_is_read_twice(database: Database) -> None:
    mine = Rarities()
    with database.unit() as connection:
        keep(connection, "de", [1, 2, 3])
        [one, two, three] = [id_ for id_, _ in unlearnt(connection, "de", 0)]
        save_rarity(connection, "de", rarity(1, 0, 1), one)
    before = load(database, mine, "de")
    assert before.rarity is not None
    assert (before.rarity.documents, list(before.rarity.counts), before.upto, before.waiting) == (1, [0, 1], one, 2)
    assert load(database, mine, "de").rarity is before.rarity
    with database.unit() as connection:
        save_rarity(connection, "de", rarity(3, 2, 1), three)
    after = load(database, mine, "de")
    assert after.rarity is not None
    assert (after.rarity.documents, list(after.rarity.counts), after.upto, after.waiting) == (3, [2, 1], three, 0)
    assert two < after.upto
