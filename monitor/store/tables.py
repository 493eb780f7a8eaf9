"""Every table of the database, once, for SQLite and PostgreSQL.

Claimable rows (source, article, timer, delivery) share four columns: `due_at`, `lease_owner`, `lease_epoch`,
`attempts`.  Times are aware UTC datetimes in Python; SQLite stores them as microseconds since 1970.

Ids that appear in alert keys (article, story, rule matches) are never used twice, even after the newest row was purged:
hence AUTOINCREMENT on SQLite.
"""

from __future__ import annotations

import sqlalchemy as sa

from monitor.store.columns import EPOCH, MICROSECOND, BigId, Json, JsonOrNull, UtcTime, lease_columns, metadata
from monitor.store.push_tables import push, subscription
from monitor.store.story_tables import fingerprint, rarity, sketch, story, story_link, story_term
from monitor.store.visitor_tables import feed_token, reader
from monitor.store.vocabulary_tables import vocabulary

__all__ = [  # what those who query the tables need besides them, and the tables that stand in a module of their own
    "EPOCH",
    "MICROSECOND",
    "UtcTime",
    "feed_token",
    "fingerprint",
    "metadata",
    "push",
    "rarity",
    "reader",
    "sketch",
    "story",
    "story_link",
    "story_term",
    "subscription",
    "vocabulary",
]

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", Json, nullable=False),
)

