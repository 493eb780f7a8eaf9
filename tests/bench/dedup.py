"""Documents a second through the whole stage, with 140 000 stored in the window.

Texts are made up: 400 words with the frequencies of natural language (Zipf), names of its own for each event, eight
articles an event, one in ten a copy.  SQLite in a file; PostgreSQL from the development wheel.  What is stored is a
smaller world, placed by the stage itself, and multiplied in SQL: each copy of the world has fingerprints and terms of
its own, but for one fingerprint in fifty (boilerplate) and one term in four (names that many events have).
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from statistics import median

import numpy as np
import sqlalchemy as sa

from monitor.dedup.prepared import prepare
from monitor.loops.placing import STORY_LOCK, place_articles
from monitor.model.story import PlacedArticle
from monitor.store import schema
from monitor.store.rarities import Rarities
from monitor.store.rowwise import set_last_numbers
from monitor.store.tables import article, fingerprint, rarity, sketch, story, story_term
from monitor.store.unit import Database, open_engine
from tests import postgresql

Row = dict[str, str | float]
STORED = 140_000
WORLD = 3_500
MEASURED = 1_000
ROUNDS = 3
PER_UNIT = 20
START = datetime(2026, 3, 1, tzinfo=UTC)
_SYLLABLES = tuple(a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u", "an", "er"))


@lru_cache(maxsize=1 << 17)
def _spelt(number: int) -> str:
    """A word for a number: the smaller, the shorter."""
    written = ""
    while number or not written:
        number, place = divmod(number, len(_SYLLABLES))
        written += _SYLLABLES[place]
    return written


class Wire:
    """Made-up articles, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.numbers = np.random.default_rng(seed)
        self.events: list[list[str]] = []
        self.last = ("", "")

    def article(self) -> tuple[str, str]:
        """A title and a text."""
        if self.last[1] and self.random.random() < 0.1:
            return f"{self.last[0]} again", self.last[1]
        if len(self.events) < 40 or self.random.random() < 1 / 8:
            names = [_spelt(self.random.randrange(10**6, 10**7)).capitalize() for _ in range(12)]
            self.events = [*self.events[-400:], names]
        names = self.random.choice(self.events)
        words = [_spelt(int(rank)) for rank in np.minimum(self.numbers.zipf(1.25, 330), 60_000)]
        words += [*self.random.choices(names, k=60), *(str(self.random.randrange(2, 3000)) for _ in range(10))]
        self.random.shuffle(words)
        sentences = (" ".join(words[start : start + 16]) for start in range(0, len(words), 16))
        text = "\n".join(f"{sentence[:1].upper()}{sentence[1:]}." for sentence in sentences)
        self.last = (" ".join([*names[:3], *words[:5]]), text)
        return self.last


def place(database: Database, wire: Wire, count: int, first: int, memory: Rarities) -> float:
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
        with database.unit(lock=STORY_LOCK) as connection:
            connection.execute(article.insert(), [_row(each) for each in placed])
            place_articles(connection, placed, now=placed[-1].first_seen_at, memory=memory)
        spent += time.process_time() - began
    return spent


def _row(placed: PlacedArticle) -> dict[str, object]:
    row = {"id": placed.id, "title": placed.prepared.title, "authors": [], "first_seen_at": placed.first_seen_at}
    return row | {"language_sure": True, "first_source_id": "s", "baseline": False, "text_state": "full"}


def multiply(database: Database, stored: int) -> None:
    """Store the world so often, by inserting from it, that there are so many articles."""
    masks, times = random.Random(1), stored // WORLD
    copies = [(n, masks.getrandbits(62)) for n in range(1, times)]
    shift = {"id": WORLD, "article_id": WORLD, "story_id": WORLD, "opening_article_id": WORLD, "copy_group": WORLD}
    with database.unit() as connection:
        connection.exec_driver_sql("CREATE TEMPORARY TABLE world (n BIGINT, mask BIGINT)")
        connection.execute(sa.text("INSERT INTO world VALUES (:n, :mask)"), [{"n": n, "mask": m} for n, m in copies])
        for table in (article, story, sketch, fingerprint, story_term):
            columns = [column.name for column in table.columns]
            values = [_shifted(name, shift.get(name)) for name in columns]
            order = ", ".join(str(columns.index(column.name) + 1) for column in table.primary_key)
            insert = f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {', '.join(values)} "
            connection.execute(sa.text(f"{insert} FROM {table.name} AS old, world ORDER BY {order}"))
        connection.exec_driver_sql("DROP TABLE world")
        set_last_numbers(connection, {"article": stored, "sketch": stored, "story": stored})
        connection.execute(rarity.update().values(upto_sketch=sa.select(sa.func.max(sketch.c.id)).scalar_subquery()))


def _shifted(name: str, by: int | None) -> str:
    if by is not None:
        return f"old.{name} + {by} * world.n"
    if name in {"fp", "term"}:  # another number (a + b is a xor b with what both have counted twice), but for some
        shared = 50 if name == "fp" else 4
        other = f"(old.{name} | world.mask) - (old.{name} & world.mask)"
        return f"CASE WHEN old.{name} % {shared} = 0 THEN old.{name} ELSE {other} END"
    return f"old.{name}"


@contextmanager
def sqlite_url() -> Iterator[tuple[str, Path | None]]:
    """A file that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'bench.db'}", None


@contextmanager
def postgresql_url() -> Iterator[tuple[str, Path | None]]:
    """A server that goes away, and where it notes its process."""
    with postgresql.running(durable=True) as server:
        yield server.url(), server.data / "postmaster.pid"


def _server_s(pid_file: Path | None) -> float:
    """Processor seconds of the server's processes."""
    if pid_file is None:
        return 0.0
    server = int(pid_file.read_text().split()[0])
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == server or int(folder.name) == server:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def run(stored: int = STORED) -> list[Row]:
    """Rows of documents a second of one core, for each backend."""
    rows: list[Row] = []
    for name, backend in (("sqlite", sqlite_url), ("postgresql", postgresql_url)):
        with ExitStack() as stack:
            url, pid_file = stack.enter_context(backend())
            database = Database(open_engine(url))
            schema.upgrade(database)
            wire, memory = Wire(1), Rarities()
            first = place(database, wire, min(WORLD, stored), 1, memory)
            multiply(database, stored)
            with database.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))
            rounds = [_round(database, wire, stored + 1 + n * MEASURED, memory, pid_file) for n in range(ROUNDS)]
            database.engine.dispose()
        rows.append(_rate(f"{name}, {WORLD} stored", WORLD / first))
        own = [MEASURED / seconds for seconds, _ in rounds]
        rows.append(_rate(f"{name}, {stored} stored", median(own)))
        rows.append(_rate(f"{name}, {stored} stored, slowest of {ROUNDS} rounds", min(own)))
        if pid_file is not None:
            both = median(MEASURED / sum(spent) for spent in rounds)
            rows.append(_rate(f"{name}, {stored} stored, with the server's time", both))
    return rows


def _round(database: Database, wire: Wire, first: int, memory: Rarities, pid_file: Path | None) -> tuple[float, float]:
    """Processor seconds of this process and of the server's."""
    before = _server_s(pid_file)
    seconds = place(database, wire, MEASURED, first, memory)
    return seconds, _server_s(pid_file) - before


def _rate(case: str, value: float) -> Row:
    return {"bench": "dedup", "case": case, "value": round(value, 1), "unit": "documents/s/core"}


if __name__ == "__main__":
    for row in run(int(sys.argv[1]) if len(sys.argv) > 1 else STORED):
        print(f"{row['case']:56} {row['value']:8.0f} {row['unit']}")
