"""Which article a rule takes, value by value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.match.program import Only
from monitor.match.scope import in_values, out_of_scope, unknown
from monitor.match.text import Analysed
from monitor.model.article import Document
from monitor.model.reasons import Reason
from monitor.model.rule import WhereSpec

BLANK = Document(title="Streik")
ARTICLE = replace(
    BLANK, language="de", sources=("dw-feed", "DW"), url="https://Example.org/Sport/streik?x=1", section="Politik"
)


def analysed(document: Document, language: str | None = "de") -> Analysed:
    return Analysed(document, (), guess=language, sure=language is not None, known=True)


def refused(where: WhereSpec, document: Document = ARTICLE, language: str | None = "de") -> Reason | None:
    return out_of_scope(where, analysed(document, language))


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"lang": ("en", "fr")}, "lang de is not among en, fr"),
        ({"lang": ("!de",)}, "lang de is excluded by !de"),
        ({"source": ("bbc*", "!x")}, "source dw-feed, DW is not among bbc*"),
        ({"source": ("dw", "!DW-*")}, "source dw-feed, DW is excluded by !dw-*"),
        ({"section": ("sport",)}, "section Politik is not among sport"),
        ({"url": ("/kultur/",)}, "url https://Example.org/Sport/streik?x=1 is not among /kultur/"),
        ({"url": ("http://*",)}, "url https://Example.org/Sport/streik?x=1 is not among http://*"),
        ({"url": ("sport*",)}, "url https://Example.org/Sport/streik?x=1 is not among sport*"),
    ],
)
def test_the_reason_names_field_value_and_fault(where: dict[str, tuple[str, ...]], said: str) -> None:
    reason = refused(WhereSpec(**where))
    assert reason == Reason(f"where-{next(iter(where))}", f"where: {said}")


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"lang": ("en", "DE")},
        {"lang": ("d?",)},
        {"source": ("dw",)},
        {"source": ("!bbc", "!cnn")},
        {"section": ("POL*",)},
        {"url": ("/SPORT/",)},
        {"url": ("https://*/sport/*",)},
    ],
)
def test_letters_may_be_large_or_small(where: dict[str, tuple[str, ...]]) -> None:
    assert refused(WhereSpec(**where)) is None


def test_every_field_that_is_asked_for_has_to_fit() -> None:
    assert refused(WhereSpec(lang=("de",), source=("dw",), section=("politik",), url=("sport",))) is None
    for name in ("lang", "source", "section", "url"):
        where = {"lang": ("de",), "source": ("dw",), "section": ("politik",), "url": ("sport",), name: ("zzz",)}
        reason = refused(WhereSpec(**where))
        assert reason is not None
        assert reason.code == f"where-{name}"


def test_what_is_not_known_excludes_nothing() -> None:
    assert refused(WhereSpec(lang=("en",)), language=None) is None
    assert refused(WhereSpec(source=("bbc",), section=("sport",), url=("kultur",)), BLANK) is None
    assert refused(WhereSpec(lang=("en",), source=("bbc",)), language=None) is not None
    # An article of a known source without a section is not in that section.
    reason = refused(WhereSpec(section=("sport",)), replace(BLANK, sources=("dw",)))
    assert reason == Reason("where-section", "where: section unknown is not among sport")


@pytest.mark.parametrize(
    ("field", "document", "language", "known"),
    [
        ("lang", BLANK, "de", True),
        ("lang", ARTICLE, None, False),
        ("url", replace(BLANK, url="https://h/"), None, True),
        ("url", replace(ARTICLE, url=""), "de", False),
        ("section", replace(BLANK, section="x"), None, True),
        ("section", replace(BLANK, sources=("x",)), None, True),
        ("section", BLANK, "de", False),
        ("source", replace(BLANK, sources=("x",)), None, True),
        ("source", replace(ARTICLE, sources=()), "de", False),
    ],
)
def test_when_a_field_is_known(field: str, document: Document, language: str | None, *, known: bool) -> None:
    assert unknown(field, analysed(document, language)) is not known


@pytest.mark.parametrize(
    ("field", "values", "expected"),
    [
        ("lang", ("en", "de"), True),
        ("lang", ("en",), False),
        ("source", ("dw-*",), True),
        ("source", ("bbc",), False),
        ("section", ("pol*",), True),
        ("section", ("sport",), False),
        ("url", ("sport/",), True),
        ("url", ("kultur",), False),
    ],
)
def test_conditions_inside_an_expression(field: str, values: tuple[str, ...], *, expected: bool) -> None:
    assert in_values(Only(field, values), analysed(ARTICLE)) is expected
    assert in_values(Only(field, values), analysed(BLANK, None))