source = sa.Table(
    "source",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("tags", Json, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("spec_hash", sa.Text, nullable=False),
    sa.Column("configured", sa.Boolean, nullable=False),
    sa.Column("paused", sa.Boolean, nullable=False),
    sa.Column("gone", sa.Boolean, nullable=False),
    sa.Column("added_at", UtcTime, nullable=False),
    sa.Column("founding", sa.Boolean, nullable=False),
    sa.Column("baseline_at", UtcTime),
    sa.Column("health", sa.Text, nullable=False),
    sa.Column("reason_code", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("last_polled_at", UtcTime),
    sa.Column("memory", Json, nullable=False),
    sa.Column("choice", JsonOrNull),
    sa.Column("keep_s", sa.BigInteger),
    *lease_columns(),
    sa.Index("ix_source_due", "due_at"),
    sa.Index(
        "ix_source_leased",
        "host",
        sqlite_where=sa.text("lease_owner IS NOT NULL"),
    ),
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("source_id", sa.Text, primary_key=True),
    sa.Column("item_hashes", Json, nullable=False),
)

host = sa.Table(
    "host",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("next_at", UtcTime, nullable=False),
    sa.Column("blocked_until", UtcTime),
)

asking = sa.Table(
    "asking",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("until", UtcTime, nullable=False),
    sa.Index("ix_asking_host", "host"),
)

poll = sa.Table(
    "poll",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("elapsed_ms", sa.Integer, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("items", sa.Integer, nullable=False),
    sa.Column("new_items", sa.Integer, nullable=False),
    sa.Column("possible_loss", sa.Boolean, nullable=False),
    # Nine polls in ten bring nothing; leaving them out of the index spares flash cards a page per poll.
    sa.Index(
        "ix_poll_source",
        "source_id",
        "started_at",
        sqlite_where=sa.text("outcome <> 'unchanged'"),
    ),
)

entry = sa.Table(
    "entry",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("entry_key", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("url_key", sa.Text),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("item_hash", sa.Text, nullable=False),
    sa.Column("article_id", BigId, nullable=False),
    sa.Column("published_at", UtcTime),
    sa.Column("first_seen_at", UtcTime, nullable=False),
    sa.Column("last_seen_at", UtcTime, nullable=False),
    sa.Index("ix_entry_key", "source_id", "entry_key"),
    sa.Index("ix_entry_url", "source_id", "url_key"),
    sa.Index("ix_entry_content", "source_id", "content_hash"),
    sa.Index("ix_entry_article", "article_id"),
)

article = sa.Table(
    "article",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("url", sa.Text),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("authors", Json, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("language_sure", sa.Boolean, nullable=False),
    sa.Column("image", sa.Text),
    sa.Column("section", sa.Text),
    sa.Column("published_at", UtcTime),
    sa.Column("published_at_local", sa.Text),
    sa.Column("first_seen_at", UtcTime, nullable=False),
    sa.Column("first_source_id", sa.Text, nullable=False),
    sa.Column("baseline", sa.Boolean, nullable=False),
    sa.Column("text_state", sa.Text, nullable=False),
    sa.Column("text_reason_code", sa.Text),
    sa.Column("text_reason", sa.Text),
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
    sa.Column("reads", sa.Integer, nullable=False, server_default="0"),
    sa.Column("live", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("story_id", BigId),
    sa.Column("copy_of", BigId),
    sa.Column("copy_score", sa.Float),
    sa.Column("place_reason", sa.Text),
    sa.Column("settled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("reading", sa.Text),
    sa.Column("page", JsonOrNull),
    sa.Column("gap", JsonOrNull),
    *lease_columns(),
    sa.Index("ix_article_due", "reading", "due_at"),
    sa.Index("ix_article_seen", "first_seen_at"),
    sa.Index("ix_article_story", "story_id"),
    sa.Index("ix_article_language", "language", "id"),
    sa.Index(
        "ix_article_copy",
        "copy_of",
        sqlite_where=sa.text("copy_of IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

article_key = sa.Table(
    "article_key",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("article_id", BigId, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
    sa.Index("ix_article_key_article", "article_id"),
)

sighting = sa.Table(
    "sighting",
    metadata,
    sa.Column("article_id", BigId, primary_key=True),
    sa.Column("source_id", sa.Text, primary_key=True),
    sa.Column("seen_at", UtcTime, nullable=False),
    sa.Index("ix_sighting_source", "source_id", "seen_at"),
    sa.Index("ix_sighting_listed", "source_id", "article_id"),
)

revision = sa.Table(
    "revision",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("article_id", BigId, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("lead", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("material", sa.Boolean, nullable=False),
    sa.Column("reason_code", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.UniqueConstraint("article_id", "number", name="uq_revision"),
    sqlite_autoincrement=True,
)

rule_version = sa.Table(
    "rule_version",
    metadata,
    sa.Column("rule_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("spec", Json, nullable=False),
    sa.Column("author", sa.Text),
    sa.Column("accepted_at", UtcTime, nullable=False),
    sa.Column("retired_at", UtcTime),
)

rule_state = sa.Table(
    "rule_state",
    metadata,
    sa.Column("rule_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("problem", sa.Text),
    sa.Column("founding", sa.Boolean, nullable=False),
    sa.Column("accepted_at", UtcTime, nullable=False),
    sa.Column("last_match_at", UtcTime),
    sa.Column("memory", Json, nullable=False),
    sa.Column("keep_s", sa.BigInteger),
)

match = sa.Table(
    "match",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("rule_id", sa.Text, nullable=False),
    sa.Column("rule_version", sa.Integer, nullable=False),
    sa.Column("article_id", BigId, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("fired", sa.Boolean, nullable=False),
    sa.Column("score", sa.Float),
    sa.Column("evidence", Json, nullable=False),
    sa.Column("held", Json, nullable=False),
    sa.Column("engine", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.UniqueConstraint("rule_id", "rule_version", "article_id", "revision", name="uq_match"),
    sa.Index("ix_match_article", "article_id"),
    sa.Index("ix_match_rule", "rule_id", "created_at"),
    sa.Index("ix_match_listed", "rule_id", "article_id"),
    sqlite_autoincrement=True,
)

alert = sa.Table(
    "alert",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason_code", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("rule_id", sa.Text),
    sa.Column("rule_version", sa.Integer),
    sa.Column("story_id", BigId),
    sa.Column("thread", sa.Text),
    sa.Column("priority", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("told_in", BigId),
    sa.Column("facts", Json, nullable=False),
    sa.Column("acked_by", sa.Text),
    sa.Column("acked_at", UtcTime),
    sa.Column("note", sa.Text),
    sa.Index("ix_alert_rule_story", "rule_id", "story_id"),
    sa.Index("ix_alert_story", "story_id"),
    sa.Index("ix_alert_created", "created_at"),
    sa.Index("ix_alert_state", "state", "created_at"),
    sa.Index("ix_alert_told_in", "told_in"),
    sa.Index("ix_alert_thread", "thread"),
    sqlite_autoincrement=True,
)

alert_article = sa.Table(
    "alert_article",
    metadata,
    sa.Column("alert_id", BigId, primary_key=True),
    sa.Column("article_id", BigId, primary_key=True),
    sa.Column("match_id", BigId),
    sa.Column("facts", Json, nullable=False),
    sa.Index("ix_alert_article_article", "article_id"),
)

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("alert_id", BigId, nullable=False),
    sa.Column("alert_key", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("tried_since", UtcTime),
    sa.Column("part", JsonOrNull),
    sa.Column("last_error_code", sa.Text),
    sa.Column("last_error", sa.Text),
    sa.Column("sent_at", UtcTime),
    *lease_columns(),
    sa.UniqueConstraint("alert_key", "channel", "target", name="uq_delivery"),
    sa.Index("ix_delivery_due", "state", "due_at"),
    sa.Index("ix_delivery_alert", "alert_id"),
    sa.Index("ix_delivery_channel", "channel", "created_at"),
    sa.Index(
        "ix_delivery_lane",
        "channel",
        "target",
        "priority",
        "id",
        sqlite_where=sa.text("due_at IS NOT NULL"),
    ),
)

digest_item = sa.Table(
    "digest_item",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("alert_id", BigId, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("window", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("told_in", BigId),
    sa.UniqueConstraint("alert_id", "channel", "target", name="uq_digest_item"),
    sa.Index("ix_digest_item_window", "channel", "target", "window"),
    sa.Index("ix_digest_item_told", "told_in"),
)

silence = sa.Table(
    "silence",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("until", UtcTime, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)

timer = sa.Table(
    "timer",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("facts", Json, nullable=False),
    *lease_columns(),
    sa.UniqueConstraint("kind", "subject", name="uq_timer"),
    sa.Index("ix_timer_due", "due_at"),
)

worker = sa.Table(
    "worker",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
)

tombstone = sa.Table(
    "tombstone",
    metadata,
    sa.Column("source_id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("purged_at", UtcTime, nullable=False),
)

body = sa.Table(
    "body",
    metadata,
    sa.Column("article_id", BigId, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("headers", Json, nullable=False),
    sa.Column("fetched_at", UtcTime, nullable=False),
    sa.Index("ix_body_sha256", "sha256"),
)

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
