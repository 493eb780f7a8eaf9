"""A rule on stored articles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.bootstrap.backtest import BATCH, PASSAGE, backtest, running_engine
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from monitor.testing import FrozenClock
from tests.unit.web.site import CONFIG, Site

GUARDED = CONFIG.replace("match: 'Streik OR strike'", "match: 'Streik'\n    guard: [negated]").partition("    tests:")[
    0
]
FAR = "Am Morgen blieb es ruhig. " * 20


@pytest.fixture
def site(tmp_path: Path, empty_sqlite: Path, clock: FrozenClock) -> Iterator[Site]:
    shutil.copyfile(empty_sqlite, tmp_path / "monitor.db")
    (tmp_path / "config.yaml").write_text(GUARDED)
    database = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    yield Site(tmp_path, database, clock)
    database.dispose()


def test_what_fires_and_what_a_guard_holds_are_told_apart(site: Site) -> None:
    now = site.clock.now()
    site.article("Der Streik beginnt", story=1, seen_at=now - timedelta(days=1))
    site.article("Der Streik dauert an", story=1)
    site.article("Kein Streik am Hafen")
    site.article("Sturm zieht auf")
    found = backtest(site.database, site.setup.checked.engine, "strike", since=now - timedelta(days=30), until=now)
    assert [(hit.title, hit.fired) for hit in found.hits] == [
        ("Kein Streik am Hafen", False),
        ("Der Streik dauert an", True),
        ("Der Streik beginnt", True),
    ]
    assert found.per_source == [("nordblick", 2)]
    assert [count for _, count in found.per_day] == [1, 1]
    assert found.in_words().startswith("strike: 2 of 4 articles, 1 story, 1 held by guards; nothing is stored before ")
    as_json = json.loads(json.dumps(found.as_json(), default=str))
    assert (as_json["fired"], as_json["held"], len(as_json["hits"])) == (2, 1, 3)


def test_the_passage_is_around_what_was_found(site: Site) -> None:
    site.article("Nachrichten", f"Vorweg.\n\n{FAR}Dann begann der Streik im Hafen. {FAR}")
    (hit,) = backtest(
        site.database, site.setup.checked.engine, "strike", since=site.clock.now(), until=site.clock.now()
    ).hits
    assert "begann der Streik" in hit.passage
    assert len(hit.passage) == PASSAGE


def test_it_says_how_far_it_has_come_and_how_far_it_has_to_go(site: Site) -> None:
    for number in range(BATCH + 1):
        site.article(f"Streik Nummer {number}")
    steps: list[tuple[int, int]] = []
    now = site.clock.now()
    engine = site.setup.checked.engine
    found = backtest(site.database, engine, "strike", since=now, until=now, advance=lambda *step: steps.append(step))
    assert steps == [(BATCH, BATCH + 1), (BATCH + 1, BATCH + 1)]
    assert len(found.hits) == found.articles == BATCH + 1
    assert "before" not in found.in_words()


def test_nothing_stored_is_said(site: Site) -> None:
    now = site.clock.now()
    found = backtest(site.database, site.setup.checked.engine, "strike", since=now, until=now)
    assert found.in_words().endswith("0 held by guards; nothing is stored for that time")


def test_a_version_is_held_against_the_one_that_runs(site: Site) -> None:
    now = site.clock.now()
    strike, storm = site.article("Der Streik beginnt"), site.article("Sturm zieht auf")
    running = running_engine(site.database, "strike", site.lexicon)
    assert running is not None
    before = backtest(site.database, running, "strike", since=now, until=now)
    site.path.write_text(GUARDED.replace("'Streik'", "'Sturm'"))
    site.load()
    after = backtest(site.database, site.setup.checked.engine, "strike", since=now, until=now)
    change = after.difference(before)
    assert [each["id"] for each in change["more"]] == [storm]
    assert [each["id"] for each in change["fewer"]] == [strike]


def test_no_version_of_an_unknown_rule_runs(site: Site) -> None:
    assert running_engine(site.database, "none", site.lexicon) is None
    with site.database.reading() as connection:
        assert connection.execute(sa.select(t.rule_version.c.rule_id)).scalars().all() == ["strike"]
