"""Articles as the loops take them in: settled, matched by one rule, placed among copies and stories, told.

    desk = Press(tmp_path)
    first = desk.at("10:00").receive("alpha", "Ferry runs aground", TEXT)

What `Timeline.publish` is told about stories and copies is decided here by the real stages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from monitor.loops.context import Context, Watchlist
from monitor.loops.settle import Settling, Text, analyse, settle
from monitor.model.article import Document, TextState
from monitor.model.match import Evidence, How, Verdict
from monitor.model.settled import RuleFacts
from monitor.ports import Fetcher, Workers
from monitor.store import articles, schema
from monitor.store import tables as t
from monitor.store.articles import NewArticle
from monitor.store.rarities import Rarities
from monitor.store.unit import Database, open_engine
from tests.scenario.timeline import Timeline, rule


class MatchesEverything:
    """One rule that fires on every text; its evidence is the first of its words that is there, or else the first."""

    def __init__(self, rule_id: str, words: tuple[str, ...]) -> None:
        self.rule_id = rule_id
        self.words = words

    def match(self, document: Document) -> tuple[Verdict, ...]:
        field, text = ("body", document.paragraphs[0]) if document.paragraphs else ("title", document.title)
        word = next((word for word in self.words if word in text), text.split(" ", 1)[0])
        start = text.index(word)
        return (Verdict(self.rule_id, True, (Evidence(field, 0, start, start + len(word), word, word, How.EXACT),)),)


@dataclass(frozen=True, slots=True)
class Taken:
    """An article that was taken in."""

    id: int
    source: str
    headline: str
    text: str
    language: str


class Press(Timeline):
    """A timeline whose articles go through the real stages."""

    def __init__(
        self,
        folder: Path,
        given: RuleFacts | None = None,
        *,
        words: tuple[str, ...] = (),
        database: Database | None = None,
    ) -> None:
        self.rule = given or rule("everything")
        self.words = words
        if database is None:
            database = Database(open_engine(f"sqlite:///{folder / 'press.db'}"))
            schema.upgrade(database)
        super().__init__(folder, self.rule, database=database)
        self.rarities = Rarities()

    def receive(self, source: str, headline: str, text: str, language: str = "en") -> Taken:
        """A new article of a source."""
        with self.database.unit() as connection:
            self._source(connection, source, ())
            new = NewArticle(headline, f"https://{source}.example/{len(self.taken())}", text_state=TextState.FULL)
            (number,) = articles.insert_articles(connection, [(source, new)], self.clock.at)
            connection.execute(sa.insert(t.sighting).values(article_id=number, source_id=source, seen_at=self.clock.at))
            self._settle(connection, number, Text(headline, "", text, language=language))
        self.work_off()
        return Taken(number, source, headline, text, language)

    def edit(self, article: Taken, text: str, headline: str | None = None) -> Taken:
        """The publisher changes an article."""
        edited = replace(article, text=text, headline=headline or article.headline)
        with self.database.unit() as connection:
            self._settle(connection, article.id, Text(edited.headline, "", text, language=article.language))
        self.work_off()
        return edited

    def _settle(self, connection: sa.Connection, article_id: int, text: Text) -> None:
        settling = Settling(article_id, analyse(text, (), self.watchlist), TextState.FULL)
        settle(connection, [settling], self.context, self.clock.at)

    @property
    def watchlist(self) -> Watchlist:
        telling = self.telling()
        matcher = MatchesEverything(self.rule.id, self.words)
        return Watchlist(matcher, rules=telling.rules, channels=telling.channels, alerts=telling.settings)

    @property
    def context(self) -> Context:
        return Context(
            database=self.database,
            clock=self.clock,
            fetcher=cast(Fetcher, None),  # nothing is fetched here
            workers=cast(Workers, None),
            sources={},
            watchlist=self.watchlist,
            owner="press",
            rarities=self.rarities,
        )

    # what came of it

    def taken(self) -> list[int]:
        """All articles."""
        with self.database.reading() as connection:
            return list(connection.execute(sa.select(t.article.c.id).order_by(t.article.c.id)).scalars())

    def told_at(self, article_id: int) -> datetime | None:
        """When somebody was first told of the article as one of a message's own."""
        return min((each.at for each in self.messages() if article_id in each.articles), default=None)

    def copies(self) -> dict[int, int]:
        """Copies with what they are copies of."""
        with self.database.reading() as connection:
            found = sa.select(t.article.c.id, t.article.c.copy_of).where(t.article.c.copy_of.is_not(None))
            return {row.id: row.copy_of for row in connection.execute(found)}

    def story_of(self, article_id: int) -> int:
        """The story that the article is in now."""
        with self.database.reading() as connection:
            found = sa.select(t.article.c.story_id).where(t.article.c.id == article_id)
            return int(connection.execute(found).scalar_one())

    def untold(self) -> list[int]:
        """Articles that nobody was told of, neither by themselves nor by the original that they copy."""
        heads, told = self.copies(), {id_ for each in self.messages() for id_ in each.articles}
        return [id_ for id_ in self.taken() if id_ not in told and heads.get(id_) not in told]
