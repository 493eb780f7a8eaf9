"""The first configuration: sources of the shipped catalogue, ready-made rules, a channel, and a look before the start.

::

    choose feeds and rules | write config.yaml, rules and secrets | poll once, tell nobody | what would have been told
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import yaml

import monitor as package
from monitor.bootstrap.backtest import stored_document
from monitor.bootstrap.monitor import open_monitor
from monitor.config.build import slug
from monitor.errors import MonitorError
from monitor.loops.gather import gather_once
from monitor.loops.read import read_once
from monitor.store.articles import load_articles
from monitor.store.shown import list_articles, list_sources

MAIN_LANGUAGES = ("de", "en", "ru", "fr")
"""Those whose inflection is known without a word in the configuration."""
FEEDS_PER_LANGUAGE = 6
DAY = timedelta(hours=24)
_FEED_TOPICS = {
    "sanctions": ("world", "politics", "business", "official"),
    "diplomacy": ("world", "politics", "official"),
    "elections": ("politics", "world"),
    "disasters": ("disasters", "world", "regional"),
    "energy": ("energy", "business"),
    "companies": ("business", "technology", "security"),
}
_ANY = ("world", "politics")


@dataclass(frozen=True, slots=True)
class CatalogueFeed:
    """A public feed that can be proposed."""

    name: str
    feed: str
    language: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be watched and who is told.

    `topics` are names of ready-made rules or words of the person's own.  `secret` is what must not stand in
    config.yaml: the mail password, or the whole address of a chat.
    """

    languages: tuple[str, ...]
    topics: tuple[str, ...]
    mail: str | None = None
    server: str = "localhost"
    user: str | None = None
    chat: bool = False
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class WouldTell:
    """An article of the last day that a rule fires on; `held`: a guard would have held it."""

    rule: str
    title: str
    source: str
    held: bool


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the sources hold now, and what of the last 24 h would have been told."""

    articles: int
    recent: int
    silent_sources: tuple[tuple[str, str], ...]
    told: tuple[WouldTell, ...]


class WouldOverwrite(MonitorError):
    """A file is there already."""

    code = "would-overwrite"


def read_catalogue() -> tuple[CatalogueFeed, ...]:
    """The shipped list of public feeds."""
    text = files("monitor.bootstrap").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    return tuple(
        CatalogueFeed(item["name"], item["feed"], item["language"], tuple(item["topics"]))
        for item in yaml.safe_load(text)["feeds"]
    )


def ready_made() -> dict[str, Path]:
    """The ready-made rules by topic: inside an installed package, beside it in a checkout."""
    here = Path(package.__file__).parent
    folder = here / "_examples"
    folder = folder if folder.is_dir() else here.parent / "examples"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def choose_feeds(
    catalogue: Sequence[CatalogueFeed], languages: Sequence[str], topics: Sequence[str]
) -> tuple[CatalogueFeed, ...]:
    """For each language the feeds that fit the topics best, in the catalogue's order where they fit equally."""
    wanted = [word for topic in topics for word in _FEED_TOPICS.get(topic, _ANY)]
    chosen: list[CatalogueFeed] = []
    for language in languages:
        own = [feed for feed in catalogue if feed.language == language]
        fitting = [feed for feed in own if any(topic in wanted for topic in feed.topics)]
        fitting.sort(key=lambda feed: -sum(wanted.count(topic) for topic in feed.topics))
        chosen += fitting[:FEEDS_PER_LANGUAGE]
    return tuple(chosen)


def write_files(folder: Path, name: str, plan: Plan) -> list[Path]:
    """Write the configuration, its rules and secrets; raises `WouldOverwrite` before anything is written."""
    made = ready_made()
    texts = {folder / name: config_text(plan, choose_feeds(read_catalogue(), plan.languages, plan.topics))}
    for topic in plan.topics:
        if topic in made:
            texts[folder / "watchlists" / f"{topic}.yaml"] = made[topic].read_text(encoding="utf-8")
    secret = folder / "secrets" / "channel"
    for path in (*texts, *([secret] if plan.secret else [])):
        if path.exists():
            raise WouldOverwrite(f"{path} is there already", remedy="move it away, or name another with --config")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if plan.secret:
        secret.parent.mkdir(mode=0o700, exist_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(plan.secret + "\n", encoding="utf-8")
    return [*texts, *([secret] if plan.secret else [])]


def config_text(plan: Plan, feeds: Sequence[CatalogueFeed]) -> str:
    """A short configuration with comments."""
    made = ready_made()
    own = [topic for topic in plan.topics if topic not in made]
    name = "desk" if plan.mail or plan.chat else "screen"
    lines = [
        "# What is watched and who is told.  `monitor check` explains every mistake in it.",
        "database: 'sqlite:///var/monitor.db'",
        f"language: {'de' if plan.languages[0] == 'de' else 'en'}                                # of the messages",
        "",
        "channels:",
        f"  {name}: {_channel(plan)}",
        "",
        f"defaults: {{every: 10m, alert: {{to: [{name}]}}}}",
        "",
        "sources:                                    # add more with: monitor sources add ADDRESS",
        *(_source(feed) for feed in feeds),
        "",
    ]
    if any(language not in MAIN_LANGUAGES for language in plan.languages):
        lines += [f"articles: {{languages: [{', '.join(plan.languages)}]}}", ""]
    if len(own) < len(plan.topics):
        lines += [
            "include: ['watchlists/*.yaml']              # ready-made rules with their tests: yours to change",
            "",
        ]
    if own:
        lines += ["watchlist:", *(line for words in own for line in _rule(words))]
    return "\n".join(lines).rstrip() + "\n"


def _channel(plan: Plan) -> str:
    if plan.chat:
        return "{to: !file secrets/channel}"
    if plan.mail is None:
        return "{to: 'console://'}                # prints alerts in the terminal"
    login = f", user: {_quoted(plan.user)}" if plan.user else ""
    login += ", password: !file secrets/channel" if plan.secret else ""
    return f"{{mail: {{to: {_quoted(plan.mail)}, server: {_quoted(plan.server)}{login}}}}}"


def _source(feed: CatalogueFeed) -> str:
    tags = ", ".join([feed.language, *feed.topics])
    return f"  - {{name: {_quoted(feed.name)}, feed: {_quoted(feed.feed)}, tags: [{tags}]}}"


def _rule(words: str) -> Iterator[str]:
    terms = [word for word in re.findall(r"\w+", words) if word not in ("AND", "OR", "NOT")]
    yield f"  - id: {slug(words) or 'mine'}"
    yield f"    name: {_quoted(words)}"
    expression = " NEAR/s ".join(terms)
    yield f"    match: {_quoted(expression)}              # all words in one sentence"
    yield f"    tests: {{fires: [{_quoted(' '.join(terms))}]}}"


def _quoted(text: str | None) -> str:
    return "'" + (text or "").replace("'", "''") + "'"


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
        recent = [article for article in stored.values() if _is_recent(article.published_at, now)]
        told = []
        for article in recent:
            document = stored_document(article)
            for rule in rules:
                verdict = engine.match_rule(rule, document)
                if verdict.fired or verdict.held:
                    names = article.sources[0].name if article.sources else "-"
                    told.append(WouldTell(rule, article.title, names, held=not verdict.fired))
    return FirstLook(len(rows), len(recent), silent, tuple(told))


def _is_recent(published: datetime | None, now: datetime) -> bool:
    return published is not None and now - published <= DAY
