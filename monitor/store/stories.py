"""Copies and stories in SQL: candidates for the deciders, and what they decided, written.

Nothing here decides.  Every function takes the connection of a unit of work.  Days count from 1970 (UTC).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from monitor.model.story import CopyCandidate, Prepared, Rarity, StoryState
from monitor.store.story_links import APART, MERGED, link_stories, move_links
from monitor.store.tables import EPOCH, article, fingerprint, rarity, sketch, story, story_term


def day_of(instant: datetime) -> int:
    """Days since 1970."""
    return (instant - EPOCH).days


def _insert_ignoring(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


# Candidates


_SHARING = (
    sa.select(fingerprint.c.article_id, sa.func.count())
    .where(
        fingerprint.c.fp.in_(sa.bindparam("fps", expanding=True)),
        fingerprint.c.day >= sa.bindparam("since"),
        fingerprint.c.article_id != sa.bindparam("self"),
    )
    .group_by(fingerprint.c.article_id)
    .having(sa.func.count() >= sa.bindparam("least"))
    .order_by(sa.func.count().desc(), fingerprint.c.article_id)
    .limit(sa.bindparam("limit"))
)
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


def sharing(
    connection: sa.Connection, article_id: int, fingerprints: Sequence[int], *, since_day: int, least: int, limit: int
) -> list[tuple[int, int]]:
    """The articles seen since a day that share most fingerprints with this one, `least` or more: ids and how many."""
    if not fingerprints:
        return []
    values = {"fps": fingerprints, "since": since_day, "self": article_id, "limit": limit, "least": least}
    return [(row[0], row[1]) for row in connection.execute(_SHARING, values)]


def sketches(connection: sa.Connection, article_ids: Sequence[int]) -> tuple[CopyCandidate, ...]:
    """What is kept of these articles for finding copies (their terms are left out), oldest first."""
    if not article_ids:
        return ()
    rows = connection.execute(_SKETCHES, {"ids": article_ids})
    return tuple(sorted((_candidate(row, {}) for row in rows), key=lambda each: each.article_id))


def _candidate(row: Any, terms: Mapping[str, float]) -> CopyCandidate:
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
        terms=terms,
        figures=dict(facts.get("figures", ())),
    )
    return CopyCandidate(row.article_id, row.copy_group, row.source_id, row.story_id, prepared)


_NEAR = (
    sa.select(story_term.c.story_id, sa.func.sum(story_term.c.weight))
    .where(story_term.c.term.in_(sa.bindparam("terms", expanding=True)), story_term.c.day >= sa.bindparam("since"))
    .group_by(story_term.c.story_id)
    .order_by(sa.func.sum(story_term.c.weight).desc(), story_term.c.story_id)
    .limit(sa.bindparam("limit"))
)
_STATE = (story.c.id, story.c.centroid, story.c.members, story.c.last_at, story.c.apart, story.c.by_hand)
_STATES = sa.select(*_STATE).where(story.c.id.in_(sa.bindparam("ids", expanding=True)), story.c.merged_into.is_(None))


def near(connection: sa.Connection, terms: Sequence[int], *, since_day: int, limit: int) -> list[tuple[int, float]]:
    """Stories alive since a day that have most of these hashed terms among their heaviest: ids and their weight."""
    if not terms:
        return []
    found = connection.execute(_NEAR, {"terms": terms, "since": since_day, "limit": limit})
    return [(row[0], row[1]) for row in found]


def story_states(connection: sa.Connection, story_ids: Sequence[int]) -> tuple[StoryState, ...]:
    """These stories, those that were merged into others left out, in order of their ids."""
    if not story_ids:
        return ()
    rows = connection.execute(_STATES, {"ids": story_ids})
    return tuple(sorted((_state(row) for row in rows), key=lambda state: state.id))


def _state(row: Any) -> StoryState:
    return StoryState(row.id, row.centroid, row.members, row.last_at, frozenset(row.apart), row.by_hand)


def voters(connection: sa.Connection, story_id: int, *, limit: int = 200) -> tuple[CopyCandidate, ...]:
    """The newest articles of a story that are no copies and still in the window, oldest first."""
    query = (
        sa.select(sketch)
        .where(sketch.c.story_id == story_id, sketch.c.copy_group == sketch.c.article_id)
        .order_by(sketch.c.article_id.desc())
        .limit(limit)
    )
    return tuple(reversed([_candidate(row, row.terms) for row in connection.execute(query)]))


def articles_of(connection: sa.Connection, story_id: int) -> tuple[int, ...]:
    """All articles of a story, copies too, in order."""
    query = sa.select(article.c.id).where(article.c.story_id == story_id).order_by(article.c.id)
    return tuple(connection.execute(query).scalars())


def language_of(connection: sa.Connection, story_id: int) -> str:
    """The language of a story's articles."""
    return str(connection.execute(sa.select(story.c.language).where(story.c.id == story_id)).scalar_one())


