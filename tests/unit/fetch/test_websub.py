from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from monitor.fetch.websub import (
    Subscription,
    find_hub,
    is_signed,
    parse_links,
    renew_at,
    subscription_form,
    verify_intent,
)
from monitor.model.entry import FeedHints
from monitor.model.fetched import Fetched

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
OURS = Subscription("https://hub/", "https://h/feed", "https://us/push/8f2a", "s3cret")


def fetched(*links: str) -> Fetched:
    return Fetched("https://h/f", "https://h/final", 200, tuple(("link", each) for each in links), b"", (), NOW, 0.1)


def test_the_header_names_the_hub_before_the_feed_does() -> None:
    both = '<https://hub/>; rel="hub", <https://h/feed>; rel="self alternate"'
    assert find_hub(fetched(both), FeedHints(hub="https://other/")) == ("https://hub/", "https://h/feed")
    assert find_hub(fetched(), FeedHints(hub="https://hub/")) == ("https://hub/", "https://h/final")
    assert find_hub(fetched(), FeedHints(self_url="https://h/feed")) is None


def test_link_headers_are_read_leniently() -> None:
    assert parse_links("<a>; rel=hub; type=x, <b>;REL='x'") == [("a", frozenset({"hub"})), ("b", frozenset({"'x'"}))]
    assert parse_links("no link, <broken; rel=hub") == []


def test_the_subscription_carries_secret_and_lease() -> None:
    form = parse_qs(subscription_form(OURS).decode())
    assert form["hub.mode"] == ["subscribe"]
    assert form["hub.secret"] == ["s3cret"]
    assert form["hub.topic"] == ["https://h/feed"]
    assert int(form["hub.lease_seconds"][0]) == 10 * 86_400


def asked(**query: str) -> dict[str, str]:
    return {f"hub.{name}": value for name, value in query.items()}


def test_the_intent_is_verified_for_our_own_topic_and_mode() -> None:
    good = asked(mode="subscribe", topic=OURS.topic, challenge="abc", lease_seconds="3600")
    intent = verify_intent(good, OURS, now=NOW)
    assert (intent.status, intent.body, intent.lease_until) == (200, "abc", NOW + timedelta(hours=1))
    for wrong in (good | asked(topic="https://evil/"), good | asked(mode="unsubscribe"), good | asked(challenge="")):
        assert verify_intent(wrong, OURS, now=NOW).status == 404
    ended = verify_intent(good | asked(mode="unsubscribe"), OURS, wanted="unsubscribe", now=NOW)
    assert (ended.status, ended.lease_until) == (200, None)
    denied = verify_intent(asked(mode="denied", topic=OURS.topic, reason="no"), OURS, now=NOW)
    assert (denied.status, denied.reason.code, denied.lease_until) == (200, "websub-denied", None)


@pytest.mark.parametrize("lease", ["", "soon", "-1", "٣", "9" * 30])
def test_a_strange_lease_is_the_one_we_asked_for(lease: str) -> None:
    good = asked(mode="subscribe", topic=OURS.topic, challenge="abc", lease_seconds=lease)
    assert verify_intent(good, OURS, now=NOW).lease_until == NOW + timedelta(days=10)


def test_only_signed_pushes_are_taken() -> None:
    for algorithm in ("sha1", "sha256", "sha384", "sha512"):
        digest = hmac.new(b"s3cret", b"news", algorithm).hexdigest()
        assert is_signed(f"{algorithm}={digest}", b"news", "s3cret")
        assert is_signed(f"{algorithm.upper()}={digest.upper()}", b"news", "s3cret")
        assert not is_signed(f"{algorithm}={digest}", b"news!", "s3cret")
        assert not is_signed(f"{algorithm}={digest}", b"news", "other")
    md5 = hmac.new(b"s3cret", b"news", hashlib.md5).hexdigest()
    for signature in (None, "", "sha256", "sha256=", f"md5={md5}", "sha256=ü", "__doc__=x"):
        assert not is_signed(signature, b"news", "s3cret")


def test_leases_are_renewed_in_time() -> None:
    assert renew_at(NOW + timedelta(days=10), now=NOW) == NOW + timedelta(days=8)
    assert renew_at(NOW - timedelta(days=1), now=NOW) == NOW + timedelta(minutes=1)
    assert renew_at(None, now=NOW) == NOW + timedelta(hours=1)
