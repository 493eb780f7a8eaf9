"""`monitor why`: what each stage decided about an article or alert, from fetch to delivery."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from monitor.alert.words import counted
from monitor.cli.output import Printer, iso, one_line
from monitor.cli.reading import NotFound, number_in, opened

if TYPE_CHECKING:
    # Needed for annotations only.
    from monitor.match.explain import Explanation


def register(parser: argparse.ArgumentParser, _common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("what", metavar="ARTICLE|URL|alert:ID", help="an article's id or address, or alert:ID")
    parser.add_argument("rule", metavar="RULE", nargs="?", help="only this rule; default: those that had to do with it")
    parser.set_defaults(call=_why)


def _why(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.cli.rules import checked_rules, known_rule

    loaded, checked = checked_rules(args)
    if args.rule:
        known_rule(loaded, checked, args.rule)
    with opened(args) as it, it.database.reading() as connection:
        alert_id, article_ids = _resolve(connection, args.what)
        found = [_trace(connection, article_id, alert_id) for article_id in article_ids]
        for trace in found:
            touched = {match["rule_id"] for match in trace["matches"]}
            wanted = {args.rule} if args.rule else touched
            trace["rules"] = [
                explanation
                for spec in checked.accepted
                if spec.id in wanted or not wanted
                if (explanation := _explained(connection, checked.engine, spec.id, trace["article"]["id"]))
            ]
    if printer.json:
        from monitor.cli.rules import explanation_json

        for trace in found:
            trace["rules"] = [explanation_json(explanation) for explanation in trace["rules"]]
        printer.data(found if len(found) != 1 else found[0])
        return 0
    for trace in found:
        _show(trace, printer)
    return 0


def _resolve(connection: Any, what: str) -> tuple[int | None, list[int]]:
    from monitor.cli.articles import find_article
    from monitor.store.alert_lists import show_alert
    from monitor.store.shown import show_article

    if not what.startswith("alert:"):
        article_id = find_article(connection, what)
        if show_article(connection, article_id) is not None:
            return None, [article_id]
        what = f"alert:{what}"
    name = what.removeprefix("alert:")
    number = number_in(name)
    line = show_alert(connection, number) if number else None
    if line is None:
        raise NotFound(f"there is no article and no alert {name}", remedy="monitor articles list, monitor alerts list")
    return line.id, list(line.article_ids)


def _trace(connection: Any, article_id: int, alert_id: int | None) -> dict[str, Any]:
    from monitor.store.shown import show_article
    from monitor.store.traces import alerts_about, article_facts, bodies_of, entries_of, matches_of

    article = show_article(connection, article_id)
    if article is None:
        raise NotFound(f"article {article_id} is no longer kept", remedy="articles.keep says how long they are")
    return {
        "article": {key: article[key] for key in ("id", "title", "url", "language", "text_state", "text_reason")},
        "facts": article_facts(connection, article_id),
        "entries": entries_of(connection, article_id),
        "revisions": [
            {key: r[key] for key in ("number", "created_at", "material", "reason")} for r in article["revisions"]
        ],
        "matches": matches_of(connection, article_id),
        "bodies": bodies_of(connection, article_id),
        "alerts": [a for a in alerts_about(connection, article_id) if alert_id in (None, a["id"])],
    }


def _explained(connection: Any, engine: Any, rule_id: str, article_id: int) -> Explanation | None:
    from monitor.match.explain import explain
    from monitor.store.articles import load_articles

    stored = load_articles(connection, [article_id]).get(article_id)
    return explain(engine, rule_id, stored.as_document()) if stored else None


def _show(trace: dict[str, Any], printer: Printer) -> None:
    from monitor.cli.rules import show_explanation

    article, facts = trace["article"], trace["facts"]
    printer.line(printer.style(one_line(article["title"]), "bold"))
    printer.line(f"article {article['id']}  {one_line(article['url'] or '-')}")
    for entry in trace["entries"]:
        dated = f", dated {iso(entry['published_at'])}" if entry["published_at"] else ", undated"
        printer.line(f"seen      {iso(entry['first_seen_at'])} in {entry['source_id']}{dated}")
    why = f": {one_line(article['text_reason'])}" if article["text_reason"] else ""
    baseline = "; part of the first poll (baseline)" if facts["baseline"] else ""
    printer.line(f"text      {article['text_state']}{why}, language {article['language'] or 'unknown'}{baseline}")
    for revision in trace["revisions"]:
        material = "material" if revision["material"] else "not material"
        reason = one_line(revision["reason"])
        printer.line(f"revision  {revision['number']} {iso(revision['created_at'])}, {material}: {reason}")
    copy = f", a copy of article {facts['copy_of']} ({facts['copy_score']:.2f})" if facts["copy_of"] else ""
    placed = f": {one_line(facts['place_reason'])}" if facts["place_reason"] else ""
    printer.line(f"story     {facts['story_id'] or '-'}{copy}{placed}")
    _show_matches(trace, printer)
    for alert in trace["alerts"]:
        reason = one_line(alert["reason"])
        printer.line(f"alert     {alert['id']} of {alert['rule_id'] or '-'}: {alert['state']}, {reason}")
        for d in alert["deliveries"]:
            error = f": {one_line(d['last_error'])}" if d["last_error"] else ""
            printer.line(
                f"          {d['channel']} {d['label']}: {d['state']}, {counted(d['attempts'], 'attempt')}{error}"
            )
    for explanation in trace["rules"]:
        show_explanation(explanation, printer)


def _show_matches(trace: dict[str, Any], printer: Printer) -> None:
    for match in trace["matches"]:
        state = "fired" if match["fired"] else "held by a guard"
        rule = f"{match['rule_id']} v{match['rule_version']}"
        printer.line(f"match     {rule} on revision {match['revision']}: {state} (engine {match['engine']})")
        if match["accepted_at"] is not None:
            author = f" by {one_line(match['author'])}" if match["author"] else ""
            printer.line(f"          that version of the rule is in force since {iso(match['accepted_at'])}{author}")
    if not trace["matches"]:
        printer.line("match     no rule has matched it")
    for body in trace["bodies"]:
        address, at = one_line(body["url"]), iso(body["fetched_at"])
        printer.line(f"evidence  revision {body['revision']}, fetched {at} from {address}")
        printer.line(f"          SHA-256 {body['sha256']}")
