"""A look before the start: the sources are polled once, nobody is told, and the rules say what they would have told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.bootstrap.monitor import open_monitor
from monitor.loops.gather import gather_once
from monitor.loops.read import read_once
from monitor.store.articles import load_articles
from monitor.store.shown import list_articles, list_sources

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class WouldTell:
    """An article of the last day that a rule fires on; `held`: a guard would have held it."""

    rule: str
    title: str
    source: str
    published_at: datetime
    held: bool


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the sources hold now, and what of the last 24 h would have been told."""

    articles: int
    recent: int
    silent_sources: tuple[tuple[str, str], ...]
    told: tuple[WouldTell, ...]


async def first_look(path: Path) -> FirstLook:
    """Poll the sources once (which sets their baseline: nobody is told) and ask the rules about the last 24 h."""
    async with open_monitor(path, obey_blocks=False) as monitor:
        await gather_once(monitor.context, everything=True)
        await read_once(monitor.context)
        engine, now = monitor.setup.checked.engine, monitor.clock.now()
        rules = [spec.id for spec in monitor.setup.checked.accepted]
        with monitor.database.reading() as connection:
            rows = list_articles(connection, limit=5000)
            stored = load_articles(connection, [row["id"] for row in rows])
            silent = tuple(
                (row["id"], row["reason"] or "no answer") for row in list_sources(connection) if not row["articles"]
            )
        told = []
        recent = 0
        for article in stored.values():
            published = article.published_at
            if published is None or now - published > DAY:
                continue
            recent += 1
            document = article.as_document()
            for rule in rules:
                verdict = engine.match_rule(rule, document)
                if verdict.fired or verdict.held:
                    name = article.sources[0].name if article.sources else "-"
                    told.append(WouldTell(rule, article.title, name, published, held=not verdict.fired))
    told.sort(key=lambda hit: hit.published_at, reverse=True)
    return FirstLook(len(rows), recent, silent, tuple(told))
