"""One item against a few rows: which evidence decides, what it is called, and where it stops being enough."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.dedup.identity import (
    EntryDecision,
    containment_of_words,
    decide_entries,
    everywhere_keys,
    item_key,
    tombstone_keys,
)
from monitor.dedup.urls import url_key
from monitor.model.entry import Entry
from monitor.model.story import EntryFate, KnownEntries, KnownEntry

PURGED = datetime(2026, 3, 1, tzinfo=UTC)
STORM = "The harbour was closed on Monday after a crane fell into the second basin during the storm."
SCHOOL = "A school in the north found three fossils when workers dug a trench for new water pipes there."
TITLE = "Harbour closed after storm"
OTHER = "Fossils under a school"


def entry(key: str | None, path: str | None, title: str = TITLE, text: str = STORM) -> Entry:
    url = None if path is None else f"https://x.example/{path}"
    return Entry(key, url, title, content=text, content_hash=f"{title}|{text}")


def row(number: int, key: str | None, path: str | None, title: str = TITLE, text: str = STORM) -> KnownEntry:
    """A row of article 100 + its number; `path` None: it was given no address."""
    url_key = None if path is None else f"x.example/{path}".rstrip("/")
    return KnownEntry(number, key, url_key, title, f"{title}|{text}", "", 100 + number, text)


def decide(
    items: Entry | list[Entry], *rows: KnownEntry, unstable: bool = False, purged: frozenset[str] = frozenset()
) -> EntryDecision:
    """The decision about the (last) item."""
    known = KnownEntries(rows, {}, dict.fromkeys(purged, PURGED), unstable)
    return decide_entries(items if isinstance(items, list) else [items], known).decisions[-1]


def said(items: Entry | list[Entry], *rows: KnownEntry, unstable: bool = False) -> tuple[str, str, int | None]:
    decision = decide(items, *rows, unstable=unstable)
    assert decision.article_id == (None if decision.row is None else 100 + decision.row)
    return decision.fate.value, decision.reason.code, decision.row


NEW = ("new", "new", None)
REUSED = ("new", "id-reused", None)


# --- id, address and content ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "known", "expected"),
    [
        (entry("a", "1"), row(1, "a", "1"), ("seen", "same", 1)),
        (entry(" a ", "1"), row(1, "a  ", "1"), ("seen", "same", 1)),
        (entry("a", "1"), row(1, "a", None), ("seen", "same", 1)),  # it had no address of its own then
        (entry("a", None), row(1, "a", None), ("seen", "same", 1)),
        (entry(None, "1"), row(1, None, "1"), ("seen", "same", 1)),
        (entry("", "1"), row(1, "  ", "1"), ("seen", "same", 1)),
        (entry(None, None), row(1, None, None), ("seen", "same", 1)),
        (entry("a", "1"), row(1, "a", "2"), ("seen", "id", 1)),
        (entry("a", None), row(1, "a", "2"), ("seen", "id", 1)),
        (entry("a", "1"), row(1, "b", "1"), ("relinked", "relinked-address", 1)),
        (entry("a", "1"), row(1, None, "1"), ("relinked", "relinked-address", 1)),
        (entry(None, "1"), row(1, "b", "1"), ("relinked", "relinked-address", 1)),
        (entry("a", "1"), row(1, "b", "2"), ("relinked", "relinked-content", 1)),
        (entry(None, "1"), row(1, None, "2"), ("relinked", "relinked-content", 1)),
        (entry(None, "1"), row(1, None, None), ("relinked", "relinked-content", 1)),
        (entry("a", "1"), row(1, "b", "2", OTHER, SCHOOL), NEW),
    ],
)
def test_the_strongest_evidence_names_an_item_that_says_the_same(
    item: Entry, known: KnownEntry, expected: tuple[str, str, int | None]
) -> None:
    assert said(item, known) == expected


def test_the_words_of_a_reason_say_what_was_compared() -> None:
    assert decide(entry("a", "1"), row(1, "a", "1")).reason.text == "the same id, address and content"
    moved = decide(entry("a", "1"), row(1, "b", "1")).reason
    assert moved.text == "its id or address changed: known by the same address, and title or text agree"


def test_of_rows_that_say_the_same_the_one_at_the_address_is_taken() -> None:
    rows = [row(1, "a", None), row(2, "a", "1"), row(3, "b", "1")]
    assert said(entry("a", "1"), *rows) == ("seen", "same", 2)
    assert said(entry("a", "1"), *reversed(rows)) == ("seen", "same", 2)


def test_each_row_is_given_once() -> None:
    twice = [entry("a", "1"), entry("a", "1", OTHER, SCHOOL)]
    decided = decide_entries(twice, KnownEntries((row(1, "a", "1"),))).decisions
    assert [each.row for each in decided] == [1, None]
    decided = decide_entries(twice[::-1], KnownEntries((row(1, "a", "1"),))).decisions
    assert [each.row for each in decided] == [None, 1]
    zero = replace(row(1, "a", "1"), id=0)
    one = row(1, "b", "2", OTHER, SCHOOL)
    decided = decide_entries([entry("a", "1"), entry("b", "2", OTHER, SCHOOL)], KnownEntries((zero, one))).decisions
    assert [each.row for each in decided] == [0, 1]


# --- the same id ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "known", "expected"),
    [
        (entry("a", "1", OTHER, SCHOOL), row(1, "a", "1"), ("edited", "id-and-address", 1)),
        (entry("a", None, OTHER, SCHOOL), row(1, "a", None), REUSED),
        (entry("a", "1", f"{TITLE} again", SCHOOL), row(1, "a", "2"), ("edited", "id", 1)),
        (entry("a", "1", OTHER, STORM + " It opens again on Friday."), row(1, "a", "2"), ("edited", "id", 1)),
        (entry("a", "1", OTHER, SCHOOL), row(1, "a", "2"), REUSED),
        (entry("a", "1", OTHER, SCHOOL), row(1, "a", None), REUSED),
    ],
)
def test_an_id_and_what_agrees_besides(item: Entry, known: KnownEntry, expected: tuple[str, str, int | None]) -> None:
    assert said(item, known) == expected


def test_where_ids_mean_little_the_title_and_half_of_the_text_have_to_agree() -> None:
    longer = entry("a", "1", TITLE, f"{STORM} More follows.")
    assert said(longer, row(1, "a", "2"), unstable=True) == ("edited", "id", 1)
    assert said(replace(longer, title="Harbour shut after storm"), row(1, "a", "2"), unstable=True) == REUSED
    assert said(entry("a", "1", OTHER, SCHOOL), row(1, "a", "1"), unstable=True) == ("edited", "id-and-address", 1)
    assert said(entry("a", "1"), row(1, "a", "2"), unstable=True) == ("seen", "id", 1)


def test_an_id_that_two_items_have_means_little_too() -> None:
    fresh = [entry(f"f{n}", f"f{n}", f"Fresh item {n}", f"{n} {SCHOOL}") for n in range(60)]
    mate = entry("a", "9", "Quite another matter", SCHOOL)
    edited = entry("a", "1", "Harbour shut after storm", SCHOOL)
    assert said([*fresh, edited], row(1, "a", "2")) == ("edited", "id", 1)
    decided = decide_entries([*fresh, mate, edited], KnownEntries((row(1, "a", "2"),)))
    assert not decided.ids_unstable
    assert (decided.decisions[-1].fate, decided.decisions[-1].row) == (EntryFate.NEW, None)
    thrice = decide_entries([*fresh, mate, replace(mate, title="A third"), edited], KnownEntries((row(1, "a", "2"),)))
    assert thrice.decisions[-1].row is None


def test_an_item_that_is_only_repeated_keeps_its_id() -> None:
    edited = entry("a", "1", "Harbour shut after storm", SCHOOL)
    twice = decide_entries([edited, edited], KnownEntries((row(1, "a", "2"),))).decisions
    assert [each.row for each in twice] == [1, 1]
    assert twice[1].twin == 0


def test_of_rows_with_the_id_the_one_at_the_address_and_then_the_likest_is_taken() -> None:
    likest = row(1, "a", "2", f"{TITLE} today", "Brief.")
    there = row(2, "a", "1", OTHER, SCHOOL)
    item = entry("a", "1")
    assert said(item, likest, there)[2] == said(item, there, likest)[2] == 2
    less = row(3, "a", "3", f"{TITLE} today at last", "Brief.")
    assert said(item, less, likest)[2] == said(item, likest, less)[2] == 1


# --- the same address -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "text", "known"),
    [
        (f"{TITLE} today", SCHOOL, True),
        (OTHER, STORM + " It opens again on Friday.", True),
        (OTHER, SCHOOL, False),
    ],
)
def test_an_address_needs_a_title_or_text_that_agrees(title: str, text: str, *, known: bool) -> None:
    expected = ("relinked", "relinked-address", 1) if known else NEW
    assert said(entry("b", "1", title, text), row(1, "a", "1")) == expected
    assert said(entry(None, "1", title, text), row(1, None, "1"))[2] == expected[2]


def test_of_rows_at_the_address_the_likest_is_taken() -> None:
    less, likest = row(1, "p", "1", f"{TITLE} today at last", "Brief."), row(2, "q", "1", f"{TITLE} today", "Brief.")
    assert said(entry("a", "1"), less, likest)[2] == said(entry("a", "1"), likest, less)[2] == 2


def test_an_address_without_an_id_and_with_a_new_wording_is_an_edit() -> None:
    assert said(entry(None, "1", f"{TITLE} today", SCHOOL), row(1, None, "1")) == ("edited", "address", 1)


def test_an_address_that_several_items_share_is_nobodys() -> None:
    mate = entry("m", "list", OTHER, SCHOOL)
    item = entry("a", "list")
    decision = decide([mate, item])
    assert (decision.fate, decision.url_key) == (EntryFate.NEW, None)
    assert decide(item).url_key == "x.example/list"
    assert decide([replace(mate, title=TITLE), item]).url_key == "x.example/list"
    assert said([mate, entry("a", "list", "Lifeboat crew honoured", "Brief.")], row(1, "a", None)) == REUSED
    assert said([mate, entry("a", "list", f"{TITLE} today", "Brief.")], row(1, "a", None)) == (
        "edited",
        "id-and-address",
        1,
    )


@pytest.mark.parametrize(("path", "key"), [("", None), ("?p=1", "x.example?p=1"), ("a", "x.example/a")])
def test_the_root_of_a_site_is_nobodys_address(path: str, key: str | None) -> None:
    assert decide(entry("a", path)).url_key == key


# --- content and title alone ----------------------------------------------------------------------------------------


def words(count: int, stem: str = "w") -> str:
    return " ".join(f"{stem}{number}" for number in range(count))


def test_twelve_words_are_no_coincidence() -> None:
    def moved(title: str, text: str) -> tuple[str, str, int | None]:
        return said(entry("a", "1", title, text), row(1, "b", "2", title, text))

    assert moved("Weather today", words(10)) == ("relinked", "relinked-content", 1)
    assert moved("Weather today", words(9)) == NEW
    assert moved("", words(12)) == ("relinked", "relinked-content", 1)
    assert moved("", words(11)) == NEW
    assert moved(words(12), "") == ("relinked", "relinked-content", 1)


def test_the_words_of_markup_do_not_count_wherever_it_is_cut() -> None:
    def moved(text: str) -> tuple[str, str, int | None]:
        return said(entry("a", "1", "Weather", text), row(1, "b", "2", "Weather", text))

    picture = f'<img alt="{words(300, "alt")}">'
    assert moved(f"{words(10)}{picture}") == NEW
    assert moved(f"{words(11)}{picture}") == ("relinked", "relinked-content", 1)
    assert moved(f"{picture}{words(11)}") == ("relinked", "relinked-content", 1)
    assert moved(f"{picture}{words(10)}") == NEW
    assert moved("x" * 600) == NEW


def test_few_words_are_an_identity_where_there_is_nothing_else() -> None:
    assert said(entry(None, None, "Weather", "Sunny"), row(1, None, None, "Weather", "Sunny")) == ("seen", "same", 1)
    assert said(entry(None, None, "Weather", "Sunny"), row(1, "a", None, "Weather", "Sunny")) == NEW
    assert said(entry(None, None, "Weather", "Sunny"), row(1, None, "1", "Weather", "Sunny")) == NEW


@pytest.mark.parametrize(
    ("item", "known", "expected"),
    [
        (entry(None, None, TITLE, f"{STORM} More."), row(1, None, None), ("edited", "title", 1)),
        (entry("a", None, TITLE, f"{STORM} More."), row(1, None, None), NEW),
        (entry(None, "1", TITLE, f"{STORM} More."), row(1, None, None), NEW),
        (entry(None, None, TITLE, f"{STORM} More."), row(1, "a", None), NEW),
        (entry(None, None, TITLE, f"{STORM} More."), row(1, None, "1"), NEW),
        (entry(None, None, OTHER, f"{STORM} More."), row(1, None, None), NEW),
        (entry(None, None, TITLE, SCHOOL), row(1, None, None), NEW),
        (entry(None, None, "", f"{STORM} More."), row(1, None, None, ""), NEW),
        (entry(None, None, TITLE, f"{STORM} More."), row(1, None, None, TITLE, ""), NEW),
    ],
)
def test_a_title_and_half_of_the_text_stand_in_for_id_and_address(
    item: Entry, known: KnownEntry, expected: tuple[str, str, int | None]
) -> None:
    assert said(item, known) == expected


# --- how alike ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now", "alike"),
    [
        ("one two three four five", "one two three six seven", True),  # six of ten
        ("one two three four five", "one two eight six seven", False),
        ("", "", False),
        ("one", "", False),
    ],
)
def test_six_tenths_of_a_title_agree(was: str, now: str, *, alike: bool) -> None:
    found = said(entry("b", "1", now, words(20, "n")), row(1, "a", "1", was, words(20, "o")))
    assert (found[2] == 1) is alike


@pytest.mark.parametrize(
    ("was", "now", "alike"),
    [
        (words(7), f"{words(3)} {words(4, 'n')}", True),  # one of five passages
        (words(8), f"{words(3)} {words(5, 'n')}", False),
        ("", words(7), False),
    ],
)
def test_a_fifth_of_the_text_agrees(was: str, now: str, *, alike: bool) -> None:
    found = said(entry("b", "1", OTHER, now), row(1, "a", "1", TITLE, was))
    assert (found[2] == 1) is alike


@pytest.mark.parametrize(
    ("was", "now", "alike"),
    [
        (words(6), f"{words(4)} {words(2, 'n')}", True),  # two of four passages
        (words(7), f"{words(4)} {words(3, 'n')}", False),
    ],
)
def test_half_of_the_text_is_much(was: str, now: str, *, alike: bool) -> None:
    found = said(entry("a", "1", TITLE, now), row(1, "a", "2", TITLE, was), unstable=True)
    assert (found[2] == 1) is alike


def test_under_one_and_the_same_title_the_texts_decide() -> None:
    """ "Traffic report" is a title of many items."""
    report = row(1, "a", "1", "Traffic report", words(12, "o"))
    assert said(entry("a", "2", "Traffic report", words(12, "n")), report) == REUSED
    assert said(entry("a", "2", "Traffic report", words(11, "n")), report) == ("edited", "id", 1)
    assert said(entry("a", "2", "Traffic report", words(12, "n")), replace(report, text="")) == ("edited", "id", 1)
    assert said(entry("b", "1", "Traffic report", words(12, "n")), report) == ("relinked", "relinked-address", 1)
    partly = f"{words(5, 'o')} {words(7, 'n')}"
    assert said(entry("a", "2", "Traffic report", partly), report) == ("edited", "id", 1)
    assert said(entry("a", "2", "Traffic report today", words(12, "n")), report) == ("edited", "id", 1)


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [
        ("", "a b", 0.0),
        ("a", "a b", 1.0),
        ("a c", "a b", 0.0),
        ("a b", "x a b", 1.0),
        ("a b c", "a b c d", 1.0),
        ("a b c d", "a b c e", 0.5),
        ("a b c d e", "a b c d x", 2 / 3),
        ("a a a a", "a a a b c", 1.0),
        ("a b c d e f", "a b c", 1.0),
    ],
)
def test_the_share_of_the_shorter_text(a: str, b: str, share: float) -> None:
    assert containment_of_words(a.split(), b.split()) == containment_of_words(b.split(), a.split()) == share


# --- ids that mean little -------------------------------------------------------------------------------------------


def unstable(*ids: str | None, titles: int | None = None) -> bool:
    items = [entry(key, str(n), f"Item {n}", f"{n} {STORM}") for n, key in enumerate(ids)]
    return decide_entries(items[:titles], KnownEntries()).ids_unstable


def test_a_twentieth_of_the_ids_may_be_missing_or_repeated() -> None:
    good = [f"i{n}" for n in range(100)]
    assert not unstable(None, *good[:19])
    assert unstable(None, *good[:18])
    assert not unstable("x", "x", *good[:38])
    assert unstable("x", "x", *good[:37])
    assert not unstable("x", "x", "x", *good[:57])
    assert unstable("x", "x", "x", *good[:56])
    assert unstable(" ", *good[:18])
    assert not unstable(*good)
    assert not unstable()


def test_items_that_stand_twice_are_no_fault_of_the_ids() -> None:
    one = entry("a", "1")
    assert not decide_entries([one, one, one], KnownEntries()).ids_unstable
    assert decide_entries([one, entry("a", "2")], KnownEntries()).ids_unstable
    assert decide_entries([one, entry("a", "1", OTHER)], KnownEntries()).ids_unstable
    assert decide_entries([one, entry("a", "1", TITLE, SCHOOL)], KnownEntries()).ids_unstable


def test_relinked_items_are_counted() -> None:
    rows = (row(1, "p", "1"), row(2, "q", "2", OTHER, SCHOOL))
    decided = decide_entries(
        [entry("a", "1"), entry("b", "2", OTHER, SCHOOL), entry("c", "3", "x", "y")], KnownEntries(rows)
    )
    assert decided.relinked == 2
    assert [each.changed for each in decided.decisions] == [False, False, False]
    assert decide(entry("p", "1", OTHER), row(1, "p", "1")).changed


# --- twins ----------------------------------------------------------------------------------------------------------


ONE_OF_FIVE = (words(7), f"{words(3)} {words(4, 'n')}")
"""Texts that have one of five passages in common."""


@pytest.mark.parametrize(
    ("first", "second", "twin"),
    [
        (entry("a", "1"), entry("a", "1"), True),
        (entry("a", "1"), entry("a", "1", f"{TITLE.upper()}!", STORM), True),
        (entry("a", "1"), entry("a", "1", TITLE, f"{STORM} More."), True),
        (entry("a", "1"), entry("a", "1", TITLE, SCHOOL), False),
        (entry("a", "1", TITLE, ""), entry("a", "1", TITLE, SCHOOL), True),
        (entry("a", "1"), entry("a", "1", OTHER, STORM), False),
        (entry("a", "1"), entry("b", "1"), True),  # the same content at the same address
        (entry("a", "1"), entry("b", "2"), False),
        (entry("a", "1"), entry("a", "2"), True),  # the same content under the same id
        (entry("a", "1", "Weather", "Sunny"), entry("a", "2", "Weather", "Sunny"), False),
        (entry("a", "1", "Weather", "Sunny"), entry("b", "1", "Weather", "Sunny"), False),
        (entry("a", None, "Weather", "Sunny"), entry("a", None, "Weather", "Sunny"), True),
        (entry("a", None, "Weather", "Sunny"), entry("b", None, "Weather", "Sunny"), False),
        (entry(None, "1", "Weather", "Sunny"), entry(None, "1", "Weather", "Sunny"), True),
        (entry("a", "1", TITLE, ONE_OF_FIVE[0]), entry("a", "1", TITLE, ONE_OF_FIVE[1]), True),
        (entry(None, None, "Weather", "Sunny"), entry(None, None, "Weather", "Sunny"), True),
        (entry(None, None, "Weather", "Sunny"), entry(None, None, "Weather", "Rain"), False),
    ],
)
def test_what_stands_twice_in_a_document(first: Entry, second: Entry, *, twin: bool) -> None:
    decision = decide([first, second])
    assert (decision.twin, decision.fate) == ((0, EntryFate.SEEN) if twin else (None, EntryFate.NEW))
    if twin:
        assert (decision.reason.code, decision.reason.text) == ("twin", "stands twice in this document")


def test_three_of_a_kind_lead_to_the_first_and_to_its_row() -> None:
    three = decide_entries([entry("a", "1")] * 3, KnownEntries((row(1, "a", "1"),))).decisions
    assert [(each.row, each.article_id, each.twin) for each in three] == [(1, 101, None), (1, 101, 0), (1, 101, 0)]


def test_a_twin_of_a_twin_leads_to_what_is_written() -> None:
    bare = entry("a", "1", TITLE, "")
    decided = decide_entries([entry("a", "1"), bare, entry("a", "1", TITLE, SCHOOL)], KnownEntries()).decisions
    assert [each.twin for each in decided] == [None, 0, 0]


def test_what_is_known_keeps_its_address() -> None:
    assert decide(entry("a", "1"), row(1, "a", "1")).url_key == "x.example/1"
    assert decide([entry("b", "1", OTHER, SCHOOL), entry("a", "1")], row(1, "a", "1")).url_key is None


def test_the_one_that_is_known_is_the_original() -> None:
    fresh, known = entry("b", "1"), entry("a", "1")
    decided = decide_entries([fresh, known], KnownEntries((row(1, "a", "1"),))).decisions
    assert [(each.row, each.twin) for each in decided] == [(1, 1), (1, None)]


# --- what is new ----------------------------------------------------------------------------------------------------


def test_the_bytes_of_an_item_are_a_key_of_their_own() -> None:
    assert item_key("hash") != item_key("other")
    assert item_key("hash") not in tombstone_keys("hash", "hash", "hash", "hash")


def test_tombstones_outlast_releases() -> None:
    """They stand in databases: what they are made of must never change."""
    both = tombstone_keys("a", "x.example/1", "A  Title!", "hash")
    assert tombstone_keys("a", "x.example/1", "other", "hash")[0] == both[0]
    assert both == GOLDEN
    assert tombstone_keys("a", None, "T", "hash")[1:] == tombstone_keys(None, None, "", "hash") == GOLDEN[2:]
    assert tombstone_keys(None, "x.example/1", "a title", "hash") == GOLDEN[1:]
    assert tombstone_keys("a", None, "T", "hash") != tombstone_keys("a", None, "U", "hash")
    assert len(tombstone_keys("\ud800", None, "", "")) == 2


GOLDEN = (
    "bef1bc4f909c4d939125e5daefe01989",
    "a29d87b6b45f3f1a0e700a83557a0de4",
    "dad9b4ada0556f520ab14d52a93e6a6b",
)


@pytest.mark.parametrize(
    ("item", "part", "gone"),
    [
        (entry("a", "1"), 0, True),
        (entry("a", "1"), 1, True),
        (entry("a", "1"), 2, True),
        (entry("a", "1", "Weather", "Sunny"), 2, False),  # says the same on many days
        (entry("a", "1", "Weather", "Sunny"), 1, True),
        (entry(None, None, "Weather", "Sunny"), 0, True),
        (entry("a", None, "Weather", "Sunny"), 1, False),
        (entry(None, "1", "Weather", "Sunny"), 1, False),
    ],
)
def test_what_was_purged_stays_away(item: Entry, part: int, *, gone: bool) -> None:
    key = None if item.url is None else "x.example/1"
    keys = tombstone_keys(item.id, key, item.title, item.content_hash)
    decision = decide(item, purged=frozenset({keys[part]}))
    assert (decision.fate is EntryFate.SEEN) is gone
    if gone:
        assert (decision.reason.code, decision.url_key, decision.row) == ("purged", None, None)


@pytest.mark.parametrize(("hours", "gone"), [(-1, True), (0, True), (1, False), (None, True)])
def test_what_was_published_after_it_was_purged_is_news(hours: int | None, *, gone: bool) -> None:
    at = None if hours is None else PURGED + timedelta(hours=hours)
    changed = replace(entry("a", "1", TITLE, SCHOOL), published_at=at)
    names = tombstone_keys("a", "x.example/1", TITLE, "former")[:2]
    for purged in ({names[0]: PURGED}, {names[1]: PURGED, names[0]: PURGED - timedelta(days=1)}):
        decision = decide_entries([changed], KnownEntries(purged=purged)).decisions[0]
        assert (decision.reason.code == "purged") is gone
    same = tombstone_keys(None, None, "", changed.content_hash)
    assert decide(changed, purged=frozenset(same)).reason.code == "purged"


def test_the_keys_for_every_source_and_for_bytes() -> None:
    assert everywhere_keys("x.example/1", "A title") == GOLDEN[1:2]
    assert everywhere_keys(None, "A title") == ()
    assert item_key("hash") == "b5faa98964055bcb7b920fda0150aba4"


def sighted(item: Entry, *others: Entry) -> EntryDecision:
    known = KnownEntries(sightings={"x.example/news/1": 7, "x.example": 8, "x.example?p=1": 9})
    return decide_entries([*others, item], known).decisions[-1]


def test_an_address_that_another_source_brought_is_a_sighting() -> None:
    decision = sighted(entry("a", "news/1"))
    assert (decision.fate, decision.reason.code) == (EntryFate.SIGHTING, "sighting")
    assert (decision.article_id, decision.row, decision.url_key) == (7, None, "x.example/news/1")
    assert sighted(entry("a", "news/2")).fate is EntryFate.NEW
    assert sighted(entry("a", "")).fate is EntryFate.NEW
    assert sighted(entry("a", None)).fate is EntryFate.NEW
    assert sighted(entry("a", "news/1"), entry("b", "news/1", OTHER, SCHOOL)).fate is EntryFate.NEW


def test_a_new_item_says_whether_its_id_is() -> None:
    assert decide(entry("a", "1")).reason.text == "not seen before"
    reused = decide(entry("a", "1"), row(1, "a", "2", OTHER, SCHOOL))
    assert reused.reason.text == "its id belonged to another item"
    assert said(entry(None, "1"), row(1, None, "2", OTHER, SCHOOL)) == NEW


def test_work_grows_no_faster_than_a_feed_whose_items_share_one_id() -> None:
    assert _calls(400) < 3 * _calls(200)


def _calls(number: int) -> int:
    """How many functions deciding takes, of a feed that calls all items `0` and has new words in each of them."""
    before = [Entry("0", f"https://a.example/{n}", f"News number {n}", content_hash=f"old {n}") for n in range(number)]
    now = [
        replace(entry, url=f"{entry.url}?page=2", content=STORM, content_hash=f"new {n}")
        for n, entry in enumerate(before)
    ]
    rows = tuple(
        KnownEntry(n + 1, "0", url_key(entry.url or ""), entry.title, entry.content_hash, "", n + 1, STORM)
        for n, entry in enumerate(before)
    )
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        found = decide_entries(now, KnownEntries(rows))
    finally:
        sys.setprofile(None)
    assert [each.row for each in found.decisions] == [row.id for row in rows]
    return calls
