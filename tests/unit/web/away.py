"""A database that comes and goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import sqlalchemy as sa

from monitor.errors import StoreBusy
from monitor.store.unit import Database


class SometimesAway(Database):
    """A database that cannot be reached while it is `away`; `reads` counts who tried to read."""

    away: ClassVar[bool] = False
    reads: ClassVar[int] = 0

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        SometimesAway.reads += 1
        if self.away:
            raise StoreBusy("the database is briefly away")
        with Database.reading(self) as connection:
            yield connection
