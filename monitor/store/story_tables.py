"""The tables of copies and stories; `store.tables` has them all."""

from __future__ import annotations

import sqlalchemy as sa

from monitor.store.columns import BigId, Json, UtcTime, metadata

fingerprint = sa.Table(
    "fingerprint",
    metadata,
    sa.Column("fp", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("article_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Index("ix_fingerprint_article", "article_id"),
    sqlite_with_rowid=False,
)

sketch = sa.Table(  # what comparing needs of an article while it is in the window; purged by day with the fingerprints
    "sketch",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("article_id", BigId, nullable=False, unique=True),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("story_id", BigId, nullable=False),
    sa.Column("copy_group", BigId, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("words", sa.Integer, nullable=False),
    sa.Column("shingles", sa.LargeBinary, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("terms", sa.LargeBinary, nullable=False),
    sa.Index("ix_sketch_day", "day"),
    sa.Index("ix_sketch_story", "story_id"),
    sa.Index("ix_sketch_language", "language", "id"),
)

rarity = sa.Table(  # per language: in how many documents the terms of each bucket stood
    "rarity",
    metadata,
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("documents", sa.Integer, nullable=False),
    sa.Column("upto_sketch", BigId, nullable=False),
    sa.Column("counts", sa.LargeBinary, nullable=False),
)

story_term = sa.Table(  # the heaviest terms of recent stories, hashed with their language, to find candidates by
    "story_term",
    metadata,
    sa.Column("term", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("story_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("weight", sa.Float, nullable=False),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Index("ix_story_term_story", "story_id"),
    sqlite_with_rowid=False,
)

story = sa.Table(
    "story",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("last_at", UtcTime, nullable=False),
    sa.Column("opening_article_id", BigId, nullable=False),
    sa.Column("centroid", sa.LargeBinary, nullable=False),
    sa.Column("members", sa.Integer, nullable=False),
    sa.Column("apart", Json, nullable=False),
    sa.Column("by_hand", sa.Boolean, nullable=False),
    sa.Column("merged_into", BigId),
    sa.Index("ix_story_recent", "language", "last_at"),
    sa.Index("ix_story_last", "last_at"),
    sa.Index(
        "ix_story_merged",
        "merged_into",
        sqlite_where=sa.text("merged_into IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

story_link = sa.Table(
    "story_link",
    metadata,
    sa.Column("a", BigId, primary_key=True),
    sa.Column("b", BigId, primary_key=True),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Index("ix_story_link_other", "b"),
)
