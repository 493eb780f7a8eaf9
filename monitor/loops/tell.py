"""From verdicts to alerts: load what the deciders need | decide | write alerts, deliveries, digest items, timers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from monitor.alert.settings import AlertSettings
from monitor.model.alert import Channel
from monitor.model.match import Verdict
from monitor.model.settled import RuleBook, SettledArticle, TellReport


def record_matches(
    connection: sa.Connection,
    settled: SettledArticle,
    verdicts: Iterable[Verdict],
    *,
    rules: RuleBook,
    channels: Mapping[str, Channel],
    settings: AlertSettings,
    now: datetime,
) -> TellReport:
    """Record the matches among `verdicts` and what follows from them, in the caller's unit of work."""
    raise NotImplementedError
