from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.article import Document
from monitor.model.rule import RuleSpec, WhereSpec
from tests.unit.match.rules import doc, fires, verdict

ARTICLE = replace(
    doc("Streik", language="de"),
    sources=("dw-feed", "DW", "official"),
    url="https://www.example.org/sport/streik",
    section="Politik",
)


def _rule(**where: tuple[str, ...]) -> RuleSpec:
    return RuleSpec("r", "r", match="Streik", where=WhereSpec(**where))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"source": ("dw*",)}, True),
        ({"source": ("official",)}, True),
        ({"source": ("bbc",)}, False),
        ({"source": ("!dw",)}, False),
        ({"source": ("!bbc",)}, True),
        ({"source": ("bbc", "dw")}, True),
        ({"lang": ("de", "en")}, True),
        ({"lang": ("en",)}, False),
        ({"lang": ("!de",)}, False),
        ({"section": ("pol*",)}, True),
        ({"section": ("sport",)}, False),
        ({"url": ("/sport/",)}, True),
        ({"url": ("!/sport/",)}, False),
        ({"url": ("https://*.example.org/*",)}, True),
    ],
)
def test_where(where: dict[str, tuple[str, ...]], *, expected: bool) -> None:
    assert fires(_rule(**where), ARTICLE) is expected


def test_only_a_sure_language_excludes() -> None:
    doubtful = replace(ARTICLE, language_sure=False)
    assert fires(_rule(lang=("en",)), doubtful)
    assert fires("Streik lang:en", doubtful)
    assert fires("Streik NOT lang:de", doubtful)
    assert not fires("Streik NOT lang:de", ARTICLE)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Streik source:dw", True),
        ("Streik -source:dw", False),
        ("Streik url:SPORT", True),
        ("Streik lang:(en OR de)", True),
        ("Streik section:kultur", False),
        ("source:official", True),
    ],
)
def test_conditions_inside_an_expression(expression: str, *, expected: bool) -> None:
    assert fires(expression, ARTICLE) is expected


def test_a_text_from_nowhere_is_not_excluded() -> None:
    nowhere = Document(title="Streik")
    assert fires(_rule(source=("bbc",)), nowhere)
    assert fires("Streik -source:bbc", nowhere)


def test_the_reason_names_what_was_out_of_scope() -> None:
    reason = verdict(_rule(source=("bbc",)), ARTICLE).reason
    assert reason is not None
    assert (reason.code, reason.text) == ("where-source", "where: source dw-feed, DW, official is not among bbc")
