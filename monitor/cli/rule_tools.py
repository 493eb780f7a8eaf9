"""`monitor rules backtest|lint|learn`: a rule on the past, on itself, and on what went wrong."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from monitor.alert.words import counted
from monitor.cli.output import Printer, iso, one_line, plain
from monitor.cli.reading import NotFound, instant, opened, positive
from monitor.errors import UsageError

BAR = 40
"""Width of the longest bar of a plot in the terminal."""


def register(actions: Any, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    backtest = actions.add_parser("backtest", help="what a rule would have matched", parents=[common])
    backtest.add_argument("rule", metavar="RULE")
    backtest.add_argument("--since", default="30d", metavar="WHEN", help="a duration or a date (30d)")
    backtest.add_argument("--diff", action="store_true", help="against the version that is running")
    backtest.add_argument("--samples", type=positive, default=10, metavar="N", help="articles shown (10)")
    backtest.set_defaults(call=_backtest)
    lint = actions.add_parser("lint", help="what is odd about the rules", parents=[common])
    lint.set_defaults(call=_lint)
    learn = actions.add_parser("learn", help="add an alert's sentence to the rule's tests", parents=[common])
    learn.add_argument("alert", metavar="ALERT", type=positive)
    which = learn.add_mutually_exclusive_group(required=True)
    which.add_argument("--silent", action="store_true", help="the rule should have stayed silent on it")
    which.add_argument("--fires", action="store_true", help="the rule should go on firing on it")
    learn.set_defaults(call=_learn)


def _backtest(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.bootstrap.backtest import backtest, running_engine
    from monitor.cli.rules import checked_rules, known_rule

    loaded, checked = checked_rules(args)
    known_rule(loaded, checked, args.rule)
    with opened(args) as it:
        start = instant(args.since, it.now)
        with _progress(printer) as advance:
            found = backtest(it.database, checked.engine, args.rule, since=start, until=it.now, advance=advance)
        before = None
        if args.diff:
            old = running_engine(it.database, args.rule, checked.engine.lexicon)
            before = old and backtest(it.database, old, args.rule, since=start, until=it.now)
    if printer.json:
        printer.data(found.as_json() | ({"diff": found.difference(before)} if before else {}))
        return 0
    _show_backtest(found, before, args.samples, printer)
    if args.diff and before is None:
        printer.line("no version of it is running: there is nothing to compare with")
    return 0


def _show_backtest(found: Any, before: Any, samples: int, printer: Printer) -> None:
    printer.line(found.in_words())
    top = max((count for _, count in found.per_day), default=0)
    for day, count in found.per_day:
        bar = "█" * round(BAR * count / top) if top else ""
        printer.line(f"  {day}  {str(count).rjust(5)}  {bar}")
    for source, count in found.per_source[:10]:
        printer.line(f"  {str(count).rjust(5)}  {one_line(source)}")
    for hit in found.hits[:samples]:
        state = "" if hit.fired else printer.style(" held", "yellow")
        printer.line(f"  {hit.article_id}  {iso(hit.seen_at)}  {one_line(hit.title)}{state}")
        printer.line(printer.style(f"        {one_line(hit.passage)}", "dim"))
    if before is not None:
        change = found.difference(before)
        printer.line(f"against the running version: {len(change['more'])} more, {len(change['fewer'])} fewer")
        for sign, colour, items in (("+", "green", change["more"]), ("-", "red", change["fewer"])):
            for item in items[:samples]:
                printer.line(printer.style(plain(f"  {sign} {item['id']}  {one_line(item['title'])}"), colour))


def _progress(printer: Printer) -> Any:
    from contextlib import nullcontext

    if not printer.watched or printer.json:
        return nullcontext(lambda _done, _total: None)
    from monitor.cli.progress import bar

    return bar("articles")


def _lint(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.cli.rules import checked_rules
    from monitor.config.checks import rule_place
    from monitor.config.problems import Problem, format_problem, sort_problems
    from monitor.match.lint import lint_rules

    loaded, checked = checked_rules(args)
    config = loaded.usable()
    found = [
        Problem(p.code, p.message, rule_place(config, rule_id, p), p.severity, p.hint, rule_id=rule_id or None)
        for rule_id, p in lint_rules(checked.compiled, config.rules, config.concepts)
    ]
    problems = sort_problems([*checked.problems, *found])
    if printer.json:
        printer.data([p.as_json() for p in problems])
    for problem in problems if not printer.json else ():
        printer.line(plain(format_problem(problem, loaded.files)))
    if not problems and not printer.json:
        printer.line("nothing odd")
    return 1 if any(p.severity == "error" for p in problems) else 0


def _learn(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.bootstrap.words import open_lexicon
    from monitor.config.checks import check_config
    from monitor.config.edit import add_sample
    from monitor.config.load import load_config
    from monitor.config.problems import format_problem
    from monitor.store.alerts import get_alert, passages_in

    with opened(args) as it, it.database.reading() as connection:
        alert = get_alert(connection, args.alert)
        passages = passages_in(connection, args.alert)
    if alert is None or alert.rule_id is None:
        raise NotFound(f"there is no alert {args.alert} of a rule", remedy="monitor alerts list")
    sentence = next((p.text for _, group in passages for p in group), None)
    if sentence is None:
        raise UsageError(f"alert {args.alert} has no passage to learn from")
    expected = "silent" if args.silent else "fires"
    file = add_sample(Path(args.config).absolute(), alert.rule_id, expected, sentence)
    loaded = load_config(Path(args.config))
    checked = check_config(loaded, open_lexicon(loaded.usable().model))
    failed = [p for p in checked.errors if p.rule_id == alert.rule_id and p.code == "test-failed"]
    if printer.json:
        printer.data({"file": str(file), "rule": alert.rule_id, "sample": sentence, "failing": len(failed)})
        return 1 if failed else 0
    printer.line(f"{file.name}: rule {alert.rule_id} {expected}: {one_line(sentence)}")
    for problem in failed:
        printer.line(plain(format_problem(problem, loaded.files)))
    printer.line("all tests pass" if not failed else f"{counted(len(failed), 'test')} failing now")
    return 1 if failed else 0
