"""What the last document of a source listed has a table of its own: `source` is written at every poll."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from monitor.store.columns import Json

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    document = op.create_table(
        "document",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("item_hashes", Json, nullable=False),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_document")),
    )
    source = sa.table("source", sa.column("id", sa.Text), sa.column("memory", Json))
    connection = op.get_bind()
    moved = [(row.id, dict(row.memory)) for row in connection.execute(sa.select(source)) if "item_hashes" in row.memory]
    for source_id, memory in moved:
        connection.execute(sa.insert(document).values(source_id=source_id, item_hashes=memory.pop("item_hashes")))
        connection.execute(sa.update(source).where(source.c.id == source_id).values(memory=memory))