_LINKABLE = sa.select(story_term.c.term, story_term.c.story_id).where(
    story_term.c.term.in_(sa.bindparam("keys", expanding=True)),
    story_term.c.language != sa.bindparam("language"),
    story_term.c.day >= sa.bindparam("since"),
)


def stories_by_key(
    connection: sa.Connection, keys: Sequence[int], *, language: str, since_day: int
) -> dict[int, set[int]]:
    """For each hashed key the stories of other languages that have it."""
    if not keys:
        return {}
    found: dict[int, set[int]] = {}
    for term, story_id in connection.execute(_LINKABLE, {"keys": keys, "language": language, "since": since_day}):
        found.setdefault(term, set()).add(story_id)
    return found


# Rarity of terms


class Rarities:
    """The rarities last loaded, by language: half a megabyte each, read again only when the row has moved on."""

    def __init__(self) -> None:
        self._loaded: dict[str, tuple[int, Rarity]] = {}

    def load(self, connection: sa.Connection, language: str) -> Learnt:
        """What is known of a language, and how much came in since."""
        row = connection.execute(_LEARNT, {"language": language}).one_or_none()
        if row is None:
            return Learnt(None, 0, connection.execute(_WAITING, {"language": language, "upto": 0}).scalar_one())
        cached = self._loaded.get(language)
        if cached is None or cached[0] != row.upto_sketch:
            whole = connection.execute(sa.select(rarity).where(rarity.c.language == language)).one()
            cached = (row.upto_sketch, Rarity(whole.documents, np.frombuffer(whole.counts, dtype="<u4")))
            self._loaded[language] = cached
        return Learnt(cached[1], row.upto_sketch, row.waiting)


@dataclass(frozen=True, slots=True)
class Learnt:
    """The rarity of a language's terms (None: nothing learnt yet), the last sketch in it, how many wait since then."""

    rarity: Rarity | None
    upto: int
    waiting: int


_WAITING = sa.select(sa.func.count()).where(
    sketch.c.language == sa.bindparam("language"), sketch.c.id > sa.bindparam("upto")
)
_LEARNT = sa.select(
    rarity.c.upto_sketch,
    sa.select(sa.func.count())
    .where(sketch.c.language == rarity.c.language, sketch.c.id > rarity.c.upto_sketch)
    .scalar_subquery()
    .label("waiting"),
).where(rarity.c.language == sa.bindparam("language"))


