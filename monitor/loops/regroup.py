"""Stories that turn out to be one, or two: what was decided (by an article, or by a person), carried out.

To be called inside a unit of work locked by `placing.STORY_LOCK`; orders things and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from monitor.dedup.split import Split
from monitor.dedup.story import centre, index_terms, merged
from monitor.dedup.vector import no_rarity, term_keys, weighted
from monitor.model.reasons import Reason
from monitor.model.story import StoryState, Vector
from monitor.store import sketches, stories
from monitor.store.rarities import Rarities
from monitor.store.story_index import StoryIndex, index_stories


def hashed(language: str, vector: Vector) -> Mapping[int, float]:
    """The keys of a language's terms, as stories are found by them, with their weights."""
    return dict(zip(term_keys(language, vector.terms), vector.weights.tolist(), strict=True))


def reindex(connection: sa.Connection, story_id: int, language: str) -> None:
    """Let a story be found by the centroid that it has now."""
    state = stories.story_states(connection, [story_id])[0]
    terms, day = hashed(language, index_terms(state.centroid)), sketches.day_of(state.last_at)
    index_stories(connection, [StoryIndex(story_id, language, terms, frozenset(), day)])


def merge_stories(connection: sa.Connection, *, into: int, other: int, now: datetime, by_hand: bool = False) -> None:
    """Make one story of two."""
    states = {state.id: state for state in stories.story_states(connection, [into, other])}
    centroid = merged(states[into], states[other])
    stories.merge_stories(connection, into=into, other=other, centroid=centroid, now=now, by_hand=by_hand)
    reindex(connection, into, stories.language_of(connection, into))


def split_story(connection: sa.Connection, state: StoryState, found: Split, *, now: datetime) -> int:
    """Give the leaving articles, with their copies, a story of their own.  Returns its id."""
    members = state.members - len(found.leaving)
    language = stories.language_of(connection, state.id)
    new = stories.split_story(connection, state.id, found.leaving, centroid=found.leaving_centre, now=now)
    stories.grow_story(
        connection, state.id, centroid=found.staying_centre, members=max(1, members), last_at=state.last_at
    )
    for story_id in (state.id, new):
        reindex(connection, story_id, language)
    return new


def split_by_hand(connection: sa.Connection, story_id: int, leaving: Sequence[int], *, now: datetime) -> int:
    """A person says that these articles are about something else: a story of their own, never merged again by itself.

    Returns the new story's id.  Articles that are not in the story are ignored; `ValueError` when none or all would go.
    """
    state = stories.story_states(connection, [story_id])[0]
    rarity = Rarities().load(connection, stories.language_of(connection, story_id)).rarity or no_rarity()
    vectors = {each.article_id: weighted(each.terms, rarity) for each in sketches.voters(connection, story_id)}
    going = tuple(article_id for article_id in stories.articles_of(connection, story_id) if article_id in set(leaving))
    if not going or len(going) == len(stories.articles_of(connection, story_id)):
        raise ValueError("a split needs articles that leave and articles that stay")
    found = Split(
        going,
        centre([vector for article_id, vector in vectors.items() if article_id not in going]),
        centre([vector for article_id, vector in vectors.items() if article_id in going]),
        Reason("by-hand", "split by a person"),
    )
    return split_story(connection, state, found, now=now)


def merge_by_hand(connection: sa.Connection, into: int, other: int, *, now: datetime) -> None:
    """A person says that two stories are one: they are, and are never split again by themselves."""
    merge_stories(connection, into=into, other=other, now=now, by_hand=True)
