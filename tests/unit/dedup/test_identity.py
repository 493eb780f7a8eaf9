from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.dedup.identity import decide_entries, everywhere_keys, tombstone_keys
from monitor.dedup.urls import url_key
from monitor.model.entry import Entry
from monitor.model.story import EntryFate, KnownEntries
from tests.unit.dedup.ledger import Ledger, item

PURGED = datetime(2026, 3, 1, tzinfo=UTC)
TEXTS = (
    "The harbour was closed on Monday after a crane fell into the second basin during the storm.",
    "A school in the north found three fossils when workers dug a trench for new water pipes.",
    "Ministers agreed to halve the fee for regional trains from the first day of the next year.",
    "The orchestra lost its conductor, who moves to a smaller house in the south after ten years.",
    "Fishermen report the largest catch of herring since records of the coastal office began.",
)


def five() -> list[Entry]:
    return [
        item(f"id-{n}", f"https://zoo.example/a/{n}", f"{text.split()[1]} story number {n}", text)
        for n, text in enumerate(TEXTS)
    ]


def test_the_same_document_twice_brings_nothing_new() -> None:
    ledger = Ledger()
    assert ledger.fates(five()) == ["new"] * 5
    assert ledger.fates(five()) == ["seen"] * 5
    assert ledger.fates(five()[::-1]) == ["seen"] * 5


def test_five_items_that_share_a_guid_are_five_articles() -> None:
    ledger = Ledger()
    entries = [replace(entry, id="same") for entry in five()]
    assert ledger.fates(entries) == ["new"] * 5
    assert ledger.ids_unstable
    assert ledger.fates(entries[::-1]) == ["seen"] * 5
    assert ledger.articles == 5


@pytest.mark.parametrize("title", ["one", "five different"])
def test_five_items_that_share_guid_and_link_are_five_articles(title: str) -> None:
    ledger = Ledger()
    entries = [replace(entry, id="same", url="https://zoo.example/") for entry in five()]
    if title == "one":
        entries = [item("same", "https://zoo.example/", "News", entry.content) for entry in entries]
    for _ in range(3):
        ledger.poll(entries)
    assert ledger.articles == 5


def test_a_guid_that_changes_every_poll_relinks() -> None:
    ledger = Ledger()
    for poll in range(3):
        decided = ledger.poll([replace(entry, id=f"{entry.id}?{poll}") for entry in five()])
    assert ledger.articles == 5
    assert decided.relinked == 5
    assert not decided.ids_unstable


def test_ids_and_addresses_that_move_together_are_known_by_content() -> None:
    ledger = Ledger()
    ledger.poll(five())
    moved = [replace(e, id=f"new-{e.id}", url=(e.url or "").replace("/a/", "/archive/2026/")) for e in five()]
    extra = item(
        "fresh", "https://zoo.example/a/fresh", "Quite another matter", "Nobody expected the bridge to open early."
    )
    decided = ledger.poll([*moved, extra])
    assert [d.fate for d in decided.decisions] == [EntryFate.RELINKED] * 5 + [EntryFate.NEW]


@pytest.mark.parametrize("guid", [True, False])
def test_tracking_in_links_is_no_change(guid: bool) -> None:
    ledger = Ledger()
    for poll in range(3):
        ledger.poll(
            [
                replace(e, id=e.id if guid else None, url=f"{e.url}?utm_campaign=p{poll}&fbclid={poll:032x}")
                for e in five()
            ]
        )
    assert ledger.articles == 5


def test_an_unknown_parameter_that_changes_every_poll_is_bridged_by_the_guid_or_the_content() -> None:
    for guid in (True, False):
        ledger = Ledger()
        for poll in range(3):
            ledger.poll([replace(e, id=e.id if guid else None, url=f"{e.url}?sid={poll:032x}") for e in five()])
        assert ledger.articles == 5


def test_without_guid_link_or_date_the_text_is_the_identity() -> None:
    ledger = Ledger()
    entries = [item(None, None, "", text) for text in TEXTS]
    assert ledger.fates(entries) == ["new"] * 5
    assert ledger.fates(entries[::-1]) == ["seen"] * 5


def test_a_reused_id_is_a_new_article_and_overwrites_nothing() -> None:
    ledger = Ledger()
    ledger.poll([item("1", "https://x.example/monday", "Monday's harbour news", TEXTS[0])])
    decided = ledger.poll([item("1", "https://x.example/tuesday", "Fossils under a school", TEXTS[1])])
    assert decided.decisions[0].fate is EntryFate.NEW
    assert decided.decisions[0].reason.code == "id-reused"
    again = ledger.fates(
        [
            item("1", "https://x.example/monday", "Monday's harbour news", TEXTS[0]),
            item("1", "https://x.example/tuesday", "Fossils under a school", TEXTS[1]),
        ]
    )
    assert again == ["seen", "seen"]


def test_an_edit_keeps_the_article() -> None:
    ledger = Ledger()
    ledger.poll(five())
    edited = [replace(e, title=f"{e.title} (upd. 2)", content_hash=f"{e.content_hash}2") for e in five()]
    assert ledger.fates(edited) == ["edited"] * 5


