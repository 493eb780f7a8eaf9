"""When hits count as news: `fire` of the watchlist, over facts counted in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from monitor.model.reasons import Reason
from monitor.model.rule import Fire, FireAbsence, FireBurst, FireSources, FireStory

LEARNING = timedelta(days=3)
"""A burst needs that much history before it may fire."""
BASELINE_FLOOR_PER_HOUR = 0.5


@dataclass(frozen=True, slots=True)
class FireFacts:
    """The rule's last earlier hit in the story, and whether the rule has told of the story."""

    earlier_hit_at: datetime | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class Fired:
    """`now`: it counts.  Not now and `final`: it never will; otherwise it may when more is known."""

    now: bool
    reason: Reason
    final: bool = True


def fires(fire: Fire, facts: FireFacts, now: datetime) -> Fired:
    """Whether a single hit counts as news; the number of sources, bursts and absences are for timers to decide."""
    if isinstance(fire, FireStory):
        return _first_in_story(fire, facts, now)
    if isinstance(fire, FireSources) and not facts.told:
        return Fired(False, Reason("fire-sources", f"waits for {fire.sources} sources to carry the story"), final=False)
    return Fired(True, Reason("article", "every matching article counts"))


def _first_in_story(fire: FireStory, facts: FireFacts, now: datetime) -> Fired:
    at = facts.earlier_hit_at
    if at is not None and now - at <= timedelta(seconds=fire.first_in_s):
        return Fired(False, Reason("fire-not-first", f"the rule fired in this story at {at:%Y-%m-%d %H:%M} UTC"))
    return Fired(True, Reason("fire-first", f"no hit of the rule in this story for {fire.first_in_s / 3600:g} h"))


def enough_sources(fire: FireSources, sources: int) -> Fired:
    """Whether that many sources are enough."""
    hours = f"{fire.within_s / 3600:g} h"
    if sources >= fire.sources:
        return Fired(True, Reason("fire-sources", f"{sources} sources within {hours}"))
    return Fired(False, Reason("fire-sources", f"{sources} of {fire.sources} sources within {hours}"), final=False)


@dataclass(frozen=True, slots=True)
class BurstFacts:
    """Counts of groups of copies: in the window, from how many sources, and in earlier windows of these hours.

    `history` has one count per earlier window (the same hours of the week), `watching_since` is when counting began.
    """

    groups: int
    sources: int
    history: tuple[int, ...]
    watching_since: datetime
    armed: bool = True


@dataclass(frozen=True, slots=True)
class Burst:
    """`tell` now; `armed` afterwards."""

    tell: bool
    armed: bool
    reason: Reason


def decide_burst(fire: FireBurst, facts: BurstFacts, now: datetime) -> Burst:
    """Whether the volume of now is a burst, and whether the rule is armed for the next one."""
    hours = fire.within_s / 3600
    baseline = max(median(facts.history) if facts.history else 0.0, BASELINE_FLOOR_PER_HOUR * hours)
    needed = max(float(fire.articles), fire.times_baseline * baseline)
    if now - facts.watching_since < LEARNING:
        since = f"{facts.watching_since:%Y-%m-%d %H:%M} UTC"
        return Burst(False, facts.armed, Reason("learning", f"learning since {since}; bursts fire after three days"))
    if not facts.armed:
        calm = facts.groups < needed / 2
        return Burst(
            False, calm, Reason("re-armed" if calm else "still-bursting", f"{facts.groups} within {hours:g} h")
        )
    if facts.groups >= needed and facts.sources >= fire.sources:
        text = f"{facts.groups} articles from {facts.sources} sources within {hours:g} h; usual: {baseline:g}"
        return Burst(True, False, Reason("burst", text))
    return Burst(False, True, Reason("no-burst", f"{facts.groups} of {needed:g} articles, {facts.sources} sources"))


@dataclass(frozen=True, slots=True)
class AbsenceFacts:
    """The clock's start (the later of acceptance and last match) and the stretches that do not count."""

    since: datetime
    blind: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Absence:
    """`tell` that nothing came, or look again at `again_at`; `cannot_tell` when half of the time was blind."""

    tell: bool
    again_at: datetime
    cannot_tell: bool
    reason: Reason


def decide_absence(fire: FireAbsence, facts: AbsenceFacts, now: datetime) -> Absence:
    """Whether nothing matched for long enough of the time in which we could have seen it."""
    blind = _overlap(facts.blind, facts.since, now)
    seen = now - facts.since - blind
    after = timedelta(seconds=fire.after_s)
    days = _span(after)
    if seen >= after:
        text = f"nothing matched for {days}" + (f", {_hours(blind)} of outages not counted" if blind else "")
        return Absence(True, now + after, False, Reason("absence", text))
    waiting = now - facts.since >= after
    text = (
        f"cannot tell: blind for {_hours(blind)} of {days}" if waiting else f"last heard {facts.since:%Y-%m-%d %H:%M}"
    )
    return Absence(False, now + (after - seen), waiting, Reason("cannot-tell" if waiting else "heard", text))


def _overlap(spans: tuple[tuple[datetime, datetime], ...], start: datetime, end: datetime) -> timedelta:
    total, reached = timedelta(), start
    for begin, finish in sorted(spans):
        begin, finish = max(begin, reached), min(finish, end)  # noqa: PLW2901 - clipped to what is not counted yet
        if finish > begin:
            total += finish - begin
            reached = finish
    return total


def _span(span: timedelta) -> str:
    return f"{span.total_seconds() / 86400:g} days" if span >= timedelta(days=2) else _hours(span)


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.0f} h"
