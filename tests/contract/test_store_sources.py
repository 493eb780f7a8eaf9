from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.errors import LeaseLost
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory, SourceKind, SourceSpec
from monitor.store import due, hosts, leases, sources
from monitor.store import tables as t
from monitor.store.due import ClaimedSource
from monitor.store.sources import PollRecord
from monitor.store.unit import Database

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def spec(name: str, host: str = "news.example", **values: Any) -> SourceSpec:
    found = SourceSpec(id=name, name=name.title(), kind=SourceKind.FEED, url=f"https://{host}/{name}.xml")
    return replace(found, **values)


def sync(database: Database, *specs: SourceSpec, now: datetime = NOW) -> sources.SyncReport:
    with database.unit() as connection:
        return sources.sync_sources(connection, specs, now)


def claim(database: Database, now: datetime = NOW, **values: Any) -> list[ClaimedSource]:
    arguments: dict[str, Any] = {"owner": "me", "lease_s": 60.0, "limit": 10, "per_host": 10} | values
    with database.unit() as connection:
        return due.claim_due(connection, now=now, **arguments)


def record(claimed: ClaimedSource, **values: Any) -> PollRecord:
    found = PollRecord(
        source_id=claimed.id,
        lease=claimed.lease,
        memory=replace(claimed.memory, polls=claimed.memory.polls + 1, last_polled_at=NOW, health=Health.OK),
        next_at=NOW + timedelta(minutes=10),
        started_at=NOW,
        elapsed_s=0.25,
        status=200,
        outcome="changed",
    )
    return replace(found, **values)


def write_with_an_entry(database: Database, result: PollRecord) -> None:
    with database.unit() as connection:
        connection.execute(sa.insert(t.tombstone).values(source_id="a", key="k", purged_at=NOW))
        sources.complete_polls(connection, [result])


def column(database: Database, source_id: str, name: str) -> object:
    with database.reading() as connection:
        return connection.execute(sa.select(t.source.c[name]).where(t.source.c.id == source_id)).scalar()


def test_sources_present_at_the_first_start_are_founding(database: Database) -> None:
    assert sync(database, spec("a")).founded
    report = sync(database, spec("a"), spec("b"), now=NOW + timedelta(hours=1))
    assert (report.founded, report.added) == (False, ("b",))
    assert (column(database, "a", "founding"), column(database, "b", "founding")) == (True, False)


def test_an_unchanged_configuration_changes_nothing(database: Database) -> None:
    sync(database, spec("a"))
    assert sync(database, spec("a")) == sources.SyncReport(founded=False)


def test_a_new_address_keeps_the_baseline_and_forgets_the_validators(database: Database) -> None:
    sync(database, spec("a"))
    claimed = claim(database)[0]
    memory = PollMemory(etag='"1"', baseline_at=NOW, ids_unstable=True, last_polled_at=NOW, health=Health.FAILING)
    with database.unit() as connection:
        sources.complete_polls(connection, [record(claimed, memory=memory)])
    assert sync(database, spec("a", url="https://other.example/a.xml")).changed == ("a",)
    found = claim(database)[0].memory
    assert (found.baseline_at, found.ids_unstable, found.etag) == (NOW, True, None)


def test_what_was_listed_is_written_where_it_changed_and_forgotten_with_the_address(database: Database) -> None:
    sync(database, spec("a"), spec("b"))

    def listed(later: timedelta = timedelta(0)) -> ClaimedSource:
        return next(found for found in claim(database, NOW + later) if found.id == "a")

    one = listed()
    with database.unit() as connection:
        sources.complete_polls(connection, [record(one, memory=PollMemory(item_hashes=("x", "y")), next_at=NOW)])
    two = listed()
    assert two.memory.item_hashes == ("x", "y")
    with database.unit() as connection:  # nothing new: nothing is said of what was listed
        sources.record_polls(connection, [record(two, memory=PollMemory(), next_at=NOW)])
    three = listed()
    assert three.memory.item_hashes == ("x", "y")
    with database.unit() as connection:
        sources.complete_polls(connection, [record(three, memory=PollMemory(item_hashes=()), next_at=NOW)])
    four = listed()
    assert four.memory.item_hashes == ()
    with database.unit() as connection:
        sources.complete_polls(connection, [record(four, memory=PollMemory(item_hashes=("z",)), next_at=NOW)])
    sync(database, spec("a", url="https://other.example/a.xml"), spec("b"))
    assert listed(timedelta(hours=1)).memory.item_hashes == ()


