"""What visitors of the page leave behind: addresses of feeds, subscriptions by mail."""

from __future__ import annotations

import sqlalchemy as sa

from monitor.store.columns import BigId, UtcTime, metadata

feed_token = sa.Table(  # addresses under which a rule, story or search is offered as a feed; only hashes are kept
    "feed_token",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
)

reader = sa.Table(  # who subscribed to what by mail
    "reader",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason_code", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("confirmed_at", UtcTime),
    sa.Column("ended_at", UtcTime),
    sa.Index("ix_reader_state", "state", "kind", "subject"),
    sa.Index("ix_reader_address", "address"),
    sa.Index("ix_reader_asked", "asked_at"),
    sqlite_autoincrement=True,
)
