from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.deliver.retry import GiveUp, Retry, next_attempt
from monitor.errors import DeliveryError
from monitor.model.reasons import Reason

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


class Always(random.Random):
    """Rolls the same number every time."""

    def __init__(self, rolled: float) -> None:
        super().__init__()
        self.rolled = rolled

    def random(self) -> float:
        return self.rolled


@pytest.mark.parametrize(
    ("attempts", "longest_s"), [(1, 10.0), (2, 20.0), (3, 40.0), (9, 2560.0), (10, 3600.0), (300, 3600.0)]
)
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_the_ceiling_doubles_from_ten_seconds_to_an_hour(attempts: int, longest_s: float, share: float) -> None:
    verdict = next_attempt(attempts, BUSY, NOW, Always(share), first_at=NOW, give_up_after_s=86400.0)
    assert verdict == Retry(NOW + timedelta(seconds=1 + share * longest_s), verdict.reason)
    assert verdict.reason == Reason("smtp-451", "busy")


def test_the_last_attempt_is_over_when_the_deadline_has_come() -> None:
    verdict = next_attempt(7, BUSY, NOW, Always(0.5), first_at=NOW - timedelta(days=3), give_up_after_s=259200.0)
    assert verdict == GiveUp(Reason("smtp-451", "given up after 7 attempts in 3.0 days; last: busy"))


def test_a_refusal_for_good_says_what_the_service_said() -> None:
    error = DeliveryError("no such user", permanent=True, code="smtp-550")
    verdict = next_attempt(1, error, NOW, Always(0.5), first_at=NOW, give_up_after_s=86400.0)
    assert verdict == GiveUp(Reason("smtp-550", "no such user"))
