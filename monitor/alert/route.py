"""Who is told, and per channel whether now or gathered with others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alert.hours import in_span, next_digest, next_full_hour, next_local, quiet_until
from monitor.alert.keys import window_name
from monitor.alert.settings import AlertSettings
from monitor.model.alert import Channel
from monitor.model.reasons import Reason
from monitor.model.rule import AlertSpec, Priority
from monitor.model.settled import Gap, RuleFacts

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def channels_for(spec: AlertSpec, tags: frozenset[str], now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """The channels of the rule and of those of its routes whose hours, days and tags fit, each once, in order."""
    chosen = list(spec.to)
    local = now.astimezone(zone)
    for route in spec.routes:
        fits_hours = route.hours is None or in_span(route.hours, now, zone)
        fits_day = not route.days or DAYS[local.weekday()] in {day.lower()[:3] for day in route.days}
        if fits_hours and fits_day and (not route.tags or tags & set(route.tags)):
            chosen.extend(route.to)
    return tuple(dict.fromkeys(chosen))


@dataclass(frozen=True, slots=True)
class Gather:
    """Tell it with others: in `window`, which closes at `due_at`."""

    window: str
    due_at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class SendNow:
    """Hand it over at once."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class SendFacts:
    """What decides about one alert on one channel.

    `told_this_hour` counts the rule's messages on the channel since the full hour; `waiting` is where an earlier alert
    of the same thread still waits; `addition` and `gap` as decided for the alert; `age_s` how old it is.
    """

    rule: RuleFacts
    channel: Channel
    settings: AlertSettings
    told_this_hour: int = 0
    waiting: tuple[str, datetime] | None = None
    addition: str | None = None
    gap: Gap | None = None
    age_s: float = 0.0


def decide_send(facts: SendFacts, now: datetime) -> SendNow | Gather:
    """Now, or in which window."""
    spec = facts.rule.alert
    zone = zone_of(facts.channel, facts.settings)
    if facts.addition is not None:
        due = now + timedelta(seconds=facts.settings.catch_up_s)
        return _gather(f"added.{facts.addition}", due, "told together with the other first matches", facts, zone)
    if spec.priority is Priority.HIGH:
        return SendNow(Reason("high", "priority high is told singly and at once"))
    if facts.waiting is not None:
        return Gather(*facts.waiting, Reason("thread-waits", "the story's first alert waits too"))
    if (gathered := _late(facts, now, zone)) is not None:
        return gathered
    if spec.digest:
        due = next_digest(spec.digest, now, ZoneInfo(facts.settings.timezone), facts.settings.daily_at)
        return _gather("digest", due, f"digest {spec.digest}", facts, zone)
    if (until := quiet_until(facts.channel.quiet_hours, now, zone)) is not None:
        return Gather(window_name("quiet", until), until, Reason("quiet-hours", _until("quiet hours", until, zone)))
    if spec.max_per_hour and facts.told_this_hour >= spec.max_per_hour:
        text = f"more than {spec.max_per_hour} an hour"
        return _gather(f"cap.{facts.rule.id}", next_full_hour(now), text, facts, zone)
    return SendNow(Reason("now", "nothing holds it"))


def _late(facts: SendFacts, now: datetime, zone: ZoneInfo) -> Gather | None:
    settings = facts.settings
    max_age_s = facts.rule.alert.max_age_s if facts.rule.alert.max_age_s is not None else settings.max_age_s
    if max_age_s and facts.age_s > max_age_s:
        due = next_local(settings.daily_at, now, ZoneInfo(settings.timezone))
        return _gather("older", due, f"older than {max_age_s / 3600:g} h", facts, zone)
    if facts.gap is not None and facts.gap.ours:
        due = max(facts.gap.until + timedelta(seconds=settings.catch_up_s), now)
        return _gather(f"catch-up.{facts.rule.id}", due, "after an outage, one message per rule", facts, zone)
    return None


def _gather(kind: str, due: datetime, text: str, facts: SendFacts, zone: ZoneInfo) -> Gather:
    quiet_end = quiet_until(facts.channel.quiet_hours, due, zone)
    due = _whole_minute(quiet_end or due)
    return Gather(window_name(kind, due), due, Reason(kind.partition(".")[0], _until(text, due, zone)))


def _whole_minute(due: datetime) -> datetime:
    floor = due.replace(second=0, microsecond=0)
    return floor if floor == due else floor + timedelta(minutes=1)


def _until(text: str, due: datetime, zone: ZoneInfo) -> str:
    return f"{text}; told at {due.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def zone_of(channel: Channel, settings: AlertSettings) -> ZoneInfo:
    """The zone of a channel's clocks: its own, else the user's."""
    return ZoneInfo(channel.timezone or settings.timezone)


def usable(names: tuple[str, ...], channels: Mapping[str, Channel], settings: AlertSettings) -> tuple[str, ...]:
    """The configured ones of `names`, else who hears about the monitor itself: an alert always has a reader."""
    known = tuple(name for name in names if name in channels)
    return known or tuple(name for name in settings.ops_channels if name in channels)
