"""What the pages list: the ticker, hits of articles, stories, and what is new.  Keyset pages, never a full count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.model.subscription import OWN_RULE
from monitor.store import tables as t

Row = dict[str, Any]

OVERTAKEN_MAX = 2000
"""How many ids other units may have taken, and shown, before one that began earlier commits: units take milliseconds,
the server ends one that hangs after 12 s."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What the ticker shows; None is everything.  `hits`: only articles on which a rule fired."""

    source: str | None = None
    language: str | None = None
    rule: str | None = None
    story: int | None = None
    hits: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule has on record about an article: its latest match, with the passages that counted."""

    rule_id: str
    version: int
    revision: int
    fired: bool
    at: datetime
    evidence: tuple[Mapping[str, Any], ...] = ()
    held: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """An article as listed; `sources` are (id, name), the one that had it first in front."""

    id: int
    url: str | None
    title: str
    language: str | None
    published_at: datetime | None
    first_seen_at: datetime
    text_state: str
    revision: int
    story_id: int | None
    copy_of: int | None
    sources: tuple[tuple[str, str], ...] = ()
    hits: tuple[Hit, ...] = field(default=())


def ticker(
    connection: sa.Connection,
    wanted: Filter = Filter(),
    *,
    limit: int = 50,
    before: int | None = None,
    after: int | None = None,
) -> list[Line]:
    """Articles as they came, the latest first; ids from `after` (excluded) up to `before` (excluded).

    Ids grow as articles come, so they are the order and the key of a page.
    """
    ids, statement = _wanted(wanted)
    if before is not None:
        statement = statement.where(ids < before)
    if after is not None:
        statement = statement.where(ids > after)
    found = list(connection.execute(statement.order_by(ids.desc()).limit(limit)).scalars())
    return lines(connection, found)


def lines(connection: sa.Connection, article_ids: Sequence[int]) -> list[Line]:
    """These articles, in that order; those that are no longer kept are left out."""
    a = t.article.c
    statement = sa.select(
        a.id,
        a.url,
        a.title,
        a.language,
        a.published_at,
        a.first_seen_at,
        a.text_state,
        a.revision,
        a.story_id,
        a.copy_of,
    ).where(a.id.in_(article_ids))
    rows = {row["id"]: row for row in connection.execute(statement).mappings()}
    sources, hits = _sources(connection, article_ids), hits_of(connection, article_ids)
    return [
        Line(**rows[i], sources=sources.get(i, ()), hits=tuple(hits.get(i, {}).values()))
        for i in article_ids
        if i in rows
    ]


def hits_of(connection: sa.Connection, article_ids: Sequence[int]) -> dict[int, dict[str, Hit]]:
    """The latest match of each rule, by article and rule."""
    statement = (
        sa.select(t.match)
        .where(t.match.c.article_id.in_(article_ids), _of_the_watchlist(t.match.c.rule_id))
        .order_by(t.match.c.id)
    )
    found: dict[int, dict[str, Hit]] = {}
    for row in connection.execute(statement).mappings():
        hit = Hit(
            row["rule_id"],
            row["rule_version"],
            row["revision"],
            bool(row["fired"]),
            row["created_at"],
            tuple(row["evidence"] or ()),
            tuple(row["held"] or ()),
        )
        found.setdefault(row["article_id"], {})[hit.rule_id] = hit
    return found


@dataclass(frozen=True, slots=True)
class Position:
    """How far somebody has seen: the highest ids of articles and matches."""

    article: int = 0
    match: int = 0


def position(connection: sa.Connection) -> Position:
    """The end, as of now."""
    top = connection.execute(sa.select(sa.func.max(t.article.c.id))).scalar()
    last = connection.execute(sa.select(sa.func.max(t.match.c.id))).scalar()
    return Position(top or 0, last or 0)


def changed_since(connection: sa.Connection, seen: Position, *, limit: int = 200) -> tuple[Position, list[int]]:
    """Articles that are new, or newly matched, since `seen`, oldest first, and how far that goes.

    At most `limit` of each kind: the rest comes with the next call.
    """
    a, m = t.article.c, t.match.c
    new = list(connection.execute(sa.select(a.id).where(a.id > seen.article).order_by(a.id).limit(limit)).scalars())
    matched = connection.execute(
        sa.select(m.id, m.article_id).where(m.id > seen.match).order_by(m.id).limit(limit)
    ).all()
    ids = sorted({*new, *(row.article_id for row in matched)})
    return Position(new[-1] if new else seen.article, matched[-1].id if matched else seen.match), ids


@dataclass(frozen=True, slots=True)
class Recent:
    """The ids that could be seen at one moment up to a position, the last `OVERTAKEN_MAX` of each kind."""

    articles: frozenset[int]
    matches: Mapping[int, int]
    """With the article each is about."""

    def overtook(self, seen: Position, before: Recent) -> set[int]:
        """Articles that are new, or newly matched, up to `seen`, and could not be seen `before`.

        On PostgreSQL a unit takes its ids when it writes and shows them when it commits: one that began earlier and
        ended later comes up below what was seen.
        """
        matches = (match for match in self.matches.keys() - before.matches.keys() if match <= seen.match)
        articles = (article for article in self.articles - before.articles if article <= seen.article)
        return {*articles, *(self.matches[match] for match in matches)}


def recent(connection: sa.Connection, end: Position) -> Recent:
    """What can be seen up to `end`."""
    a, m = t.article.c, t.match.c
    articles = sa.select(a.id).where(a.id <= end.article, a.id > end.article - OVERTAKEN_MAX)
    matches = sa.select(m.id, m.article_id).where(m.id <= end.match, m.id > end.match - OVERTAKEN_MAX)
    return Recent(
        frozenset(connection.execute(articles).scalars()),
        {row.id: row.article_id for row in connection.execute(matches)},
    )


def recent_stories(
    connection: sa.Connection,
    *,
    limit: int = 40,
    before: tuple[datetime, int] | None = None,
    language: str | None = None,
) -> list[Row]:
    """Stories, the one that moved last first: `id title language last_at articles sources`."""
    s = t.story.c
    statement = (
        sa.select(s.id, s.title, s.language, s.opened_at, s.last_at)
        .where(s.merged_into.is_(None))
        .order_by(s.last_at.desc(), s.id.desc())
        .limit(limit)
    )
    if language is not None:
        statement = statement.where(s.language == language)
    if before is not None:
        at, story_id = before
        statement = statement.where(
            sa.tuple_(s.last_at, s.id) < sa.tuple_(sa.literal(at, t.UtcTime), sa.literal(story_id))
        )
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    spread = _spread(connection, [row["id"] for row in rows])
    return [row | dict(zip(("articles", "sources"), spread.get(row["id"], (0, 0)), strict=True)) for row in rows]


def source_names(connection: sa.Connection) -> dict[str, str]:
    """Names of the configured sources by id, in the order of their names."""
    s = t.source.c
    statement = sa.select(s.id, s.name).where(s.configured).order_by(sa.func.lower(s.name))
    return {row.id: row.name for row in connection.execute(statement)}


def languages(connection: sa.Connection, *, among: int = 2000) -> list[str]:
    """Languages of the latest articles."""
    a = t.article.c
    latest = sa.select(a.language).order_by(a.id.desc()).limit(among).subquery()
    found = connection.execute(sa.select(latest.c.language).distinct()).scalars()
    return sorted(code for code in found if code)


def _wanted(wanted: Filter) -> tuple[sa.ColumnElement[int], sa.Select[int]]:
    """The ids to order by and a select of them, led by the condition that leaves fewest."""
    a, m, s = t.article.c, t.match.c, t.sighting.c
    if wanted.story is not None:
        ids: sa.ColumnElement[int] = a.id
        statement = sa.select(a.id).where(a.story_id == wanted.story)
    elif wanted.rule is not None:
        ids = m.article_id
        statement = sa.select(m.article_id).where(m.rule_id == wanted.rule, m.fired.is_(True)).distinct()
    elif wanted.hits:
        ids = m.article_id
        statement = sa.select(m.article_id).where(m.fired.is_(True), _of_the_watchlist(m.rule_id)).distinct()
    elif wanted.source is not None:
        ids = s.article_id
        statement = sa.select(s.article_id).where(s.source_id == wanted.source)
    else:
        ids = a.id
        statement = sa.select(a.id)
    return ids, statement.where(*_further(wanted, ids))


def _of_the_watchlist(rule_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """What readers subscribed to by searching is theirs, and marks nothing for the desk."""
    return ~rule_id.startswith(OWN_RULE, autoescape=True)


def _further(wanted: Filter, ids: sa.ColumnElement[int]) -> Iterable[sa.ColumnElement[bool]]:
    a, m, s = t.article.c, t.match.alias().c, t.sighting.alias().c
    led_by_source = wanted.story is None and wanted.rule is None and not wanted.hits
    if wanted.source is not None and not led_by_source:
        yield sa.exists().where(s.article_id == ids, s.source_id == wanted.source)
    if wanted.story is not None and (wanted.rule is not None or wanted.hits):
        fired = sa.exists().where(m.article_id == ids, m.fired.is_(True))
        yield fired.where(m.rule_id == wanted.rule) if wanted.rule is not None else fired
    if wanted.language is not None:
        if ids is a.id:
            yield a.language == wanted.language
        else:
            other = t.article.alias().c
            yield sa.exists().where(other.id == ids, other.language == wanted.language)


def _sources(connection: sa.Connection, article_ids: Sequence[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    g = t.sighting.c
    statement = (
        sa.select(g.article_id, g.source_id, t.source.c.name)
        .select_from(t.sighting.outerjoin(t.source, t.source.c.id == g.source_id))
        .where(g.article_id.in_(article_ids))
        .order_by(g.article_id, g.seen_at)
    )
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    for article_id, source_id, name in connection.execute(statement):
        found[article_id] = (*found.get(article_id, ()), (source_id, name or source_id))
    return found


def _spread(connection: sa.Connection, story_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    a = t.article.c
    statement = (
        sa.select(a.story_id, sa.func.count(sa.distinct(a.id)), sa.func.count(sa.distinct(t.sighting.c.source_id)))
        .select_from(t.article.outerjoin(t.sighting, t.sighting.c.article_id == a.id))
        .where(a.story_id.in_(story_ids))
        .group_by(a.story_id)
    )
    return {story_id: (articles, sources) for story_id, articles, sources in connection.execute(statement)}
