"""Candidates for copies by shared fingerprints, on both backends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from random import Random

from monitor.store.listed import insert_listed
from monitor.store.sketches import FIRST, LATEST, Sought, sharing
from monitor.store.story_tables import fingerprint
from monitor.store.unit import Database

SINCE = 100


def put(database: Database, held: Mapping[int, Sequence[int]], *, day: int = SINCE) -> None:
    """Articles (their ids) with their fingerprints."""
    rows = sorted((fp, id_, day) for id_, prints in held.items() for fp in prints)
    with database.unit() as connection:
        insert_listed(connection, fingerprint, ("fp", "article_id", "day"), rows)


def shared(database: Database, *sought: Sought, limit: int = 1000) -> dict[int, dict[int, int]]:
    with database.reading() as connection:
        return sharing(connection, sought, limit=limit)


def test_articles_that_share_enough_are_found_with_how_much_they_share(database: Database) -> None:
    chance = Random(1)
    held = {id_: chance.sample(range(-20, 20), chance.randint(3, 9)) for id_ in range(1, FIRST + 1)}
    put(database, held)
    put(database, {900: held[1]}, day=SINCE - 1)  # too old for anybody who asks
    least = {id_: 1 + id_ % 3 for id_ in held}
    found = shared(database, *(Sought(id_, prints, SINCE, least[id_]) for id_, prints in held.items()))
    assert found == {
        id_: {
            other: both
            for other, theirs in held.items()
            if other != id_ and (both := len({*prints} & {*theirs})) >= least[id_]
        }
        for id_, prints in held.items()
    }


def test_those_that_share_most_are_taken(database: Database) -> None:
    put(database, {1: [1], 2: [1, 2, 3], 3: [1, 2], 4: [1, 2]})
    assert shared(database, Sought(9, [1, 2, 3], SINCE, 1), limit=2) == {9: {2: 3, 3: 2}}


def test_of_what_everybody_holds_the_first_and_the_latest_are_looked_at(database: Database) -> None:
    ids = range(10, 10 + 3 * (FIRST + LATEST))
    put(database, {id_: [7] for id_ in ids})
    put(database, {5: [7]}, day=SINCE - 1)
    asked = Sought(ids[-1] + 1, [7], SINCE, 1)
    assert shared(database, asked)[asked.article_id].keys() == {*islice(ids, FIRST), *ids[-LATEST:]}


def test_the_copy_of_a_template_is_found_among_hundreds(database: Database) -> None:
    boilerplate = [1, 2, 3]
    ids = range(1, 10 * FIRST)
    put(database, {id_: [*boilerplate, 1000 + id_] for id_ in ids})
    asked = Sought(5000, [*boilerplate, 1000 + ids[-1]], SINCE, 2)
    found = shared(database, asked, limit=4)[5000]
    assert found[ids[-1]] == 4
    assert len(found) == 4


def test_what_has_become_common_by_one_more_is_looked_at_whole(database: Database) -> None:
    ids = range(1, FIRST + LATEST + 1)
    put(database, {id_: [7] for id_ in ids})
    assert shared(database, Sought(500, [7], SINCE, 1))[500].keys() == {*ids}
