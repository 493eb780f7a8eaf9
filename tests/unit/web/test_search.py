from __future__ import annotations

import re

import pytest

from monitor.model.rule import ConceptSpec
from monitor.store.articles import load_articles
from monitor.testing import FrozenClock
from monitor.web.finding import BATCH, find, prepare
from tests.unit.match.vocabulary import SmallLexicon
from tests.unit.web.site import Site


def _found(site: Site, query: str) -> list[str]:
    site.learn()
    answer = site.browser().get(f"/search?q={query}")
    assert answer.status == 200
    return re.findall(r'<h2><a href="/articles/(\d+)"', answer.text)


def test_expressions_find_what_a_rule_would_match(site: Site) -> None:
    strike = str(site.article("Bahn", "Der Streik der Lokführer beginnt am Montag."))
    both = str(site.article("Verhandlung", "Streik und Tarif am selben Tag."))
    site.article("Wetter", "Regen.")
    assert _found(site, "Streik") == [both, strike]
    assert _found(site, "Streik+AND+Tarif") == [both]
    assert _found(site, "Streik+-Tarif") == [strike]
    assert _found(site, "Streiks") == [both, strike]
    assert _found(site, "lang:de+AND+Regen") != []
    assert _found(site, "title:Streik") == []


def test_hits_are_marked_where_they_stand(site: Site) -> None:
    site.article("Bahn", "Ein Satz vorher.\nDer Streik beginnt.")
    assert '<mark title="Streik">Streik</mark> beginnt' in site.browser().get("/search?q=Streik").text


def test_pages_go_on_where_the_last_one_ended(site: Site) -> None:
    numbers = [str(site.article(f"Meldung {n}", "Streik.")) for n in range(30)]
    first = site.browser().get("/search?q=Streik").text
    before = re.search(r"before=(\d+)", first)
    assert before is not None
    assert _found(site, "Streik") + _found(site, f"Streik&before={before[1]}") == numbers[::-1]


def test_the_best_ones_have_the_words_in_the_headline(site: Site) -> None:
    headline = str(site.article("Streik bei der Bahn", "Mehr dazu."))
    text = str(site.article("Bahn", "Ein Streik."))
    assert _found(site, "Streik") == [text, headline]
    assert _found(site, "Streik&order=best") == [headline, text]


@pytest.mark.parametrize(
    "query", ["(", '"', "AND", "NOT+x", "/[/", "%00", "a+NEAR/0+b", "(" * 60 + "a" + ")" * 60, "$none", "x" * 3000, "*"]
)
def test_a_bad_expression_is_answered_with_what_is_wrong(site: Site, query: str) -> None:
    answer = site.browser().get(f"/search?q={query}")
    assert answer.status == 200
    assert site.browser().get(f"/search/days?q={query}").status == 200


def test_days_are_counted(site: Site) -> None:
    site.article("Bahn", "Ein Streik.")
    answer = site.browser().get("/search/days?q=Streik", hx_request="true")
    assert '<td class="num">1</td>' in answer.text


TEXTS = (
    "Der Präsident sprach lange.",
    "Sie wiesen den Botschafter aus.",
    "Die Sanktionspolitik der Regierung",
    "Neue Sanktionen wurden verhängt.",
    "Ein Regenbogen über den Häusern",
    "The workers struck again.",
    "Введены новые санкции.",
    "Die Wirtschaftskrise und das Weiße Haus",
    "Putin-Biden-Gespräch in Genf",
    "Mueller und Kowalski in 1984",
    "WHO warnt, who knows",
)


@pytest.mark.parametrize(
    "expression",
    [
        "sprechen", "ausweisen", "Sanktion", "=Sanktionen", "~!Sanktion", "Haus", "Regen*", "*krise", "*bogen",
        "strike", "санкция", '"weißes Haus"', '="Weiße Haus"', "Putin-Biden", "Putin AND Gespräch", "Müller", "1984",
        "WHO", "Sanktion -Politik", "Regierung OR Krise", "neu NEAR/3 Sanktion", "title:Haus", "$boss", "$talks",
        "*anktio*", "Kowalskis", "trifft", "Politik", "*eiße*", "*984*", "*984", "*tin-Bid*", "*tin-Biden", "Putin-Bi*",
        "*нкци*", "*owal* AND *198*", "*rise OR *prach*",
    ],
)  # fmt: skip
def test_a_search_finds_what_a_rule_finds(site: Site, expression: str) -> None:
    concepts = {
        "boss": ConceptSpec("boss", kind="person", any=("Kowalski", "Biden")),
        "talks": ConceptSpec("talks", by_language={"de": ("sprechen",), "en": ("talk",)}),
    }
    numbers = [site.article("Meldung", text, language=None) for text in TEXTS]
    site.learn()
    search = prepare(expression, concepts, site.lexicon)
    assert search.engine is not None, search.problems
    with site.database.reading() as connection:
        documents = {number: article.as_document() for number, article in load_articles(connection, numbers).items()}
    fired = {number for number, document in documents.items() if search.engine.match_rule("search", document).fired}
    found = {match.article.id for match in find(site.database, search, limit=50, now_s=site.clock.monotonic).matches}
    assert found == fired


@pytest.mark.parametrize("expression", ["NOT Regen", "/[Kk]rieg/", "author:Meier", "*984*", "=Boot OR /x/"])
def test_what_the_index_cannot_say_is_looked_for_article_by_article(expression: str) -> None:
    assert prepare(expression, {}, SmallLexicon()).wanted is None


def test_a_very_open_beginning_is_left_to_the_index(site: Site) -> None:
    for first in "abcdefghijklmnopqrst":
        site.article("x", " ".join(f"word{first}{second}" for second in "abcdefghijklmnopqrst"))
    assert len(_found(site, "word*")) == 20


def test_a_part_of_a_word_is_found_however_old_it_is(site: Site) -> None:
    old = str(site.article("Konjunktur", "Die Wirtschaftskrise."))
    for number in range(60):
        site.article(f"Meldung {number}", "Regen.")
    assert _found(site, "*aftskr*") == [old]


class Slow(FrozenClock):
    """A clock by which every look takes a second."""

    def monotonic(self) -> float:
        self.advance(1)
        return super().monotonic()


def test_a_long_look_says_how_far_it_came_and_goes_on_from_there(site: Site) -> None:
    old = str(site.article("Der alte Krieg"))
    first = site.article("Meldung")
    for number in range(BATCH - 1):
        site.article(f"Meldung {number}", "Regen.")
    search = prepare("/[Kk]rieg/", {}, site.lexicon)
    page = find(site.database, search, limit=20, now_s=Slow().monotonic)
    assert (page.matches, page.looked_at, page.unfinished) == ((), BATCH, True)
    assert page.back_to == site.clock.now()
    rest = find(site.database, search, limit=20, now_s=Slow().monotonic, before=page.next)
    assert [match.article.id for match in rest.matches] == [int(old)]
    assert (rest.next, rest.unfinished) == (None, False)
    assert first


def test_the_page_says_how_far_a_search_came(site: Site) -> None:
    for number in range(BATCH):
        site.article(f"Meldung {number}")
    object.__setattr__(site.context, "clock", Slow())
    answer = site.browser().get("/search?q=/[Kk]rieg/").text
    assert f"{BATCH} articles were looked through, back to" in answer
    assert "Search older ones" in answer
    assert "Nothing found." not in answer
