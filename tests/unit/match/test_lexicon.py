from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from monitor.match.lexicon import Lexicon, is_acronym
from monitor.model.match import How

if TYPE_CHECKING:
    from pathlib import Path


def hit(lexicon: Lexicon, term: str, word: str, language: str | None, **how: object) -> How | None:
    """How `term` finds `word`; None if it does not."""
    keys = lexicon.term_keys(term, how.pop("languages", None), **how)  # type: ignore[arg-type]
    found = lexicon.text_keys(word.lower(), word, language)
    return next((keys[key] for key in found if key in keys), None)


@pytest.mark.parametrize(
    ("language", "term", "words"),
    [
        ("de", "Sanktion", "Sanktion Sanktionen sanktionen SANKTIONEN"),
        ("de", "ausweisen", "ausgewiesen auszuweisen auswies ausgewiesenen"),
        ("de", "verhängen", "verhängt verhängte verhängten"),
        ("de", "angreifen", "angegriffen angriff angreift anzugreifen"),
        ("de", "Haus", "Häuser Häusern Hauses"),
        ("de", "treffen", "traf getroffen trifft Treffen"),
        ("de", "Verletzter", "Verletzte Verletzten"),
        ("de", "Verdächtige", "Verdächtiger Verdächtigen"),
        ("de", "fallen", "fällt gefallen"),
        ("en", "impose", "imposed imposing imposes"),
        ("en", "annex", "annexed annexing"),
        ("en", "leave", "left leaving leaves"),
        ("en", "think", "thought thinking"),
        ("en", "sanction", "sanctions sanctioned"),
        ("ru", "санкция", "санкции санкциями санкций"),
        ("ru", "ввести", "ввели введены введённые"),
        ("ru", "банк", "банки банках"),
        ("ru", "встреча", "встречу встречей встрече"),
        ("ru", "изображать", "изображающую изображал"),
        ("fr", "imposer", "imposé imposées imposait imposant"),
        ("fr", "mettre", "mis mises"),
        ("fr", "attaquer", "attaque attaquent attaqué"),
        ("fr", "national", "nationale nationaux nationales"),
    ],
)
def test_inflected_forms_are_found(lexicon: Lexicon, language: str, term: str, words: str) -> None:
    missed = [word for word in words.split() if hit(lexicon, term, word, language) is None]
    assert missed == []


@pytest.mark.parametrize(
    ("language", "term", "word"),
    [
        ("de", "schon", "schön"),
        ("de", "Falle", "Fällen"),
        ("de", "war", "ist"),
        ("de", "weiß", "wissen"),
        ("de", "Wetter", "Wette"),
        ("de", "Spender", "Spende"),
        ("fr", "entrer", "entre"),
        ("de", "Müller", "Muller"),
        ("de", "Rasputin", "Putin"),
        ("en", "Tor", "FileStore"),
        ("en", "new", "news"),
        ("en", "organ", "organisation"),
        ("ru", "новый", "новости"),
        ("fr", "pêche", "péché"),
        ("fr", "France", "Francis"),
        ("fr", "commun", "commune"),
        ("en", "WHO", "who"),
        ("en", "WHO", "Who"),
        ("ru", "США", "сша"),
    ],
)
def test_look_alikes_are_not(lexicon: Lexicon, language: str, term: str, word: str) -> None:
    assert hit(lexicon, term, word, language) is None


@pytest.mark.parametrize(
    ("term", "word", "language", "how"),
    [
        ("Sanktion", "sanktion", "de", How.EXACT),
        ("Sanktion", "Sanktionen", "de", How.INFLECTED),
        ("Muller", "Müller", "de", How.FOLDED),
        ("Müller", "Mueller", "de", How.FOLDED),
        ("Mueller", "Müller", "de", How.FOLDED),
        ("Erdoğan", "Erdogan", "de", How.FOLDED),
        ("Erdogan", "Erdoğan", "de", How.FOLDED),
        ("Straße", "STRASSE", "de", How.EXACT),
        ("Ёлкин", "Елкин", "ru", How.EXACT),
        ("Blorptan", "Blorptans", "de", How.NAME_FORM),
        ("WHO", "WHO", "en", How.EXACT),
        ("NGO", "NGOs", "de", How.EXACT),
        ("США", "США", "ru", How.EXACT),
    ],
)
def test_how_a_word_was_found(lexicon: Lexicon, term: str, word: str, language: str, how: How) -> None:
    assert hit(lexicon, term, word, language) is how


@pytest.mark.parametrize("form", ["Байдена", "Байдену", "Байденом", "Байдене"])
def test_names_are_declined(lexicon: Lexicon, form: str) -> None:
    assert hit(lexicon, "Байден", form, "ru", kind="person") is How.NAME_FORM


def test_names_fold_always_and_their_stems_stay(lexicon: Lexicon) -> None:
    assert hit(lexicon, "Peche", "Pêche", "fr", kind="person") is How.FOLDED
    assert hit(lexicon, "Pêche", "Peche", "fr", kind="person") is How.FOLDED
    assert hit(lexicon, "Weber", "weben", "de", kind="person") is None


