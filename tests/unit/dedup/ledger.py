"""A source's rows in memory, kept as the gather loop keeps them in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.dedup.identity import EntryDecisions, decide_entries
from monitor.model.entry import Entry
from monitor.model.story import EntryFate, KnownEntries, KnownEntry


def item(key: str | None, url: str | None, title: str, text: str = "") -> Entry:
    return Entry(key, url, title, content=text, content_hash=f"{title}\x1f{text}", item_hash=f"{key}{url}{title}{text}")


@dataclass
class Ledger:
    """Applies decisions: `articles` counts articles, `rows` are what the next poll knows."""

    rows: dict[int, KnownEntry] = field(default_factory=dict)
    articles: int = 0
    ids_unstable: bool = False
    sightings: dict[str, int] = field(default_factory=dict)
    purged: dict[str, datetime] = field(default_factory=dict)

    def poll(self, entries: Sequence[Entry]) -> EntryDecisions:
        known = KnownEntries(tuple(self.rows.values()), self.sightings, self.purged, self.ids_unstable)
        decided = decide_entries(entries, known)
        self.ids_unstable = decided.ids_unstable
        for decision in decided.decisions:
            entry = decision.entry
            said = {
                "entry_key": entry.id,
                "url_key": decision.url_key,
                "title": entry.title,
                "content_hash": entry.content_hash,
                "item_hash": entry.item_hash,
                "text": entry.content,
            }
            if decision.fate is EntryFate.NEW:
                self.articles += 1
                row = len(self.rows) + 1
                self.rows[row] = KnownEntry(id=row, article_id=self.articles, **said)  # type: ignore[arg-type]
            elif decision.row is not None and decision.twin is None:
                self.rows[decision.row] = replace(self.rows[decision.row], **said)  # type: ignore[arg-type]
        return decided

    def fates(self, entries: Sequence[Entry]) -> list[str]:
        return [decision.fate.value for decision in self.poll(entries).decisions]
