"""Articles that wait are found by what they wait for: a page that is due is not looked for among thousands of texts."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """The index has the kind of reading in front."""
    op.drop_index("ix_article_due", table_name="article")
    op.create_index("ix_article_due", "article", ["reading", "due_at"])
