"""A document is kept once for all articles that came with it; why an article is in its story is on record."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"

_FIRST = """
INSERT INTO evidence (sha256, content)
SELECT b.sha256, b.content FROM body b
WHERE NOT EXISTS (
    SELECT 1 FROM body o
    WHERE o.sha256 = b.sha256 AND (o.article_id < b.article_id OR (o.article_id = b.article_id AND o.revision < b.revision))
)
"""


def upgrade() -> None:
    """Contents move to a table of their own, one of each."""
    op.add_column("article", sa.Column("place_reason", sa.Text(), nullable=True))
    op.create_table(
        "evidence",
        sa.Column("sha256", sa.Text(), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_body_sha256", "body", ["sha256"])
    op.execute(_FIRST)
    op.drop_column("body", "content")
