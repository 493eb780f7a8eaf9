"""Nothing is lost and nothing doubles, whatever a feed does between polls."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.entry import Entry
from tests.unit.dedup.ledger import Ledger, item

WORDS = ("harbour", "minister", "orchestra", "herring", "bridge", "fossil", "railway", "storm", "museum", "election")


def _item(number: int) -> Entry:
    """Items are distinct as articles are: their own address, headline and text."""
    text = " ".join(f"{word}{number}" for word in WORDS) + f" reported on day {number} by office {number * 7}"
    title = f"{WORDS[number % len(WORDS)]}{number} opens case{number} today{number}"
    return item(f"guid-{number}", f"https://news.example/a/{number}", title, text)


@st.composite
def polls(draw: st.DrawFn) -> list[list[tuple[int, Entry]]]:
    """Windows over a growing list of items, each with what publishers do to ids, addresses, wording and order."""
    epoch, reuse = 0, draw(st.sampled_from([0, 4]))
    documents: list[list[tuple[int, Entry]]] = []
    newest = draw(st.integers(1, 6))
    for _ in range(draw(st.integers(2, 6))):
        newest += draw(st.integers(0, 4))
        numbers = draw(st.permutations(range(max(0, newest - 6), newest)))
        what = draw(st.sampled_from(["plain", "new ids", "tracking", "edits", "no ids"]))
        epoch += what == "new ids"
        document = []
        for number in numbers:
            entry = _item(number)
            # A publisher who counts ids modulo n reuses them; one whose system changed prefixes them anew.
            own = f"{epoch}-{number % reuse if reuse else number}"
            entry = replace(entry, id=None if what == "no ids" else own)
            if what == "tracking":
                entry = replace(entry, url=f"{entry.url}?utm_source=poll{len(documents)}")
            if what == "edits":
                entry = replace(entry, content=f"{entry.content} updated", content_hash=f"{entry.content_hash}+")
            document.append((number, entry))
        documents.append(document)
    return documents


@settings(max_examples=150)
@given(polls())
def test_every_item_is_new_exactly_once_and_no_article_holds_two(documents: list[list[tuple[int, Entry]]]) -> None:
    ledger = Ledger()
    article_of: dict[int, int] = {}
    for document in documents:
        before = ledger.articles
        decided = ledger.poll([entry for _, entry in document])
        for (number, _), decision in zip(document, decided.decisions, strict=True):
            article = decision.article_id
            if decision.fate.value == "new":
                before += 1
                article = before
                assert number not in article_of, f"item {number} doubled: {decision.reason}"
            assert article is not None
            assert article_of.setdefault(number, article) == article, decision.reason
    assert len(set(article_of.values())) == len(article_of), "two items became one article"


@settings(max_examples=100)
@given(
    st.lists(
        st.builds(
            item,
            st.none() | st.sampled_from(["a", "b", ""]),
            st.text(min_size=1, max_size=20),
            st.text(max_size=12),
            st.text(max_size=40),
        ),
        max_size=8,
    )
)
def test_any_document_twice_in_any_order_brings_nothing_new(entries: list[Entry]) -> None:
    ledger = Ledger()
    first = ledger.poll(entries)
    assert len(first.decisions) == len(entries)
    again = ledger.poll(entries[::-1])
    assert all(decision.fate.value != "new" for decision in again.decisions)
