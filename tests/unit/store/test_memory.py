from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.entry import FeedHints
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory
from monitor.store.memory import memory_from_json, memory_to_json

instants = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given UTC
reasons = st.builds(Reason, st.text(), st.text())
hints = st.builds(
    FeedHints,
    ttl_s=st.none() | st.floats(0, 1e9),
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
    hub=st.none() | st.text(),
)
memories = st.builds(
    PollMemory,
    etag=st.none() | st.text(),
    polls=st.integers(0, 10**9),
    last_polled_at=st.none() | instants,
    baseline_at=st.none() | instants,
    error_weight=st.floats(0, 100),
    overlap=st.none() | st.floats(0, 1),
    ids_unstable=st.booleans(),
    item_hashes=st.lists(st.text()).map(tuple),
    document_problem=st.none() | reasons,
    hints=hints,
    health=st.sampled_from(Health),
    reason=st.none() | reasons,
)


@given(memories)
def test_memory_survives_json(memory: PollMemory) -> None:
    stored = json.loads(json.dumps(memory_to_json(memory)))
    assert "item_hashes" not in stored, "they would be written at every poll"
    assert memory_from_json(stored, memory.item_hashes) == memory


def test_only_what_was_learnt_is_written() -> None:
    assert memory_to_json(PollMemory()) == {}
    assert memory_to_json(PollMemory(polls=1)) == {"polls": 1}


def test_what_a_later_program_wrote_is_ignored() -> None:
    stored = {"polls": 2, "invented_later": True, "hints": {"ttl_s": 5.0, "also_new": 1}}
    assert memory_from_json(stored) == PollMemory(polls=2, hints=FeedHints(ttl_s=5.0))


def test_times_keep_their_microseconds() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=1)
    assert memory_from_json(memory_to_json(PollMemory(last_ok_at=at))).last_ok_at == at
