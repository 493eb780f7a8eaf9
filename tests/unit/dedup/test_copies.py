from __future__ import annotations

from monitor.dedup.copies import Copy, Original, Series, decide_copy
from monitor.dedup.prepared import prepare
from monitor.model.story import CopyCandidate

FERRY = (
    "A ferry with 212 people on board ran aground off the island of Norrholm on Sunday evening. Rescuers brought all "
    "passengers ashore within 3 hours, the coast guard said. Captain Ulla Brandt told reporters that the rudder had "
    "failed shortly before the harbour entrance. The ship of the Baltline company is to be towed to Karlsvik. "
    "Divers found a tear of 4 metres in the hull, but no oil has leaked so far."
)
ADDED = (
    "Baltline has owned the ship since a shipyard in Tarnik delivered her. An expert for rudders, Jonas Feld, doubts "
    "that age alone explains the failure. In spring two crews had complained about the steering, as minutes of the "
    "works council show. The ministry wants to examine every sister ship before summer begins. Hotels on the island "
    "opened their halls for the night, and bakers sent bread. Lawyers expect long quarrels about who pays for the tugs."
)
FIGURES = (
    "{who} has published its figures for the past quarter. The company earned more than analysts had expected and "
    "confirmed its outlook for the year. Demand was strong in all regions, said the chief executive of {who} in a "
    "statement. Costs for energy and freight fell, and the order book is full."
)
WEATHER = (
    "The outlook for the coast: highs of {} degrees and lows of {} degrees are expected, with wind from the west "
    "of up to {} kilometres per hour. The chance of rain is {} percent in the morning. Roads may be wet."
)


def candidate(number: int, text: str, *, group: int | None = None, title: str = "") -> CopyCandidate:
    return CopyCandidate(number, group or number, "s", 10 * number, prepare(title, "", text, "en"))


def decide(text: str, *candidates: CopyCandidate, title: str = "") -> Copy | Series | Original:
    return decide_copy(prepare(title, "", text, "en"), candidates)


def test_the_same_text_is_a_copy_of_the_group_it_belongs_to() -> None:
    found = decide(FERRY, candidate(2, FERRY, group=1))
    assert isinstance(found, Copy)
    assert (found.of, found.score) == (1, 1.0)


def test_a_shortened_text_is_a_copy() -> None:
    assert isinstance(decide(FERRY[: len(FERRY) * 2 // 3], candidate(1, FERRY)), Copy)


def test_a_report_that_begins_with_the_flash_is_an_expansion() -> None:
    found = decide(f"{FERRY} {ADDED} {ADDED.replace('Baltline', 'She')[::-1]}", candidate(1, FERRY))
    assert isinstance(found, Original)
    assert (found.reason.code, found.kin) == ("expansion", 1)


def test_another_number_in_the_same_place_is_a_correction() -> None:
    found = decide(FERRY.replace("212", "230"), candidate(1, FERRY))
    assert isinstance(found, Original)
    assert (found.reason.code, found.kin) == ("correction", 1)
    assert "230 instead of 212" in found.reason.text


def test_other_numbers_in_the_same_words_are_a_series() -> None:
    found = decide(WEATHER.format(21, 14, 40, 10), candidate(1, WEATHER.format(9, 3, 75, 80)))
    assert isinstance(found, Series)
    assert (found.reason.code, found.like) == ("series-numbers", 1)


def test_the_same_words_about_another_company_are_a_series() -> None:
    found = decide(FIGURES.format(who="Adlera"), candidate(1, FIGURES.format(who="Corvex")))
    assert isinstance(found, Series)
    assert found.reason.code == "series-subject"


def test_among_several_the_one_that_has_most_of_it_is_copied() -> None:
    found = decide(FERRY, candidate(1, FERRY[: len(FERRY) // 2]), candidate(2, FERRY))
    assert isinstance(found, Copy)
    assert found.of == 2


def test_boilerplate_that_many_groups_have_is_no_copy() -> None:
    foot = " ".join(ADDED.split()[:40])
    others = [candidate(n, f"{word} {' '.join(f'{word}{k}' for k in range(60))} {foot}") for n, word in WORDS]
    assert isinstance(decide(f"{' '.join(FERRY.split()[:45])} {foot}", *others), Original)


WORDS = tuple(enumerate(("amber", "birch", "cedar", "delta", "ember", "fjord"), start=1))


def test_texts_of_a_few_words_are_not_compared() -> None:
    assert isinstance(decide("Weather", candidate(1, "Weather")), Original)
    assert isinstance(decide("", candidate(1, "")), Original)
    assert isinstance(decide(FERRY, candidate(1, "Weather")), Original)


def test_nothing_to_compare_with_is_an_original() -> None:
    assert decide(FERRY) == Original(decide(FERRY).reason)


BANNER = (
    "We and our partners store information on your device, such as cookies, to show advertising and measure traffic. "
    "You may accept, refuse or choose in the settings, and change your mind later at the foot of every page we offer."
)


def test_a_banner_in_place_of_the_text_makes_no_copies() -> None:
    found = decide(
        BANNER, candidate(1, BANNER, title="Ferry runs aground off Norrholm"), title="Parliament passes budget"
    )
    assert isinstance(found, Original)
    assert (found.reason.code, found.kin) == ("notice", None)
    said = "Partners store cookies on every device"
    assert isinstance(decide(BANNER, candidate(1, BANNER, title=said), title=said), Copy)
