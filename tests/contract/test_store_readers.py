"""Subscriptions and the vocabulary, on both databases."""

from __future__ import annotations

import os
from datetime import timedelta

import sqlalchemy as sa

from monitor.model.reasons import Reason
from monitor.model.subscription import SubscriptionKind, SubscriptionState
from monitor.store import readers, vocabulary
from monitor.store import tables as t
from monitor.store.secrets import known_secret, secret
from monitor.store.unit import Database
from tests.contract.conftest import NOW

ASKED = Reason("asked", "waits")
DAY = timedelta(days=1)


def subscribe(connection: sa.Connection, kind: SubscriptionKind, subject: str, address: str = "a@example.org") -> int:
    return readers.add_subscription(
        connection, kind, subject, address, language="en", client="c", reason=ASKED, now=NOW
    )


def test_a_subscription_from_question_to_end(database: Database) -> None:
    with database.unit() as connection:
        rule = subscribe(connection, SubscriptionKind.RULE, "strike")
        assert readers.readers_of(connection, "strike") == []
        assert not readers.confirm(connection, rule, NOW, asked_after=NOW)
        assert readers.confirm(connection, rule, NOW, asked_after=NOW - DAY)
        assert [reader.address for reader in readers.readers_of(connection, "strike")] == ["a@example.org"]
        assert readers.end(connection, rule, Reason("left", "left"), NOW)
        assert not readers.end(connection, rule, Reason("left", "left"), NOW)
        assert readers.readers_of(connection, "strike") == []
        found = readers.get_subscription(connection, rule)
        assert found is not None
        assert (found.state, found.reason, found.rule_id) == (SubscriptionState.ENDED, "left", "strike")
        assert readers.forget(connection, asked_before=NOW - DAY, ended_before=NOW) == 1


def test_searches_and_stories_are_rules_of_their_own(database: Database) -> None:
    with database.unit() as connection:
        row = {
            "language": "en", "title": "A quay", "opened_at": NOW, "last_at": NOW, "opening_article_id": 1,
            "centroid": b"", "members": 1, "apart": [], "by_hand": False,
        }  # fmt: skip
        merged = connection.execute(sa.insert(t.story).values(row).returning(t.story.c.id)).scalar_one()
        story = connection.execute(sa.insert(t.story).values(row).returning(t.story.c.id)).scalar_one()
        connection.execute(sa.update(t.story).where(t.story.c.id == merged).values(merged_into=story))
        search = subscribe(connection, SubscriptionKind.SEARCH, "quay AND ferry")
        follow = subscribe(connection, SubscriptionKind.STORY, str(merged))
        for number in (search, follow):
            readers.confirm(connection, number, NOW, asked_after=NOW - DAY)
        assert readers.searches(connection) == ((f"subscription:{search}", "quay AND ferry"),)
        assert readers.followers(connection) == {story: [f"subscription:{follow}"]}
        names = readers.rule_names(connection)
        assert names == {f"subscription:{search}": "quay AND ferry", f"subscription:{follow}": "A quay"}
        assert [each.id for each in readers.readers_of(connection, f"subscription:{search}")] == [search]
        assert readers.readers_of(connection, "subscription:x") == []
        assert [each.id for each in readers.list_subscriptions(connection)] == [follow, search]
        assert [each.id for each in readers.list_subscriptions(connection, before=follow)] == [search]


def test_requests_are_counted_for_address_client_and_all(database: Database) -> None:
    with database.unit() as connection:
        subscribe(connection, SubscriptionKind.RULE, "strike")
        subscribe(connection, SubscriptionKind.SEARCH, "quay")
        subscribe(connection, SubscriptionKind.SEARCH, "quay", "b@example.org")
        kind = SubscriptionKind.SEARCH
        found = readers.requests(connection, "a@example.org", "c", kind, "quay", since=NOW - DAY)
        assert found == readers.Requests(by_address=2, by_client=3, altogether=3, open=2, known=True)
        later = readers.requests(connection, "a@example.org", "c", kind, "lighthouse", since=NOW + DAY)
        assert later == readers.Requests(by_address=0, by_client=0, altogether=0, open=2, known=False)


def test_a_secret_is_made_once(database: Database) -> None:
    with database.unit() as connection:
        assert known_secret(connection, "links") is None
        first = secret(connection, "links", fresh=os.urandom(32))
        assert secret(connection, "links", fresh=os.urandom(32)) == first == known_secret(connection, "links")


def test_words_are_filed_once_and_found_by_key_and_beginning(database: Database) -> None:
    with database.unit() as connection:
        assert not vocabulary.any_unread(connection, before=NOW)
        pairs = [("=streik", "streik"), ("=streiks", "streiks"), ("streik", "streiks"), ("=Ähre", "ähre")]
        for _ in range(2):
            vocabulary.file_words(connection, pairs, upto=7)
        assert vocabulary.words_of(connection, ["streik", "=streik"], limit=9) == ["streik", "streiks"]
        assert vocabulary.words_beginning(connection, "=strei", limit=9) == ["streik", "streiks"]
        assert vocabulary.words_beginning(connection, "=s", limit=1) == ["streik"]
        assert vocabulary.words_beginning(connection, "=x", limit=9) == []
        assert vocabulary.unread_texts(connection, before=NOW, limit=9) == []


def test_the_subscriptions_of_a_story_end_with_it(database: Database) -> None:
    over = Reason("story-over", "over")
    with database.unit() as connection:
        row = {
            "language": "en", "title": "A quay", "opened_at": NOW, "last_at": NOW, "opening_article_id": 1,
            "centroid": b"", "members": 1, "apart": [], "by_hand": False,
        }  # fmt: skip
        story = connection.execute(sa.insert(t.story).values(row).returning(t.story.c.id)).scalar_one()
        number = subscribe(connection, SubscriptionKind.STORY, str(story))
        subscribe(connection, SubscriptionKind.RULE, "strike")
        assert readers.end_of_stories(connection, over, NOW) == 0
        connection.execute(sa.delete(t.story))
        assert readers.end_of_stories(connection, over, NOW) == 1
        assert readers.end_of_stories(connection, over, NOW) == 0
        found = readers.get_subscription(connection, number)
        assert found is not None
        assert (found.state, found.reason) == (SubscriptionState.ENDED, "over")
