"""What the program ships to begin with: a catalogue of public feeds and ready-made rules by topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import yaml

import monitor as package

FEEDS_PER_LANGUAGE = 6
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


def summary(path: Path) -> str:
    """What ready-made rules are for: the first line of their file."""
    first = path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
    return first.partition(": ")[2].partition(".")[0]


def known_languages() -> tuple[str, ...]:
    """Those that the catalogue has feeds in."""
    return tuple(dict.fromkeys(feed.language for feed in read_catalogue()))


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
