"""Windows that close: what was gathered for a channel leaves together."""

from __future__ import annotations

from monitor.alert.keys import window_key
from monitor.alert.mute import Subject, silence_for, silenced
from monitor.alert.route import usable
from monitor.loops.dispatch import Work, channels_named, queue, root_of
from monitor.model.alert import AlertKind, AlertState, Channel
from monitor.model.reasons import Reason
from monitor.model.subscription import audience_rule
from monitor.store import alerts as rows
from monitor.store import outbox
from monitor.store.messages import source_ids_of
from monitor.store.silences import silences

ALONE = ("quiet", "cap", "catch-up", "added")
"""Windows whose only alert leaves as itself, in its own thread, rather than as a digest of one."""


def flush_window(work: Work, channel_id: str, window: str) -> bool:
    """Tell what waits in the window; False when nobody is there to be told, so that it has to wait on."""
    waiting = outbox.gathered(work.connection, channel_id, window)
    alerts = [rows.get_alert(work.connection, alert_id) for alert_id in waiting]
    alerts = [alert for alert in alerts if not _muted(work, alert, channel_id)]
    if not alerts:
        return True
    channels = _listeners(work, channel_id)
    if not channels:
        return _left(work, alerts, channel_id)
    kind = window.split("@", 1)[0].split(".", 1)[0]
    alone = len(alerts) == 1 and kind in ALONE and alerts[0].reason.code != "guard"
    message_id = alerts[0].id if alone else _digest(work, channel_id, window, kind)
    message = rows.get_alert(work.connection, message_id)
    for channel in channels:
        queue(work, message, channel)
    outbox.close_items(work.connection, channel_id, window, [alert.id for alert in alerts], message_id)
    for alert in alerts:
        _told(work, alert, message_id)
    return True


def _listeners(work: Work, channel_id: str) -> tuple[Channel, ...]:
    """Who hears what waits on a channel: the channel, or whoever stands in for one that is gone."""
    names: tuple[str, ...] = (channel_id,)
    if audience_rule(channel_id) is None:
        names = usable(names, work.telling.channels, work.telling.settings)
    return tuple(channels_named(work, names).values())


def _left(work: Work, alerts: list[rows.AlertRow], channel_id: str) -> bool:
    """Nobody is there: what waited for subscribers waits no more, what waits for a channel does."""
    if audience_rule(channel_id) is None:
        return False
    for alert in alerts:
        outbox.drop_waiting(work.connection, alert.id, channel_id)
    return True


def _muted(work: Work, alert: rows.AlertRow, channel_id: str) -> bool:
    """What was silenced while it waited is not told after all."""
    if alert.reason.code == "guard":
        return False
    if alert.state is AlertState.SUPPRESSED:
        outbox.drop_waiting(work.connection, alert.id, channel_id)
        return True
    reason = muted_by(work, alert)
    if reason is None:
        return False
    outbox.drop_waiting(work.connection, alert.id, channel_id)
    if not outbox.was_queued(work.connection, alert.id) and not outbox.still_waiting(work.connection, alert.id):
        rows.set_state(work.connection, alert.id, AlertState.SUPPRESSED, reason)
    return True


def muted_by(work: Work, alert: rows.AlertRow) -> Reason | None:
    """Why the alert must not be told now, or None."""
    if alert.rule_id is None:
        return None
    rule = work.telling.rules.get(alert.rule_id)
    tags = frozenset(alert.facts.get("tags", ())) | frozenset(rule.tags if rule else ())
    sources = frozenset(source_ids_of(work.connection, alert.id))
    subject = Subject(alert.rule_id, alert.story_id, sources, tags)
    silence = silence_for(subject, silences(work.connection, work.now), work.now)
    return silenced(silence) if silence else None


def _digest(work: Work, channel_id: str, window: str, kind: str) -> int:
    key = window_key(channel_id, window)
    while rows.find_alert(work.connection, key) is not None:
        key += "+"  # something joined the window after it had closed: a message of its own
    new = rows.NewAlert(
        key=key,
        kind=AlertKind.CATCH_UP if kind == "catch-up" else AlertKind.DIGEST,
        state=AlertState.TOLD,
        reason=Reason(kind, f"gathered until {work.now:%Y-%m-%d %H:%M} UTC"),
        thread=key,
        facts={"window": window},
    )
    return rows.put_alert(work.connection, new, work.now)


def _told(work: Work, alert: rows.AlertRow, message_id: int) -> None:
    """What was gathered is told; what a guard took stays held, but is listed."""
    state = AlertState.HELD if alert.reason.code == "guard" else AlertState.TOLD
    if alert.id == message_id:
        rows.set_state(work.connection, alert.id, state, alert.reason)
    else:
        rows.set_told_in(work.connection, alert.id, message_id, state)
    if alert.thread is not None:
        root = root_of(work.connection, alert)
        rows.thread_told(work.connection, root.id, work.now, rows.thread_from(root).level, ())
