"""The process dies around every commit in turn; the next one takes over and ends where an undisturbed one does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from monitor.store import tables as t
from monitor.store.lock import WriterLock
from monitor.store.unit import Database, open_engine
from monitor.testing import Reply
from tests.scenario.conftest import Item, Newsroom, long_text, page, rss


class Died(Exception):
    """Stands for the end of the process: from then on nothing is committed any more."""


@dataclass
class CrashAt:
    """A commit observer that ends the process at the `moment`-th call; each commit has two, before and after."""

    moment: int
    seen: int = 0

    def __call__(self, _when: str) -> None:
        self.seen += 1
        if self.seen >= self.moment:
            raise Died


async def run_to(newsroom: Newsroom, crash: CrashAt | None) -> bool:
    """A baseline; then poll, read and poll again with a crash somewhere; whether it was reached."""
    old = Item("Old", newsroom.web.url("/story/old"), "0", content=long_text("old news"))
    full = Item("Full", newsroom.web.url("/story/full"), "1", content=long_text("the full quay"))
    teaser = Item("Teaser", newsroom.web.url("/story/teaser"), "2", text="Only a teaser.")
    newsroom.web.route("/story/teaser", page("Teaser", "the teased quay"))
    news = False
    newsroom.web.route("/feed", lambda _request: Reply(rss(*((full, teaser, old) if news else (old,)))))
    newsroom.source("a", newsroom.web.url("/feed"))
    await newsroom.poll()
    news = True
    newsroom.database.dispose()
    newsroom.database = Database(open_engine(f"sqlite:///{newsroom.path}"), observer=crash)
    for step in (newsroom.poll, newsroom.read, newsroom.poll):
        await _until_dead(step)
    newsroom.restart()
    with WriterLock(newsroom.database):
        for _ in range(2):
            await newsroom.poll()
            await newsroom.read(minutes=10)
    return crash is not None and crash.seen >= crash.moment


async def _until_dead(step: Callable[[], Awaitable[object]]) -> None:
    try:
        await step()
    except Died:
        return


def outcome(newsroom: Newsroom) -> dict[str, Any]:
    """What must not depend on crashes."""
    return {
        "articles": sorted((row.title, row.baseline, row.settled, row.text_state) for row in newsroom.rows(t.article)),
        "texts": sorted((row.article_id, row.number, row.text[:60]) for row in newsroom.rows(t.revision)),
        "entries": sorted(row.title for row in newsroom.rows(t.entry)),
        "matches": sorted((row.article_id, row.revision) for row in newsroom.rows(t.match)),
        "alerts": sorted((row.key, row.state) for row in newsroom.rows(t.alert)),
        "leases": [row.lease_owner for row in newsroom.rows(t.source)],
    }


@pytest.mark.parametrize("part", range(4))
async def test_a_crash_around_any_commit_changes_nothing_in_the_end(newsroom: Newsroom, part: int) -> None:
    newsroom.matcher.words["quay"] = "quay"
    undisturbed = newsroom.path
    await run_to(newsroom, None)
    wanted = outcome(newsroom)
    assert len(wanted["articles"]) == 3
    moment, reached = part + 1, True
    while reached:
        newsroom.restart_on(undisturbed.with_name(f"crash-{moment}.db"))
        reached = await run_to(newsroom, CrashAt(moment))
        assert outcome(newsroom) == wanted, f"died at moment {moment}"
        moment += 4
    assert moment > 8
