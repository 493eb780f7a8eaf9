"""Deliveries: parts of a message that is too long for its service, retries by hand, the next of each recipient."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from monitor.store.columns import JsonOrNull, UtcTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("tried_since", UtcTime(), nullable=True))
    op.add_column("delivery", sa.Column("part", JsonOrNull, nullable=True))
    op.create_index(
        "ix_delivery_lane",
        "delivery",
        ["channel", "target", "priority", "id"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
