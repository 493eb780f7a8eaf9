from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.store.canary import CanaryState
from monitor.store.health import Figures
from monitor.web.metrics import METRICS, exposition

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def told(**changes: object) -> dict[str, float]:
    figures = Figures(
        articles_24h=7,
        newest_at=None,
        sources={"ok": 2, "failing": 1},
        alerts_24h={},
        deliveries={"retry": 1},
        waiting_since=None,
        rules={"active": 3},
        workers=1,
    )
    changed = {name: getattr(figures, name) for name in Figures.__slots__} | changes
    text = exposition(Figures(**changed), streams=4, now=NOW).decode()
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_counts_carry_their_label() -> None:
    found = told()
    assert (found['monitor_sources{health="ok"}'], found['monitor_sources{health="failing"}']) == (2, 1)
    assert (found["monitor_articles_24h"], found["monitor_ticker_streams"]) == (7, 4)


def test_what_waits_has_an_age_and_what_never_was_is_zero() -> None:
    since, newest = "monitor_delivery_oldest_seconds", "monitor_newest_article_timestamp_seconds"
    assert (told()[since], told()[newest]) == (0, 0)
    found = told(waiting_since=NOW - timedelta(seconds=90), newest_at=NOW)
    assert (found[since], found[newest]) == (90, NOW.timestamp())


def test_an_outage_of_our_own_is_told() -> None:
    assert (told()["monitor_offline"], told(offline=True)["monitor_offline"]) == (0, 1)


def test_a_canary_is_told_of_where_one_flies() -> None:
    assert not any("canary" in name for name in told())
    came = told(canary=CanaryState(NOW, 2.5, missing=False, problem=None))
    assert (came["monitor_canary_round_trip_seconds"], came["monitor_canary_missing"]) == (2.5, 0)
    never = told(canary=CanaryState(None, None, missing=True, problem="no route"))
    assert (never["monitor_canary_timestamp_seconds"], never["monitor_canary_missing"]) == (0, 1)


def test_every_metric_of_the_list_is_told() -> None:
    flying = CanaryState(NOW, 2.5, missing=False, problem=None)
    found = told(canary=flying, alerts_24h={"told": 1}, subscriptions={"proven": 1}, pushes={"taken": 1})
    assert {name.partition("{")[0] for name in found} == set(METRICS)
