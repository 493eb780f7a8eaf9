"""Run by alembic.  The program hands its own connection over (`monitor.store.schema`), inside its own transaction.

For developers: `alembic -c alembic/alembic.ini -x database=sqlite:///scratch.db revision --autogenerate -m "why"`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from alembic import context
from monitor.store.columns import UtcTime
from monitor.store.tables import metadata


def wanted(name: str | None, kind: str, _parents: Any) -> bool:
    """The search index is made by hand for each backend; it and FTS5's own tables are none of autogenerate's."""
    return not (kind == "table" and name is not None and name.startswith("article_search"))


def same_type(_context: Any, _found: Any, column: sa.Column[Any], _a: Any, _b: Any) -> bool | None:
    """Instants are integers on SQLite: the reflected type says nothing about them.  None: compare as usual."""
    return False if isinstance(column.type, UtcTime) else None


def rendered(kind: str, value: Any, autogen: Any) -> str | bool:
    if kind == "type" and isinstance(value, UtcTime):
        autogen.imports.add("from monitor.store.columns import UtcTime")
        return "UtcTime()"
    return False


def migrate(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=wanted,
        render_item=rendered,
        compare_type=same_type,
        render_as_batch=True,
    )
    context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with sa.create_engine(context.get_x_argument(as_dictionary=True)["database"]).begin() as own:
        migrate(own)
