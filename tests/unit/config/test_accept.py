"""What is in force after a load: what passed, and the last good version of what did not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config.accept import InForce, accept_rules, compile_searches, revive, rule_text
from monitor.config.checks import check_config
from monitor.config.load import load_config
from monitor.match.lexicon import Lexicon
from monitor.model.article import Document
from monitor.model.rule import ConceptSpec
from monitor.store.rules import rule_states
from monitor.store.unit import Database, open_engine

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HEAD = "channels: {desk: {to: 'console://'}}\ndefaults: {alert: {to: [desk]}}\n"
QUAY = "concepts: {port: {any: [quay]}}\nwatchlist: [{id: ships, name: Ships, match: '$port', tags: [sea]}]\n"
REFUSED = "concepts: {port: {any: [quay]}}\nwatchlist: [{id: ships, name: Ships, match: '$prt'}]\n"
LEXICON = Lexicon(None, ())


@pytest.fixture
def database(tmp_path: Path, empty_sqlite: Path) -> Iterator[Database]:
    shutil.copy(empty_sqlite, tmp_path / "monitor.db")
    found = Database(open_engine(f"sqlite:///{tmp_path / 'monitor.db'}"))
    yield found
    found.dispose()


@pytest.fixture
def accept(database: Database, tmp_path: Path) -> Accept:
    return Accept(database, tmp_path / "config.yaml")


class Accept:
    """Loads a text as the configuration and puts it into force."""

    def __init__(self, database: Database, path: Path) -> None:
        self.database, self.path = database, path

    def __call__(self, text: str) -> InForce:
        self.path.write_text(HEAD + text)
        loaded = load_config(self.path, {})
        checked = check_config(loaded, LEXICON)
        with self.database.unit() as connection:
            return accept_rules(connection, loaded.usable(), checked, NOW, author="ada")


def fired(in_force: InForce, text: str) -> list[str]:
    return [v.rule_id for v in in_force.matcher.match(Document(title=text)) if v.fired]


def test_what_passed_is_in_force_with_its_version(accept: Accept) -> None:
    in_force = accept(QUAY)
    facts = in_force.rules.rules["ships"]
    assert (in_force.sync.added, facts.version, facts.name, facts.tags) == (("ships",), 1, "Ships", ("sea",))
    assert facts.alert.to == ("desk",)
    assert fired(in_force, "Fire at the quay") == ["ships"]
    assert in_force.matcher.of("ships") is in_force.matcher.engine
    assert in_force.matcher.of("planes") is None


def test_a_rule_that_is_refused_goes_on_as_it_last_was_with_the_words_of_that_time(accept: Accept) -> None:
    accept(QUAY)
    in_force = accept(REFUSED.replace("quay", "pier"))
    assert (in_force.kept, in_force.not_watching) == (("ships",), ())
    assert fired(in_force, "Fire at the quay") == ["ships"]
    assert fired(in_force, "Fire at the pier") == []
    with accept.database.reading() as connection:
        (state,) = rule_states(connection)
    assert state.problem is not None
    assert "config.yaml:4: [unknown-concept]" in state.problem


def test_a_rule_that_never_passed_is_not_watched(accept: Accept) -> None:
    in_force = accept(REFUSED)
    assert (in_force.kept, in_force.not_watching) == ((), ("ships",))
    assert fired(in_force, "Fire at the quay") == []


def test_a_version_is_a_rule_with_the_concepts_that_it_leads_to_and_no_others(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        HEAD + "concepts: {port: {any: [$quay]}, quay: {de: [Kai], en: [quay]}, other: {any: [else]}}\n"
        "watchlist: [{id: ships, event: {actors: [$port, ship], verb: sinks}}]\n"
    )
    text = rule_text(load_config(path, {}).usable(), "ships")
    assert sorted(text["concepts"]) == ["port", "quay"]
    assert text["rule"]["event"] == {"actors": ["$port", "ship"], "verb": "sinks"}
    assert text["defaults"]["to"] == ["desk"]


@pytest.mark.parametrize(
    "text",
    [
        {"rule": {"id": "a", "match": "x"}},
        {"rule": {"id": "a", "mach": "x"}, "concepts": {}, "defaults": {}},
        {"rule": {"id": "a", "match": "$gone"}, "concepts": {}, "defaults": {}},
    ],
    ids=["without concepts", "with a key that is gone", "that does not compile"],
)
def test_a_stored_version_that_cannot_be_read_any_more_is_none(text: dict[str, object]) -> None:
    assert revive(text, LEXICON) is None


def test_searches_are_rules_of_their_own_and_one_that_cannot_be_read_finds_nothing() -> None:
    concepts = {"port": ConceptSpec("port", None, ("quay",), {})}
    engine = compile_searches([("s1", "$port"), ("s2", "fire AND (")], concepts, LEXICON)
    assert engine is not None
    assert [v.rule_id for v in engine.match(Document(title="Fire at the quay"))] == ["s1"]
    assert compile_searches([("s2", "fire AND (")], concepts, LEXICON) is None


def test_searches_match_beside_the_rules(accept: Accept) -> None:
    from dataclasses import replace

    in_force = accept(QUAY)
    matcher = replace(in_force.matcher, searches=compile_searches([("s1", "fire")], {}, LEXICON))
    assert [v.rule_id for v in matcher.match(Document(title="Fire at the quay"))] == ["ships", "s1"]
    assert matcher.of("s1") is matcher.searches
