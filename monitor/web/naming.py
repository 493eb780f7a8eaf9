"""Whether there is what somebody names: a misspelt silence would mute nothing, a misspelt feed stay empty."""

from __future__ import annotations

from monitor.config.values import suggestion
from monitor.store.stories import articles_of
from monitor.web.visit import LARGEST_DIGITS, NotHere, Visit


def require_known(visit: Visit, kind: str, subject: str) -> None:
    """Raise `NotHere` for a rule, source or tag that is not configured, and for a story that is not stored."""
    if kind != "story":
        known = visit.context.config.named(kind)
        if subject not in known:
            raise NotHere(f"there is no {kind} {subject[:80]!r}", remedy=suggestion(subject, known))
        return
    number = int(subject) if subject.isascii() and subject.isdigit() and len(subject) < LARGEST_DIGITS else None
    with visit.context.database.reading() as connection:
        if number is None or not articles_of(connection, number):
            raise NotHere(f"there is no story {subject[:80]!r}")
