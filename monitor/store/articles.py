"""Articles: one row each, and their revisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from monitor.model.article import Document, TextState
from monitor.model.reasons import Reason
from monitor.model.settled import StoryRef
from monitor.store import leases, search
from monitor.store import tables as t
from monitor.store.leases import Lease
from monitor.store.many import run_many
from monitor.store.numbers import next_ids
from monitor.store.readings import ReadingKind
from monitor.store.story_links import ALSO_IN


@dataclass(frozen=True, slots=True)
class FirstText:
    """The wording that an article begins with: its revision 1."""

    lead: str
    text: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article as its first entry describes it.  `reading_at` None: nothing is to be read."""

    title: str
    url: str | None
    authors: tuple[str, ...] = ()
    language: str | None = None
    language_sure: bool = False
    image: str | None = None
    published_at: datetime | None = None
    baseline: bool = False
    gap: Mapping[str, Any] | None = None
    reading: ReadingKind | None = None
    reading_at: datetime | None = None
    text_state: TextState = TextState.TITLE
    text_reason: Reason | None = None
    first: FirstText | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A source that showed an article."""

    id: str
    name: str
    tags: tuple[str, ...]
    founding: bool


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with its latest revision; `number` 0 and empty texts before the first.

    `sources` has the one that brought it first in front.  `page` remembers the last reading of its page (`etag`,
    `last_modified`, `url`), None if it was never read.  `gap` is the one that the poll which brought it ended.
    """

    id: int
    url: str | None
    title: str
    authors: tuple[str, ...]
    language: str | None
    language_sure: bool
    image: str | None
    section: str | None
    published_at: datetime | None
    first_seen_at: datetime
    baseline: bool
    text_state: TextState
    text_reason: Reason | None
    reads: int
    attempts: int
    live: bool
    settled: bool
    story_id: int | None
    copy_of: int | None
    copy_score: float | None
    reading: ReadingKind | None
    page: Mapping[str, Any] | None
    gap: Mapping[str, Any] | None
    number: int
    lead: str
    text: str
    revised_at: datetime | None
    sources: tuple[SourceFacts, ...]

    def as_document(self) -> Document:
        """The article as a rule sees it."""
        return Document(
            title=self.title,
            lead=self.lead,
            paragraphs=tuple(line for line in self.text.splitlines() if line.strip()),
            authors=self.authors,
            sources=tuple(word for source in self.sources for word in (source.id, source.name, *source.tags)),
            language=self.language,
            language_sure=self.language_sure,
            url=self.url or "",
            section=self.section or "",
            published_at=self.published_at,
        )


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A text to be stored as the latest of an article.  `number` counts from 1."""

    article_id: int
    number: int
    title: str
    lead: str
    text: str
    material: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """Columns that a reading or a new entry changes; `lease` gives a claimed article back."""

    article_id: int
    values: Mapping[str, Any] = field(default_factory=dict)
    lease: Lease | None = None


_A, _R, _S = t.article.c, t.revision.c, t.source.c
_INSERT = sa.insert(t.article)
_LOADED = (
    *(_A.id, _A.url, _A.title, _A.authors, _A.language, _A.language_sure, _A.image, _A.section),
    *(_A.published_at, _A.first_seen_at, _A.baseline, _A.text_state, _A.text_reason_code, _A.text_reason),
    *(_A.reads, _A.attempts, _A.live, _A.settled, _A.story_id, _A.copy_of, _A.copy_score, _A.reading, _A.page, _A.gap),
    _A.revision,
)
_LOAD = (
    sa.select(*_LOADED, _R.lead, _R.text, _R.created_at.label("revised_at"))
    .select_from(t.article.outerjoin(t.revision, sa.and_(_R.article_id == _A.id, _R.number == _A.revision)))
    .where(_A.id.in_(sa.bindparam("ids", expanding=True)))
)
_SOURCES_OF = (
    sa.select(t.sighting.c.article_id, _S.id, _S.name, _S.tags, _S.founding)
    .select_from(
        t.sighting.join(t.source, _S.id == t.sighting.c.source_id).join(t.article, _A.id == t.sighting.c.article_id)
    )
    .where(t.sighting.c.article_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(t.sighting.c.article_id, _S.id != _A.first_source_id, t.sighting.c.seen_at, _S.id)
)
_ADD_REVISION = sa.insert(t.revision)
_LATEST = (
    sa.update(t.article)
    .where(_A.id == sa.bindparam("row"))
    .values({name: sa.bindparam(f"new_{name}") for name in ("revision", "title")})
)


def insert_articles(connection: sa.Connection, brought: Sequence[tuple[str, NewArticle]], now: datetime) -> list[int]:
    """Give articles that sources (their ids) brought their rows, and their first texts where they have one.

    Their ids in the same order.
    """
    if not brought:
        return []
    ids = list(next_ids(connection, t.article, len(brought)))
    rows = [_new_row(id_, article, source_id, now) for id_, (source_id, article) in zip(ids, brought, strict=True)]
    run_many(connection, _INSERT, rows)
    _insert_revisions(connection, list(_first_revisions(ids, [article for _, article in brought])), now)
    return ids


def _first_revisions(ids: Sequence[int], articles: Sequence[NewArticle]) -> Iterator[NewRevision]:
    for id_, article in zip(ids, articles, strict=True):
        if (first := article.first) is not None:
            yield NewRevision(id_, 1, article.title, first.lead, first.text, material=True, reason=first.reason)


def as_stored(id_: int, article: NewArticle, source: SourceFacts, now: datetime) -> StoredArticle:
    """What `load_articles` would say of an article that `insert_articles` has just written under that id."""
    first = article.first
    return StoredArticle(
        id=id_,
        url=article.url,
        title=article.title,
        authors=article.authors,
        language=article.language,
        language_sure=article.language_sure,
        image=article.image,
        section=None,
        published_at=article.published_at,
        first_seen_at=now,
        baseline=article.baseline,
        text_state=article.text_state,
        text_reason=article.text_reason,
        reads=0,
        attempts=0,
        live=False,
        settled=article.settled,
        story_id=None,
        copy_of=None,
        copy_score=None,
        reading=article.reading,
        page=None,
        gap=article.gap,
        number=1 if first else 0,
        lead=first.lead if first else "",
        text=first.text if first else "",
        revised_at=now if first else None,
        sources=(source,),
    )


def load_articles(connection: sa.Connection, ids: Sequence[int]) -> dict[int, StoredArticle]:
    """Articles with their latest revisions and their sources."""
    if not ids:
        return {}
    sources = sources_of(connection, ids)
    rows = connection.execute(_LOAD, {"ids": ids}).all()
    return {row.id: _stored(row, sources.get(row.id, ())) for row in rows}


def sources_of(connection: sa.Connection, ids: Sequence[int]) -> dict[int, tuple[SourceFacts, ...]]:
    """Which sources showed each article, in the order in which they did."""
    found: dict[int, list[SourceFacts]] = {}
    if not ids:
        return {}
    for row in connection.execute(_SOURCES_OF, {"ids": ids}).all():
        found.setdefault(row.article_id, []).append(SourceFacts(row.id, row.name, tuple(row.tags), row.founding))
    return {article_id: tuple(facts) for article_id, facts in found.items()}


def add_revisions(connection: sa.Connection, revisions: Sequence[NewRevision], now: datetime) -> None:
    """Store texts as the latest revisions of their articles, findable in place of the ones before."""
    if not revisions:
        return
    search.remove(connection, _indexed(connection, [item.article_id for item in revisions if item.number > 1]))
    _insert_revisions(connection, revisions, now)
    run_many(
        connection,
        _LATEST,
        [
            {
                "row": item.article_id,
                "new_revision": item.number,
                "new_title": item.title,
            }
            for item in revisions
        ],
    )


def _insert_revisions(connection: sa.Connection, revisions: Sequence[NewRevision], now: datetime) -> None:
    if not revisions:
        return
    ids = next_ids(connection, t.revision, len(revisions))
    numbered = list(zip(ids, revisions, strict=True))
    run_many(connection, _ADD_REVISION, [_revision_row(id_, item, now) for id_, item in numbered])
    search.add(connection, [search.Indexed(id_, item.title, item.text) for id_, item in numbered])


def change_article(connection: sa.Connection, change: ArticleChange) -> None:
    """Write columns of an article; with a lease also give it back, or raise `LeaseLost`."""
    change_articles(connection, [change])


def change_articles(connection: sa.Connection, changes: Sequence[ArticleChange]) -> None:
    """Like `change_article` for many, in a statement for each set of columns."""
    groups: dict[tuple[bool, tuple[str, ...]], list[ArticleChange]] = {}
    for change in changes:
        groups.setdefault((change.lease is not None, tuple(sorted(change.values))), []).append(change)
    for (leased, names), group in groups.items():
        if leased:
            finished = [(change.article_id, change.lease, change.values) for change in group if change.lease]
            leases.complete_all(connection, t.article, finished, names)
        elif names:
            rows = [{"row": change.article_id} | {f"new_{n}": change.values[n] for n in names} for change in group]
            run_many(connection, _changing(names), rows)


@lru_cache(maxsize=64)
def _changing(names: tuple[str, ...]) -> sa.Update:
    return sa.update(t.article).where(_A.id == sa.bindparam("row")).values({n: sa.bindparam(f"new_{n}") for n in names})


def story_ids(connection: sa.Connection, ids: Sequence[int]) -> dict[int, int]:
    """The stories of placed articles."""
    if not ids:
        return {}
    rows = connection.execute(_STORY_IDS, {"ids": ids})
    return {row.id: row.story_id for row in rows if row.story_id is not None}


_STORY_IDS = sa.select(_A.id, _A.story_id).where(_A.id.in_(sa.bindparam("ids", expanding=True)))


def settled_before(connection: sa.Connection, below: int, *, since: datetime, limit: int) -> list[int]:
    """Settled articles with ids below `below` that were first seen since then, the highest ids first."""
    statement = (
        sa.select(_A.id).where(_A.id < below, _A.first_seen_at >= since, _A.settled).order_by(_A.id.desc()).limit(limit)
    )
    return list(connection.execute(statement).scalars())


def story_refs(connection: sa.Connection, story_ids: Iterable[int]) -> dict[int, StoryRef]:
    """Stories with those in other languages about the same event; those that are not there are left out."""
    ids = sorted(set(story_ids))
    if not ids:
        return {}
    linked: dict[int, set[int]] = {}
    for a, b in connection.execute(_LINKS_OF, {"ids": ids}):
        linked.setdefault(a, set()).add(b)
        linked.setdefault(b, set()).add(a)
    return {
        row.id: StoryRef(row.id, row.opened_at, tuple(sorted(linked.get(row.id, ()))))
        for row in connection.execute(_OPENED, {"ids": ids})
    }


_OPENED = sa.select(t.story.c.id, t.story.c.opened_at).where(t.story.c.id.in_(sa.bindparam("ids", expanding=True)))
_LINK = t.story_link.c
_LINKS_OF = sa.select(_LINK.a, _LINK.b).where(
    _LINK.verdict == ALSO_IN,
    sa.or_(_LINK.a.in_(sa.bindparam("ids", expanding=True)), _LINK.b.in_(sa.bindparam("ids", expanding=True))),
)


def set_text_state(state: TextState, reason: Reason | None) -> dict[str, Any]:
    """The columns that say how much could be read."""
    return {
        "text_state": state.value,
        "text_reason_code": reason and reason.code,
        "text_reason": reason and reason.text,
    }


def _new_row(id_: int, article: NewArticle, source_id: str, now: datetime) -> dict[str, Any]:
    return {
        "id": id_,
        "url": article.url,
        "title": article.title,
        "authors": list(article.authors),
        "language": article.language,
        "language_sure": article.language_sure,
        "image": article.image,
        "published_at": article.published_at,
        "first_seen_at": now,
        "first_source_id": source_id,
        "baseline": article.baseline,
        **set_text_state(article.text_state, article.text_reason),
        "gap": article.gap,
        "reading": article.reading and article.reading.value,
        "due_at": article.reading_at,
        "revision": 1 if article.first else 0,
        "settled": article.settled,
    }


def _revision_row(id_: int, item: NewRevision, now: datetime) -> dict[str, Any]:
    return {
        "id": id_,
        "article_id": item.article_id,
        "number": item.number,
        "title": item.title,
        "lead": item.lead,
        "text": item.text,
        "material": item.material,
        "reason_code": item.reason.code,
        "reason": item.reason.text,
        "created_at": now,
    }


def _indexed(connection: sa.Connection, article_ids: Sequence[int]) -> list[search.Indexed]:
    if not article_ids:
        return []
    a, r = t.article.c, t.revision.c
    rows = connection.execute(
        sa.select(r.id, r.title, r.text)
        .select_from(t.revision.join(t.article, sa.and_(a.id == r.article_id, a.revision == r.number)))
        .where(a.id.in_(article_ids))
    )
    return [search.Indexed(*row) for row in rows]


def _stored(row: Any, sources: tuple[SourceFacts, ...]) -> StoredArticle:
    reason = Reason(row.text_reason_code, row.text_reason) if row.text_reason_code else None
    return StoredArticle(
        id=row.id,
        url=row.url,
        title=row.title,
        authors=tuple(row.authors),
        language=row.language,
        language_sure=row.language_sure,
        image=row.image,
        section=row.section,
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        baseline=row.baseline,
        text_state=TextState(row.text_state),
        text_reason=reason,
        reads=row.reads,
        attempts=row.attempts,
        live=row.live,
        settled=row.settled,
        story_id=row.story_id,
        copy_of=row.copy_of,
        copy_score=row.copy_score,
        reading=row.reading and ReadingKind(row.reading),
        page=row.page,
        gap=row.gap,
        number=row.revision,
        lead=row.lead or "",
        text=row.text or "",
        revised_at=row.revised_at,
        sources=sources,
    )
