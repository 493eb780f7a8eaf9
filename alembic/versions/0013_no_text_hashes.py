"""Whether a text says the same words as another is seen from the texts: nothing reads their hashes."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Articles and revisions have no hash of their words."""
    op.drop_column("article", "text_hash")
    op.drop_column("revision", "text_hash")
