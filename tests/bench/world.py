"""A made-up world of feeds for benchmarks: deterministic, 56 kB and 37 items a feed, two in five with full text."""

from __future__ import annotations

import html
import random
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)
_TEXT = """
harbour council budget vote storm river bridge rail strike court ruling minister school hospital market energy
price festival museum season match coach injury record launch device network outage survey report climate border
"""
_WORDS = _TEXT.split()


def feed(number: int, newest: int) -> bytes:
    """RSS of feed `number` whose newest item is `newest`; the next poll of a busy feed is `newest + 1`."""
    chance = random.Random(number)
    size = chance.randint(25, 49)
    full = chance.random() < 0.4
    items = "".join(_item(number, item, full) for item in range(newest, newest - size, -1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>'
        f"<title>Paper {number}</title><link>https://paper{number}.example/</link><description>News</description>"
        f'<atom:link rel="self" href="https://paper{number}.example/feed.xml"/><ttl>15</ttl>\n{items}</channel></rss>'
    ).encode()


def _item(feed_number: int, number: int, full: bool) -> str:
    chance = random.Random(f"{feed_number}/{number}")
    link = f"https://paper{feed_number}.example/{chance.choice(_WORDS)}/{number}.html"
    when = START + timedelta(minutes=7 * number + feed_number % 7)
    summary = html.escape(f"<p>{_sentences(chance, 3)}</p>")
    paragraphs = "".join(f"<p>{_sentences(chance, 4)}</p>" for _ in range(4))
    content = f"<content:encoded><![CDATA[{paragraphs}]]></content:encoded>" if full else ""
    return (
        f"<item><title>{html.escape(_sentences(chance, 1))}</title><link>{link}</link>"
        f'<guid isPermaLink="{"true" if feed_number % 3 == 0 else "false"}">{link}</guid>'
        f"<pubDate>{when:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<dc:creator>Reporter {chance.randint(1, 40)}</dc:creator>"
        f"<category>{chance.choice(_WORDS)}</category><category>{chance.choice(_WORDS)}</category>"
        f"<description>{summary}</description>{content}</item>\n"
    )


def _sentences(chance: random.Random, count: int) -> str:
    return " ".join(
        " ".join(chance.choices(_WORDS, k=chance.randint(8, 14))).capitalize() + " & more." for _ in range(count)
    ).replace("&", "und" if chance.random() < 0.5 else "&amp;")
