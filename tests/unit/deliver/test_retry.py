from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.deliver.bucket import Bucket
from monitor.deliver.causes import denial, redact, retry_after, secrets_of
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


def test_a_bucket_lets_a_burst_go_and_then_a_steady_stream() -> None:
    bucket = Bucket(rate_per_s=10.0, burst=50)
    waits = [bucket.take(100.0) for _ in range(60)]
    assert waits[:50] == [0.0] * 50
    assert [round(wait, 3) for wait in waits[50:53]] == [0.1, 0.2, 0.3]
    assert bucket.take(200.0) == 0.0
    assert Bucket(0.0, 1).take(0.0) == 0.0


def test_retry_after_as_number_date_or_nonsense() -> None:
    assert retry_after("120", NOW) == 120.0
    assert retry_after("Tue, 10 Mar 2026 09:01:00 GMT", NOW) == 60.0
    assert retry_after("soon", NOW) is None
    assert retry_after(None, NOW) is None


def test_denials_in_good_answers() -> None:
    assert denial('{"ok": false, "error": "gone"}') == "gone"
    assert denial('{"status": "error", "message": "no"}') == "no"
    assert denial('{"ok": true}') is None
    assert denial("fine") is None
    assert denial("[1]") is None


def test_secrets_of_an_address_are_blanked() -> None:
    secrets = secrets_of("slack://TOKENAAAA/TOKENBBBB/p%40ss-word?x=hiddenvalue")
    text = redact("failed TOKENBBBB p@ss-word hiddenvalue at https://hooks.example/TOKENBBBB/x", secrets)
    assert text == "failed *** *** *** at ***"
