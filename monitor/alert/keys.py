"""The keys of alerts.  A key names what is told, never changes, and is what a receiver may drop doubles by."""

from __future__ import annotations

from datetime import datetime


def article_key(rule_id: str, article_id: int) -> str:
    """An article of a rule; for a story, the article with which the rule's alerts about it opened."""
    return f"{rule_id}:{article_id}"


def update_key(root_key: str, number: int) -> str:
    """The `number`-th update (from 1) of what `root_key` told."""
    return f"{root_key}:u{number}"


def window_key(subject: str, window: str) -> str:
    """A digest (`subject` is the channel), a burst or an absence (the rule) in its window."""
    return f"{subject}:{window}"


def ops_key(kind: str, subject: str, incident: str) -> str:
    """A fact about the monitor itself."""
    return f"{kind}:{subject}:{incident}"


def window_name(kind: str, at: datetime) -> str:
    """A window by the instant that closes it, to the minute, in UTC: `hourly@2026-03-29T06:00Z`."""
    return f"{kind}@{at:%Y-%m-%dT%H:%MZ}"
