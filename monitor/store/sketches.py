"""What comparing needs of articles while they are in the window: fingerprints to find candidates by, and sketches.

Nothing here decides.  Every function takes the connection of a unit of work.  Days count from 1970 (UTC).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from monitor.model.story import NO_TERMS, CopyCandidate, Prepared, Vector
from monitor.store.listed import insert_listed, select_listed
from monitor.store.many import run_many
from monitor.store.tables import EPOCH, fingerprint, sketch
from monitor.store.vectors import packed, unpacked


def day_of(instant: datetime) -> int:
    """Days since 1970."""
    return (instant - EPOCH).days


@dataclass(frozen=True, slots=True)
class Sought:
    """An article whose like are sought: those seen since a day that share `least` or more of its fingerprints."""

    article_id: int
    fingerprints: Sequence[int]
    since_day: int
    least: int


FIRST = 16
LATEST = 16
"""Of what very many hold (a text that went round, a template, boilerplate) the first holders and the latest are looked
at, together no fewer than are compared in the end: the first have what was copied, the latest what a template said
last.  Reading all of them takes longer with every article that says the same.  No more are latest than first."""
_SHARING = """
reaching AS MATERIALIZED (
    SELECT since, asker, number, (
        SELECT held.article_id FROM fingerprint AS held WHERE held.fp = listed.number AND held.day >= listed.since
        ORDER BY held.article_id LIMIT 1 OFFSET :first
    ) AS upto
    FROM listed
), crowded AS MATERIALIZED (
    SELECT since, asker, number, upto, (
        SELECT held.article_id FROM fingerprint AS held WHERE held.fp = reaching.number AND held.day >= reaching.since
        ORDER BY held.article_id DESC LIMIT 1 OFFSET :latest
    ) AS since_id
    FROM reaching WHERE upto IS NOT NULL
), holding AS (
    SELECT reaching.asker, held.article_id FROM reaching CROSS JOIN fingerprint AS held
    WHERE held.fp = reaching.number AND held.day >= reaching.since
    AND held.article_id < coalesce(reaching.upto, 9223372036854775807)
    UNION ALL
    SELECT crowded.asker, held.article_id FROM crowded CROSS JOIN fingerprint AS held
    WHERE held.fp = crowded.number AND held.day >= crowded.since
    AND held.article_id >= crowded.upto AND held.article_id > crowded.since_id
), counted AS (
    SELECT asker, article_id, count(*) AS shared FROM holding WHERE article_id <> asker
    GROUP BY asker, article_id HAVING count(*) >= :least
), ranked AS (
    SELECT asker, article_id, shared, row_number() OVER (PARTITION BY asker ORDER BY shared DESC, article_id) AS place
    FROM counted
)
SELECT asker, article_id, shared FROM ranked WHERE place <= :limit
"""


def sharing(connection: sa.Connection, sought: Sequence[Sought], *, limit: int) -> dict[int, dict[int, int]]:
    """For each article those that share most fingerprints with it: ids and how many.

    Of a fingerprint that very many hold only the `FIRST` and the `LATEST` are counted.
    """
    listing: dict[int, dict[int, dict[int, float]]] = {}
    for each in sought:
        listing.setdefault(each.since_day, {})[each.article_id] = dict.fromkeys(each.fingerprints, 1)
    least = {each.article_id: each.least for each in sought}
    found: dict[int, dict[int, int]] = {each.article_id: {} for each in sought}
    fewest = min(least.values(), default=1)
    bounds = {"first": FIRST, "latest": LATEST, "least": fewest, "limit": limit}
    for id_, other, shared in select_listed(connection, listing, _SHARING, **bounds):
        if shared >= least[id_]:
            found[id_][other] = shared
    return found


_COMPARED = (
    sketch.c.article_id,
    sketch.c.copy_group,
    sketch.c.source_id,
    sketch.c.story_id,
    sketch.c.language,
    sketch.c.words,
    sketch.c.shingles,
    sketch.c.facts,
)
_SKETCHES = sa.select(*_COMPARED).where(sketch.c.article_id.in_(sa.bindparam("ids", expanding=True)))
_VOTERS = (
    sa.select(sketch.c.article_id, sketch.c.words, sketch.c.terms)
    .where(sketch.c.story_id == sa.bindparam("story"), sketch.c.copy_group == sketch.c.article_id)
    .order_by(sketch.c.article_id.desc())
    .limit(200)
)


def sketches(connection: sa.Connection, article_ids: Sequence[int]) -> tuple[CopyCandidate, ...]:
    """What is kept of these articles for finding copies (their terms are left out), oldest first."""
    if not article_ids:
        return ()
    rows = connection.execute(_SKETCHES, {"ids": article_ids}).all()
    return tuple(sorted(map(_candidate, rows), key=lambda each: each.article_id))


def _candidate(row: Any) -> CopyCandidate:
    facts = row.facts
    prepared = Prepared(
        language=row.language,
        title="",
        words=row.words,
        shingles=np.frombuffer(row.shingles, dtype="<u4"),
        fingerprints=(),
        numbers=frozenset(facts["numbers"]),
        names=frozenset(facts["names"]),
        subjects=frozenset(facts["subjects"]),
        terms=NO_TERMS,
        figures=dict(facts.get("figures", ())),
    )
    return CopyCandidate(row.article_id, row.copy_group, row.source_id, row.story_id, prepared)


@dataclass(frozen=True, slots=True)
class Voter:
    """An article of a story that is no copy: its length in words and its terms before rarity."""

    article_id: int
    words: int
    terms: Vector


def voters(connection: sa.Connection, story_id: int) -> tuple[Voter, ...]:
    """The newest articles of a story that are no copies and still in the window, oldest first."""
    rows = connection.execute(_VOTERS, {"story": story_id}).all()
    return tuple(Voter(row.article_id, row.words, unpacked(row.terms)) for row in reversed(rows))


_KEEP = sketch.insert()


def save_sketches(connection: sa.Connection, kept: Sequence[tuple[CopyCandidate, int]]) -> None:
    """Keep what comparing needs of articles, each with the day when it was first seen."""
    run_many(connection, _KEEP, [_row(candidate, day) for candidate, day in kept])
    prints = [(fp, each.article_id, day) for each, day in kept for fp in each.prepared.fingerprints]
    insert_listed(connection, fingerprint, ("fp", "article_id", "day"), sorted(prints))


def _row(candidate: CopyCandidate, day: int) -> Mapping[str, Any]:
    prepared = candidate.prepared
    return {
        "article_id": candidate.article_id,
        "day": day,
        "source_id": candidate.source_id,
        "story_id": candidate.story_id,
        "copy_group": candidate.group,
        "language": prepared.language,
        "words": prepared.words,
        "shingles": prepared.shingles.astype("<u4").tobytes(),
        "facts": {
            "numbers": sorted(prepared.numbers),
            "names": sorted(prepared.names),
            "subjects": sorted(prepared.subjects),
            "figures": sorted(prepared.figures.items()),
        },
        "terms": packed(prepared.terms),
    }


def forget(connection: sa.Connection, article_ids: Iterable[int]) -> None:
    """Drop what is kept of articles for comparing."""
    ids = list(article_ids)
    if not ids:
        return
    connection.execute(sketch.delete().where(sketch.c.article_id.in_(ids)))
    connection.execute(fingerprint.delete().where(fingerprint.c.article_id.in_(ids)))


def forget_before(connection: sa.Connection, day: int, *, limit: int = 1000) -> int:
    """Drop what is kept of up to `limit` articles first seen before a day; how many there were."""
    old = sa.select(sketch.c.article_id).where(sketch.c.day < day).limit(limit)
    ids = list(connection.execute(old).scalars())
    forget(connection, ids)
    return len(ids)