def unlearnt(connection: sa.Connection, language: str, after_sketch: int, *, limit: int = 256) -> list[sa.Row[Any]]:
    """Sketches of a language that its rarity does not know yet: rows of id and terms, in order."""
    query = (
        sa.select(sketch.c.id, sketch.c.terms)
        .where(sketch.c.language == language, sketch.c.id > after_sketch)
        .order_by(sketch.c.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def save_rarity(connection: sa.Connection, language: str, learnt: Rarity, upto_sketch: int) -> None:
    """Store what was learnt of a language."""
    values = {
        "documents": learnt.documents,
        "upto_sketch": upto_sketch,
        "counts": learnt.counts.astype("<u4").tobytes(),
    }
    updated = connection.execute(rarity.update().where(rarity.c.language == language).values(values))
    if not updated.rowcount:
        connection.execute(rarity.insert().values(language=language, **values))


# Writing


def sketch_row(candidate: CopyCandidate, *, day: int) -> dict[str, Any]:
    """A row of what comparing needs of an article."""
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
        "terms": {term: round(weight, 3) for term, weight in prepared.terms.items()},
    }


def save_sketches(
    connection: sa.Connection, rows: Sequence[Mapping[str, Any]], prints: Mapping[int, Iterable[int]]
) -> None:
    """Keep what comparing needs of articles; `forget` what was kept before.  `prints`: fingerprints by article."""
    if not rows:
        return
    connection.execute(sketch.insert(), rows)
    days = {row["article_id"]: row["day"] for row in rows}
    found = [{"fp": fp, "article_id": id_, "day": days[id_]} for id_, each in prints.items() for fp in each]
    _insert_ignoring(connection, fingerprint, found)


def forget(connection: sa.Connection, article_ids: Iterable[int]) -> None:
    """Drop what is kept of articles for comparing."""
    ids = list(article_ids)
    if not ids:
        return
    connection.execute(sketch.delete().where(sketch.c.article_id.in_(ids)))
    connection.execute(fingerprint.delete().where(fingerprint.c.article_id.in_(ids)))


def purge_before(connection: sa.Connection, *, fingerprint_day: int, story_day: int) -> None:
    """Forget fingerprints and candidates older than these days; articles and stories stay."""
    connection.execute(fingerprint.delete().where(fingerprint.c.day < fingerprint_day))
    connection.execute(sketch.delete().where(sketch.c.day < fingerprint_day))
    connection.execute(story_term.delete().where(story_term.c.day < story_day))


def place(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record where articles were put: rows of `row` (the article), `story_id`, `copy_of`, `copy_score`."""
    if rows:
        connection.execute(_PLACE, rows)


_PLACE = (
    article.update()
    .where(article.c.id == sa.bindparam("row"))
    .values({name: sa.bindparam(name) for name in ("story_id", "copy_of", "copy_score")})
)


def open_story(
    connection: sa.Connection,
    article_id: int,
    *,
    language: str,
    title: str,
    at: datetime,
    centroid: Mapping[str, float],
) -> int:
    """A new story with its opening article.  Returns its id."""
    row = {
        "language": language,
        "title": title,
        "opened_at": at,
        "last_at": at,
        "opening_article_id": article_id,
        "centroid": dict(centroid),
        "members": 1,
        "apart": [],
        "by_hand": False,
    }
    key = connection.execute(story.insert(), row).inserted_primary_key
    return int(key[0]) if key else 0


def stories_of(connection: sa.Connection, article_ids: Sequence[int]) -> dict[int, StoryState]:
    """The stories that articles were put into, by article; those never placed are left out."""
    return {row.article_id: _state(row) for row in connection.execute(_STORIES_OF, {"ids": article_ids})}


_STORIES_OF = (
    sa.select(article.c.id.label("article_id"), *_STATE)
    .join_from(article, story, story.c.id == article.c.story_id)
    .where(article.c.id.in_(sa.bindparam("ids", expanding=True)))
)


def merge_stories(connection: sa.Connection, *, into: int, other: int, now: datetime, by_hand: bool = False) -> None:
    """Make one story of two: articles move, `other` points to `into`; alert keys are not touched.

    The caller lets `into` be found anew (`index_stories`).
    """
    rows = {row.id: row for row in connection.execute(sa.select(story).where(story.c.id.in_([into, other])))}
    both = _mean(rows[into], rows[other]) | {
        "apart": sorted({*rows[into].apart, *rows[other].apart} - {into, other}),
        "by_hand": by_hand or rows[into].by_hand or rows[other].by_hand,
    }
    connection.execute(story.update().where(story.c.id == into).values(**both))
    connection.execute(story.update().where(story.c.id == other).values(merged_into=into))
    connection.execute(story.update().where(story.c.merged_into == other).values(merged_into=into))
    connection.execute(article.update().where(article.c.story_id == other).values(story_id=into))
    connection.execute(sketch.update().where(sketch.c.story_id == other).values(story_id=into))
    keys = connection.execute(
        sa.select(story_term).where(story_term.c.story_id == other, story_term.c.weight == 0)
    ).mappings()
    _insert_ignoring(connection, story_term, [dict(row) | {"story_id": into} for row in keys])
    connection.execute(story_term.delete().where(story_term.c.story_id == other))
    move_links(connection, into, other)
    link_stories(connection, into, other, score=1.0, verdict=MERGED, now=now)


def _mean(a: sa.Row[Any], b: sa.Row[Any]) -> dict[str, Any]:
    total = {term: weight * a.members for term, weight in a.centroid.items()}
    for term, weight in b.centroid.items():
        total[term] = total.get(term, 0.0) + weight * b.members
    length = sum(weight * weight for weight in total.values()) ** 0.5 or 1.0
    return {
        "centroid": {term: round(weight / length, 4) for term, weight in total.items()},
        "members": a.members + b.members,
        "opened_at": min(a.opened_at, b.opened_at),
        "last_at": max(a.last_at, b.last_at),
    }


def split_story(
    connection: sa.Connection, story_id: int, leaving: Sequence[int], *, centroid: Mapping[str, float], now: datetime
) -> int:
    """Give some articles of a story, with their copies, a story of their own; the two are never merged by themselves.

    Returns the new story's id.  The old one's centre is left to `grow_story`.
    """
    first = connection.execute(sa.select(article).where(article.c.id == min(leaving))).one()
    old = connection.execute(sa.select(story.c.language, story.c.last_at).where(story.c.id == story_id)).one()
    new = open_story(
        connection, first.id, language=old.language, title=first.title, at=first.first_seen_at, centroid=centroid
    )
    grow_story(connection, new, centroid=centroid, members=len(leaving), last_at=old.last_at)
    moving = article.c.id.in_(leaving) | article.c.copy_of.in_(leaving)
    connection.execute(article.update().where(article.c.story_id == story_id, moving).values(story_id=new))
    copies = sketch.c.article_id.in_(leaving) | sketch.c.copy_group.in_(leaving)
    connection.execute(sketch.update().where(sketch.c.story_id == story_id, copies).values(story_id=new))
    for one, other in ((story_id, new), (new, story_id)):
        _set_apart(connection, one, other)
    link_stories(connection, story_id, new, score=0.0, verdict=APART, now=now)
    return new


def _set_apart(connection: sa.Connection, story_id: int, other: int) -> None:
    known = connection.execute(sa.select(story.c.apart).where(story.c.id == story_id)).scalar_one()
    connection.execute(story.update().where(story.c.id == story_id).values(apart=sorted({*known, other})))


def grow_story(
    connection: sa.Connection, story_id: int, *, centroid: Mapping[str, float], members: int, last_at: datetime
) -> None:
    """A story got a new centre."""
    grow_stories(connection, [StoryState(story_id, centroid, members, last_at)])


def grow_stories(connection: sa.Connection, states: Iterable[StoryState]) -> None:
    """Write centres, numbers of votes and last instants of stories."""
    rows = [
        {"story": state.id, "centroid": dict(state.centroid), "members": state.members, "last_at": state.last_at}
        for state in states
    ]
    if rows:
        connection.execute(_GROW, rows)


_GROW = (
    story.update()
    .where(story.c.id == sa.bindparam("story"))
    .values({name: sa.bindparam(name) for name in ("centroid", "members", "last_at")})
)


@dataclass(frozen=True, slots=True)
class StoryIndex:
    """What a story is found by: hashed terms with their weights in place of the former ones, and further keys.

    `new`: the story has no index yet.
    """

    story_id: int
    language: str
    terms: Mapping[int, float]
    keys: frozenset[int]
    day: int
    new: bool = False


def index_stories(connection: sa.Connection, indexes: Sequence[StoryIndex]) -> None:
    """Let stories be found by these."""
    former = [{"story": index.story_id, "new_day": index.day} for index in indexes if not index.new]
    if former:
        connection.execute(_UNINDEX, former)
        connection.execute(_STILL_ALIVE, former)
    _insert_ignoring(
        connection,
        story_term,
        [
            {"term": term, "story_id": index.story_id, "language": index.language, "weight": weight, "day": index.day}
            for index in indexes
            for term, weight in (dict.fromkeys(index.keys, 0.0) | dict(index.terms)).items()
        ],
    )


_MINE = story_term.c.story_id == sa.bindparam("story")
_UNINDEX = story_term.delete().where(_MINE, story_term.c.weight > 0)
_STILL_ALIVE = (
    story_term.update().where(_MINE, story_term.c.day != sa.bindparam("new_day")).values(day=sa.bindparam("new_day"))
)
