"""Charts: how much each rule and source brings, by day and hour, and how long messages take."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from monitor.store.pages import source_names
from monitor.store.volumes import Counts, latencies, matches_per, sightings_per
from monitor.web.svg import bars, sparkline
from monitor.web.views.rules import last_days
from monitor.web.views.ticker import names_of
from monitor.web.visit import Visit

DAYS = 14
SHOWN = 60
"""The busiest; the page of a rule or source has its own."""
SHARES = (0.5, 0.9, 0.99)


def show(visit: Visit) -> Response:
    """All of them, each with its figures as a table."""
    days = last_days(visit, DAYS)
    hours = [visit.context.now - timedelta(hours=ago) for ago in range(24, 0, -1)]
    with visit.context.database.reading() as connection:
        rules = matches_per(connection, days)
        sources = sightings_per(connection, days)
        hourly = sightings_per(connection, hours)
        names = source_names(connection)
        waited = latencies(connection, days[0])
    per_hour = [sum(counts.get(hour, 0) for counts in hourly.values()) for hour in range(24)]
    labels = [hour.astimezone(visit.reader.zone) for hour in hours]
    return visit.page(
        "charts.html",
        days=days,
        rules=_rows(visit, rules, names_of(visit.context)),
        sources=_rows(visit, sources, names),
        hour_chart=bars(per_hour, visit.reader.say("Articles per hour"), height=100),
        per_hour=list(zip(labels, per_hour, strict=True)),
        latency=[(share, waited[min(len(waited) - 1, int(share * len(waited)))]) for share in SHARES] if waited else [],
        delivered=len(waited),
    )


def _rows(visit: Visit, counts: Counts, names: dict[str, str]) -> list[dict[str, object]]:
    rows = []
    for label, by_day in counts.items():
        series = [by_day.get(day, 0) for day in range(DAYS)]
        words = visit.reader.say("{total} in {days} days", total=sum(series), days=DAYS)
        rows.append(
            {"id": label, "name": names.get(label, label), "series": series, "total": sum(series), "words": words}
        )
    rows.sort(key=lambda row: (-int(str(row["total"])), str(row["name"])))
    return [row | {"spark": sparkline(list(row["series"]), str(row["words"]))} for row in rows[:SHOWN]]  # type: ignore[call-overload]
