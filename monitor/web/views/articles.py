"""One article: its text with every rule's evidence, and why it was told or not."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from monitor.match.explain import Explanation, explain
from monitor.store.articles import StoredArticle, load_articles
from monitor.store.pages import hits_of, lines
from monitor.store.shown import revisions_of
from monitor.store.traces import alerts_about, article_facts, entries_of
from monitor.web.documents import difference, evidence_of, shown
from monitor.web.views.ticker import names_of
from monitor.web.visit import NotHere, Visit

REVISIONS_SHOWN = 10


def show_article(visit: Visit) -> Response:
    """The article; `rule` asks what that rule makes of it now."""
    article_id = visit.key()
    with visit.context.database.reading() as connection:
        article, trace = _load(connection, article_id)
    names = names_of(visit.context)
    asked = visit.text("rule")
    return visit.page(
        "article.html",
        article=article,
        shown=shown(article.title, article.lead, article.text, evidence_of(trace["hits"].values(), article.number)),
        changes=_changes(trace["revisions"]),
        rules=names,
        asked=asked,
        explanation=_explained(visit, asked, article) if asked else None,
        **trace,
    )


def _load(connection: sa.Connection, article_id: int) -> tuple[StoredArticle, dict[str, Any]]:
    article = load_articles(connection, [article_id]).get(article_id)
    if article is None:
        raise NotHere(f"there is no article {article_id}; articles.keep says how long they are kept")
    return article, {
        "line": lines(connection, [article_id])[0],
        "facts": article_facts(connection, article_id),
        "entries": entries_of(connection, article_id),
        "hits": hits_of(connection, [article_id]).get(article_id, {}),
        "alerts": alerts_about(connection, article_id),
        "revisions": revisions_of(connection, article_id),
    }


def _explained(visit: Visit, rule_id: str, article: StoredArticle) -> Explanation:
    engine = visit.context.running().rules.matcher.of(rule_id)
    if engine is None:
        raise NotHere(f"there is no rule {rule_id!r} in force")
    return explain(engine, rule_id, article.as_document())


def _changes(revisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each revision but the first beside the one before it, the latest first."""
    pairs = list(pairwise(revisions))[-REVISIONS_SHOWN:]
    return [
        {
            "number": new["number"],
            "at": new["created_at"],
            "material": new["material"],
            "reason": new["reason"],
            "pieces": difference(f"{old['title']}\n\n{old['text']}", f"{new['title']}\n\n{new['text']}"),
        }
        for old, new in reversed(pairs)
    ]
