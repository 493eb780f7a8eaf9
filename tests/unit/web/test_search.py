from __future__ import annotations

import re

import pytest

from monitor.model.rule import ConceptSpec
from monitor.store.search import AllOf, AnyOf, Begins
from monitor.web.finding import prepare
from tests.unit.match.vocabulary import SmallLexicon
from tests.unit.web.site import Site


def _found(site: Site, query: str) -> list[str]:
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


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('="Weiße Haus"', AllOf((Begins("Weiße"), Begins("Haus")))),
        ("=Haus", Begins("Haus")),
        ("Regen*", Begins("Regen", open=True)),
        ("*krise", None),
        ("EU", Begins("EU")),
        ("NOT Regen", None),
        ("/[Kk]rieg/", None),
        ("author:Meier", None),
        ("=Boot AND *krise", Begins("Boot")),
        ("=Boot OR *krise", None),
        ("$boats", AnyOf((Begins("Schiff"), Begins("ship")))),
    ],
)
def test_an_expression_says_what_the_index_must_have(expression: str, wanted: object) -> None:
    concepts = {"boats": ConceptSpec("boats", any=("=Schiff",), by_language={"en": ("=ship",)})}
    assert prepare(expression, concepts, SmallLexicon()).wanted == wanted
