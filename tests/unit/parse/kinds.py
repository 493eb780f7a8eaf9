"""Documents of every kind, short, and what is to be read of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from _pytest.mark import ParameterSet

from monitor.model.entry import NotAFeed, ParsedFeed
from monitor.parse.feed import read_document, read_quickly

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SITE = "https://paper.example/"
URL = f"{SITE}feeds/news.xml"
ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
ENCODED = "http://purl.org/rss/1.0/modules/content/"
IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
MEDIA = "http://search.yahoo.com/mrss/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS1 = "http://purl.org/rss/1.0/"
VIDEO = "http://www.google.com/schemas/sitemap-video/1.1"
XHTML = "http://www.w3.org/1999/xhtml"


def kind(name: str, document: str | bytes, content_type: str | None = None, **expected: object) -> ParameterSet:
    """A case for `check`; `expected` are facts (see `facts`), and the code of a refusal as `refused`."""
    return pytest.param(document, content_type, expected, id=name)


def item(inner: str = "", title: str = "Bridge", link: str = f"{SITE}1") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{inner}</item>"


def rss(items: str, head: str = "", root: str = "", start: str = "<?xml version='1.0'?>") -> str:
    channel = f"<channel><title>Paper</title><link>{SITE}</link>{head}{items}</channel>"
    return f"{start}<rss version='2.0' {root}>{channel}</rss>"


def entry(
    inner: str = "",
    title: str = "<title>Bridge</title>",
    link: str = f"<link href='{SITE}1'/>",
    identity: str = "<id>tag:paper.example,2026:1</id>",
) -> str:
    return f"<entry>{title}{link}{identity}{inner}</entry>"


def atom(entries: str, head: str = "", root: str = "", namespace: str = ATOM) -> str:
    return f"<?xml version='1.0'?><feed xmlns='{namespace}' {root}><title>Paper</title>{head}{entries}</feed>"


def feed_of(**changes: object) -> str:
    """A JSON Feed with one item."""
    one = {"id": "1", "url": f"{SITE}1", "title": "Bridge", "content_html": "<p>Long</p>"}
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Paper", "items": [one], **changes})


TWO = item() + item(title="Two", link=f"{SITE}2")


def check(document: str | bytes, content_type: str | None, expected: dict[str, object]) -> None:
    """Read `document` in both ways and compare."""
    body = document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document
    found = read_document(body, url=URL, content_type=content_type, now=NOW)
    assert read_quickly(body, url=URL, content_type=content_type, now=NOW) in (found, None)
    if isinstance(found, NotAFeed):
        assert found.reason.code == expected.get("refused"), found
    else:
        seen = facts(found)
        assert {name: seen.get(name) for name in expected} == expected


def facts(feed: ParsedFeed) -> dict[str, object]:
    """What can be expected of a feed and of its first entry; `text` is all that the entry says."""
    said: dict[str, object] = {
        "count": len(feed.entries),
        "kind": feed.kind,
        "titles": [each.title for each in feed.entries],
        "feed_title": feed.title,
        "feed_url": feed.url,
        "feed_language": feed.language,
        "hub": feed.hints.hub,
        "ttl": feed.hints.ttl_s,
        "problems": [problem.code for problem in feed.problems],
    }
    if feed.entries:
        first = feed.entries[0]
        said |= {
            "title": first.title,
            "url": first.url,
            "id": first.id,
            "published": _instant(first.published_at),
            "updated": _instant(first.updated_at),
            "summary": first.summary,
            "content": first.content,
            "authors": first.authors,
            "categories": first.categories,
            "image": first.image,
            "enclosures": first.enclosures,
            "language": first.language,
        }
    return said


def _instant(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
