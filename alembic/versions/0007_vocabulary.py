"""The words of the archive by the keys of their forms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    key = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
    op.create_table(
        "vocabulary",
        sa.Column("key", key, nullable=False),
        sa.Column("word", key, nullable=False),
        sa.PrimaryKeyConstraint("key", "word", name=op.f("pk_vocabulary")),
        sqlite_with_rowid=False,
    )
