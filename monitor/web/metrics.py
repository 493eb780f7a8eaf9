"""Prometheus metrics, read from the database when they are asked for.  `METRICS` is the whole list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from monitor.store.health import Figures

METRICS = {
    "monitor_articles_24h": "Articles first seen in the last 24 hours",
    "monitor_newest_article_timestamp_seconds": "When the newest article was first seen",
    "monitor_sources": "Configured sources by health",
    "monitor_offline": "1 while no source can be reached from here",
    "monitor_alerts_24h": "Alerts of the last 24 hours by state: told, held, suppressed",
    "monitor_deliveries": "Deliveries that wait or died, by state: pending, sending, retry, dead",
    "monitor_delivery_oldest_seconds": "Age of the oldest delivery that waits",
    "monitor_rules": "Rules by status: active, refused",
    "monitor_workers": "Processes that gave a sign of life in the last two minutes",
    "monitor_canary_timestamp_seconds": "When the canary last came through",
    "monitor_canary_round_trip_seconds": "How long the canary took, from its schedule to the message handed over",
    "monitor_canary_missing": "1 while the canary is missing",
    "monitor_hub_subscriptions": "Subscriptions at WebSub hubs by state; proven counts those that are relied upon",
    "monitor_hub_pushes": "Pushes by hubs: taken, refused, waiting",
    "monitor_ticker_streams": "Open event streams of this process",
}


def exposition(figures: Figures, streams: int, now: datetime) -> bytes:
    """The text that Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(_Collected(figures, streams, now))
    return generate_latest(registry)


class _Collected:
    def __init__(self, figures: Figures, streams: int, now: datetime) -> None:
        self._figures, self._streams, self._now = figures, streams, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family after the other."""
        f = self._figures
        oldest = (self._now - f.waiting_since).total_seconds() if f.waiting_since else 0.0
        yield _gauge("monitor_articles_24h", f.articles_24h)
        yield _gauge("monitor_newest_article_timestamp_seconds", f.newest_at.timestamp() if f.newest_at else 0.0)
        yield _labelled("monitor_sources", "health", f.sources)
        yield _gauge("monitor_offline", float(f.offline))
        yield _labelled("monitor_alerts_24h", "state", f.alerts_24h)
        yield _labelled("monitor_deliveries", "state", f.deliveries)
        yield _gauge("monitor_delivery_oldest_seconds", oldest)
        yield _labelled("monitor_rules", "status", f.rules)
        yield _gauge("monitor_workers", f.workers)
        yield from self._canary()
        yield _labelled("monitor_hub_subscriptions", "state", f.subscriptions)
        yield _labelled("monitor_hub_pushes", "what", f.pushes)
        yield _gauge("monitor_ticker_streams", self._streams)

    def _canary(self) -> Iterator[GaugeMetricFamily]:
        canary = self._figures.canary
        if canary is None:
            return
        yield _gauge("monitor_canary_timestamp_seconds", canary.came_at.timestamp() if canary.came_at else 0.0)
        yield _gauge("monitor_canary_round_trip_seconds", canary.took_s or 0.0)
        yield _gauge("monitor_canary_missing", float(canary.missing))


def _gauge(name: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, METRICS[name], value=value)


def _labelled(name: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, METRICS[name], labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family
