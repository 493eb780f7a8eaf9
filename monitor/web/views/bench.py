"""The workbench: write a rule, see what is wrong, try it, see what it would have sent, save it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from monitor.config.edit import EditRefused, put_rule_text
from monitor.match.explain import Explanation, explain
from monitor.match.languages import recognise
from monitor.model.article import Document
from monitor.store.articles import load_articles
from monitor.store.edits import note_edit
from monitor.store.rules import rule_states
from monitor.store.volumes import matches_per
from monitor.web.completion import Known, complete
from monitor.web.documents import Shown, paragraphs, plain_evidence, shown
from monitor.web.drafts import Draft, check, fingerprint, new_rule, require_unchanged, written
from monitor.web.svg import bars
from monitor.web.views.rules import last_days
from monitor.web.visit import NotHere, Visit

PERIODS = ("1d", "7d", "30d")
SAMPLES = 30
DAYS = 30


def show(visit: Visit) -> Response:
    """One rule in the workbench."""
    rule_id = str(visit.request.path_params["id"])
    text = written(visit.context, rule_id)
    with visit.context.database.reading() as connection:
        state = next((s for s in rule_states(connection) if s.rule_id == rule_id), None)
    if text is None and state is None:
        raise NotHere(f"there is no rule {rule_id!r}")
    if text is None:
        return visit.page("rule_gone.html", state=state)
    return _bench(visit, rule_id, text, check(visit.context, rule_id, text), state=state)


def begin(visit: Visit) -> Response:
    """A new rule; `match` is an expression that somebody searched with."""
    text = new_rule(visit.text("match"), visit.text("match")[:60])
    return _bench(visit, None, text, check(visit.context, None, text))


def offer(visit: Visit) -> Response:
    """What may stand at the cursor, for `before`, the text in front of it."""
    config = visit.context.config
    known = Known(
        concepts=sorted(config.concepts),
        channels=sorted(config.model.channels),
        sources=sorted(spec.id for spec in config.sources),
        tags=sorted({tag for spec in config.sources for tag in spec.tags}),
        rules=sorted(spec.id for spec in config.rules),
    )
    found = complete(visit.text("before"), known)
    return JSONResponse({"length": found.length, "offers": list(found.offers)})


def work(visit: Visit) -> Response:
    """Check, try, backtest or save what is in the editor, whichever button was pressed."""
    rule_id = visit.text("rule_id") or None
    text, act = visit.text("text").replace("\r\n", "\n"), visit.text("act", "check")
    draft = check(visit.context, rule_id, text)
    if act == "save":
        return _save(visit, rule_id, draft)
    result: dict[str, Any] = {}
    if act == "try" and draft.spec is not None and draft.engine is not None:
        result = _try(visit, draft)
    if act == "backtest" and draft.spec is not None and draft.engine is not None:
        result = _backtest(visit, draft)
    if visit.partial:
        return visit.page("bench_result.html", draft=draft, **_nothing() | result)
    return _bench(visit, rule_id, text, draft, seen=visit.text("seen"), **result)


def _bench(
    visit: Visit, rule_id: str | None, text: str, draft: Draft, *, seen: str | None = None, **values: Any
) -> Response:
    config = visit.context.config
    known: dict[str, Any] = {
        "rule_id": rule_id,
        "text": text,
        "draft": draft,
        "seen": fingerprint(text) if seen is None else seen,
        "state": None,
        "periods": PERIODS,
        "concepts": sorted(config.concepts),
        "channels": sorted(config.model.channels),
        "volume": _volume(visit, rule_id) if rule_id else None,
    }
    return visit.page("bench.html", **known | _nothing() | values)


def _nothing() -> dict[str, Any]:
    return {"tried": None, "explanation": None, "report": None, "difference": None, "problem": ""}


def _volume(visit: Visit, rule_id: str) -> Any:
    with visit.context.database.reading() as connection:
        counts = matches_per(connection, last_days(visit, DAYS), rule_id=rule_id).get(rule_id, {})
    words = visit.reader.say("Hits in {days} days: {total}", total=sum(counts.values()), days=DAYS)
    return {"chart": bars([counts.get(day, 0) for day in range(DAYS)], words, height=60), "words": words}


def _try(visit: Visit, draft: Draft) -> dict[str, Any]:
    assert draft.spec is not None  # noqa: S101 - the caller looked
    assert draft.engine is not None  # noqa: S101 - the caller looked
    number = visit.number("article")
    if number is None:
        title, text = visit.text("title"), visit.text("sample")
        language, sure = recognise(f"{title}\n{text}", declared=None)
        document = Document(title, paragraphs=paragraphs(text), language=language, language_sure=sure)
    else:
        with visit.context.database.reading() as connection:
            article = load_articles(connection, [number]).get(number)
        if article is None:
            return {"problem": f"there is no article {number}"}
        document = article.as_document()
    explanation = explain(draft.engine, draft.spec.id, document)
    return {"tried": _marked(document, explanation), "explanation": explanation}


def _marked(document: Document, explanation: Explanation) -> Shown:
    verdict = explanation.verdict
    evidence = plain_evidence([*verdict.evidence, *(e for group in verdict.held for e in group.evidence)])
    return shown(document.title, document.lead, "\n".join(document.paragraphs), evidence)


def _backtest(visit: Visit, draft: Draft) -> dict[str, Any]:
    assert draft.spec is not None  # noqa: S101 - the caller looked
    assert draft.engine is not None  # noqa: S101 - the caller looked
    period = visit.text("since", "7d")
    days = int(period.removesuffix("d")) if period in PERIODS else 7
    now = visit.context.now
    since = now - timedelta(days=days)
    found = visit.context.backtest(draft.engine, draft.spec.id, since, now)
    running = visit.context.running().rules.matcher.of(draft.spec.id)
    before = visit.context.backtest(running, draft.spec.id, since, now) if running is not None else None
    mine = {hit.article_id: hit for hit in found.hits if hit.fired}
    theirs = {hit.article_id: hit for hit in before.hits if hit.fired} if before is not None else {}
    counts = dict(found.per_day)
    first = since.date()
    series = [counts.get(f"{first + timedelta(days=n):%Y-%m-%d}", 0) for n in range(days + 1)]
    report = {
        "fired": len(mine),
        "held": sum(not hit.fired for hit in found.hits),
        "stories": len({hit.story_id or -hit.article_id for hit in mine.values()}),
        "articles": found.articles,
        "days": days,
        "first": found.first_article_at,
        "chart": bars(series, visit.reader.say("Hits per day"), height=80),
        "per_day": found.per_day,
        "per_source": found.per_source[:10],
        "hits": found.hits[:SAMPLES],
    }
    more = [hit for number, hit in mine.items() if number not in theirs][:SAMPLES]
    fewer = [hit for number, hit in theirs.items() if number not in mine][:SAMPLES]
    return {"report": report, "difference": {"more": more, "fewer": fewer} if before is not None else None}


def _save(visit: Visit, rule_id: str | None, draft: Draft) -> Response:
    seen = visit.text("seen")
    if not draft.good:
        problem = visit.reader.say("Nothing was saved: mend what is marked first.")
        return _bench(visit, rule_id, draft.text, draft, seen=seen, problem=problem)
    require_unchanged(visit.context, rule_id, seen)
    assert draft.spec is not None  # noqa: S101 - a good draft has one
    _sign(visit, draft)
    try:
        file = put_rule_text(visit.context.path, rule_id, draft.text)
    except EditRefused as error:
        return visit.page("paste.html", title=draft.spec.name, why=error.message, text=_as_item(draft.text))
    return visit.page("saved.html", title=draft.spec.name, file=file.name, back=f"/rules/{draft.spec.id}")


def _sign(visit: Visit, draft: Draft) -> None:
    """Before it stands in the file, which may be read at once: the version that comes of it names who wrote it."""
    name = visit.visitor.name if visit.visitor else "?"
    with visit.context.database.unit(lock="configuration") as connection:
        note_edit(connection, draft.rule, f"{name} (page)", visit.context.now)


def _as_item(text: str) -> str:
    """The rule as an item of the watchlist, ready to be pasted."""
    lines = text.splitlines()
    return "\n".join(("  - " if at == 0 else "    ") + line if line else "" for at, line in enumerate(lines)) + "\n"
