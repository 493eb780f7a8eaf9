"""What extraction costs: CPU milliseconds per page, beside plain trafilatura on the same pages in the same run.

Pages are made here; with MONITOR_CORPUS the pages of the corpus are measured too.
"""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import trafilatura

from monitor.extract.article import extract_article
from monitor.extract.kind import sniff
from monitor.extract.listing import extract_links
from monitor.extract.watch import page_blocks

Row = dict[str, str | float]
_URL = "https://kurier.example/a/b"
_PARAGRAPH = (
    "<p>The council voted on the harbour after a long debate, and the mayor thanked all who took part in it.</p>"
)
_CARD = "<article><h2><a href='/2026/03/05/story-{0}-of-the-day'>Story number {0} of the day is told</a></h2></article>"


def _made_pages() -> list[bytes]:
    menu = "<nav>" + "".join(f"<a href='/s{at}'>Section {at}</a>" for at in range(60)) + "</nav>"
    pages = []
    for size in (10, 30, 90):
        cards = "".join(_CARD.format(at) for at in range(40))
        body = f"<main><h1>A harbour for all</h1>{_PARAGRAPH * size}</main><aside>{cards}</aside>"
        pages.append(f"<html><head><title>A harbour for all</title></head><body>{menu}{body}</body></html>".encode())
    return pages


def _corpus_pages() -> list[bytes]:
    root = os.environ.get("MONITOR_CORPUS")
    files = sorted((Path(root) / "pages" / "fundus").glob("*.gz"))[:40] if root else []
    return [gzip.decompress(file.read_bytes()) for file in files]


def _ms(work: Callable[[bytes], object], pages: Iterable[bytes]) -> float:
    spent = []
    for page in pages:
        began = time.process_time()
        work(page)
        spent.append((time.process_time() - began) * 1000)
    return median(spent)


def run() -> list[Row]:
    """Median CPU milliseconds per page of each kind of work, and the ratio of `article` to plain trafilatura."""
    rows: list[Row] = []
    works: dict[str, Callable[[bytes], object]] = {
        "article": lambda page: extract_article(page, url=_URL),
        "plain trafilatura": lambda page: trafilatura.extract(page, include_comments=False),
        "listing": lambda page: extract_links(page, url=_URL),
        "watch": lambda page: page_blocks(page, url=_URL),
        "sniff": lambda page: sniff(page, url=_URL),
    }
    for name, pages in (("made", _made_pages() * 3), ("corpus", _corpus_pages())):
        if not pages:
            continue
        took = {work: _ms(function, pages) for work, function in works.items()}
        rows += [
            {"bench": "extract", "case": f"{work}, {name}", "value": value, "unit": "ms"}
            for work, value in took.items()
        ]
        ratio = took["article"] / took["plain trafilatura"]
        rows.append({"bench": "extract", "case": f"article to trafilatura, {name}", "value": ratio, "unit": "ratio"})
    return rows


if __name__ == "__main__":
    for row in run():
        print(f"{row['case']:<36} {row['value']:8.2f} {row['unit']}")