def test_an_id_at_the_same_address_is_the_same_whatever_it_says() -> None:
    ledger = Ledger()
    ledger.poll([item("live", "https://x.example/live", "Live: harbour", TEXTS[0])])
    assert ledger.fates([item("live", "https://x.example/live", "Live: school", TEXTS[1])]) == ["edited"]


def test_one_link_for_every_item_is_no_identity() -> None:
    ledger = Ledger()
    for entry in five():
        ledger.poll([replace(entry, url="https://zoo.example/")])
    assert ledger.articles == 5
    without_ids = Ledger()
    for entry in five():
        without_ids.poll([replace(entry, id=None, url="https://zoo.example/")])
    assert without_ids.articles == 5


def test_short_items_that_say_the_same_every_day_are_kept_apart() -> None:
    ledger = Ledger()
    for day in range(3):
        ledger.poll([item(f"w{day}", f"https://x.example/weather/{day}", "Weather", "Sunny")])
    assert ledger.articles == 3


def test_an_item_that_stands_twice_in_a_document_is_one() -> None:
    ledger = Ledger()
    assert ledger.fates([*five(), five()[2]]) == ["new"] * 5 + ["seen"]
    decided = ledger.poll([*five(), five()[2]])
    assert decided.decisions[-1].twin == 2
    assert not ledger.ids_unstable


def test_the_same_address_from_another_source_is_a_sighting() -> None:
    entry = five()[0]
    key = url_key(entry.url or "")
    decided = decide_entries([replace(entry, id="other")], KnownEntries(sightings={key: 77}))
    assert decided.decisions[0].fate is EntryFate.SIGHTING
    assert decided.decisions[0].article_id == 77


def test_a_home_page_or_a_shared_link_is_no_sighting() -> None:
    home = item("x", "https://zoo.example/", "Anything", TEXTS[0])
    assert decide_entries([home], KnownEntries(sightings={"zoo.example": 7})).decisions[0].fate is EntryFate.NEW
    two = [replace(entry, url="https://zoo.example/list?page=2") for entry in five()[:2]]
    decided = decide_entries(two, KnownEntries(sightings={"zoo.example/list?page=2": 7}))
    assert [d.fate for d in decided.decisions] == [EntryFate.NEW] * 2
    assert [d.url_key for d in decided.decisions] == [None, None]


def test_blank_ids_beyond_a_twentieth_make_a_source_unstable_for_good() -> None:
    entries = [item(f"i{n}", f"https://x.example/{n}", f"Title {n}", f"text {n}") for n in range(20)]
    assert not decide_entries(entries, KnownEntries()).ids_unstable
    entries[0], entries[1] = replace(entries[0], id=" "), replace(entries[1], id=None)
    assert decide_entries(entries, KnownEntries()).ids_unstable
    assert decide_entries(entries[5:], KnownEntries(ids_unstable=True)).ids_unstable


def test_a_purged_item_never_returns() -> None:
    entry = five()[0]
    keys = tombstone_keys(entry.id, url_key(entry.url or ""), entry.title, entry.content_hash)
    purged = dict.fromkeys(keys, PURGED)
    for variant in (
        entry,
        replace(entry, id="changed"),
        replace(entry, url=f"{entry.url}?utm_source=x"),
        replace(entry, id="changed", url="https://zoo.example/moved"),
        replace(entry, title="Another headline", content_hash="other"),
        replace(entry, content_hash="other", published_at=PURGED),
        replace(entry, published_at=PURGED + timedelta(days=1)),
    ):
        decided = decide_entries([variant], KnownEntries(purged=purged)).decisions[0]
        assert (decided.fate, decided.reason.code, decided.row) == (EntryFate.SEEN, "purged", None)
    reused = item(entry.id, "https://zoo.example/new", "Fossils", TEXTS[1])
    assert decide_entries([reused], KnownEntries(purged=purged)).decisions[0].fate is EntryFate.NEW


def test_a_page_that_says_something_new_after_it_was_purged_is_news() -> None:
    entry = five()[0]
    keys = tombstone_keys(entry.id, url_key(entry.url or ""), entry.title, entry.content_hash)
    today = replace(entry, content_hash="other", published_at=PURGED + timedelta(days=1))
    decided = decide_entries([today], KnownEntries(purged=dict.fromkeys(keys, PURGED))).decisions[0]
    assert decided.fate is EntryFate.NEW


def test_an_address_with_its_headline_is_remembered_for_every_source() -> None:
    keys = tombstone_keys("1", "zoo.example/1", "Fossils found", "said")
    assert everywhere_keys("zoo.example/1", "Fossils  found") == keys[1:2]
    assert everywhere_keys(None, "Fossils found") == ()


def test_nothing_at_all_is_survived() -> None:
    assert decide_entries([], KnownEntries()).decisions == ()
    assert (
        Ledger().fates([item(None, None, ""), item("", "not an address", ""), item(None, "http://[", "x")])
        == ["new"] * 3
    )