def test_a_removed_source_is_not_polled_and_goes_on_when_it_returns(database: Database) -> None:
    sync(database, spec("a"), spec("b"))
    assert sync(database, spec("b")).removed == ("a",)
    assert [found.id for found in claim(database)] == ["b"]
    assert sync(database, spec("a"), spec("b")).changed == ("a",)
    assert [found.id for found in claim(database)] == ["a"]


def test_a_paused_source_is_not_due(database: Database) -> None:
    sync(database, spec("a", paused=True))
    assert claim(database) == []
    sync(database, spec("a"))
    assert [found.id for found in claim(database)] == ["a"]


def test_a_shorter_interval_holds_at_once(database: Database) -> None:
    sync(database, spec("a"))
    claimed = claim(database)[0]
    with database.unit() as connection:
        sources.complete_polls(connection, [record(claimed, next_at=NOW + timedelta(hours=5))])
    sync(database, spec("a", every_s=60.0))
    assert column(database, "a", "due_at") == NOW + timedelta(seconds=60)


def test_a_claimed_source_is_not_claimed_again_before_its_lease_ends(database: Database) -> None:
    sync(database, spec("a"))
    first = claim(database)[0]
    assert claim(database, now=NOW + timedelta(seconds=59)) == []
    second = claim(database, now=NOW + timedelta(seconds=61), owner="you")[0]
    assert second.lease.epoch == first.lease.epoch + 1


def test_one_who_slept_through_its_lease_writes_nothing(database: Database) -> None:
    sync(database, spec("a"))
    first = claim(database)[0]
    second = claim(database, now=NOW + timedelta(seconds=61), owner="you")[0]
    with pytest.raises(LeaseLost):
        write_with_an_entry(database, record(first))
    with database.unit() as connection:
        sources.record_polls(connection, [record(first, outcome="unchanged", status=999)])
        sources.complete_polls(connection, [record(second)])
    with database.reading() as connection:
        assert connection.execute(sa.select(t.tombstone)).all() == []
        assert connection.execute(sa.select(t.source.c.lease_owner)).scalar() is None


def test_no_host_has_more_sources_in_hand_than_allowed(database: Database) -> None:
    sync(database, *(spec(f"a{n}", host="one.example") for n in range(5)), spec("b", host="two.example"))
    first = claim(database, per_host=2)
    assert sorted(found.id[0] for found in first) == ["a", "a", "b"]
    assert claim(database, per_host=2) == []


def test_sources_in_hand_hold_up_a_host_that_is_full_while_another_one_is_due(database: Database) -> None:
    sync(database, *(spec(f"a{n}", host="one.example") for n in range(3)), spec("b", host="two.example"))
    in_hand = [claimed.id for claimed in claim(database, per_host=2)]

    def held_up(ids: Sequence[str], *, now: datetime = NOW, per_host: int = 2) -> bool:
        with database.reading() as connection:
            return due.is_held_up(connection, ids, now=now, per_host=per_host)

    assert held_up(in_hand)
    assert not held_up(["b"]), "nothing else of its host is due"
    assert not held_up(in_hand, per_host=3), "there is room"
    assert not held_up(in_hand, now=NOW - timedelta(seconds=1)), "it is not due yet"
    assert not held_up(in_hand, now=NOW + timedelta(hours=1)), "the leases are over"
    with database.unit() as connection:
        hosts.block(connection, "https://one.example", NOW + timedelta(hours=1), NOW)
    assert not held_up(in_hand), "it may not be asked"


def test_a_claim_is_given_back_only_as_it_was_made(database: Database) -> None:
    sync(database, spec("a"), spec("b"))
    first = [(claimed.id, claimed.lease) for claimed in claim(database)]
    ((name, lease), _) = first
    for claims, left in (([], 0), ([(name, replace(lease, epoch=lease.epoch + 1))], 0), (first, 2), (first, 2)):
        with database.unit() as connection:
            leases.give_back(connection, t.source, claims)
            free = sa.select(sa.func.count()).where(t.source.c.lease_owner.is_(None))
            assert connection.execute(free).scalar() == left
    assert len(claim(database)) == 2
    with database.unit() as connection:
        leases.give_back(connection, t.source, first)
    assert claim(database) == [], "it has been claimed anew"


