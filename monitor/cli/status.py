"""`monitor status`: how the monitor and its sources are doing, at a glance."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from monitor.alert.words import counted
from monitor.cli.output import Printer, ago, iso, length, one_line
from monitor.cli.reading import opened

FINE = ("ok", "new")


def register(parser: argparse.ArgumentParser, _common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    help_ = "only say whether this machine's monitor gave a sign of life within two minutes (exit code 1: no)"
    parser.add_argument("--check", action="store_true", help=help_)
    parser.set_defaults(call=_status)


def _status(args: argparse.Namespace, printer: Printer) -> int:
    if args.check:  # asked every half a minute in a container: nothing is imported for it that it does not need
        return _check(args, printer)
    from monitor.store.footing import footing
    from monitor.store.overview import overview
    from monitor.store.presence import living
    from monitor.store.rules import rule_states
    from monitor.store.shown import list_sources
    from monitor.store.vacuum import room

    with opened(args) as it, it.database.reading() as connection:
        sources = list_sources(connection)
        rules = [rule for rule in rule_states(connection) if rule.status != "removed"]
        workers = living(connection, it.now)
        facts = overview(connection, it.now)
        stands_on = footing(it.database.engine.url)
        file = room(connection)
    kept = it.config.model.articles
    troubled = [s for s in sources if s["health"] not in FINE]
    refused = [{"id": r.rule_id, "problem": r.problem, "watching": r.version is not None} for r in rules if r.problem]
    data: dict[str, Any] = {
        "running": [{"role": w.role, "host": w.host, "pid": w.pid, "seen_at": w.seen_at} for w in workers],
        "sources": dict(Counter(s["health"] for s in sources)),
        "troubled": [{key: s[key] for key in ("id", "name", "health", "reason")} for s in troubled],
        "rules": len(rules),
        "refused": refused,
        "writer": stands_on.holder if stands_on else None,
        "free_bytes": stands_on.free if stands_on else None,
        "scarce": stands_on is not None and stands_on.scarce,
        "kept": {
            "articles_s": kept.keep,
            "alerts_s": kept.keep_alerted,
            "polls_s": kept.keep_polls,
            "sources": sum(s["keep_s"] is not None for s in sources),
            "rules": sum(r.keep_s is not None for r in rules),
        },
        "database_bytes": file and file.size,
        **facts,
    }
    if printer.json:
        printer.data(data)
    else:
        _show(data, it.now, printer)
    return 0


def _check(args: argparse.Namespace, printer: Printer) -> int:
    import socket

    from monitor.store.presence import living

    with opened(args) as it, it.database.reading() as connection:
        here = [w for w in living(connection, it.now) if w.host == socket.gethostname()]
    if printer.json:
        printer.data({"running": [{"role": w.role, "pid": w.pid, "seen_at": w.seen_at} for w in here]})
    else:
        printer.line(", ".join(f"{w.role}: alive {ago(w.seen_at, it.now)} ago" for w in here) or "no sign of life")
    return 0 if here else 1


def _show(data: dict[str, Any], now: Any, printer: Printer) -> None:
    _show_running(data, printer)
    if data["offline_since"]:
        offline, since = printer.style("offline", "red"), iso(data["offline_since"])
        printer.line(f"  {offline}  since {since}: no source can be reached from here")
    printer.line(f"sources: {_counts(data['sources'])}")
    for source in data["troubled"]:
        colour = "yellow" if source["health"] in ("degraded", "stale") else "red"
        printer.line(f"  {printer.style(source['health'], colour)}  {source['id']}: {one_line(source['reason'] or '')}")
    if data["canary"]:
        printer.line(f"canary: {_canary(data['canary'], now, printer)}")
    if data["hubs"]:
        printer.line(f"hubs that push: {_counts(data['hubs'])}")
    newest = f", newest {ago(data['newest_at'], now)} ago" if data["newest_at"] else ""
    printer.line(f"articles: {data['articles']}, {data['articles_24h']} in 24 h{newest}")
    printer.line(f"rules: {data['rules']} known")
    for rule in data["refused"]:
        goes_on = "its last good version goes on" if rule["watching"] else "NOT WATCHING"
        printer.line(f"  {printer.style('refused', 'red')}  {rule['id']} ({goes_on}): {one_line(rule['problem'])}")
    printer.line(
        f"alerts in 24 h: {', '.join(f'{n} {state}' for state, n in sorted(data['alerts_24h'].items())) or 'none'}"
    )
    printer.line(
        f"deliveries: {', '.join(f'{n} {state}' for state, n in sorted(data['deliveries'].items())) or 'none'}"
    )
    printer.line(_kept(data))
    for stuck in data["stuck"]:
        due = iso(stuck["due_at"]) or "-"
        error = one_line(stuck["last_error"] or "")
        where = f"alert {stuck['alert_id']} on {stuck['channel']}"
        printer.line(f"  {printer.style(stuck['state'], 'red')}  {where}: {error}, next {due}")


def _show_running(data: dict[str, Any], printer: Printer) -> None:
    running, writer = data["running"], data["writer"]
    state = ", ".join(f"{w['role']} on {w['host']} (process {w['pid']})" for w in running)
    words = printer.style("running", "green") if running else printer.style("not running", "red")
    if writer is not None and not running:
        words = printer.style("running, but it cannot write", "red")
        state = f"process {writer} has the database and gives no sign of life: see its log"
    printer.line(f"monitor: {words} {state}".rstrip())
    if data["scarce"]:
        free = f"{data['free_bytes'] / 1e6:.0f} MB"
        printer.line(
            f"  {printer.style('disk', 'red')}  {free} are left for the database; nothing is lost, but free some"
        )


def _canary(canary: dict[str, Any], now: Any, printer: Printer) -> str:
    came = f"came through {ago(canary['came_at'], now)} ago in {canary['took_s']:.1f} s" if canary["came_at"] else ""
    if canary["missing"]:
        why = one_line(canary["problem"] or "its message waits in the outbox")
        return f"{printer.style('missing', 'red')} ({why}){', it last ' + came if came else ''}"
    return came or "on its first flight"


def _kept(data: dict[str, Any]) -> str:
    kept = data["kept"]
    names = ("articles", "alerts", "polls")
    general = ", ".join(f"{name} {length(kept[f'{name}_s'], '')}" for name in names)
    numbers = {name: kept[f"{name}s"] for name in ("source", "rule")}
    own = "; ".join(f"{counted(number, name)} with `keep:`" for name, number in numbers.items() if number)
    size = f"; database {data['database_bytes'] / 1e6:.0f} MB" if data["database_bytes"] else ""
    return f"kept: {general}{'; ' if own else ''}{own}{size}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"
