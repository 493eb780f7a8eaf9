"""`monitor alerts`: what people were told, what they were not told and why, and what is stuck."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from monitor.alert.words import counted
from monitor.cli.output import Printer, iso, one_line
from monitor.cli.reading import NotFound, list_options, opened, positive, require_name, show_rows, since
from monitor.errors import UsageError

if TYPE_CHECKING:
    # Needed for annotations only; the store is loaded when a command runs.
    from sqlalchemy import Connection

    from monitor.store.alert_lists import AlertLine

KEYS = ("id", "rule", "story_id", "article_ids", "state", "reason", "created_at", "deliveries")
COLUMNS = {
    "id": "ID",
    "created_at": "WHEN",
    "rule": "RULE",
    "state": "STATE",
    "sent": "DELIVERED",
    "title": "TITLE",
    "reason": "REASON",
}


def register(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    actions: Any = parser.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="alerts, newest first", parents=[common])
    list_options(listing)
    listing.add_argument("--held", action="store_true", help="what was not told, and why")
    listing.add_argument("--dead", action="store_true", help="only those with a dead delivery")
    listing.add_argument("--rule", metavar="RULE", help="only of this rule")
    listing.set_defaults(call=_list)
    show = actions.add_parser("show", help="one alert with its deliveries", parents=[common])
    show.add_argument("alert", metavar="ID", type=positive)
    show.set_defaults(call=_show)
    for name, words, call in (
        ("retry", "make stuck deliveries due now", _retry),
        ("discard", "give up what was not sent", _discard),
        ("ack", "take an alert over", _ack),
    ):
        action = actions.add_parser(name, help=words, parents=[common])
        action.add_argument("alerts", metavar="ID", type=positive, nargs="*")
        action.add_argument("--all", action="store_true", help="all of them")
        action.set_defaults(call=call)
        if name == "ack":
            action.add_argument("--note", help="what is being done about it")
            action.add_argument("--by", help="who takes it; default the user's name")


def _list(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.alert_lists import list_alerts
    from monitor.store.rules import rule_states

    with opened(args) as it, it.database.reading() as connection:
        start = since(args.since, it.now)
        if args.rule is not None:
            known = {rule.id for rule in it.config.rules} | {state.rule_id for state in rule_states(connection)}
            require_name("rule", args.rule, known, "monitor rules list")
        lines = list_alerts(
            connection, limit=args.limit, since=start, rule_id=args.rule, held=args.held, undelivered=args.dead
        )
    rows = [as_row(line) for line in lines]
    show_rows(printer, rows, KEYS, COLUMNS, now=it.now, wide="title", none="no alerts")
    return 0


def as_row(line: AlertLine) -> dict[str, Any]:
    """The JSON fields of an alert, and what its table shows."""
    deliveries = [
        {key: getattr(d, key) for key in ("channel", "target", "state", "attempts", "last_error", "sent_at")}
        for d in line.deliveries
    ]
    sent = sum(d.state == "sent" for d in line.deliveries)
    worst = next((d.state for d in line.deliveries if d.state != "sent"), "")
    return {
        "id": line.id,
        "rule": line.rule,
        "story_id": line.story_id,
        "article_ids": list(line.article_ids),
        "state": line.state,
        "reason": line.reason,
        "created_at": line.created_at,
        "deliveries": deliveries,
        "title": line.title,
        "sent": f"{sent}/{len(deliveries)} {worst}".strip() if deliveries else "",
    }


def _show(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.alert_lists import show_alert

    with opened(args) as it, it.database.reading() as connection:
        line = show_alert(connection, args.alert)
    if line is None:
        raise NotFound(f"there is no alert {args.alert}", remedy="monitor alerts list")
    row = as_row(line)
    if printer.json:
        more = ("key", "kind", "reason_code", "priority", "told_in", "acked_by", "acked_at", "note")
        printer.data({key: row[key] for key in KEYS} | {key: getattr(line, key) for key in more})
        return 0
    printer.line(printer.style(one_line(line.title), "bold"))
    printer.line(f"alert {line.id} ({line.kind}, {line.key}) of rule {line.rule or '-'}, priority {line.priority}")
    printer.line(f"{line.state}: {one_line(line.reason)}; made {iso(line.created_at)}")
    if line.told_in and line.told_in != line.id:
        printer.line(f"told in alert {line.told_in}")
    for waits in line.waits:
        printer.line(f"waits on {one_line(waits)}")
    printer.line(f"articles: {', '.join(map(str, line.article_ids)) or '-'}")
    if line.acked_by:
        printer.line(f"taken over by {one_line(line.acked_by)} {iso(line.acked_at)} {one_line(line.note or '')}")
    for d in line.deliveries:
        when = f"sent {iso(d.sent_at)}" if d.sent_at else f"next {iso(d.due_at) or '-'}"
        error = f": {one_line(d.last_error)}" if d.last_error else ""
        printer.line(f"  {d.channel} {d.target}: {d.state}, {counted(d.attempts, 'attempt')}, {when}{error}")
    return 0


def _chosen(args: argparse.Namespace) -> list[int] | None:
    if bool(args.alerts) == args.all:
        raise UsageError("name alerts by their ids, or say --all")
    return None if args.all else list(args.alerts)


def _require(connection: Connection, chosen: list[int] | None) -> None:
    """Raises `NotFound`, and nothing is changed, when one of the alerts does not exist."""
    from monitor.store.alert_lists import unknown_alerts

    unknown = unknown_alerts(connection, chosen or ())
    if unknown:
        raise NotFound(f"there is no alert {', '.join(map(str, unknown))}", remedy="monitor alerts list")


def _retry(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.alert_lists import retry_deliveries
    from monitor.store.presence import wake

    chosen = _chosen(args)
    with opened(args) as it, it.database.unit() as connection:
        _require(connection, chosen)
        number = retry_deliveries(connection, chosen, it.now)
        wake(connection)
    return _said(printer, number, "delivery due now", "deliveries due now")


def _discard(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.alert_lists import discard_deliveries

    chosen = _chosen(args)
    with opened(args) as it, it.database.unit() as connection:
        _require(connection, chosen)
        number = discard_deliveries(connection, chosen)
    return _said(printer, number, "delivery given up", "deliveries given up")


def _ack(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.bootstrap.monitor import user_name
    from monitor.store.alert_lists import ack_alerts

    chosen = _chosen(args)
    with opened(args) as it, it.database.unit() as connection:
        _require(connection, chosen)
        by = args.by or user_name()
        number = ack_alerts(connection, chosen, by=by, note=args.note, now=it.now)
    return _said(printer, number, "alert taken over", "alerts taken over")


def _said(printer: Printer, number: int, one: str, many: str) -> int:
    if printer.json:
        printer.data({"changed": number})
    else:
        printer.line(counted(number, one, many))
    return 0
