"""Who is asking which host just now, so that all workers together ask it no more often at once than one may."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from monitor.store.columns import BigId, UtcTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """A row for each request under way while several processes poll."""
    op.create_table(
        "asking",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("until", UtcTime, nullable=False),
    )
    op.create_index("ix_asking_host", "asking", ["host"])
