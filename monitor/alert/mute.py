"""Silences: what is muted, until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.model.alert import Silence
from monitor.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Subject:
    """What a hit is about, in the words silences use."""

    rule_id: str
    story_id: int | None
    source_ids: frozenset[str]
    tags: frozenset[str]


def silence_for(subject: Subject, silences: Iterable[Silence], now: datetime) -> Silence | None:
    """The silence in force that lasts longest, or None.

    A source's silence holds only while every source that showed the article is silenced: what an unmuted source also
    brings is told.
    """
    in_force = [silence for silence in silences if silence.until > now]
    muted_sources = {silence.subject for silence in in_force if silence.kind == "source"}
    hits = [silence for silence in in_force if _covers(silence, subject, muted_sources)]
    return max(hits, key=lambda silence: silence.until, default=None)


def _covers(silence: Silence, subject: Subject, muted_sources: set[str]) -> bool:
    if silence.kind == "rule":
        return silence.subject == subject.rule_id
    if silence.kind == "story":
        return subject.story_id is not None and silence.subject == str(subject.story_id)
    if silence.kind == "tag":
        return silence.subject in subject.tags
    return silence.subject in subject.source_ids and subject.source_ids <= muted_sources


def silenced(silence: Silence) -> Reason:
    """Why something muted is not told."""
    note = f" ({silence.note})" if silence.note else ""
    return Reason(
        "silence", f"{silence.kind} {silence.subject} is muted until {silence.until:%Y-%m-%d %H:%M} UTC{note}"
    )
