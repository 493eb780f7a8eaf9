"""Search over all stored articles, with the language of the rules."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from monitor.store.pages import lines
from monitor.store.search import instants
from monitor.web.documents import plain_evidence
from monitor.web.finding import Match, Page, Search, best_first, find, prepare
from monitor.web.rendering import marked
from monitor.web.svg import bars
from monitor.web.views.ticker import names_of
from monitor.web.visit import Visit

PAGE = 20
PASSAGE = 220
DAYS = 60
COUNTED_MAX = 5000


def show(visit: Visit) -> Response:
    """The form, and what it found."""
    text = visit.text("q").strip()
    best = visit.text("order") == "best"
    search = prepared(visit, text) if text else None
    page = _page(visit, search) if search else None
    return visit.page(
        "search.html",
        q=text,
        best=best,
        search=search,
        page=page,
        found=_found(visit, page) if page else [],
        values={"q": text, "order": "best" if best else ""},
        rules=names_of(visit.context),
    )


def _page(visit: Visit, search: Search) -> Page:
    now_s, before = visit.context.clock.monotonic, visit.number("before")
    page = find(visit.context.database, search, limit=PAGE, now_s=now_s, before=before)
    return best_first(page) if visit.text("order") == "best" else page


def prepared(visit: Visit, text: str) -> Search:
    """An expression over the concepts in force."""
    return prepare(text, visit.context.config.concepts, visit.context.lexicon)


def show_days(visit: Visit) -> Response:
    """Articles with the expression's words, by day: what the index says, before the engine looks at each."""
    search = prepared(visit, visit.text("q").strip())
    if search.engine is None or search.wanted is None:
        return visit.page("search_days.html", chart=None, rows=[], cut=False)
    since = visit.context.now - timedelta(days=DAYS - 1)
    with visit.context.database.reading() as connection:
        seen = instants(connection, search.wanted, limit=COUNTED_MAX)
    zone = visit.reader.zone
    counted = Counter(instant.astimezone(zone).date() for instant in seen)
    first = since.astimezone(zone).date()
    rows = [(first + timedelta(days=n), counted.get(first + timedelta(days=n), 0)) for n in range(DAYS)]
    words = visit.reader.say("Articles per day")
    cut = len(seen) == COUNTED_MAX and min(seen) > since
    return visit.page("search_days.html", chart=bars([n for _, n in rows], words, height=80), rows=rows[::-1], cut=cut)


def _found(visit: Visit, page: Page) -> list[dict[str, Any]]:
    with visit.context.database.reading() as connection:
        listed = {line.id: line for line in lines(connection, [m.article.id for m in page.matches])}
    return [
        {"line": listed[m.article.id], "title": _title(m), "passage": _passage(m)}
        for m in page.matches
        if m.article.id in listed
    ]


def _title(match: Match) -> Any:
    found = [e for e in plain_evidence(match.verdict.evidence) if e["field"] == "title"]
    return marked(match.article.title[:300] or "–", found)


def _passage(match: Match) -> Any:
    """The paragraph around the first hit in the text."""
    evidence = [e for e in plain_evidence(match.verdict.evidence) if e["field"] == "body"]
    if not evidence:
        return ""
    first = evidence[0]
    blocks = [line for line in match.article.text.splitlines() if line.strip()]
    if first["paragraph"] >= len(blocks):
        return ""
    block = blocks[first["paragraph"]]
    start = max(0, first["start"] - PASSAGE // 2)
    inside = [
        e | {"start": e["start"] - start, "end": e["end"] - start}
        for e in evidence
        if e["paragraph"] == first["paragraph"] and start <= e["start"] and e["end"] <= start + PASSAGE
    ]
    return marked(block[start : start + PASSAGE], inside)
