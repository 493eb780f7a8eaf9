"""Sections of the file as what the stages take."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from monitor.config.build import rule_spec, source_spec
from monitor.config.schema import ConfigModel, SourceModel
from monitor.config.watchlist import AlertModel, RuleModel
from monitor.model.fetched import Credentials
from monitor.model.rule import (
    EscalateSpec,
    EventSpec,
    Fire,
    FireAbsence,
    FireArticle,
    FireBurst,
    FireSources,
    FireStory,
    Priority,
    RouteSpec,
    RuleSpec,
    ScoreSpec,
)
from monitor.model.source import FullText, SourceKind, SourceSpec

NO_DEFAULTS = AlertModel()
CONFIG: dict[str, Any] = {"defaults": {"every": "20m", "max_age": "3d", "max_articles": 7}}


def source(**keys: Any) -> SourceSpec:
    return source_spec(SourceModel.model_validate({"id": "a"} | keys), ConfigModel.model_validate(CONFIG))


def rule(defaults: AlertModel = NO_DEFAULTS, **keys: Any) -> RuleSpec:
    return rule_spec(RuleModel.model_validate({"id": "a", "match": "x"} | keys), defaults)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"feed": "https://a.example/rss"}, (SourceKind.FEED, "https://a.example/rss")),
        ({"page": "https://a.example/"}, (SourceKind.PAGE, "https://a.example/")),
        ({"site": "https://a.example/"}, (SourceKind.SITE, "https://a.example/")),
        ({"sitemap": "https://a.example/map.xml"}, (SourceKind.SITEMAP, "https://a.example/map.xml")),
        ({"watch": "https://a.example/notice"}, (SourceKind.WATCH, "https://a.example/notice")),
        ({"watch": "page", "page": "https://a.example/notice"}, (SourceKind.WATCH, "https://a.example/notice")),
    ],
)
def test_each_kind_of_source_has_its_key(keys: dict[str, str], expected: tuple[SourceKind, str]) -> None:
    spec = source(**keys)
    assert (spec.kind, spec.url) == expected


def test_a_source_takes_the_defaults_where_it_says_nothing() -> None:
    plain = source(feed="https://a.example/rss")
    assert (plain.every_s, plain.max_age_s, plain.max_articles, plain.name) == (1200, 3 * 86400, 7, "a")
    own = source(feed="https://a.example/rss", every="5m", max_age="0", max_articles=2, full_text="never")
    assert (own.every_s, own.max_age_s, own.max_articles, own.full_text) == (300, 0, 2, FullText.NEVER)


def test_credentials_and_selectors_of_a_source() -> None:
    spec = source(
        page="https://a.example/",
        auth={"user": "u", "password": "p"},
        links={"items": ".teaser"},
        article={"body": "main"},
    )
    assert spec.auth == Credentials("u", "p", None)
    assert (spec.links.items, spec.article.body) == (".teaser", "main")


@pytest.mark.parametrize(
    ("fire", "expected"),
    [
        ("article", FireArticle()),
        ({"story": {"first_in": "2d"}}, FireStory(2 * 86400)),
        ({"sources": 3, "within": "1h"}, FireSources(3, 3600)),
        ({"absence": "6h"}, FireAbsence(6 * 3600)),
        ({"burst": {"articles": 5, "within": "1h", "baseline": "7d"}}, FireBurst(5, 3600, 1, 5.0, 7 * 86400)),
    ],
)
def test_each_form_of_fire(fire: Any, expected: Fire) -> None:
    assert rule(fire=fire).fire == expected


def test_the_forms_of_a_condition() -> None:
    event = rule(match=None, event={"actors": ["putin", "biden"], "verb": "meets", "within": 12})
    assert event.event == EventSpec(("putin", "biden"), "meets", 12)
    score = rule(match=None, score={"threshold": 3, "terms": {"port": 2, "wine": -1}, "cap_per_term": 2})
    assert score.score == ScoreSpec(3, {"port": 2, "wine": -1}, 1.0, 2)


def test_samples_may_be_a_text_or_have_a_title_and_a_language() -> None:
    spec = rule(tests={"fires": ["Quay"], "silent": [{"title": "Kai", "lang": "de"}]})
    assert [(s.raw, s.title, s.text, s.lang) for s in spec.fires] == [("Quay", "Quay", "", None)]
    (silent,) = spec.silent
    assert (silent.raw, silent.title, silent.lang) == ({"title": "Kai", "lang": "de"}, "Kai", "de")


def test_alerts_take_the_rule_s_words_then_the_file_s_then_ours() -> None:
    assert rule().alert.cooldown_s == 1800
    assert rule(alert={"priority": "high"}).alert.cooldown_s == 600
    defaults = AlertModel.model_validate({"to": "desk", "cooldown": "5m", "guard_list": "off"})
    told = rule(defaults, alert={"to": "night"}).alert
    assert (told.to, told.cooldown_s, told.guard_list, told.priority) == (("night",), 300, False, Priority.NORMAL)


def test_an_alert_may_grow_and_take_another_way() -> None:
    told = rule(
        alert={
            "escalate": {"to": "chief", "when": {"sources": 4, "within": "30m"}},
            "routes": [{"to": "night", "hours": "22:00-06:00", "days": ["sat"]}],
        }
    ).alert
    assert told.escalate == EscalateSpec(("chief",), 4, 1800)
    assert told.routes == (RouteSpec(("night",), "22:00-06:00", ("sat",), ()),)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"id": None}, "an id or a name"),
        ({"match": None}, "match, event or score"),
        ({"fire": {"sources": 3}}, "sources with within"),
        ({"fire": {"absence": "1h", "story": {"first_in": "1h"}}}, "fire needs"),
    ],
)
def test_a_rule_that_lacks_something_says_what(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        rule(**keys)


def test_a_source_has_one_address_and_something_to_be_called() -> None:
    with pytest.raises(ValidationError, match="exactly one of"):
        source(feed="https://a.example/rss", page="https://a.example/")
    with pytest.raises(ValidationError, match="an id or a name"):
        source(id=None, feed="https://a.example/rss")
