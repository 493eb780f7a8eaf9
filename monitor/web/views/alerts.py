"""Alerts: what was told and how it went, what was held and why, and what people do about it.

The links of a message open a page with one button here; a GET changes nothing, since mail scanners click every link.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from starlette.responses import Response

from monitor.errors import UsageError
from monitor.store.alert_lists import (
    AlertLine,
    ack_alerts,
    discard_deliveries,
    list_alerts,
    retry_deliveries,
    show_alert,
)
from monitor.store.pages import lines
from monitor.store.silences import add_silence
from monitor.web.learning import learn, sentence_of
from monitor.web.views.ticker import names_of
from monitor.web.visit import NotHere, Visit

PAGE = 50
MUTE = timedelta(hours=4)
NOTE_MAX = 2000


def list_all(visit: Visit) -> Response:
    """What was told, the latest first; `state=held` what was not, `state=stuck` what could not be delivered."""
    state = visit.text("state")
    with visit.context.database.reading() as connection:
        found = list_alerts(
            connection,
            limit=PAGE + 1,
            before=visit.number("before"),
            rule_id=visit.text("rule") or None,
            held=state == "held",
            undelivered=state == "stuck",
        )
    alerts = found[:PAGE]
    older = alerts[-1].id if len(found) > PAGE else None
    values = {"state": state, "rule": visit.text("rule")}
    return visit.page(
        "alerts.html", alerts=alerts, older=older, state=state, values=values, rules=names_of(visit.context)
    )


def show(visit: Visit) -> Response:
    """One alert with its articles, deliveries and what can be done."""
    alert = _alert(visit)
    with visit.context.database.reading() as connection:
        articles = lines(connection, alert.article_ids)
    return visit.page("alert.html", alert=alert, articles=articles, rules=names_of(visit.context))


def ask(act: str, visit: Visit) -> Response:
    """The page with one button that a link of a message opens; `act` is ack, mute or wrong."""
    alert = _alert(visit)
    sentence = sentence_of(visit.context, alert) if act == "wrong" else None
    return visit.page("ask.html", alert=alert, act=act, sentence=sentence, rules=names_of(visit.context))


def acknowledge(visit: Visit) -> Response:
    """Somebody takes it, with a note."""
    alert = _alert(visit)
    with visit.context.database.unit() as connection:
        take_over(connection, visit, alert.id)
    return visit.go(f"/alerts/{alert.id}")


def take_over(connection: sa.Connection, visit: Visit, alert_id: int) -> None:
    """Note who takes an alert, as they say or as we know them, and what they say to it."""
    by = visit.text("by").strip() or (visit.visitor.name if visit.visitor else "")
    note = visit.text("note").strip()[:NOTE_MAX] or None
    ack_alerts(connection, [alert_id], by=by[:100], note=note, now=visit.context.now)


def mute(visit: Visit) -> Response:
    """The alert's rule says nothing for four hours."""
    alert = _alert(visit)
    if alert.rule is None:
        raise UsageError("this alert is about the monitor itself: it has no rule to mute")
    now = visit.context.now
    with visit.context.database.unit() as connection:
        note = f"alert {alert.id}"
        add_silence(connection, "rule", alert.rule, until=now + MUTE, now=now, note=note)
    return visit.go("/silences")


def wrong(visit: Visit) -> Response:
    """The sentence goes into the rule's `silent` tests; shows which tests fail now."""
    alert = _alert(visit)
    learnt = learn(visit.context, alert)
    return visit.page("learnt.html", alert=alert, learnt=learnt)


def retry(visit: Visit) -> Response:
    """Undelivered messages of it are due now."""
    alert = _alert(visit)
    with visit.context.database.unit() as connection:
        retry_deliveries(connection, [alert.id], visit.context.now)
    return visit.go(f"/alerts/{alert.id}")


def discard(visit: Visit) -> Response:
    """Undelivered messages of it are given up."""
    alert = _alert(visit)
    with visit.context.database.unit() as connection:
        discard_deliveries(connection, [alert.id])
    return visit.go(f"/alerts/{alert.id}")


def _alert(visit: Visit) -> AlertLine:
    with visit.context.database.reading() as connection:
        found = show_alert(connection, visit.key())
    if found is None:
        raise NotHere(f"there is no alert {visit.key()}")
    return found
