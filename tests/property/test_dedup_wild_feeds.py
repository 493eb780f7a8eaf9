"""Identity with nothing left out: items without address or id, empty ones, shared addresses, reused and changed ids."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.entry import Entry
from tests.unit.dedup.ledger import Ledger, item

WORDS = ("harbour", "minister", "orchestra", "herring", "bridge", "fossil", "railway", "storm", "museum", "election")


@dataclass(frozen=True)
class Nature:
    """How a publisher treats one item for good."""

    address: str
    """own, none, shared or home"""
    id: str
    """own, none, blank, or modulo: counted anew after every third item, but never at a shared address.

    One id at one address is one item whatever it says: a page that is written anew.
    """
    size: str
    """full, headline or empty"""


@dataclass(frozen=True)
class Shown:
    """One item in one document; `edited` changes its text, `epoch` its id."""

    number: int
    entry: Entry
    edited: bool
    epoch: int


natures = st.builds(
    Nature,
    st.sampled_from(["own", "own", "none", "shared", "home"]),
    st.sampled_from(["own", "own", "none", "blank", "modulo"]),
    st.sampled_from(["full", "full", "headline", "empty"]),
)


def _entry(number: int, nature: Nature, *, edits: int, epoch: int, tracking: int) -> Entry:
    text = " ".join(f"{word}{number}" for word in WORDS) + f" reported on day {number} by office {number * 7}"
    title = "" if nature.size == "empty" else f"{WORDS[number % 10]}{number} opens case{number} today{number}"
    body = {"full": text + " updated" * edits, "headline": "", "empty": ""}[nature.size]
    address = {"own": f"https://news.example/a/{number}?utm_source=p{tracking}", "none": None}.get(
        nature.address, "https://news.example/" + ("live" if nature.address == "shared" else "")
    )
    counted = nature.id == "modulo" and nature.address != "shared"
    own = f"{epoch}-{f'm{number % 3}' if counted else number}"
    return item({"none": None, "blank": "  "}.get(nature.id, own), address, title, body)


@st.composite
def feeds(draw: st.DrawFn) -> tuple[list[Nature], list[list[Shown]]]:
    """Items, and windows over them in any order, each with what happens to ids, tracking and wording between polls."""
    kinds = draw(st.lists(natures, min_size=1, max_size=9))
    documents = []
    epoch = tracking = 0
    edits = [0] * len(kinds)
    for _ in range(draw(st.integers(2, 5))):
        epoch += draw(st.integers(0, 3)) == 3
        tracking += draw(st.booleans())
        shown = []
        for number in draw(st.permutations(range(len(kinds)))):
            if draw(st.integers(0, 4)) == 4:
                continue
            edited = draw(st.integers(0, 3)) == 3
            edits[number] += edited
            entry = _entry(number, kinds[number], edits=edits[number], epoch=epoch, tracking=tracking)
            shown.append(Shown(number, entry, edited, epoch))
        documents.append(shown)
    return kinds, documents


def _tellable(nature: Nature, before: Shown, now: Shown) -> bool:
    """Whether the document itself shows that it had the item before."""
    same_words = before.entry.content == now.entry.content
    if nature.address == "own" or (nature.size == "full" and same_words):
        return True
    return nature.id == "own" and before.epoch == now.epoch


@settings(max_examples=200)
@given(feeds())
def test_nothing_is_lost_and_nothing_doubles_where_the_document_can_tell(
    feed: tuple[list[Nature], list[list[Shown]]],
) -> None:
    kinds, documents = feed
    ledger = Ledger()
    article_of: dict[int, set[int]] = {}
    last: dict[int, Shown] = {}
    for document in documents:
        articles = ledger.articles
        decided = ledger.poll([shown.entry for shown in document])
        assert len(decided.decisions) == len(document)
        found: list[int | None] = []
        for shown, decision in zip(document, decided.decisions, strict=True):
            new = decision.fate.value == "new"
            articles += new
            twin = decision.twin
            found.append(articles if new else decision.article_id if twin is None else None)
            nature = kinds[shown.number]
            if new and shown.number in last and nature.size != "empty":
                assert not _tellable(nature, last[shown.number], shown), decision.reason
        for position, (shown, decision) in enumerate(zip(document, decided.decisions, strict=True)):
            if kinds[shown.number].size == "empty":
                continue
            article = found[position if decision.twin is None else decision.twin]
            assert article is not None, "lost"
            article_of.setdefault(shown.number, set()).add(article)
            last[shown.number] = shown
    owners: dict[int, int] = {}
    for number, mine in article_of.items():
        for article in mine:
            assert owners.setdefault(article, number) == number, "two items became one article"
