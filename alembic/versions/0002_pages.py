"""What the pages ask for: filters of the ticker by index, stories by their last article, tokens of feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from monitor.store.columns import UtcTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_article_language", "article", ["language", "id"], unique=False)
    op.create_index("ix_sighting_listed", "sighting", ["source_id", "article_id"], unique=False)
    op.create_index("ix_match_listed", "match", ["rule_id", "article_id"], unique=False)
    op.create_index("ix_story_last", "story", ["last_at"], unique=False)
    op.create_table(
        "feed_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_feed_token_hash")),
    )
