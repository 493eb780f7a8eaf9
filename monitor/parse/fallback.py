"""feedparser, for what no strict parser can read: the authority on broken bytes, kept away from everything else.

It gets bytes that are already UTF-8, never an address; it neither sanitises nor resolves (both are quadratic or leak
between entries).  It holds the GIL and can take quadratic time, so it runs only where it can be killed.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from monitor.errors import ParseError
from monitor.parse.channel import Channel
from monitor.parse.direct import person_of
from monitor.parse.links import is_address
from monitor.parse.raw import Link, RawItem

# What feedparser raises on elements that close without having been opened, and the like: found by fuzzing it
_ITS_BUGS = (AssertionError, AttributeError, LookupError, NameError, RecursionError, TypeError, ValueError)


MOST_TAGS = 50_000
"""Tags of one document that feedparser may read: one second, at some 20 us each; real broken feeds have a fifth."""
_A_START = 40
"""To begin takes it as long as so many tags."""


@dataclass(slots=True)
class Effort:
    """What feedparser may still spend on a document; what is too much for it is left to a quicker reader."""

    left: int = MOST_TAGS

    @property
    def is_spent(self) -> bool:
        """Whether it is not worth beginning once more."""
        return self.left <= _A_START

    def allows(self, data: bytes) -> bool:
        """Whether `data` may be read, which is then counted."""
        wanted = data.count(b"<") + _A_START
        if wanted > self.left:
            return False
        self.left -= wanted
        return True


def read_with_feedparser(data: bytes) -> tuple[list[RawItem], Channel]:
    """Items and channel as feedparser sees them.  Raises `ParseError` where feedparser trips over the document."""
    import feedparser  # noqa: PLC0415 - only workers come here, so only they load it

    try:
        parsed: Any = feedparser.parse(
            io.BytesIO(data),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _ITS_BUGS as error:
        raise ParseError("feedparser could not read the document", code="feedparser") from error
    raws = [_item(entry, parsed.feed.get("language")) for entry in parsed.entries]
    return raws, _channel(parsed.feed)


def _item(entry: Any, feed_language: str | None) -> RawItem:
    content = [part for part in entry.get("content", ()) if part.get("value")]
    raw = RawItem(
        id=entry.get("id", "").replace("&amp;", "&"),  # it decodes titles and links, yet no ids
        title=dict.get(entry, "title", ""),
        summary=dict.get(entry, "summary"),
        contents=[part["value"] for part in content],
        published=dict.get(entry, "published", ""),
        updated=dict.get(entry, "updated", ""),
        created=dict.get(entry, "created", ""),
    )
    raw.links, raw.enclosures = _links(entry)
    raw.id_is_link = bool(entry.get("guidislink")) and is_address(raw.id)
    raw.authors = _authors(entry)
    raw.categories = [term for tag in entry.get("tags", ()) for term in (tag.get("term"), tag.get("label")) if term]
    raw.images = _images(entry)
    details = [entry.get("title_detail"), *content, entry.get("summary_detail")]
    languages = (detail.get("language") for detail in details if detail)
    raw.language = next((language for language in languages if language and language != feed_language), None)
    return raw


def _links(entry: Any) -> tuple[list[Link], list[str]]:
    own = dict.get(entry, "link") or ""
    if own == entry.get("id") and ("/" not in own or " " in own):
        own = ""  # it takes every id for a link that does not deny it
    links = [Link("alternate", "", own)] if own else []
    enclosures = []
    for link in entry.get("links", ()):
        if href := link.get("href"):
            if link.get("rel") == "enclosure":
                enclosures.append(href)
            else:
                links.append(Link(link.get("rel") or "alternate", link.get("type") or "", href))
    return links, enclosures


def _authors(entry: Any) -> list[str]:
    """Feedparser cuts mail addresses with long top-level domains in two, so the last author is taken from its text."""
    found = [name for who in entry.get("authors", ()) if (name := who.get("name") or who.get("email"))]
    last = entry.get("author") or ""
    return [*found[:-1], person_of(last)] if "@" in last or not found else found


def _images(entry: Any) -> list[str]:
    thumbnails = [image["url"] for image in entry.get("media_thumbnail", ()) if image.get("url")]
    pictures = [
        image["url"]
        for image in entry.get("media_content", ())
        if image.get("url") and (image.get("medium") == "image" or image.get("type", "").startswith("image/"))
    ]
    pictures += [
        link["href"]
        for link in entry.get("links", ())
        if link.get("rel") == "enclosure" and link.get("href") and link.get("type", "").startswith("image/")
    ]
    image = entry.get("image") or {}
    return [*pictures, *thumbnails, *([image["href"]] if image.get("href") else [])]


def _channel(feed: Any) -> Channel:
    channel = Channel(title=feed.get("title", ""), link=feed.get("link", ""), language=feed.get("language"))
    for link in feed.get("links", ()):
        if link.get("href") and link.get("rel") not in (None, "alternate"):
            channel.links.setdefault(link["rel"], link["href"])
    for name in ("ttl", "sy_updateperiod", "sy_updatefrequency"):
        if feed.get(name):
            channel.texts[name] = str(feed[name])
    return channel
