"""Stories in SQL: what they are, how they grow, merge and split, and which articles are in them.

Nothing here decides.  Every function takes the connection of a unit of work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.model.story import StoryState, Vector
from monitor.store.many import run_many
from monitor.store.numbers import next_ids
from monitor.store.story_index import merge_index
from monitor.store.story_links import APART, MERGED, link_stories, move_links
from monitor.store.tables import article, sketch, story
from monitor.store.vectors import packed, unpacked

_STATE = (story.c.id, story.c.centroid, story.c.members, story.c.last_at, story.c.apart, story.c.by_hand, story.c.title)
_STATES = sa.select(*_STATE).where(story.c.id.in_(sa.bindparam("ids", expanding=True)), story.c.merged_into.is_(None))


def story_states(connection: sa.Connection, story_ids: Sequence[int]) -> tuple[StoryState, ...]:
    """These stories, those that were merged into others left out, in order of their ids."""
    if not story_ids:
        return ()
    rows = connection.execute(_STATES, {"ids": story_ids}).all()
    return tuple(sorted((_state(row) for row in rows), key=lambda state: state.id))


def _state(row: Any) -> StoryState:
    return StoryState(
        row.id, unpacked(row.centroid), row.members, row.last_at, frozenset(row.apart), row.by_hand, row.title
    )


def articles_of(connection: sa.Connection, story_id: int) -> tuple[int, ...]:
    """All articles of a story, copies too, in order."""
    query = sa.select(article.c.id).where(article.c.story_id == story_id).order_by(article.c.id)
    return tuple(connection.execute(query).scalars())


def language_of(connection: sa.Connection, story_id: int) -> str:
    """The language of a story's articles."""
    return str(connection.execute(sa.select(story.c.language).where(story.c.id == story_id)).scalar_one())


