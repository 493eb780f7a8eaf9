from __future__ import annotations

import pytest

from monitor.web.documents import difference
from tests.unit.web.site import Site


def test_an_article_shows_its_text_with_what_matched(site: Site) -> None:
    number = site.article("Bahn steht still", "Am Morgen begann der Streik.\nReisende warten.")
    text = site.browser().get(f"/articles/{number}").text
    assert '<mark title="Streik">Streik</mark>' in text
    assert "Strikes" in text
    assert "Reisende warten." in text


def test_a_headline_is_text_and_never_markup(site: Site) -> None:
    number = site.article("<script>alert(1)</script> Streik", "</p><img src=x onerror=alert(2)>")
    for address in ("/", f"/articles/{number}"):
        text = site.browser().get(address).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "&lt;script&gt;" in text


def test_a_revision_is_shown_as_a_difference(site: Site) -> None:
    number = site.article("Zahl der Verletzten", "Drei Menschen wurden verletzt.")
    site.revise(number, 2, "Zahl der Verletzten", "Fünf Menschen wurden verletzt.")
    text = site.browser().get(f"/articles/{number}").text
    assert "<del>Drei </del><ins>Fünf </ins>" in text


def test_a_rule_can_be_asked_what_it_makes_of_an_article(site: Site) -> None:
    number = site.article("Wetter", "Es regnet.")
    answer = site.browser().get(f"/articles/{number}?rule=strike")
    assert "not found" in answer.text
    assert site.browser().get(f"/articles/{number}?rule=none").status == 404


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("a b c", "a x c", ["same", "gone", "new", "same"]),
        ("a b\n" * 1500 + "old\n", "a b\n" * 1500 + "new\n", ["same", "gone", "new"]),
        ("a\n" * 3000 + "old\n", "a\n" * 3000 + "new\n", ["gone", "new"]),
        ("a\n" * 3000, "a\n" * 3000, ["same"]),
    ],
)
def test_a_text_of_thousands_of_lines_is_shown_as_a_whole(before: str, after: str, kinds: list[str]) -> None:
    found = difference(before, after)
    assert [kind for kind, _ in found] == kinds
    assert "".join(text for kind, text in found if kind != "gone") == after
    assert "".join(text for kind, text in found if kind != "new") == before
