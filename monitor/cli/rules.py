"""`monitor rules`: what is watched for, tried on a text, on the past, and against its own tests."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.cli.output import Printer, length, one_line
from monitor.cli.reading import opened, require_name, show_rows
from monitor.errors import UsageError

if TYPE_CHECKING:
    # Heavy modules, needed here for annotations only.
    from monitor.config.checks import Checked
    from monitor.config.load import Loaded
    from monitor.match.explain import Explanation
    from monitor.model.article import Document

KEYS = ("id", "name", "status", "version", "problem", "accepted_at", "last_match_at", "keep_s")
COLUMNS = {
    "id": "ID",
    "status": "STATUS",
    "version": "VERSION",
    "last_match_at": "LAST MATCH",
    "keep": "KEPT",
    "name": "NAME",
    "problem": "PROBLEM",
}


def register(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    from monitor.cli.rule_tools import register as register_tools

    actions: Any = parser.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="rules, their versions and last matches", parents=[common])
    listing.set_defaults(call=_list)
    trying = actions.add_parser("try", help="what a rule makes of a text", parents=[common])
    trying.add_argument("rule", metavar="RULE")
    trying.add_argument("url", metavar="URL", nargs="?", help="an address to fetch")
    trying.add_argument("--text", help="a text")
    trying.add_argument("--title", default="", help="its headline")
    trying.add_argument("--lang", help="its language; recognised when not given")
    trying.add_argument("--file", help="a page or text in a file")
    trying.set_defaults(call=_try)
    register_tools(actions, common)


def _list(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.store.rules import rule_states

    with opened(args) as it, it.database.reading() as connection:
        states = rule_states(connection)
    known = {state.rule_id for state in states}
    rows = [{"id": s.rule_id, **{key: getattr(s, key) for key in KEYS[1:]}} for s in states if s.status != "removed"]
    rows += [{"id": r.id, "name": r.name, "status": "not started yet"} for r in it.config.rules if r.id not in known]
    rows = [row | {"keep": length(row.get("keep_s"), "-")} for row in rows]
    show_rows(printer, rows, KEYS, COLUMNS, now=it.now, wide="problem", none="no rules")
    return 0


def checked_rules(args: argparse.Namespace) -> tuple[Loaded, Checked]:
    """The configuration with its rules compiled, their own tests left out."""
    from monitor.bootstrap.words import open_lexicon
    from monitor.config.checks import check_config
    from monitor.config.load import load_config

    loaded = load_config(Path(args.config))
    return loaded, check_config(loaded, open_lexicon(loaded.usable().model), tests=False)


def known_rule(loaded: Loaded, checked: Checked, rule_id: str) -> None:
    """Raise `NotFound` for a rule that does not exist, `UsageError` for one that is refused."""
    from monitor.config.problems import format_problem

    known = [spec.id for spec in checked.accepted]
    if rule_id in checked.refused and rule_id not in known:
        problems = [p for p in checked.errors if p.rule_id == rule_id]
        shown = "\n".join(format_problem(p, loaded.files) for p in problems)
        raise UsageError(f"the rule {rule_id} is refused\n{shown}")
    require_name("rule", rule_id, known, "monitor rules list")


def _try(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.match.explain import explain

    loaded, checked = checked_rules(args)
    known_rule(loaded, checked, args.rule)
    explanation = explain(checked.engine, args.rule, _document(args))
    if printer.json:
        printer.data(explanation_json(explanation))
    else:
        show_explanation(explanation, printer)
    return 0


def _document(args: argparse.Namespace) -> Document:
    from monitor.model.article import Document

    given = [name for name in ("text", "file", "url") if getattr(args, name)]
    if len(given) != 1 and not (not given and args.title):
        raise UsageError("give one of --text, --file or an address")
    if args.file or args.url:
        return asyncio.run(_read(args))
    paragraphs = tuple(line for line in (args.text or "").splitlines() if line.strip())
    return Document(args.title, paragraphs=paragraphs, language=args.lang, language_sure=args.lang is not None)


async def _read(args: argparse.Namespace) -> Document:
    from monitor.bootstrap.inspection import open_inspection
    from monitor.loops.inspect import inspect_address, inspect_file
    from monitor.match.languages import recognise
    from monitor.model.article import Document

    async with open_inspection(Path(args.config), typed=(args.url,) if args.url else ()) as (fetcher, workers, clock):
        if args.url:
            found = await inspect_address(args.url, fetcher=fetcher, workers=workers, now=clock.now())
        else:
            found = await inspect_file(args.file, url=None, workers=workers, now=clock.now())
    article = found.article
    if article is None:
        why = "; ".join(problem.text for problem in found.problems) or f"it is a {found.kind}"
        raise UsageError(f"no article could be read from {found.target}: {why}")
    declared = args.lang or article.language
    language, sure = recognise(f"{article.title}\n{article.text}", declared=declared)
    return Document(
        title=article.title,
        lead=article.lead or "",
        paragraphs=tuple(line for line in article.text.splitlines() if line.strip()),
        authors=article.authors,
        language=language,
        language_sure=sure,
        url=found.url or "",
        section=article.section or "",
    )


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """Verdict, reason and evidence of a rule on a text."""
    verdict = explanation.verdict
    return {
        "rule": explanation.rule_id,
        "fired": verdict.fired,
        "held": bool(verdict.held),
        "waits": verdict.waits,
        "score": verdict.score,
        "reason": explanation.reason.text,
        "reason_code": explanation.reason.code,
        "evidence": [evidence_json(item) for item in verdict.evidence],
        "held_by": [
            {
                "label": group.label.value,
                "cue": group.cue and group.cue.text,
                "evidence": [evidence_json(item) for item in group.evidence],
            }
            for group in verdict.held
        ],
    }


def evidence_json(item: Any) -> dict[str, Any]:
    """One passage that counted."""
    keys = ("field", "paragraph", "start", "end", "text", "term", "group")
    return {key: getattr(item, key) for key in keys} | {"how": item.how.value}


def show_explanation(explanation: Explanation, printer: Printer) -> None:
    """The same for people."""
    verdict = explanation.verdict
    words, colour = ("fires", "green") if verdict.fired else ("held", "yellow") if verdict.held else ("silent", "red")
    score = f" (score {verdict.score:g})" if verdict.score is not None else ""
    printer.line(f"{explanation.rule_id}: {printer.style(words, colour)}{score}: {one_line(explanation.reason.text)}")
    for line in explanation.lines:
        printer.line(f"  {one_line(line)}")
