"""Stories: who had it first, how it spread, in which languages."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from monitor.errors import UsageError
from monitor.store.pages import languages, lines, recent_stories, source_names
from monitor.store.story_pages import show_story
from monitor.web.views.ticker import names_of
from monitor.web.visit import NotHere, Visit

PAGE = 40
MEMBERS_MAX = 500


def list_stories(visit: Visit) -> Response:
    """Stories, the one that moved last first."""
    language = visit.text("language") or None
    before = _before(visit.text("before"))
    with visit.context.database.reading() as connection:
        found = recent_stories(connection, limit=PAGE + 1, before=before, language=language)
        spoken = languages(connection)
    stories = found[:PAGE]
    last = stories[-1] if len(found) > PAGE else None
    older = f"{last['last_at'].isoformat()}|{last['id']}" if last else ""
    return visit.page("stories.html", stories=stories, older=older, language=language, languages=spoken)


def show(visit: Visit) -> Response:
    """One story with everything that happened in it; a merged one shows what it became."""
    with visit.context.database.reading() as connection:
        found = show_story(connection, visit.key())
        if found is None:
            raise NotHere(f"there is no story {visit.key()}")
        members = lines(connection, list(dict.fromkeys(m.article_id for m in found.moments))[:MEMBERS_MAX])
        linked = [story for other, _, _ in found.links if (story := show_story(connection, other))]
        names = source_names(connection)
    verdicts = {other: verdict for other, verdict, _ in found.links}
    return visit.page(
        "story.html",
        story=found.story,
        moments=found.moments,
        members={line.id: line for line in members},
        linked=[(page.story, verdicts.get(page.story.id, "")) for page in linked],
        names=names,
        rules=names_of(visit.context),
    )


def _before(text: str) -> tuple[datetime, int] | None:
    if not text:
        return None
    at, _, number = text.partition("|")
    try:
        moment, key = datetime.fromisoformat(at), int(number[:18])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC), key
    except (ValueError, OverflowError) as error:
        raise UsageError("this page of the list does not exist") from error
