"""`monitor check`: the configuration, its references, the rules and the rules' own tests."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.alert.words import counted
from monitor.cli.output import Printer, plain

if TYPE_CHECKING:
    # Heavy modules, needed here for annotations only.
    from monitor.config.checks import Checked
    from monitor.config.load import Config, Loaded
    from monitor.config.problems import Problem


def register(parser: argparse.ArgumentParser, _common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--no-tests", action="store_true", help="leave the rules' own tests out")
    parser.add_argument(
        "--online", action="store_true", help="sources, mail servers, database, clock, disk and permissions, too"
    )
    parser.set_defaults(call=_check)


def _check(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.config.load import load_config

    loaded = load_config(Path(args.config))
    checked = _checked(loaded, tests=not args.no_tests) if loaded.config else None
    problems = checked.problems if checked else _of_refused(loaded)
    if checked is not None and loaded.config is not None:
        problems = _with_channels(loaded.config, problems)
    if args.online and checked is not None:
        problems = _online(loaded, problems)
    if printer.json:
        tests = [] if checked is None else [_row(t) for t in checked.tests]
        printer.data({"problems": [p.as_json() for p in problems], "tests": tests})
    else:
        _show(loaded, checked, problems, printer)
    return 1 if any(p.severity == "error" for p in problems) else 0


def _with_channels(config: Config, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    from monitor.config.problems import sort_problems
    from monitor.config.secrets import check_secrets

    found = [*problems, *check_secrets(config)]
    if config.model.channels:
        from monitor.config.channels import check_channels

        found += check_channels(config)
    return sort_problems(found)


def _checked(loaded: Loaded, *, tests: bool) -> Checked:
    from monitor.bootstrap.words import open_lexicon
    from monitor.config.checks import check_config

    config = loaded.usable()
    return check_config(loaded, open_lexicon(config.model), tests=tests)


def _online(loaded: Loaded, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    import asyncio

    from monitor.bootstrap.logs import set_up_logs
    from monitor.bootstrap.online import check_online
    from monitor.config.problems import sort_problems

    set_up_logs(level="error", form="auto")
    return sort_problems((*problems, *asyncio.run(check_online(loaded.usable()))))


def _of_refused(loaded: Loaded) -> tuple[Problem, ...]:
    from monitor.bootstrap.words import open_lexicon
    from monitor.config.checks import problems_of_rules

    return problems_of_rules(loaded, open_lexicon(loaded.draft.model)) if loaded.draft else loaded.problems


def _row(test: object) -> dict[str, object]:
    return {name: getattr(test, name) for name in ("rule", "sample", "expected", "got")}


def _show(loaded: Loaded, checked: Checked | None, problems: tuple[Problem, ...], printer: Printer) -> None:
    from monitor.config.problems import format_problem

    for problem in problems:
        colour = "red" if problem.severity == "error" else "yellow"
        head, *rest = format_problem(problem, loaded.files).splitlines()
        printer.line(printer.style(plain(head), colour))
        for line in rest:
            printer.line(plain(line))
    errors = sum(p.severity == "error" for p in problems)
    faults = f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}"
    if checked is None or loaded.config is None:
        printer.line(f"refused: {faults}")
        return
    passed = sum(test.expected == test.got for test in checked.tests)
    refused = f", {len(checked.refused)} refused" if checked.refused else ""
    rules = f"{counted(len(checked.accepted), 'rule')} watching{refused}"
    tests = f"{passed} of {counted(len(checked.tests), 'test')} passed"
    counts = f"{counted(len(loaded.config.sources), 'source')}, {rules}, {tests}"
    printer.line(f"{'fine' if not errors else 'problems'}: {counts}, {faults}")
