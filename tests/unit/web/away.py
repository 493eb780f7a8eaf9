"""A database that comes and goes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa

from monitor.errors import StoreBusy
from monitor.store.unit import Database, open_engine


class SometimesAway(Database):
    """A database that cannot be reached while it is `away`, or in readings numbered so; `reads` counts who tried."""

    away: ClassVar[bool] = False
    reads: ClassVar[int] = 0
    away_in: ClassVar[frozenset[int]] = frozenset()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        SometimesAway.reads += 1
        if self.away or self.reads in self.away_in:
            raise StoreBusy("the database is briefly away")
        with Database.reading(self) as connection:
            yield connection


@contextmanager
def sometimes_away(folder: Path, template: Path) -> Iterator[SometimesAway]:
    """Such a database in a folder, begun as a copy of a file."""
    shutil.copy(template, folder / "monitor.db")
    found = SometimesAway(open_engine(f"sqlite:///{folder}/monitor.db"))
    yield found
    SometimesAway.away, SometimesAway.away_in = False, frozenset()
    found.dispose()
