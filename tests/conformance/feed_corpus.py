"""Access to the corpus of feeds, and how its expectations are compared (as its README says)."""

from __future__ import annotations

import html
import io
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree

from monitor.model.entry import NotAFeed, ParsedFeed
from monitor.parse.feed import read_document

NOW = datetime.now(UTC).replace(microsecond=0)
URL = "http://corpus.example/"


def corpus() -> Path:
    """The corpus, or a skip that says how to get it."""
    root = os.environ.get("MONITOR_CORPUS")
    if not root or not Path(root, "feeds").is_dir():
        pytest.skip("set MONITOR_CORPUS to the corpus folder to run conformance tests")
    return Path(root)


def feed_files(*folders: str) -> Iterator[Path]:
    """Every data file of the named collections (all of them by default)."""
    root = corpus() / "feeds"
    for path in sorted(root.rglob("*")):
        named = path.relative_to(root).parts
        data = path.is_file() and named[0] != "expect" and not path.name.startswith("_") and path.suffix != ".md"
        if data and (not folders or named[0] in folders):
            yield path


def name_of(path: Path) -> str:
    return str(path.relative_to(corpus() / "feeds"))


def expectations(name: str) -> list[dict[str, Any]]:
    lines = (corpus() / "feeds" / "expect" / f"{name}.ndjson").read_text().splitlines()
    return [json.loads(line) for line in lines]


def read(body: bytes, url: str = URL, content_type: str | None = None) -> ParsedFeed | NotAFeed:
    return read_document(body, url=url, content_type=content_type, now=NOW)


def same_title(one: str, other: str) -> bool:
    return words(one) == words(other)


def words(text: str) -> str:
    """Unescaped twice, tags stripped, no spaces."""
    return "".join(re.sub(r"<[^<>]*>", "", html.unescape(html.unescape(text))).split())


def same_link(wanted: str, got: str | None) -> bool:
    """Without a trailing slash; a relative expectation must be the end of ours."""
    wanted, got = wanted.strip().rstrip("/"), (got or "").rstrip("/")
    return wanted == got or (not re.match("https?:", wanted) and bool(wanted) and got.endswith(wanted))


def made_up(identifier: str) -> bool:
    """Ids that feed-rs invents where the feed has none."""
    return bool(re.fullmatch(r"[0-9a-f]{30,32}|hash:.*|[0-9a-f]{8}-[0-9a-f-]{27}", identifier))


def counts(body: bytes) -> tuple[int, int, int]:
    """Entries that feedparser, lxml and a plain count of start tags find."""
    parsed: Any = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
        by_lxml = sum(1 for element in root.iter("*") if str(element.tag).rpartition("}")[2] in ("item", "entry"))
    except etree.XMLSyntaxError:
        by_lxml = 0
    bare = re.sub(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", b"", body, flags=re.DOTALL)
    return len(parsed.entries), by_lxml, len(re.findall(rb"<(?:item|entry)[\s>]", bare))


class Score:
    """Assertions counted, misses listed with their reasons."""

    def __init__(self, title: str, reasons: dict[str, str]) -> None:
        self.title, self.reasons = title, reasons
        self.total = self.right = 0
        self.misses: list[tuple[str, str, object, object]] = []

    def check(self, good: bool, what: str, where: str, wanted: object = "", got: object = "") -> None:
        self.total += 1
        self.right += good
        if not good:
            self.misses.append((where, what, wanted, got))

    def reason(self, where: str, what: str) -> str | None:
        return next((why for part, why in self.reasons.items() if part in f"{where}:{what}"), None)

    def unexplained(self) -> list[tuple[str, str, object, object]]:
        return [miss for miss in self.misses if self.reason(miss[0], miss[1]) is None]

    def report(self) -> float:
        share = self.right / self.total if self.total else 1.0
        print(f"\n{self.title}: {self.right} of {self.total} right ({share:.2%})")
        for where, what, wanted, got in self.misses:
            why = self.reason(where, what) or "UNEXPLAINED"
            print(f"  {where}: {what}: wanted {str(wanted)[:80]!r}, got {str(got)[:80]!r} - {why}")
        return share
