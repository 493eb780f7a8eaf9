"""Who claims what: nothing that a source, a rule or an alert still wants is forgotten, and nothing else is kept."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model.source import SourceKind, SourceSpec
from monitor.store import entries, retention, rules, shown, sources, tombstones
from monitor.store import tables as t
from monitor.store.claims import Keeping
from monitor.store.documents import keep_listed
from monitor.store.entries import Wanted
from monitor.store.rules import Accepted
from monitor.store.unit import Database
from tests.contract.test_store_articles import NOW, revise, store

DAY_S = 86_400.0
KEEPING = Keeping(365 * DAY_S, 730 * DAY_S)
GENERAL_DAYS = {"source": 365, "rule": None, "alert": 730}
LENGTHS = {"none": None, "week": 7, "years": 2000, "ever": 0}
"""Days that sources and rules of these names want to keep."""


def settled(database: Database, *numbers: int) -> list[int]:
    ids = store(database, *numbers)
    with database.unit() as connection:
        connection.execute(sa.update(t.article).values(settled=True))
    return ids


def forget(database: Database, now: datetime, keeping: Keeping = KEEPING) -> list[int]:
    """One pass as the loop makes it; the articles that are left."""
    with database.unit() as connection:
        places = retention.expired_alerts(connection, keeping, now, after=None, limit=1000)
        retention.remove_alerts(connection, keeping, now, [id_ for _, id_ in places])
        found = [id_ for _, id_ in retention.expired_articles(connection, keeping, now, after=None, limit=1000)]
        assert sorted(retention.still_expired(connection, keeping, now, found)) == sorted(found)
        retention.remove_articles(connection, found, {}, now)
        return list(connection.execute(sa.select(t.article.c.id).order_by(t.article.c.id)).scalars())


def put_alert(connection: sa.Connection, created_at: datetime, **values: Any) -> int:
    row = {"kind": "match", "state": "told", "reason_code": "x", "reason": "x", "priority": "normal", "facts": {}}
    number = next(_NUMBERS)
    statement = sa.insert(t.alert).values({**row, "key": f"k{number}", "created_at": created_at, **values})
    return int(connection.execute(statement.returning(t.alert.c.id)).scalar_one())


_NUMBERS = itertools.count(1)


def test_purged_articles_leave_tombstones_and_nothing_else(database: Database) -> None:
    [old] = settled(database, 1)
    revise(database, old, 1, "Title 1", "harbour")
    later = NOW + timedelta(days=366)
    with database.unit() as connection:
        assert retention.expired_articles(connection, KEEPING, later, after=None, limit=9) == [(NOW, old)]
        assert [entry.entry_key for entry in retention.entries_of(connection, [old])] == ["id-1"]
        retention.remove_articles(connection, [old], {"a": ["k1", "k1", "k2"]}, later)
    with database.reading() as connection:
        for table in (t.article, t.entry, t.revision, t.sighting, t.article_key):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
        assert entries.load_known(connection, {"a": Wanted(tombstones=("k1", "k3"))})["a"].purged == {"k1": later}
        assert shown.search_articles(connection, "harbour") == []


def test_an_article_is_kept_as_long_as_an_alert_names_it(database: Database) -> None:
    [named] = settled(database, 1)
    with database.unit() as connection:
        alert = put_alert(connection, NOW)
        connection.execute(sa.insert(t.alert_article).values(alert_id=alert, article_id=named, facts={}))
    assert forget(database, NOW + timedelta(days=729)) == [named]
    assert forget(database, NOW + timedelta(days=731)) == []


@pytest.mark.parametrize("why", ["unsettled", "leased"])
def test_what_is_still_to_be_read_is_left_alone(database: Database, why: str) -> None:
    [article] = settled(database, 1)
    values: dict[str, Any] = {"settled": False} if why == "unsettled" else {"lease_owner": "me"}
    with database.unit() as connection:
        connection.execute(sa.update(t.article).values(values))
    assert forget(database, NOW + timedelta(days=4000)) == [article]


def test_a_walk_goes_on_behind_what_it_has_seen(database: Database) -> None:
    ids = settled(database, 1, 2, 3)
    now = NOW + timedelta(days=366)
    with database.reading() as connection:
        first = retention.expired_articles(connection, KEEPING, now, after=None, limit=2)
        rest = retention.expired_articles(connection, KEEPING, now, after=first[-1], limit=2)
        assert [id_ for _, id_ in (*first, *rest)] == ids
        assert retention.expired_articles(connection, KEEPING, now, after=rest[-1], limit=2) == []


def test_where_all_is_kept_for_ever_nobody_looks(database: Database) -> None:
    settled(database, 1)
    ever = Keeping(0.0, 0.0)
    with database.unit() as connection:
        put_alert(connection, NOW)
        assert retention.expired_articles(connection, ever, NOW + timedelta(days=9999), after=None, limit=9) == []
        assert retention.expired_alerts(connection, ever, NOW + timedelta(days=9999), after=None, limit=9) == []


@pytest.mark.parametrize("why", ["held", "waits", "gathered", "told-others", "story"])
def test_an_alert_that_is_not_done_with_is_kept(database: Database, why: str) -> None:
    now = NOW + timedelta(days=800)
    with database.unit() as connection:
        alert = put_alert(connection, NOW, state="held" if why == "held" else "told", story_id=7)
        if why == "waits":
            _deliver(connection, alert, due_at=now)
        if why == "gathered":
            _gather(connection, alert, told_in=None)
        if why == "told-others":
            _gather(connection, put_alert(connection, now, told_in=alert), told_in=alert)
        if why == "story":
            _story(connection, 7, now)
    forget(database, now)
    assert alert in _alerts(database)


def test_an_alert_goes_with_its_deliveries(database: Database) -> None:
    with database.unit() as connection:
        alert = put_alert(connection, NOW, story_id=7)
        _deliver(connection, alert, due_at=None)
        _gather(connection, alert, told_in=999)
        _story(connection, 7, NOW)
    forget(database, NOW + timedelta(days=731))
    with database.reading() as connection:
        for table in (t.alert, t.delivery, t.digest_item, t.alert_article):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0


def test_the_last_word_of_removed_sources_and_rules_holds(database: Database) -> None:
    _configure(database)
    with database.unit() as connection:
        sources.sync_sources(connection, [], NOW)
        rules.sync_rules(connection, [], {}, NOW)
        kept = sa.select(t.source.c.id, t.source.c.keep_s, t.source.c.configured)
        found = {row.id: (row.keep_s, row.configured) for row in connection.execute(kept)}
        states = {state.rule_id: (state.keep_s, state.status) for state in rules.rule_states(connection)}
    assert (found["week"], states["years"]) == ((7 * DAY_S, False), (2000 * DAY_S, "removed"))
    assert (found["none"], found["ever"]) == ((None, False), (0, False))


def _configure(database: Database) -> None:
    def kept(days: int | None) -> float | None:
        return None if days is None else days * DAY_S

    with database.unit() as connection:
        specs = [
            SourceSpec(name, name, SourceKind.FEED, f"https://{name}.example/", keep_s=kept(days))
            for name, days in LENGTHS.items()
        ]
        sources.sync_sources(connection, specs, NOW)
        accepted = [Accepted(name, name, {"rule": {"id": name}}, kept(days)) for name, days in LENGTHS.items()]
        rules.sync_rules(connection, accepted, {}, NOW)


AGES = st.integers(1, 3000)
NAMES = st.sampled_from(sorted(LENGTHS))


@dataclass(frozen=True)
class Past:
    """An article of that age in days; who showed it and met it, and the alerts that name it, each with its age."""

    age: int
    shown: dict[str, int]
    met: dict[str, int]
    alerts: list[tuple[str | None, int]]


PASTS = st.builds(
    Past,
    AGES,
    st.dictionaries(NAMES, AGES, min_size=1, max_size=2),
    st.dictionaries(NAMES, AGES, max_size=2),
    st.lists(st.tuples(st.none() | NAMES, AGES), max_size=2),
)


def _lasts(name: str | None, kind: str, age: int) -> bool:
    length = LENGTHS[name] if name is not None and LENGTHS[name] is not None else GENERAL_DAYS[kind]
    return length is not None and (length == 0 or age <= length)


def _wanted(past: Past) -> bool:
    """The longest claim wins."""
    return (
        any(_lasts(name, "source", age) for name, age in past.shown.items())
        or any(_lasts(name, "rule", age) for name, age in past.met.items())
        or any(_lasts(name, "alert", age) for name, age in past.alerts)
    )


@given(pasts=st.lists(PASTS, min_size=1, max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_claimed_stays_and_nothing_else_does(database: Database, pasts: list[Past]) -> None:
    with database.unit() as connection:
        for table in (t.article, t.sighting, t.match, t.alert, t.alert_article):
            connection.execute(sa.delete(table))
    _configure(database)
    with database.unit() as connection:
        ids = [_put(connection, past) for past in pasts]
    left = forget(database, NOW)
    assert left == [id_ for id_, past in zip(ids, pasts, strict=True) if _wanted(past)]
    alerts = sum(_lasts(name, "alert", age) for past in pasts for name, age in past.alerts)
    assert len(_alerts(database)) == alerts


def _put(connection: sa.Connection, past: Past) -> int:
    def ago(days: int) -> datetime:
        return NOW - timedelta(days=days)

    row = {
        "title": "T",
        "authors": [],
        "language_sure": True,
        "first_seen_at": ago(max(past.age, *past.shown.values())),
        "first_source_id": "none",
        "baseline": False,
        "text_state": "full",
        "settled": True,
    }
    article = int(connection.execute(sa.insert(t.article).values(row).returning(t.article.c.id)).scalar_one())
    for name, age in past.shown.items():
        sighting = {"article_id": article, "source_id": name, "seen_at": ago(age)}
        connection.execute(sa.insert(t.sighting).values(sighting))
    for name, age in past.met.items():
        match = {"rule_id": name, "rule_version": 1, "article_id": article, "revision": 1, "created_at": ago(age)}
        connection.execute(sa.insert(t.match).values(**match, fired=False, evidence=[], held=[], engine="1"))
    for rule, age in past.alerts:
        alert = put_alert(connection, ago(age), rule_id=rule)
        connection.execute(sa.insert(t.alert_article).values(alert_id=alert, article_id=article, facts={}))
    return article


def _alerts(database: Database) -> list[int]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(t.alert.c.id)).scalars())


def _deliver(connection: sa.Connection, alert: int, due_at: datetime | None) -> None:
    row = {"alert_key": f"k{alert}", "channel": "c", "target": "t", "label": "l", "state": "sent", "created_at": NOW}
    connection.execute(sa.insert(t.delivery).values(row | {"alert_id": alert, "due_at": due_at}))


def _gather(connection: sa.Connection, alert: int, told_in: int | None) -> None:
    row = {"channel": "c", "target": "t", "window": "w", "why": "digest", "due_at": NOW}
    connection.execute(sa.insert(t.digest_item).values(row | {"alert_id": alert, "told_in": told_in}))


def _story(connection: sa.Connection, number: int, last_at: datetime) -> None:
    row = {"language": "en", "title": "T", "opened_at": NOW, "opening_article_id": 1, "centroid": b"", "members": 1}
    connection.execute(
        sa.insert(t.story).values(row | {"id": number, "last_at": last_at, "apart": [], "by_hand": False})
    )


def buried(database: Database, source_id: str, *keys: str) -> dict[str, datetime]:
    with database.reading() as connection:
        return tombstones.buried(connection, {source_id: keys})[source_id]


def test_tombstones_last_while_their_source_shows_what_was_removed_with_them(database: Database) -> None:
    _configure(database)
    later = NOW + timedelta(days=1)
    with database.unit() as connection:
        tombstones.bury(connection, "week", ["shown", "neighbour"], now=NOW)
        tombstones.bury(connection, "week", ["young"], now=later)
        tombstones.bury(connection, "years", ["other"], now=NOW)
        tombstones.bury(connection, "years", ["other"], now=later)
        assert tombstones.sources_with_aged(connection, later) == ["week"]
        assert tombstones.unbury(connection, "week", later, frozenset({"shown"}), later) == 0
        assert tombstones.sources_with_aged(connection, later) == []
        assert tombstones.unbury(connection, "week", later + timedelta(days=1), frozenset(), later) == 3
    assert buried(database, "week", "shown", "neighbour", "young") == {}
    assert buried(database, "years", "other") == {"other": later}


def test_a_tombstone_for_everybody_is_found_by_everybody(database: Database) -> None:
    later = NOW + timedelta(days=1)
    with database.unit() as connection:
        tombstones.bury(connection, "week", ["k"], now=later)
        tombstones.bury(connection, tombstones.EVERYWHERE, ["k"], now=NOW)
    assert (buried(database, "week", "k"), buried(database, "years", "k")) == ({"k": later}, {"k": NOW})


def test_what_a_source_shows_is_known_once_it_was_read(database: Database) -> None:
    _configure(database)
    with database.unit() as connection:
        assert tombstones.shown_by(connection, "week") is None
        connection.execute(sa.update(t.source).where(t.source.c.id == "week").values(memory={"body_hash": "x"}))
        keep_listed(connection, {"week": ("a", "b")})
        assert tombstones.shown_by(connection, "week") == frozenset({"a", "b"})
        sources.sync_sources(connection, [], NOW)
        assert tombstones.shown_by(connection, "week") == frozenset()
        assert tombstones.shown_by(connection, tombstones.EVERYWHERE) == frozenset()


def put_story(connection: sa.Connection, ended_at: datetime) -> int:
    row = {"language": "de", "title": "t", "opened_at": ended_at, "last_at": ended_at, "opening_article_id": 1}
    filled = sa.insert(t.story).values(**row, centroid=b"", members=1, apart=[], by_hand=False)
    return int(connection.execute(filled.returning(t.story.c.id)).scalar_one())


def forget_stories(connection: sa.Connection, before: datetime) -> int:
    """One pass as the loop makes it, a story at a time; how many went."""
    removed, after = 0, None
    while places := retention.expired_stories(connection, before, after=after, limit=1):
        removed += retention.remove_stories(connection, before, [id_ for _, id_ in places])
        after = places[-1]
    return removed


def test_stories_go_when_nothing_leads_to_them_any_more(database: Database) -> None:
    [article] = settled(database, 1)
    with database.unit() as connection:
        over, also_over, with_article, told, young = (
            put_story(connection, NOW + timedelta(hours=hours)) for hours in (0, 0, 0, 0, 9)
        )
        connection.execute(sa.update(t.article).where(t.article.c.id == article).values(story_id=with_article))
        put_alert(connection, NOW, story_id=told)
        for other in (over, young):
            link = {"score": 1.0, "verdict": "also-in", "created_at": NOW}
            connection.execute(sa.insert(t.story_link).values(a=other, b=told, **link))
            term = {"term": 7, "language": "de", "weight": 1.0, "day": 1}
            connection.execute(sa.insert(t.story_term).values(story_id=other, **term))
        assert forget_stories(connection, NOW + timedelta(hours=1)) == 2
        left = connection.execute(sa.select(t.story.c.id).order_by(t.story.c.id)).scalars().all()
        assert left == [with_article, told, young]
        assert connection.execute(sa.select(t.story_link.c.a)).scalars().all() == [young]
        assert connection.execute(sa.select(t.story_term.c.story_id)).scalars().all() == [young]
    assert also_over not in left


def test_a_story_that_grew_between_looking_and_deleting_stays(database: Database) -> None:
    with database.unit() as connection:
        story = put_story(connection, NOW)
        before = NOW + timedelta(hours=1)
        [(_, found)] = retention.expired_stories(connection, before, after=None, limit=9)
        connection.execute(sa.update(t.story).values(last_at=before))
        assert (found, retention.remove_stories(connection, before, [found])) == (story, 0)


def test_the_history_of_polls_ends_at_a_time(database: Database) -> None:
    row = {"source_id": "a", "elapsed_ms": 1, "outcome": "new", "bytes": 1, "items": 1, "new_items": 1}
    with database.unit() as connection:
        for hours in range(4):
            poll = {"started_at": NOW + timedelta(hours=hours), "possible_loss": False}
            connection.execute(sa.insert(t.poll).values(row | poll))
        assert retention.remove_polls(connection, NOW, limit=9) == 0
        assert retention.remove_polls(connection, NOW + timedelta(hours=2), limit=1) == 1
        assert retention.remove_polls(connection, NOW + timedelta(hours=2), limit=9) == 1
        assert retention.remove_polls(connection, NOW + timedelta(hours=2), limit=9) == 0
        left = connection.execute(sa.select(t.poll.c.started_at).order_by(t.poll.c.id)).scalars().all()
        assert left == [NOW + timedelta(hours=2), NOW + timedelta(hours=3)]
