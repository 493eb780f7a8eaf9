from __future__ import annotations

import pytest

from monitor.model.match import How
from monitor.model.rule import ConceptSpec, EventSpec, Label, RuleSpec
from tests.unit.match.rules import MEETING, doc, fires, found, scored, verdict


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        ("Sanktion", "Neue Sanktionen gegen Firmen", True),
        ("Sanktion", "Die Sanktionspolitik der Regierung", True),
        ('"Sanktion"', "Die Sanktionspolitik der Regierung", False),
        ("~!Sanktion", "Die Sanktionspolitik der Regierung", False),
        ("=Sanktion", "Neue Sanktionen", False),
        ("sanktion*", "Neue Sanktionswelle", True),
        ("*embargo", "Das Ölembargo", True),
        ("*mbarg*", "Das Ölembargo", True),
        ("Putin-Biden", "Das Putin Biden Treffen", True),
        ('"neue Sanktion"', "neue, harte Sanktionen", False),
        ('"neue Sanktion"~1', "neue, harte Sanktionen", True),
        ('"Sanktion neue"~1', "neue Sanktionen", False),
        ('="weiße Haus"', "Das weiße Haus", True),
        ('="weiße Haus"', "Im weißen Haus", False),
        ("a OR b", "nur b", True),
        ("a b", "nur b", False),
        ("a NOT b", "a und b", False),
        ("a -b", "nur a", True),
        ("WHO", "Die WHO warnt", True),
        ("WHO", "who knows", False),
        ("COUNT>=3(Streik)", "Streik um Streik. Noch ein Streik.", True),
        ("COUNT>=3(Streik)", "Streik um Streik.", False),
        ("COUNT>=2(Putin OR Biden)", "Putin traf Biden", True),
        (r"/Sank\w+ gegen/", "Neue Sanktionen gegen Firmen", True),
        (r"/sank\w+/", "Neue Sanktionen", False),
        (r"/sank\w+/i", "Neue Sanktionen", True),
    ],
)
def test_terms_and_operators(expression: str, text: str, *, expected: bool) -> None:
    assert fires(expression, doc(text, language="de")) is expected


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        ("a NEAR/2 b", "a x b", True),
        ("a NEAR/2 b", "b x a", True),
        ("a NEAR/2 b", "a x x b", False),
        ("a BEFORE/2 b", "b x a", False),
        ("a NEAR/s b", "a x x x x x x x x b", True),
        ("a NEAR/s b", "Erst kam a. Dann kam b.", False),
        ("a NEAR/p b", "Erst kam a. Dann kam b.", True),
        ("a NEAR/99 b", "Erst kam a.\nDann kam b.", False),
        ("a NEAR/2 a", "a x a", True),
        ("a NEAR/2 a", "a x x", False),
        ("(a OR b) NEAR/2 (c OR d)", "x b x d", True),
        ("(a b) NEAR/2 c", "a c b", True),
        ("(a b) NEAR/2 c", "a c x x x b", False),
        ("(x OR (a b)) NEAR/1 c", "a c b", True),
        ("(x OR (a b)) NEAR/1 c", "a c", False),
        ("a NEAR/2 b NEAR/2 c", "a b x c", True),
        ("emb* NEAR/2 b", "Embargo b", True),
        ('"a b" NEAR/2 c', "a b x c", True),
    ],
)
def test_distances(expression: str, text: str, *, expected: bool) -> None:
    assert fires(expression, doc(*text.splitlines(), language="fr")) is expected


def test_fields() -> None:
    document = doc("erster Absatz", "zweiter Absatz", title="Die Überschrift", language="de")
    assert fires("title:Überschrift", document)
    assert not fires("title:Absatz", document)
    assert fires("lead:erster", document)
    assert not fires("lead:zweiter", document)
    assert fires("body:(zweiter AND erster)", document)


def test_a_standfirst_among_the_blocks_counts_once() -> None:
    document = doc("Foto", "Streik im Hafen", lead="Streik im Hafen", language="de")
    assert fires("lead:Streik", document)
    assert not fires("lead:Foto", document)
    assert not fires("COUNT>=2(Streik)", document)


def test_a_title_is_one_sentence_and_never_joined_with_the_text() -> None:
    assert fires("Putin NEAR/s Biden", doc(title="Putin. Und Biden."))
    assert not fires("Putin NEAR/9 Biden", doc("Biden", title="Putin"))


def test_concepts_follow_the_language_of_the_article() -> None:
    concepts = {"gift": ConceptSpec("gift", by_language={"de": ("Geschenk",), "en": ("gift",)})}
    german = "Das Gift wirkt " + "und es ist nicht gut für die Menschen in der Stadt " * 5
    assert not fires("$gift", doc(german, language="de"), concepts)
    assert fires("$gift", doc(german), concepts) is False
    assert fires("$gift", doc("Das Gift wirkt"), concepts), "a short text: the forms of every language"
    assert fires("$gift", doc("Le gift", language="fr"), concepts), "a language without forms: all of them"


