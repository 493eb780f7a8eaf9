"""Telling about the monitor itself: one alert for an incident, to whoever watches over it."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.loops.dispatch import Work, queue
from monitor.model.alert import AlertKind, AlertState
from monitor.model.reasons import Reason
from monitor.model.rule import Priority
from monitor.store import alerts as rows

LINES_KEPT = 200


def tell_ops(
    work: Work,
    key: str,
    headline: str,
    lines: Sequence[str],
    *,
    priority: Priority = Priority.NORMAL,
    thread: str | None = None,
    to: Sequence[str] | None = None,
) -> int:
    """Tell an incident once; further facts about it are added to its alert for those who look.  The alert's id.

    `thread` is the key of the message that this one answers.  `to` names other channels than those of ops.  Where
    nobody is configured to hear of it, the alert is stored all the same.
    """
    known = rows.find_alert(work.connection, key)
    if known is not None:
        merged = list(dict.fromkeys([*known.facts.get("lines", ()), *lines]))[:LINES_KEPT]
        rows.add_facts(work.connection, known.id, {"lines": merged})
        return known.id
    names = work.telling.settings.ops_channels if to is None else to
    channels = [work.telling.channels[name] for name in names if name in work.telling.channels]
    state = AlertState.TOLD if channels else AlertState.HELD
    reason = Reason(key.split(":", 1)[0], headline)
    facts = {"headline": headline, "lines": list(lines)}
    new = rows.NewAlert(key, AlertKind.OPS, state, reason, thread=thread or key, priority=priority, facts=facts)
    alert_id = rows.put_alert(work.connection, new, work.now)
    alert = rows.get_alert(work.connection, alert_id)
    for channel in channels:
        queue(work, alert, channel)
    return alert_id
