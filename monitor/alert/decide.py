"""What becomes of a hit: told, held to be told later, or not told; always with the reason that people get to see.

Only these hold back for good: the same article, an immaterial revision, a wire copy, a silence, the first poll's
baseline, an age that its source is not to bring.  Everything else is told, now or together with others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.alert.fire import FireFacts, fires
from monitor.alert.group import next_update_at
from monitor.alert.mute import silenced
from monitor.alert.settings import AlertSettings
from monitor.model.alert import Earlier, Silence, Thread
from monitor.model.reasons import Reason
from monitor.model.rule import GroupBy, Priority
from monitor.model.settled import Occasion, RuleFacts, SettledArticle


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell it: `update` in the thread of what was told before, else as something new."""

    reason: Reason
    update: bool = False
    addition: str | None = None
    """The source or rule whose first matches are gathered into one message."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Tell it later: with the thread's next update at `until`, or (None) when `fire` says so."""

    reason: Reason
    until: datetime | None = None
    update: bool = True


@dataclass(frozen=True, slots=True)
class Suppress:
    """Do not tell it; it is listed with its reason."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Known:
    """The hit was dealt with before, and nothing new came with it."""

    reason: Reason


Decision = Tell | Hold | Suppress | Known


@dataclass(frozen=True, slots=True)
class HitFacts:
    """Everything that decides about one hit.

    `copy_told`: the key of this rule's alert about another article of the same group of copies.  `novel`: numbers,
    names and dates in the matched passages that the thread did not have.
    """

    rule: RuleFacts
    article: SettledArticle
    settings: AlertSettings
    earlier: Earlier | None = None
    copy_told: str | None = None
    thread: Thread | None = None
    silence: Silence | None = None
    fire: FireFacts = field(default_factory=FireFacts)
    novel: frozenset[str] = frozenset()


def decide_alert(facts: HitFacts, now: datetime) -> Decision:
    """What becomes of a hit of `facts.rule` on `facts.article` at `now`."""
    if (known := _known(facts)) is not None:
        return known
    if facts.silence is not None:
        return Suppress(silenced(facts.silence))
    if (old := _too_old(facts)) is not None:
        return old
    if (baseline := _baseline(facts)) is not None:
        return baseline
    if (copied := _copy(facts)) is not None:
        return copied
    fired = fires(facts.rule.fire, facts.fire, now)
    if not fired.now:
        return Suppress(fired.reason) if fired.final else Hold(fired.reason, update=False)
    return _grouped(facts, now)


def _known(facts: HitFacts) -> Known | None:
    earlier, occasion = facts.earlier, facts.article.occasion
    if earlier is None:
        return None
    if earlier.reason_code == "guard" or (earlier.reason_code == "copy" and facts.article.copy is None):
        return None
    if earlier.revision == facts.article.revision:
        return Known(Reason("same-revision", f"dealt with in {earlier.key}"))
    if occasion is Occasion.REVISED:
        return None
    return Known(Reason("immaterial", f"the text changed too little since {earlier.key}"))


def _too_old(facts: HitFacts) -> Suppress | None:
    """What its source showed long after it was published: pages that were edited, archives that were opened."""
    article = facts.article
    most_s = facts.settings.oldest_s.get(article.sources[0].id) if article.sources else None
    if not most_s or article.published_at is None or article.occasion is Occasion.REVISED:
        return None
    age = article.first_seen_at - article.published_at
    if age.total_seconds() <= most_s:
        return None
    name, days = article.sources[0].name, age.total_seconds() / 86_400
    return Suppress(
        Reason("too-old", f"{days:.1f} days old when {name} showed it; its max_age is {most_s / 86_400:g} d")
    )


def _baseline(facts: HitFacts) -> Decision | None:
    article, rule, settings = facts.article, facts.rule, facts.settings
    if article.occasion is Occasion.REVISED:
        return None
    if article.baseline is not None:
        subject, founding = f"source.{article.baseline.source_id}", article.baseline.founding
        origin = f"first poll of {article.baseline.source_name}"
    elif article.occasion is Occasion.RULE_ADDED:
        subject, founding = f"rule.{rule.id}", rule.founding
        origin = f"seen before rule {rule.name} was accepted"
    else:
        return None
    return _first_poll(facts, subject, founding, origin, settings)


def _first_poll(facts: HitFacts, subject: str, founding: bool, origin: str, settings: AlertSettings) -> Decision | None:
    if settings.first_poll == "all":
        return None
    if founding or settings.first_poll == "silent":
        return Suppress(Reason("baseline", f"{origin}: what was there before is not news"))
    published = facts.article.published_at
    if published is None:
        return Suppress(Reason("baseline", f"{origin}: undated"))
    start = _addition_start(facts)
    if published < start - timedelta(seconds=settings.first_poll_recent_s):
        return Suppress(Reason("baseline", f"{origin}: older than {settings.first_poll_recent_s / 3600:g} h"))
    if (copied := _copy(facts)) is not None:
        return copied
    return Tell(Reason("added", f"{origin}: recent, told together with the others"), addition=subject)


def _addition_start(facts: HitFacts) -> datetime:
    if facts.article.baseline is not None:
        return facts.article.first_seen_at
    return facts.rule.accepted_at


def _copy(facts: HitFacts) -> Suppress | None:
    article, rule = facts.article, facts.rule
    if article.copy is None or facts.copy_told is None or rule.alert.group_by is GroupBy.NONE:
        return None
    score = f"{article.copy.score:.0%}".replace("%", " %")
    return Suppress(Reason("copy", f"wire copy ({score} of the text) of {facts.copy_told}"))


def _grouped(facts: HitFacts, now: datetime) -> Tell | Hold:
    thread, rule = facts.thread, facts.rule
    if thread is None:
        return Tell(_first(facts))
    if rule.alert.group_by is GroupBy.NONE:
        return Tell(Reason("revision", f"revised materially since {thread.key}"), update=True)
    if rule.alert.digest and rule.alert.priority is not Priority.HIGH:
        return Tell(Reason("update", f"more to {thread.key}, told with the digest"), update=True)
    due = next_update_at(thread, rule.alert.cooldown_s, facts.novel)
    if due <= now and thread.pending_id is None:
        return Tell(Reason("update", f"more to {thread.key}"), update=True)
    brings = f"; brings {', '.join(sorted(facts.novel)[:3])}" if facts.novel else ""
    return Hold(Reason("cooldown", f"joins the next update to {thread.key}{brings}"), until=max(due, now))


def _first(facts: HitFacts) -> Reason:
    article = facts.article
    if article.revised_at is not None and article.occasion in {Occasion.REVISED, Occasion.TOUCHED}:
        return Reason("since-update", f"matches since the update of {article.revised_at:%Y-%m-%d %H:%M} UTC")
    if article.occasion is Occasion.TEXT:
        return Reason("text", "matches in the text behind the teaser")
    return Reason("first", "the first hit of the rule in this story")
