"""`site:`: which of a site's sources to poll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model.reasons import Reason

ORDER = ("feed", "sitemap", "itemlist", "listing")
"""A declared feed, a news sitemap, the page's ItemList, the link heuristic: from the surest to the one that guesses."""
_MIN_ENTRIES = {"feed": 1, "sitemap": 1, "itemlist": 5, "listing": 5}
_STALE_S = 60 * 86400.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something a site offers, fetched and read.  `kind` is one of `ORDER`; `newest` the date of its newest entry."""

    kind: str
    url: str
    title: str = ""
    entries: int = 0
    newest: datetime | None = None
    whole_site: bool = True
    """False for feeds of a section, of comments, of one author."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen candidate (None: nothing usable) and why; `others` in the order they would be taken, with why not."""

    chosen: Candidate | None
    reason: Reason
    others: tuple[tuple[Candidate, Reason], ...] = ()


def choose_candidate(candidates: Sequence[Candidate], *, now: datetime | None = None) -> Choice:
    """The first usable candidate in `ORDER`; of one kind the whole site's before a section's, then the fuller one.

    Unusable: too few entries, or (with `now`) none newer than 60 days while another candidate has one.
    """
    ranked = sorted(candidates, key=_rank)
    refused = [(candidate, why) for candidate in ranked if (why := _unusable(candidate, ranked, now))]
    bad = {id(candidate) for candidate, _ in refused}
    usable = [candidate for candidate in ranked if id(candidate) not in bad]
    if not usable:
        return Choice(
            None,
            Reason("nothing-to-poll", "the site offers no feed, no news sitemap and no list of stories"),
            tuple(refused),
        )
    chosen, *rest = usable
    passed = [(candidate, _why_not(candidate, chosen)) for candidate in rest]
    return Choice(chosen, _why(chosen), (*passed, *refused))


def _rank(candidate: Candidate) -> tuple[int, bool, int]:
    kind = ORDER.index(candidate.kind) if candidate.kind in ORDER else len(ORDER)
    return kind, not candidate.whole_site, -candidate.entries


def _unusable(candidate: Candidate, all_of_them: Sequence[Candidate], now: datetime | None) -> Reason | None:
    if candidate.entries < _MIN_ENTRIES.get(candidate.kind, 1):
        return Reason("too-few-entries", f"it has {candidate.entries} entries")
    fresh = [other for other in all_of_them if not _is_stale(other, now) and other.newest is not None]
    if _is_stale(candidate, now) and fresh:
        return Reason("stale", f"its newest entry is of {candidate.newest:%Y-%m-%d}")
    return None


def _is_stale(candidate: Candidate, now: datetime | None) -> bool:
    return now is not None and candidate.newest is not None and (now - candidate.newest).total_seconds() > _STALE_S


def _why(chosen: Candidate) -> Reason:
    texts = {
        "feed": "the site declares this feed",
        "sitemap": "no usable feed; the news sitemap gives titles and dates without fetching pages",
        "itemlist": "no usable feed or news sitemap; the page lists its stories as data",
        "listing": "no usable feed, news sitemap or ItemList; story links are recognised on the page",
    }
    return Reason(f"chose-{chosen.kind}", f"{texts.get(chosen.kind, 'the only candidate')} ({chosen.entries} entries)")


def _why_not(candidate: Candidate, chosen: Candidate) -> Reason:
    if candidate.kind != chosen.kind:
        return Reason("later-in-order", f"a {chosen.kind} is surer than a {candidate.kind}")
    if candidate.whole_site != chosen.whole_site:
        return Reason("section-only", "it covers a part of the site")
    return Reason("fewer-entries", f"it has {candidate.entries} entries, the chosen one {chosen.entries}")
