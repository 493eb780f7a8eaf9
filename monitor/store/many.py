"""One statement for many rows: what their values become for the driver is worked out once, not for each row.

SQLAlchemy builds the parameters of every row anew, which costs more than SQLite needs to write a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

Row = Mapping[str, Any]
Statement = sa.Insert | sa.Update | sa.TextClause


def run_many(connection: sa.Connection, statement: Statement, rows: Sequence[Row]) -> int:
    """Insert or change rows, given by the names of their columns or of the statement's parameters; how many there were.

    All rows have the names of the first.  `statement` is one that is kept, since it is prepared once for each backend.
    """
    if not rows:
        return 0
    prepared = _prepared(statement, connection.dialect, tuple(rows[0]))
    return connection.exec_driver_sql(prepared.text, prepared.parameters(rows)).rowcount


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement as the driver takes it; `names` are its parameters in their order, `fixed` those it brings along."""

    text: str
    names: tuple[str, ...]
    positional: bool
    fixed: Mapping[str, Any]
    converters: Mapping[str, Callable[[Any], Any]]

    def parameters(self, rows: Sequence[Row]) -> list[Any]:
        """Column by column, so that no step in Python is taken for a value that stays as it is."""
        values = zip(*(self._column(name, rows) for name in self.names), strict=True)
        return list(values) if self.positional else [dict(zip(self.names, row, strict=True)) for row in values]

    def _column(self, name: str, rows: Sequence[Row]) -> Iterable[Any]:
        values = repeat(self.fixed[name], len(rows)) if name in self.fixed else map(itemgetter(name), rows)
        convert = self.converters.get(name)
        return values if convert is None else map(convert, values)


@lru_cache(maxsize=128)
def _prepared(statement: Statement, dialect: sa.Dialect, names: tuple[str, ...]) -> _Prepared:
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names), for_executemany=True)
    types = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
    converters = {name: type_.bind_processor(dialect) for name, type_ in types.items()}
    return _Prepared(
        text=str(compiled),
        names=tuple(compiled.positiontup or types),
        positional=compiled.positional,
        fixed={name: value for name, value in compiled.params.items() if name not in names},
        converters={name: convert for name, convert in converters.items() if convert is not None},
    )
