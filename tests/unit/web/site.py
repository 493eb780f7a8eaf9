"""A page over a small database: sources, rules from a real file, articles with what the rules made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from starlette.applications import Starlette

from monitor.bootstrap.backtest import backtest
from monitor.bootstrap.monitor import Setup, put_in_force
from monitor.config.listen import listen_of
from monitor.config.load import load_config
from monitor.loops.inspect import Inspection
from monitor.loops.vocabulary import Vocabulary
from monitor.match.compile import RuleCache
from monitor.match.forms import filed_under
from monitor.model.article import TextState
from monitor.model.reasons import Reason
from monitor.store import tables as t
from monitor.store.articles import NewArticle, NewRevision, add_revisions, insert_articles, load_articles
from monitor.store.rules import add_match
from monitor.store.unit import Database
from monitor.store.vocabulary import file_words, unread_texts
from monitor.testing import FrozenClock
from monitor.web.app import build_app
from monitor.web.context import WebContext
from tests.unit.match.vocabulary import SmallLexicon
from tests.unit.web.browser import Browser

CONFIG = """\
database: 'sqlite:///monitor.db'
timezone: Europe/Berlin
channels: {desk: {mail: {to: desk@example.org}}}
defaults: {alert: {to: [desk]}}
# WEB
sources:
  # the first one
  - {id: nordblick, name: Nordblick, feed: 'https://nordblick.example/feed', tags: [de]}
  - {id: wire, name: The Wire, feed: 'https://wire.example/feed'}
watchlist:
  # what the desk wants
  - id: strike          # a comment that stays
    name: Strikes
    match: 'Streik OR strike'
    tests:
      fires: ['Der Streik beginnt.']
"""


@dataclass
class Site:
    """The application, its database and somebody who looks at it."""

    folder: Path
    database: Database
    clock: FrozenClock
    web: str = ""
    setup: Setup = field(init=False)
    app: Starlette = field(init=False)
    inspect: Callable[[str], Inspection] | None = None

    def __post_init__(self) -> None:
        self.path = self.folder / "config.yaml"
        if not self.path.exists():
            self.path.write_text(CONFIG.replace("# WEB", self.web), encoding="utf-8")
        self.lexicon, self.cache = SmallLexicon(), RuleCache()
        self.load()
        context = WebContext(
            database=self.database,
            clock=self.clock,
            lexicon=self.lexicon,
            cache=self.cache,
            path=self.path,
            secret=b"a secret of this test",
            running=lambda: self.setup,
            backtest=lambda engine, rule, since, until: backtest(self.database, engine, rule, since=since, until=until),
            inspect=self._inspect,
        )
        listen = listen_of(self.setup.config.model.web)
        assert listen is not None
        self.context = context
        self.app = build_app(context, listen)

    def load(self) -> None:
        self.setup = put_in_force(self.database, load_config(self.path), self.lexicon, self.cache, self.clock.now())

    def browser(self, **changes: Any) -> Browser:
        return Browser(self.app, **changes)

    def article(
        self,
        title: str,
        text: str = "",
        *,
        source: str = "nordblick",
        language: str | None = "de",
        story: int | None = None,
        seen_at: datetime | None = None,
    ) -> int:
        """A stored article, matched by the rules in force; its id."""
        now = seen_at or self.clock.now()
        new = NewArticle(title=title, url=f"https://{source}.example/1", language=language, published_at=now)
        with self.database.unit() as connection:
            (article_id,) = insert_articles(connection, [(source, new)], now)
            seen = {"article_id": article_id, "source_id": source, "seen_at": now}
            connection.execute(sa.insert(t.sighting).values(seen))
            connection.execute(
                sa.update(t.article)
                .where(t.article.c.id == article_id)
                .values(story_id=story, text_state=TextState.FULL.value, settled=True)
            )
            self._revise(connection, article_id, 1, title=title, text=text, now=now)
        return article_id

    def learn(self, vocabulary: Vocabulary | None = None, *, limit: int = 10_000) -> int:
        """File the words of texts that were not read yet, as upkeep does; how many texts those were."""
        learnt = vocabulary or Vocabulary(lambda word, language: filed_under(word, language, self.lexicon))
        with self.database.unit() as connection:
            texts = unread_texts(connection, before=datetime.max.replace(tzinfo=UTC), limit=limit)
            words, filed = learnt.read(texts)
            if texts:
                file_words(connection, filed, upto=texts[-1].revision_id)
        learnt.remember(words)
        return len(texts)

    def revise(self, article_id: int, number: int, title: str, text: str) -> None:
        with self.database.unit() as connection:
            now = self.clock.now() + timedelta(minutes=number)
            self._revise(connection, article_id, number, title=title, text=text, now=now)

    def _revise(
        self, connection: sa.Connection, article_id: int, number: int, *, title: str, text: str, now: datetime
    ) -> None:
        reason = Reason("changed", "the text changed")
        revision = NewRevision(article_id, number, title, "", text, True, reason)
        add_revisions(connection, [revision], now)
        stored = load_articles(connection, [article_id])[article_id]
        for verdict in self.setup.rules.matcher.match(stored.as_document()):
            add_match(connection, verdict, rule_version=1, article_id=article_id, revision=number, engine="1", now=now)

    def run(self, statement: sa.Executable) -> Sequence[Any]:
        with self.database.unit() as connection:
            result = connection.execute(statement)
            return list(result) if result.returns_rows else []

    async def _inspect(self, address: str) -> Inspection:
        assert self.inspect is not None
        return self.inspect(address)