def test_a_host_with_much_that_is_overdue_does_not_stand_before_the_others(database: Database) -> None:
    busy = [spec(f"a{n:02}", host="one.example") for n in range(60)]
    sync(database, *busy)
    sync(database, *busy, *(spec(f"b{n}", host=f"{n}.example") for n in range(3)), now=NOW + timedelta(minutes=1))
    found = claim(database, now=NOW + timedelta(minutes=2), limit=5, per_host=2)
    assert sorted(source.id[0] for source in found) == ["a", "a", "b", "b", "b"]


def test_a_blocked_host_waits_but_not_in_a_full_pass(database: Database) -> None:
    sync(database, spec("a"), spec("b"))
    claimed = claim(database, limit=1)[0]
    blocked = record(claimed, outcome="error", status=429, host="https://news.example")
    with database.unit() as connection:
        sources.complete_polls(connection, [replace(blocked, host_blocked_until=NOW + timedelta(hours=1))])
    assert claim(database, now=NOW + timedelta(minutes=30)) == []
    later = NOW + timedelta(minutes=30)
    with database.unit() as connection:
        found = due.claim_all(connection, since=later, owner="me", now=later, lease_s=60, limit=9, per_host=9)
    assert [source.id for source in sorted(found, key=lambda source: source.id)] == ["a", "b"]


def test_a_full_pass_takes_every_source_once_but_paused_and_gone_ones(database: Database) -> None:
    sync(database, spec("a"), spec("gone"), spec("paused", paused=True))
    for claimed in claim(database):
        health = Health.GONE if claimed.id == "gone" else Health.OK
        memory = replace(claimed.memory, health=health, last_polled_at=NOW)
        with database.unit() as connection:
            sources.complete_polls(connection, [record(claimed, memory=memory)])
    later = NOW + timedelta(seconds=1)
    arguments: dict[str, Any] = {
        "since": later,
        "owner": "me",
        "now": later,
        "lease_s": 60.0,
        "limit": 9,
        "per_host": 9,
    }
    with database.unit() as connection:
        assert due.is_any_left(connection, now=later, since=later)
        found = due.claim_all(connection, **arguments)
        assert [source.id for source in found] == ["a"]
        assert not due.is_any_left(connection, now=later, since=later)
        memory = replace(found[0].memory, last_polled_at=later)
        sources.record_polls(connection, [record(found[0], memory=memory, outcome="unchanged")])
        assert due.claim_all(connection, **arguments) == []
        assert not due.is_any_left(connection, now=later, since=later)
        assert due.is_any_left(connection, now=later + timedelta(days=1))
        assert not due.is_any_left(connection, now=NOW - timedelta(days=1))


def test_memory_survives_the_database(database: Database) -> None:
    sync(database, spec("a"))
    claimed = claim(database)[0]
    memory = PollMemory(
        etag='W/"ü"',
        last_modified="Sun, 01 Mar 2026 11:00:00 GMT",
        polls=3,
        last_polled_at=NOW,
        baseline_at=NOW,
        overlap=0.5,
        item_hashes=("a", "b"),
        health=Health.FAILING,
        reason=Reason("timeout", "no answer within 30 s"),
    )
    choice = due.Choice(SourceKind.FEED, "https://news.example/feed", Reason("declared", "the page declares it"))
    with database.unit() as connection:
        sources.complete_polls(connection, [record(claimed, memory=memory, choice=choice)])
    found = claim(database, now=NOW + timedelta(hours=1))[0]
    assert (found.memory, found.choice, found.baseline_at) == (memory, choice, NOW)


def test_poll_now_makes_a_gone_source_due(database: Database) -> None:
    sync(database, spec("a"))
    claimed = claim(database)[0]
    with database.unit() as connection:
        memory = replace(claimed.memory, health=Health.GONE)
        sources.complete_polls(connection, [record(claimed, memory=memory, next_at=None)])
    assert claim(database, now=NOW + timedelta(days=9)) == []
    with database.unit() as connection:
        assert sources.poll_now(connection, ["a", "unknown"], NOW) == 1
    assert [found.id for found in claim(database)] == ["a"]


@pytest.mark.parametrize("change", [{"url": "https://other.example/"}, {"paused": True}, None])
def test_a_poll_under_way_does_not_undo_a_new_configuration(database: Database, change: dict[str, Any] | None) -> None:
    sync(database, spec("a"), spec("b"))
    claimed = next(found for found in claim(database) if found.id == "a")
    sync(database, spec("b"), *([spec("a", **change)] if change is not None else []))
    with pytest.raises(LeaseLost), database.unit() as connection:
        sources.complete_polls(connection, [record(claimed)])
    due = column(database, "a", "due_at")
    assert (due is None) == (change is None or "paused" in change)
