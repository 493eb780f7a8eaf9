"""A rule on stored articles: what it would have matched, per day and source, with samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.alert.words import counted
from monitor.config.accept import revive
from monitor.match.engine import Engine
from monitor.match.lexicon import Lexicon
from monitor.model.match import Verdict
from monitor.store.articles import StoredArticle, load_articles
from monitor.store.rules import texts_in_force
from monitor.store.shown import count_articles, list_articles
from monitor.store.unit import Database

BATCH = 200
PASSAGE = 160
"""Characters of a sample's passage."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A stored article that the rule matches; not `fired`: a guard would have held it."""

    article_id: int
    title: str
    seen_at: datetime
    sources: tuple[str, ...]
    passage: str
    fired: bool
    story_id: int | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a rule would have matched; newest hits first."""

    rule_id: str
    since: datetime
    until: datetime
    articles: int
    first_article_at: datetime | None
    hits: tuple[Hit, ...]

    @property
    def per_day(self) -> list[tuple[str, int]]:
        """Hits that fire, by day."""
        return sorted(Counter(f"{hit.seen_at:%Y-%m-%d}" for hit in self.hits if hit.fired).items())

    @property
    def per_source(self) -> list[tuple[str, int]]:
        """Hits that fire, by source, most first."""
        return Counter(source for hit in self.hits if hit.fired for source in hit.sources).most_common()

    def in_words(self) -> str:
        """One line, with what the data lack."""
        fired = [hit for hit in self.hits if hit.fired]
        stories = len({hit.story_id or -hit.article_id for hit in fired})
        words = f"{self.rule_id}: {len(fired)} of {counted(self.articles, 'article')}, "
        words += f"{counted(stories, 'story', 'stories')}, "
        words += f"{len(self.hits) - len(fired)} held by guards"
        if self.first_article_at is None:
            return words + "; nothing is stored for that time"
        if self.first_article_at > self.since:
            words += f"; nothing is stored before {self.first_article_at:%Y-%m-%d %H:%M} UTC"
        return words

    def difference(self, before: Backtest) -> dict[str, list[dict[str, Any]]]:
        """Articles on which only this version fires, and only the other."""
        mine = {hit.article_id: hit for hit in self.hits if hit.fired}
        theirs = {hit.article_id: hit for hit in before.hits if hit.fired}
        return {
            "more": [{"id": i, "title": hit.title} for i, hit in mine.items() if i not in theirs],
            "fewer": [{"id": i, "title": hit.title} for i, hit in theirs.items() if i not in mine],
        }

    def as_json(self) -> dict[str, Any]:
        """Counts and hits."""
        return {
            "rule": self.rule_id,
            "since": self.since,
            "until": self.until,
            "articles": self.articles,
            "first_article_at": self.first_article_at,
            "fired": sum(hit.fired for hit in self.hits),
            "held": sum(not hit.fired for hit in self.hits),
            "per_day": [{"day": day, "hits": hits} for day, hits in self.per_day],
            "per_source": [{"source": source, "hits": hits} for source, hits in self.per_source],
            "hits": [
                {"article_id": h.article_id, "title": h.title, "fired": h.fired, "passage": h.passage}
                for h in self.hits
            ],
        }


def backtest(
    database: Database,
    engine: Engine,
    rule_id: str,
    *,
    since: datetime,
    until: datetime,
    advance: Callable[[int, int], None] = lambda _done, _total: None,
) -> Backtest:
    """Match a rule against what is stored since then; `advance(done, all)` is called now and then."""
    hits: list[Hit] = []
    seen, oldest, before = 0, None, None
    with database.reading() as connection:
        expected = count_articles(connection, since)
    while True:
        with database.reading() as connection:
            rows = list_articles(connection, limit=BATCH, since=since, before=before)
            stored = load_articles(connection, [row["id"] for row in rows])
        if not rows:
            return Backtest(rule_id, since, until, seen, oldest, tuple(hits))
        for row in rows:
            article = stored[row["id"]]
            verdict = engine.match_rule(rule_id, article.as_document())
            if verdict.fired or verdict.held:
                hits.append(_hit(row, article, verdict))
        seen += len(rows)
        oldest = rows[-1]["first_seen_at"]
        before = (oldest, rows[-1]["id"])
        advance(seen, max(seen, expected))


def running_engine(database: Database, rule_id: str, lexicon: Lexicon) -> Engine | None:
    """The version of a rule that the daemon has in force; None where there is none."""
    with database.reading() as connection:
        text = texts_in_force(connection, [rule_id]).get(rule_id)
    found = revive(text, lexicon) if text else None
    return found[1] if found else None


def _hit(row: dict[str, Any], article: StoredArticle, verdict: Verdict) -> Hit:
    evidence = verdict.evidence or (verdict.held[0].evidence if verdict.held else ())
    passage = article.title
    if evidence and evidence[0].field == "body":
        lines = [line for line in article.text.splitlines() if line.strip()]
        first = evidence[0]
        line = lines[first.paragraph] if first.paragraph < len(lines) else article.title
        start = max(0, first.start - PASSAGE // 2)
        passage = line[start : start + PASSAGE]
    sources = tuple(row["sources"])
    return Hit(row["id"], row["title"], row["first_seen_at"], sources, passage, verdict.fired, row["story_id"])
