"""Ways to the rows that name an article, a story or an alert, so that nobody reads whole tables for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    copies = sa.text("copy_of IS NOT NULL")
    op.create_index("ix_article_copy", "article", ["copy_of"], sqlite_where=copies, postgresql_where=copies)
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index("ix_story_merged", "story", ["merged_into"], sqlite_where=merged, postgresql_where=merged)
    op.create_index("ix_story_link_other", "story_link", ["b"])
    op.create_index("ix_alert_story", "alert", ["story_id"])
