"""The words of the archive, for searching."""

from __future__ import annotations

import sqlalchemy as sa

from monitor.store.columns import metadata

# Keys are looked up by how they begin: the order must be that of their characters.
_Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

vocabulary = sa.Table(
    "vocabulary",
    metadata,
    sa.Column("key", _Key, primary_key=True),
    sa.Column("word", _Key, primary_key=True),
    sqlite_with_rowid=False,
)