def place(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record where articles were put: rows of `row` (the article), `story_id`, `copy_of`, `copy_score`, `place_reason`.

    Without a reason the one before holds on.
    """
    run_many(connection, _PLACE, rows)


_PLACE = (
    article.update()
    .where(article.c.id == sa.bindparam("row"))
    .values({name: sa.bindparam(name) for name in ("story_id", "copy_of", "copy_score")})
    .values(place_reason=sa.func.coalesce(sa.bindparam("place_reason", type_=sa.Text), article.c.place_reason))
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A new story with its opening article; `state` has its id, one of `next_story_ids`."""

    article_id: int
    language: str
    state: StoryState


def next_story_ids(connection: sa.Connection, count: int) -> Sequence[int]:
    """Ids for so many stories that are opened next in this unit (see `open_stories`), one after the other."""
    return next_ids(connection, story, count)


def open_stories(connection: sa.Connection, openings: Sequence[Opening]) -> None:
    """Write new stories."""
    run_many(connection, _OPEN, [_opened(each) for each in openings])


_OPEN = story.insert()


def _opened(opening: Opening) -> Mapping[str, Any]:
    state = opening.state
    return {
        "id": state.id,
        "language": opening.language,
        "title": state.title,
        "opened_at": state.last_at,
        "last_at": state.last_at,
        "opening_article_id": opening.article_id,
        "centroid": packed(state.centroid),
        "members": state.members,
        "apart": [],
        "by_hand": False,
    }


def stories_of(connection: sa.Connection, article_ids: Sequence[int]) -> dict[int, StoryState]:
    """The stories that articles were put into, by article; those never placed are left out."""
    if not article_ids:
        return {}
    rows = connection.execute(_STORIES_OF, {"ids": article_ids}).all()
    return {row.article_id: _state(row) for row in rows}


_STORIES_OF = (
    sa.select(article.c.id.label("article_id"), *_STATE)
    .join_from(article, story, story.c.id == article.c.story_id)
    .where(article.c.id.in_(sa.bindparam("ids", expanding=True)))
)


def merge_stories(
    connection: sa.Connection, *, into: int, other: int, centroid: Vector, now: datetime, by_hand: bool = False
) -> None:
    """Make one story of two, with this centre: articles move, `other` points to `into`; alert keys are not touched.

    The caller lets `into` be found anew (`index_stories`).
    """
    rows = {row.id: row for row in connection.execute(sa.select(story).where(story.c.id.in_([into, other])))}
    one, two = rows[into], rows[other]
    both = {
        "centroid": packed(centroid),
        "members": one.members + two.members,
        "opened_at": min(one.opened_at, two.opened_at),
        "last_at": max(one.last_at, two.last_at),
        "apart": sorted({*one.apart, *two.apart} - {into, other}),
        "by_hand": by_hand or one.by_hand or two.by_hand,
    }
    connection.execute(story.update().where(story.c.id == into).values(**both))
    connection.execute(story.update().where(story.c.id == other).values(merged_into=into))
    connection.execute(story.update().where(story.c.merged_into == other).values(merged_into=into))
    connection.execute(article.update().where(article.c.story_id == other).values(story_id=into))
    connection.execute(sketch.update().where(sketch.c.story_id == other).values(story_id=into))
    merge_index(connection, into=into, other=other)
    move_links(connection, into, other)
    link_stories(connection, into, other, score=1.0, verdict=MERGED, now=now)


def split_story(
    connection: sa.Connection, story_id: int, leaving: Sequence[int], *, centroid: Vector, now: datetime
) -> int:
    """Give some articles of a story, with their copies, a story of their own; the two are never merged by themselves.

    A copy that leaves its original (only a person can say so) is none any more.  Returns the new story's id.  The old
    one's centre is left to `grow_story`.
    """
    first = connection.execute(sa.select(article).where(article.c.id == min(leaving))).one()
    old = connection.execute(sa.select(story.c.language, story.c.last_at).where(story.c.id == story_id)).one()
    (new,) = next_story_ids(connection, 1)
    state = StoryState(new, centroid, len(leaving), first.first_seen_at, title=first.title)
    open_stories(connection, [Opening(first.id, old.language, state)])
    grow_story(connection, new, centroid=centroid, members=len(leaving), last_at=old.last_at)
    why = f"it left story {story_id} when that was split"
    moving = article.c.id.in_(leaving) | article.c.copy_of.in_(leaving)
    connection.execute(
        article.update().where(article.c.story_id == story_id, moving).values(story_id=new, place_reason=why)
    )
    copies = sketch.c.article_id.in_(leaving) | sketch.c.copy_group.in_(leaving)
    connection.execute(sketch.update().where(sketch.c.story_id == story_id, copies).values(story_id=new))
    alone = article.c.id.in_(leaving), article.c.copy_of.is_not(None), article.c.copy_of.not_in(leaving)
    connection.execute(article.update().where(*alone).values(copy_of=None, copy_score=None))
    own = sketch.c.article_id.in_(leaving), sketch.c.copy_group.not_in(leaving)
    connection.execute(sketch.update().where(*own).values(copy_group=sketch.c.article_id))
    for one, other in ((story_id, new), (new, story_id)):
        _set_apart(connection, one, other)
    link_stories(connection, story_id, new, score=0.0, verdict=APART, now=now)
    return new


def _set_apart(connection: sa.Connection, story_id: int, other: int) -> None:
    known = connection.execute(sa.select(story.c.apart).where(story.c.id == story_id)).scalar_one()
    connection.execute(story.update().where(story.c.id == story_id).values(apart=sorted({*known, other})))


def grow_story(connection: sa.Connection, story_id: int, *, centroid: Vector, members: int, last_at: datetime) -> None:
    """A story got a new centre."""
    grow_stories(connection, [StoryState(story_id, centroid, members, last_at)])


def grow_stories(connection: sa.Connection, states: Iterable[StoryState]) -> None:
    """Write centres, numbers of votes and last instants of stories."""
    rows = [
        {"story": state.id, "centroid": packed(state.centroid), "members": state.members, "last_at": state.last_at}
        for state in states
    ]
    run_many(connection, _GROW, rows)


_GROW = (
    story.update()
    .where(story.c.id == sa.bindparam("story"))
    .values({name: sa.bindparam(name) for name in ("centroid", "members", "last_at")})
)
