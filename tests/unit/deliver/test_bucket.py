from __future__ import annotations

from monitor.deliver.bucket import Bucket


def test_a_bucket_lets_a_burst_go_and_then_a_steady_stream() -> None:
    bucket = Bucket(rate_per_s=10.0, burst=50)
    waits = [bucket.take(100.0) for _ in range(60)]
    assert waits[:50] == [0.0] * 50
    assert [round(wait, 3) for wait in waits[50:53]] == [0.1, 0.2, 0.3]
    assert bucket.take(200.0) == 0.0


def test_a_rate_below_one_a_second_waits_and_a_rate_of_none_does_not() -> None:
    slow = Bucket(rate_per_s=0.5, burst=1)
    assert [slow.take(7.0), slow.take(7.0)] == [0.0, 2.0]
    unlimited = Bucket(rate_per_s=0.0, burst=1)
    assert [unlimited.take(7.0), unlimited.take(7.0)] == [0.0, 0.0]


def test_tokens_come_back_at_the_rate_and_never_beyond_the_burst() -> None:
    bucket = Bucket(rate_per_s=2.0, burst=3)
    assert [bucket.take(10.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert bucket.take(11.0) == 0.0  # the debt of one is paid, one more has come
    assert bucket.take(11.0) == 0.5
    assert [bucket.take(100.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_a_clock_that_goes_back_takes_no_tokens_away() -> None:
    bucket = Bucket(rate_per_s=1.0, burst=2)
    assert bucket.take(50.0) == 0.0
    assert bucket.take(20.0) == 0.0
    assert bucket.take(21.0) == 0.0  # counted from the clock as it is now


def test_a_rate_however_small_is_a_limit() -> None:
    bucket = Bucket(rate_per_s=1.0, burst=1)
    assert [bucket.take(1.0), bucket.take(1.0)] == [0.0, 1.0]
