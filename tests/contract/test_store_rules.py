from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from monitor.model.match import Evidence, How, Verdict
from monitor.store import rules
from monitor.store import tables as t
from monitor.store.edits import note_edit
from monitor.store.rules import Accepted, RuleState, RuleSync
from monitor.store.unit import Database

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RULE = Accepted("quay", "Quay", {"rule": {"id": "quay", "match": "quay"}})


def sync(database: Database, *specs: Accepted, refused: dict[str, str] | None = None, later: float = 0) -> RuleSync:
    with database.unit() as connection:
        return rules.sync_rules(connection, specs, refused or {}, NOW + timedelta(hours=later), author="ada")


def state(database: Database, rule_id: str = "quay") -> RuleState:
    with database.reading() as connection:
        return next(found for found in rules.rule_states(connection) if found.rule_id == rule_id)


def test_rules_loaded_first_are_founding_and_later_ones_are_not(database: Database) -> None:
    assert sync(database, RULE).added == ("quay",)
    other = replace(RULE, id="other", name="Other")
    assert sync(database, RULE, other, later=1) == RuleSync(added=("other",))
    assert (state(database).founding, state(database, "other").founding) == (True, False)


def test_versions_are_only_ever_added(database: Database) -> None:
    sync(database, RULE)
    changed = replace(RULE, text={"rule": {"id": "quay", "match": "quay OR pier"}})
    assert sync(database, changed, later=1).changed == ("quay",)
    assert sync(database, changed, later=2) == RuleSync()
    with database.reading() as connection:
        rows = connection.execute(sa.select(t.rule_version).order_by(t.rule_version.c.version)).all()
    assert [(row.version, row.spec["rule"]["match"], row.author, row.retired_at) for row in rows] == [
        (1, "quay", "ada", NOW + timedelta(hours=1)),
        (2, "quay OR pier", "ada", None),
    ]
    assert (state(database).version, state(database).accepted_at) == (2, NOW)


def test_a_refused_rule_keeps_its_last_version_and_says_why(database: Database) -> None:
    sync(database, RULE)
    sync(database, refused={"quay": "line 3: no such concept", "new": "bad"}, later=1)
    assert (state(database).status, state(database).version, state(database).problem) == (
        rules.REFUSED,
        1,
        "line 3: no such concept",
    )
    assert state(database, "new").version is None
    sync(database, RULE, replace(RULE, id="new"), later=2)
    assert (state(database).status, state(database).version) == (rules.ACTIVE, 1)
    assert (state(database, "new").accepted_at, state(database, "new").founding) == (NOW + timedelta(hours=2), False)


def test_a_removed_rule_that_returns_begins_a_new_version(database: Database) -> None:
    sync(database, RULE)
    assert sync(database, later=1).removed == ("quay",)
    assert sync(database, later=2).removed == ()
    assert sync(database, RULE, later=3).changed == ("quay",)
    assert state(database).version == 2


def test_a_match_is_stored_once_per_version_and_revision(database: Database) -> None:
    sync(database, RULE)
    hit = Evidence("title", 0, 0, 4, "quay", "quay", How.EXACT)
    verdict = Verdict("quay", fired=True, evidence=(hit,))
    with database.unit() as connection:
        first = rules.add_match(connection, verdict, rule_version=1, article_id=7, revision=1, engine="1", now=NOW)
        again = rules.add_match(connection, verdict, rule_version=1, article_id=7, revision=1, engine="1", now=NOW)
        next_one = rules.add_match(connection, verdict, rule_version=1, article_id=7, revision=2, engine="1", now=NOW)
    assert first == again != next_one
    assert state(database).last_match_at == NOW


def test_a_rule_added_later_has_to_catch_up_with_what_is_stored(database: Database) -> None:
    sync(database, RULE)
    sync(database, RULE, replace(RULE, id="late"), later=1)
    with database.unit() as connection:
        assert rules.rules_to_catch_up(connection) == {"late": 1}
        rules.set_caught_up(connection, "late", 40)
        assert rules.rules_to_catch_up(connection) == {"late": 40}
        rules.set_caught_up(connection, "late", None)
        assert rules.rules_to_catch_up(connection) == {}


def test_a_version_names_who_wrote_it_on_the_page(database: Database) -> None:
    sync(database, RULE)

    def author_of(match: str, later: float) -> object:
        written = replace(RULE, text={"rule": {"id": "quay", "match": match}, "concepts": {}})
        sync(database, written, later=later)
        with database.reading() as connection:
            newest = sa.select(t.rule_version.c.author).order_by(t.rule_version.c.version.desc())
            return connection.execute(newest).scalars().first()

    with database.unit() as connection:
        note_edit(connection, {"match": "quay OR pier", "id": "quay"}, "bea (page)", NOW)
        note_edit(connection, {"id": "quay", "match": "quay OR dock"}, "carl (page)", NOW + timedelta(hours=1))
    assert author_of("quay OR jetty", 1) == "ada", "not the text that was noted"
    assert author_of("quay OR pier", 2) == "bea (page)"
    assert author_of("quay OR dock", 26) == "ada", "too long ago"
