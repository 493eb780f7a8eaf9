"""How long sources and rules want to keep what they showed and met."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("source", sa.Column("keep_s", sa.BigInteger(), nullable=True))
    op.add_column("rule_state", sa.Column("keep_s", sa.BigInteger(), nullable=True))
