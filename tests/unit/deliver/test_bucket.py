from __future__ import annotations

from monitor.deliver.bucket import Bucket


def test_a_bucket_lets_a_burst_go_and_then_a_steady_stream() -> None:
    bucket = Bucket(rate_per_s=10.0, burst=50)
    waits = [bucket.take(100.0) for _ in range(60)]
    assert waits[:50] == [0.0] * 50
    assert [round(wait, 3) for wait in waits[50:53]] == [0.1, 0.2, 0.3]
    assert bucket.take(200.0) == 0.0
    assert Bucket(0.0, 1).take(0.0) == 0.0
