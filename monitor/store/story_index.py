"""What stories are found by: their heaviest terms, and keys that languages share (numbers, skeletons of names)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from monitor.store.listed import insert_listed, select_listed
from monitor.store.tables import story_term

COMMON = 64
"""A key that so many stories of a language have tells nothing about any of them."""


@dataclass(frozen=True, slots=True)
class StoryIndex:
    """What a story is found by: terms with their weights in place of the former ones, and further keys.

    `new`: the story has no index yet.
    """

    story_id: int
    language: str
    terms: Mapping[int, float]
    keys: frozenset[int]
    day: int
    new: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """An article whose stories are sought: by its heaviest terms with their weights, alive since a day."""

    article_id: int
    terms: Mapping[int, float]
    since_day: int


_NEAR = """
scored AS (
    SELECT listed.asker, held.story_id, sum(listed.weight * held.weight) AS score
    FROM listed CROSS JOIN story_term AS held
    WHERE held.term = listed.number AND held.weight > 0 AND held.day >= listed.since
    GROUP BY listed.asker, held.story_id
), ranked AS (
    SELECT asker, story_id, score, row_number() OVER (PARTITION BY asker ORDER BY score DESC, story_id) AS place
    FROM scored
)
SELECT asker, story_id, score FROM ranked WHERE place <= :limit
"""


def near(connection: sa.Connection, wanted: Sequence[Wanted], *, limit: int) -> dict[int, dict[int, float]]:
    """For each article the stories whose heaviest terms are most like its own: ids, and how alike these terms are."""
    listing: dict[int, dict[int, Mapping[int, float]]] = {}
    for each in wanted:
        listing.setdefault(each.since_day, {})[each.article_id] = each.terms
    found: dict[int, dict[int, float]] = {each.article_id: {} for each in wanted}
    for id_, story_id, score in select_listed(connection, listing, _NEAR, limit=limit):
        found[id_][story_id] = score
    return found


# Of languages the smallest, then always the next: a look into the index for each, however many stories there are.
_HOLDERS = """
spoken(language) AS (
    SELECT min(language) FROM story
    UNION ALL
    SELECT (SELECT min(story.language) FROM story WHERE story.language > spoken.language)
    FROM spoken WHERE spoken.language IS NOT NULL
), others AS (
    SELECT language FROM spoken WHERE language IS NOT NULL AND language <> :but
), sought AS MATERIALIZED (
    SELECT since, number FROM listed
), telling AS (
    SELECT since, number, language FROM others CROSS JOIN sought WHERE (
        SELECT count(*) FROM (
            SELECT 1 FROM story_term AS held
            WHERE held.term = sought.number AND held.language = others.language AND held.day >= sought.since
            LIMIT :common
        ) AS few
    ) < :common
)
SELECT held.term, held.language, held.story_id, held.day
FROM telling CROSS JOIN story_term AS held
WHERE held.term = telling.number AND held.language = telling.language AND held.day >= telling.since
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """A story that has a key."""

    key: int
    language: str
    story_id: int
    day: int


def holders(connection: sa.Connection, keys: Iterable[int], *, since_day: int, but: str = "") -> list[Holder]:
    """The stories, alive since a day, that have these keys; keys that are common in a language are left out there.

    `but`: a language whose stories are not asked for.
    """
    listing = {since_day: {0: dict.fromkeys(keys, 0)}}
    return [Holder(*row) for row in select_listed(connection, listing, _HOLDERS, common=COMMON, but=but)]


def index_stories(connection: sa.Connection, indexes: Sequence[StoryIndex]) -> None:
    """Let stories be found by these."""
    former = [index for index in indexes if not index.new]
    if former:
        connection.execute(_UNINDEX, {"stories": [index.story_id for index in former]})
    for day in {index.day for index in former}:
        ids = [index.story_id for index in former if index.day == day]
        connection.execute(_STILL_ALIVE, {"stories": ids, "new_day": day})
    rows = [
        (term, index.language, index.story_id, weight, index.day)
        for index in indexes
        for term, weight in (dict.fromkeys(index.keys, 0.0) | dict(index.terms)).items()
    ]
    insert_listed(connection, story_term, ("term", "language", "story_id", "weight", "day"), sorted(rows))


_MINE = story_term.c.story_id.in_(sa.bindparam("stories", expanding=True))
_UNINDEX = story_term.delete().where(_MINE, story_term.c.weight > 0)
_STILL_ALIVE = (
    story_term.update().where(_MINE, story_term.c.day != sa.bindparam("new_day")).values(day=sa.bindparam("new_day"))
)


def merge_index(connection: sa.Connection, *, into: int, other: int) -> None:
    """The keys of a story belong to another now; its terms are dropped (see `index_stories`)."""
    mine = sa.select(story_term).where(story_term.c.story_id == other, story_term.c.weight == 0)
    rows = [(row.term, row.language, into, row.weight, row.day) for row in connection.execute(mine)]
    insert_listed(connection, story_term, ("term", "language", "story_id", "weight", "day"), rows)
    connection.execute(story_term.delete().where(story_term.c.story_id == other))


def stories_before(connection: sa.Connection, day: int) -> list[int]:
    """Stories that are found although they were last alive before a day.  A walk through the whole index."""
    old = sa.select(story_term.c.story_id).where(story_term.c.day < day).distinct()
    return list(connection.execute(old.order_by(story_term.c.story_id)).scalars())


def forget_stories(connection: sa.Connection, story_ids: Sequence[int], day: int) -> None:
    """Those of the stories that were last alive before a day are found no more; they stay."""
    old = story_term.delete().where(story_term.c.story_id.in_(story_ids), story_term.c.day < day)
    connection.execute(old)
