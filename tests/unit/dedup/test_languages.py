"""Stories in other languages: what names and numbers show, and what only looks as if it did."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.dedup.languages import decide_links, keys_of, link_candidates, skeletons
from monitor.dedup.prepared import prepare


@pytest.mark.parametrize(
    "names",
    [
        ("Putin", "Путин", "Poutine"),
        ("Petranek", "Петранек"),
        ("Kolar", "Колар", "Kolář"),
        ("Astrid", "Астрид"),
        ("Velmora", "Велмора", "Велмору"),
        ("Scholz", "Шольц"),
        ("Christos", "Христос"),
        ("Macron", "Макрон"),
    ],
)
def test_a_name_sounds_alike_across_scripts(names: tuple[str, ...]) -> None:
    assert len({sound[:3] for sound in skeletons(names)}) == 1


@pytest.mark.parametrize("pair", [("Merkel", "Macron"), ("Lavrov", "Lawson"), ("Madrid", "Moskau"), ("Kiew", "Kairo")])
def test_other_names_sound_otherwise(pair: tuple[str, str]) -> None:
    first, second = skeletons(pair)
    assert first != second or first == ""


def links(holders: dict[str, set[int]], languages: dict[int, str]) -> list[int]:
    return [link.story for link in decide_links(link_candidates(holders, languages))]


def test_each_language_has_its_own_winner() -> None:
    holders = {"trnk": {1, 2}, "vlmr": {1, 2}, "9200": {1, 2}, "krs": {1}}
    assert links(holders, {1: "en", 2: "de"}) == [2, 1]


def test_two_stories_of_one_language_that_share_as_much_are_no_evidence() -> None:
    holders = {"ptn": {1, 2}, "vlmr": {1, 2}, "9200": {1, 2}, "krs": {1, 2}, "bln": {1, 2}, "dnk": {1, 2}}
    assert links(holders, {1: "en", 2: "en"}) == []


def test_a_story_that_was_merged_meanwhile_is_left_out() -> None:
    assert links({"trnk": {1}, "vlmr": {1}, "9200": {1}}, {}) == []


@given(
    st.dictionaries(
        st.text("bdfgklmnprst", min_size=3, max_size=5), st.sets(st.integers(1, 6), max_size=6), max_size=10
    ),
    st.dictionaries(st.integers(1, 6), st.sampled_from(["de", "ru", "fr"])),
)
def test_at_most_one_link_per_language_and_languages_do_not_compete(
    holders: dict[str, set[int]], languages: dict[int, str]
) -> None:
    found = links(holders, languages)
    assert len({languages[story] for story in found}) == len(found)
    for language in set(languages.values()):
        alone = {story: spoken for story, spoken in languages.items() if spoken == language}
        assert links(holders, alone) == [story for story in found if languages[story] == language]


ENGLISH = {
    1: "Striking pilots grounded 340 flights of Aerolinha in Lisbon on Monday. Union leader Rui Farelo said talks with "
    "chief executive Marta Goulart had failed. The airline promised refunds to 51000 passengers.",
    2: "A landslide buried the village of Tarnik in the north of Karesia. Rescuer Samir Belqasem said 27 houses were "
    "destroyed. The road to Mursal is blocked, and 1800 people spent the night in tents.",
    3: "The central bank of Norrland raised its key rate by 0.75 points to 6.25 percent. Governor Ylva Sandqvist said "
    "prices in Norrland had risen 9.1 percent in a year. The crown gained in Oslo and Frankfurt.",
}
SAME = [
    (
        "de",
        1,
        (
            "Streikende Piloten haben am Montag in Lissabon 340 Flüge von Aerolinha ausfallen lassen. "
            "Gewerkschaftschef Rui "
            "Farelo sagte, die Gespräche mit Marta Goulart seien gescheitert. 51000 Reisende sind betroffen."
        ),
    ),
    (
        "ru",
        1,
        (
            "Забастовка пилотов Аэролинья: в понедельник отменено 340 рейсов. Руи Фарело сообщил, что "
            "переговоры с Мартой "
            "Гуларт провалились. Возврат обещан 51000 пассажиров."
        ),
    ),
    (
        "fr",
        2,
        (
            "Un glissement de terrain a enseveli le village de Tarnik, dans le nord de la Karésie. 27 maisons sont "
            "détruites, a dit Samir Belqasem. La route de Mursal est coupée ; 1800 personnes ont dormi sous des tentes."
        ),
    ),
    (
        "ru",
        2,
        (
            "Оползень накрыл деревню Тарник на севере Каресии. Разрушены 27 домов, сообщил Самир Белкасем. "
            "Дорога на Мурсал "
            "перекрыта, 1800 человек провели ночь в палатках."
        ),
    ),
    (
        "de",
        3,
        (
            "Die Zentralbank von Norrland hat den Leitzins um 0,75 Punkte auf 6,25 Prozent erhöht. Die Preise "
            "in Norrland "
            "seien um 9,1 Prozent gestiegen, sagte Ylva Sandqvist. Die Krone gewann in Oslo und Frankfurt."
        ),
    ),
]
FALSE_FRIENDS = [
    (
        "de",  # another strike in the same city: place and company kind agree, nothing else
        (
            "In Lissabon haben am Montag die Busfahrer gestreikt. Gewerkschafter Tiago Brandao rechnet mit 2500 "
            "Teilnehmern. Betroffen waren 88 Linien der Carris."
        ),
    ),
    (
        "ru",  # another landslide, other places and figures
        (
            "Оползень сошёл в Дагестане, повреждены 12 домов. Глава района Магомед Алиев сообщил, что дорога на "
            "Буйнакск "
            "закрыта. Эвакуированы 340 человек."
        ),
    ),
    (
        "fr",  # another central bank, the same round figures of another year
        (
            "La banque centrale de Hongrie a relevé son taux directeur à 6,5 pour cent. Le gouverneur Gyorgy Matolcsy "
            "a évoqué une hausse des prix de 9 pour cent à Budapest. Le forint a gagné 1 pour cent."
        ),
    ),
    (
        "de",  # names that sound alike by chance: Farelo/Friel, Goulart/Geliert, Marta/Merit
        "Der Verein Merit Geliert hat am Montag den Maler Roy Friel geehrt. 34 Bilder hängen in der Halle von Lasbeck.",
    ),
    (
        "ru",  # only common months, weekdays and round numbers
        "В понедельник 10 компаний сообщили о росте на 20 процентов. Индекс прибавил 100 пунктов.",
    ),
    (
        "fr",
        (
            "Lundi, Paris et Francfort ont ouvert en hausse de 0,7 pour cent. À Oslo, la couronne reste stable. "
            "Le baril "
            "vaut 75 dollars."
        ),
    ),
]


def linked(language: str, text: str) -> list[int]:
    """The English stories that a text is linked to."""
    stories = {number: set(prepare("", "", body, "en").keys) for number, body in ENGLISH.items()}
    keys = prepare("", "", text, language).keys
    holders = {key: {number for number, theirs in stories.items() if key in theirs} for key in keys}
    return links({key: found for key, found in holders.items() if found}, dict.fromkeys(stories, "en"))


@pytest.mark.parametrize(("language", "story", "text"), SAME)
def test_the_same_event_in_another_language_is_linked(language: str, story: int, text: str) -> None:
    assert linked(language, text) == [story]


@pytest.mark.parametrize(("language", "text"), FALSE_FRIENDS)
def test_false_friends_are_not(language: str, text: str) -> None:
    assert linked(language, text) == []


def test_frequent_names_come_first_and_there_are_few() -> None:
    keys = keys_of(
        Counter(["Velmora", "Karsa", "Velmora", "An", *(f"B{a}d{b}r" for a in "kmnpt" for b in "kmnpt")]),
        ["7", "12", "9200"],
    )
    assert [keys[0]] == skeletons(["Velmora"])
    assert "7" not in keys
    assert len(keys) <= 32