def test_ignore_blanks_the_phrase_and_keeps_the_article() -> None:
    rule = RuleSpec("r", "r", match="sanction", ignore=("sanctioned event", "lift* sanctions"))
    assert not fires(rule, doc("A sanctioned event, and no plan for lifting sanctions", language="en"))
    assert fires(rule, doc("A sanctioned event leads to sanctions", language="en"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Putin trifft Biden", True),
        ("Beim Gespräch von Biden und Putin", True),
        ("Putin-Biden-Gespräch", True),
        ("Putin sprach. Biden schwieg.", False),
        ("Putin sprach mit sich", False),
        ("Rasputin trifft Biden", False),
    ],
)
def test_events_need_all_actors_and_the_verb_in_a_sentence(text: str, *, expected: bool) -> None:
    assert fires(RuleSpec("r", "r", event=MEETING), text) is expected


def test_events_count_distinct_words() -> None:
    event = EventSpec(("Putin", "Putin"), "treffen")
    assert not fires(RuleSpec("r", "r", event=event), "Putin trifft")
    assert fires(RuleSpec("r", "r", event=event), "Putin trifft Putin")


def test_events_within_words_and_paragraphs() -> None:
    text = doc("Putin redet. Biden hört zu. Sie treffen sich.", language="de")
    assert not fires(RuleSpec("r", "r", event=EventSpec(("$putin", "$biden"), "treffen", 3)), text)
    assert fires(RuleSpec("r", "r", event=EventSpec(("$putin", "$biden"), "treffen", 8)), text)
    assert fires(RuleSpec("r", "r", event=EventSpec(("$putin", "$biden"), "treffen", "paragraph")), text)


def test_separable_verbs() -> None:
    assert found("ausweisen", doc("Berlin weist zwei Diplomaten aus.", language="de")) == ["weist", "aus"]
    assert not fires("ausweisen", doc("Er weist aus Versehen den Weg.", language="de"))
    assert fires("ausweisen", doc("Zwei Diplomaten wurden ausgewiesen", language="de"))


def test_scores() -> None:
    assert verdict(scored(5, {"Streik": 2}), "Streik und Streik").score == 4
    assert verdict(scored(2, {"Streik": 2}, cap=1), "Streik und Streik").score == 2
    assert verdict(scored(5, {"Streik": 2, "Embargo": -1}), "Streik und Embargo").score == 1
    assert verdict(scored(5, {"Streik": 2}, title_factor=3), doc("Streik", title="Streik")).score == 8
    assert verdict(scored(1, {"Sanktion": 2}), doc("Sanktionspolitik", language="de")).score == 1
    assert fires(scored(4, {"Streik": 2}), "Streik und Streik")


def test_a_score_and_a_match_must_both_hold() -> None:
    assert not fires(scored(2, {"Streik": 2}, match="Hafen"), "Streik")
    assert fires(scored(2, {"Streik": 2}, match="Hafen"), "Streik im Hafen")


def test_a_title_hit_is_the_last_to_be_capped() -> None:
    assert verdict(scored(1, {"Streik": 2}, title_factor=5, cap=1), doc("Streik", title="Streik")).score == 10


def test_overlapping_forms_count_once() -> None:
    assert verdict(scored(1, {"$putin": 1}), "Wladimir Putin").score == 1
    assert not fires("COUNT>=2($putin)", "Wladimir Putin")


def test_evidence_says_how() -> None:
    hows = {
        item.text: item.how
        for item in verdict("Sanktion OR emb* OR /Str\\w+/", doc("Sanktionen Embargo Streik")).evidence
    }
    assert hows == {"Sanktionen": How.INFLECTED, "Embargo": How.WILDCARD, "Streik": How.REGEX}


def test_a_shouted_headline_has_no_acronyms() -> None:
    assert not fires("WHO", doc(title="WHO IS TO BLAME FOR THIS", language="en"))
    assert fires("WHO", doc(title="WHO is blamed for this", language="en"))


@pytest.mark.parametrize("text", ["", "\ud800 Streik", "\x00 Streik", "Streik " * 5000])
def test_odd_texts_are_no_trouble(text: str) -> None:
    assert fires("Streik OR /Str.ik/", doc(text)) is bool(text)


def test_scripts_without_spaces() -> None:
    assert fires("普京", doc("习近平在北京会见普京。"))


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        ("Preis NEAR/s /[€]/", "Der Preis: 5 €", True),
        ("Preis NEAR/s /[€]/", "Der Preis in €. Und mehr.", True),
        ("Preis NEAR/s /[€]/", "Der Preis. € und mehr.", False),
        ("mehr NEAR/1 /[€]/", "Der Preis. € und mehr.", True),
        ("Preis NEAR/p /[€]{3}/", "€€€", False),
        ("/[€]{3}/", "€€€", True),
        ("Preis NEAR/3 /[€]/", "€", False),
        ("Preis BEFORE/1 /[€]/", "Der Preis €", False),
    ],
)
def test_a_pattern_finds_what_has_no_word(expression: str, text: str, *, expected: bool) -> None:
    assert fires(expression, doc(text, language="de")) is expected


def test_what_has_no_word_can_be_guarded() -> None:
    spec = RuleSpec("r", "r", match="/[€]{3}/", guard=(Label.NEGATED,))
    assert verdict(spec, doc("€€€", language="de")).fired
