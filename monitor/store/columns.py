"""Column types and the metadata that all tables share.

Nothing here names an option of PostgreSQL: its dialect takes 3 MB, and would be imported with the first one.  (On what
part of a table an index is, PostgreSQL learns from the migrations.)
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An instant: `timestamptz` on PostgreSQL, integer microseconds on SQLite (exact, sorts as it should)."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        """The column type of the backend."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """A naive datetime is a bug: refuse it here rather than store a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        return value if dialect.name == "postgresql" else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Always aware, always UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return EPOCH + MICROSECOND * int(value)


class _Jsonb(TypeDecorator[Any]):
    """PostgreSQL's `jsonb`."""

    impl = sa.JSON
    cache_ok = True

    def __init__(self, *, none_as_null: bool = False) -> None:
        super().__init__(none_as_null=none_as_null)
        self.none_as_null = none_as_null

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        """The column type of the backend."""
        from sqlalchemy.dialects.postgresql import JSONB  # noqa: PLC0415 - for a database of its kind only

        return dialect.type_descriptor(JSONB(none_as_null=self.none_as_null))


BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(_Jsonb(), "postgresql")
JsonOrNull = sa.JSON(none_as_null=True).with_variant(_Jsonb(none_as_null=True), "postgresql")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def lease_columns() -> list[sa.Column[Any]]:
    """The columns of a claimable row."""
    return [
        sa.Column("due_at", UtcTime),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_epoch", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_until", UtcTime),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    ]
