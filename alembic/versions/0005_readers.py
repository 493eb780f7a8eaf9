"""Readers: who subscribed to what by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from monitor.store.columns import UtcTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "reader",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.Column("confirmed_at", UtcTime(), nullable=True),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reader_state", "reader", ["state", "kind", "subject"], unique=False)
    op.create_index("ix_reader_address", "reader", ["address"], unique=False)
    op.create_index("ix_reader_asked", "reader", ["asked_at"], unique=False)
