"""What a feed says of itself: title, address, language, and the hints about when to come back."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from monitor.model.entry import FeedHints
from monitor.parse.direct import ITEMS, base_of_element
from monitor.parse.links import absolute, relation_of
from monitor.parse.markup import Element, content_of, language_in, name_in, text_of
from monitor.parse.names import name_of
from monitor.parse.raw import language_of
from monitor.parse.text import mended, plain

_DAYS = {
    name: number
    for number, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 7 * 86400, "monthly": 30 * 86400, "yearly": 365 * 86400}
_LONGEST_HINT_S = 366 * 86400.0


@dataclass(slots=True)
class Channel:
    """The feed's own data, links not yet resolved."""

    title: str = ""
    link: str = ""
    language: str | None = None
    base: str | None = None
    links: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    skip_hours: set[int] = field(default_factory=set)
    skip_days: set[int] = field(default_factory=set)

    @property
    def clean_title(self) -> str:
        """The title as one line of plain text."""
        return plain(mended(self.title))

    @property
    def clean_language(self) -> str | None:
        """The language tag, None for nonsense."""
        return language_of(self.language)


def read_channel(root: Element) -> Channel:
    """The channel of an RSS, RDF, CDF or Atom document, wherever its elements stand."""
    channel = Channel(language=language_in(root))
    holders = [root, *(child for child in root.iterchildren("*") if name_of(child.tag) == "channel")]
    for holder in holders:
        channel.base = base_of_element(holder) or channel.base
        channel.language = language_in(holder) or channel.language
        if name_of(holder.tag) == "channel" and (href := holder.get("href") or holder.get("HREF")):
            channel.link = href
        for child in holder.iterchildren("*"):
            if (name := name_in(child)) not in ITEMS:
                _take(channel, name, child)
    return channel


def _take(channel: Channel, name: str, element: Element) -> None:
    if name in ("title", "dc_title"):
        channel.title = channel.title or content_of(element)
    elif name == "link":
        _take_link(channel, element)
    elif name in ("language", "dc_language"):
        channel.language = text_of(element) or channel.language
    elif name in ("ttl", "sy_updateperiod", "sy_updatefrequency"):
        channel.texts[name] = text_of(element)
    elif name == "skiphours":
        hours = (hour for child in element if len(hour := text_of(child)) <= 4 and hour.isdecimal())
        channel.skip_hours |= {int(hour) % 24 for hour in hours if int(hour) <= 24}
    elif name == "skipdays":
        channel.skip_days |= {_DAYS[day] for child in element if (day := text_of(child).lower()) in _DAYS}


def _take_link(channel: Channel, element: Element) -> None:
    href = element.get("href") or element.get("url")
    rel = relation_of(element.get("rel")) or "alternate"
    if href and rel != "alternate":
        channel.links.setdefault(rel, href)
    elif not channel.link:
        kind = (element.get("type") or "text/html").lower()
        if "html" in kind or not href:
            channel.link = href or text_of(element)


def hints_of(channel: Channel, url: str) -> FeedHints:
    """The hints, nonsense left out; relative addresses resolved against the feed's own address `url`."""
    links = {rel: absolute(href, channel.base, url) for rel, href in channel.links.items()}
    return FeedHints(
        ttl_s=_seconds(channel.texts.get("ttl"), 60),
        update_every_s=_update_every(channel),
        skip_hours=frozenset(channel.skip_hours) if len(channel.skip_hours) < 24 else frozenset(),
        skip_days=frozenset(channel.skip_days) if len(channel.skip_days) < 7 else frozenset(),
        hub=links.get("hub"),
        self_url=links.get("self"),
        next_url=links.get("prev-archive") or links.get("next"),
    )


def _seconds(text: str | None, unit: float) -> float | None:
    try:
        seconds = float(text or "") * unit
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and 0 < seconds <= _LONGEST_HINT_S else None


def _update_every(channel: Channel) -> float | None:
    period = _PERIODS.get(channel.texts.get("sy_updateperiod", "").strip().lower())
    times = _seconds(channel.texts.get("sy_updatefrequency", "1"), 1)
    return period / times if period and times else None
