from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.deliver.retry import GiveUp, Retry, next_attempt
from monitor.errors import DeliveryError

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
BUSY = DeliveryError("busy", permanent=False, code="smtp-451")


@given(st.integers(1, 40), st.integers(0, 10**9))
def test_waits_grow_with_jitter_and_stay_within_an_hour(attempts: int, seed: int) -> None:
    verdict = next_attempt(attempts, BUSY, NOW, random.Random(seed), first_at=NOW, give_up_after_s=86400.0)
    assert isinstance(verdict, Retry)
    assert timedelta(seconds=1) <= verdict.at - NOW <= timedelta(seconds=3601)


def test_permanent_refusals_are_given_up_at_once() -> None:
    error = DeliveryError("no such user", permanent=True, code="smtp-550")
    verdict = next_attempt(1, error, NOW, random.Random(1), first_at=NOW, give_up_after_s=86400.0)
    assert verdict == GiveUp(verdict.reason)
    assert verdict.reason.code == "smtp-550"


def test_what_a_service_asks_for_is_kept() -> None:
    error = DeliveryError("slow down", permanent=False, retry_after_s=900.0)
    verdict = next_attempt(1, error, NOW, random.Random(1), first_at=NOW, give_up_after_s=86400.0)
    assert isinstance(verdict, Retry)
    assert verdict.at == NOW + timedelta(seconds=900)


def test_the_last_attempt_falls_on_the_deadline_and_then_it_is_over() -> None:
    first = NOW - timedelta(seconds=86399.5)
    verdict = next_attempt(30, BUSY, NOW, random.Random(1), first_at=first, give_up_after_s=86400.0)
    assert isinstance(verdict, Retry)
    assert verdict.at == first + timedelta(seconds=86400)
    after = next_attempt(31, BUSY, verdict.at, random.Random(1), first_at=first, give_up_after_s=86400.0)
    assert isinstance(after, GiveUp)
    assert "31 attempts" in after.reason.text
