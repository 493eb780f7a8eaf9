"""Local times: quiet hours, digests, the full hour.  Daylight saving is the zone's business, not ours.

A local time that the clock jumped over counts as the one as far behind the jump (02:30 as 03:30); one that exists twice
means the first of the two.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

HOUR = timedelta(hours=1)


def at_local(day: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which `zone`'s clocks show `clock` on the local date of `day`."""
    return datetime.combine(day.date(), clock, tzinfo=zone).astimezone(UTC)


def parse_span(span: str) -> tuple[time, time]:
    """`22:00-06:30` as two local times (`24:00` ends a day); raises `ValueError` with the remedy when it is not one."""
    try:
        begins, ends = (part.strip() for part in span.split("-"))
        start, end = time.fromisoformat(begins), time.fromisoformat("00:00" if ends == "24:00" else ends)
    except ValueError as error:
        raise ValueError(f"{span!r} is no span of hours; write it as 22:00-06:30") from error
    if start == end:
        raise ValueError(f"{span!r} is no time or all of it; the two times must differ")
    return start, end


def in_span(span: str, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the zone's clocks are within the span (its end not included)."""
    start, end = parse_span(span)
    local = now.astimezone(zone).time()
    return start <= local < end if start < end else local >= start or local < end


def quiet_until(spans: tuple[str, ...], now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours around `now` end (UTC), or None outside of them.  Spans that touch count as one."""
    end: datetime | None = None
    moment = now
    for _ in spans:  # each can lengthen the quiet once; spans around the clock would go on for ever
        ends = [_span_end(span, moment, zone) for span in spans if in_span(span, moment, zone)]
        if not ends:
            break
        end = moment = max(ends)
    return end


def _span_end(span: str, now: datetime, zone: ZoneInfo) -> datetime:
    _, end = parse_span(span)
    local = now.astimezone(zone)
    # In the hour that comes twice, the end that is still ahead counts.
    today = at_local(local, end.replace(fold=local.fold), zone)
    return today if today > now else at_local(local + timedelta(days=1), end, zone)


def next_full_hour(now: datetime) -> datetime:
    """The next full hour strictly after `now`."""
    return now.replace(minute=0, second=0, microsecond=0) + HOUR


def next_local(clock: str, now: datetime, zone: ZoneInfo, weekday: int | None = None) -> datetime:
    """The next instant strictly after `now` at which the zone's clocks show `clock` (on that weekday, Monday 0)."""
    wanted = time.fromisoformat(clock)
    local = now.astimezone(zone)
    days = (local + timedelta(days=number) for number in count())
    instants = (at_local(day, wanted, zone) for day in days if weekday is None or day.weekday() == weekday)
    return next(instant for instant in instants if instant > now)


def next_digest(digest: str, now: datetime, zone: ZoneInfo, daily_at: str = "08:00") -> datetime:
    """When the digest `hourly`, `daily` or of a cron expression next leaves, strictly after `now` (UTC).

    Raises `ValueError` for an expression that cron does not know or that never comes.
    """
    if digest == "hourly":
        return next_full_hour(now)
    if digest == "daily":
        return next_local(daily_at, now, zone)
    try:
        return next(CronSim(digest, now.astimezone(zone))).astimezone(UTC)
    except (CronSimError, StopIteration) as error:
        raise ValueError(f"{digest!r} is no digest; write hourly, daily or a cron expression") from error