def test_an_exact_term_is_found_by_its_form_alone(lexicon: Lexicon) -> None:
    assert hit(lexicon, "Polen", "Polen", "de", exact=True) is How.EXACT
    assert hit(lexicon, "Polen", "Polens", "de", exact=True) is None


def test_an_unknown_word_is_found_by_its_stem(lexicon: Lexicon) -> None:
    assert hit(lexicon, "Glorbung", "Glorbungen", "de") is How.STEM


def test_a_term_of_one_language_is_still_found_where_the_language_is_unknown(lexicon: Lexicon) -> None:
    assert hit(lexicon, "Sanktion", "Sanktionen", None, languages=["de"]) is How.INFLECTED
    assert hit(lexicon, "санкция", "санкциями", None, languages=["ru"]) is How.INFLECTED


def test_function_words_are_no_acronyms_in_a_shouted_headline(lexicon: Lexicon) -> None:
    assert "#WHO" not in lexicon.text_keys("who", "WHO", "en", shouting=True)
    assert "#IAEA" in lexicon.text_keys("iaea", "IAEA", "en", shouting=True)
    assert "#WHO" in lexicon.text_keys("who", "WHO", "en")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("WHO", True), ("СВПД", True), ("JCPOA", True), ("UNESCO", False), ("A", False), ("Who", False), ("G20", False)],
)
def test_acronyms(word: str, expected: bool) -> None:
    assert is_acronym(word) is expected


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("sanktionspolitik", "sanktion"),
        ("wirtschaftssanktionen", "sanktion"),
        ("atomwaffensperrvertrag", "waffe"),
        ("urananreicherung", "uran"),
        ("gipfeltreffen", "treffen"),
        ("waffenlieferungen", "lieferung"),
        ("handelskrieg", "krieg"),
        ("gaspreis", "preis"),
        ("sicherheitsrat", "sicherheit"),
        ("lieferkette", "kette"),
        ("untersuchungshaft", "haft"),
        ("kriegsende", "ende"),
        ("strafzölle", "strafe"),
        ("freihandelsabkommen", "=freihandel"),
        ("cyberangriff", "angriff"),
    ],
)
def test_parts_of_compounds(lexicon: Lexicon, word: str, part: str) -> None:
    assert part in lexicon.compound_parts(word, "de")


@pytest.mark.parametrize(
    "word",
    ["unterhändler", "international", "verhandlung", "minister", "übernahme", "krankhaft", "widerstand", "senat"],
)
def test_simple_words_have_no_parts(lexicon: Lexicon, word: str) -> None:
    assert lexicon.compound_parts(word, "de") == ()


def test_short_parts_only_on_demand(lexicon: Lexicon) -> None:
    assert "=gas" not in lexicon.compound_parts("erdgasleitung", "de")
    assert "=gas" in lexicon.compound_parts_any_length("erdgasleitung", "de")
    assert lexicon.compound_parts("sanctionsregime", "en") == ()


@pytest.mark.parametrize(
    ("verb", "parts"),
    [
        ("ausweisen", ("aus", "weisen")),
        ("angreifen", ("an", "greifen")),
        ("herausgeben", ("heraus", "geben")),
        ("verhängen", None),
        ("Ausweis", None),
    ],
)
def test_separable_verbs(lexicon: Lexicon, verb: str, parts: tuple[str, str] | None) -> None:
    assert lexicon.separable(verb, "de") == parts


def test_the_memo_survives_a_restart(lexicon: Lexicon) -> None:
    first = Lexicon(None, languages=())
    first.memo("en").update({"Word": ("=word", "elsewhere")})
    again = Lexicon(None, languages=())
    again.load_memo(json.loads(json.dumps(first.dump_memo())))
    assert again.text_keys("word", "Word", "en") == ("=word", "elsewhere")


def test_the_memo_does_not_grow_for_ever() -> None:
    memo = Lexicon(None, languages=(), memo_words=2).memo("sv")
    assert [memo[word][0] for word in ("ett", "två", "tre")] == ["=ett", "=två", "=tre"]
    assert list(memo) == ["tre"]


def test_a_language_without_dictionary_is_stemmed() -> None:
    bare = Lexicon(None, languages=())
    assert bare.text_keys("förhandlingar", "förhandlingar", "sv")[0] == "=förhandlingar"
    assert any(key.startswith("^") for key in bare.text_keys("förhandlingar", "förhandlingar", "sv"))
    assert bare.compound_parts("förhandlingar", "sv") == bare.compound_parts_any_length("förhandlingar", "sv") == ()


def test_a_read_only_directory_still_works(tmp_path: Path) -> None:
    lexicon = Lexicon(tmp_path / "missing", languages=("en",))
    assert "impose" in lexicon.text_keys("imposed", "imposed", "en")
    assert not (tmp_path / "missing").exists()
