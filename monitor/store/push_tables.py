"""The tables of WebSub: what hubs were asked for, and what they pushed."""

from __future__ import annotations

import sqlalchemy as sa

from monitor.store.columns import BigId, UtcTime, lease_columns, metadata

subscription = sa.Table(  # one for each source that a hub is to push; its id is the source's
    "subscription",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("hub", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("callback", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False, unique=True),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason_code", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("expires_at", UtcTime),
    sa.Column("proven", sa.Boolean, nullable=False),
    sa.Column("pushes", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("last_push_at", UtcTime),
    *lease_columns(),
    sa.Index("ix_subscription_due", "due_at"),
)

push = sa.Table(  # what was pushed and is still to be read
    "push",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("content_type", sa.Text),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_push_source", "source_id"),
)
