from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from monitor.fetch.websub import (
    RETRY_S,
    ask_again_at,
    decide_asked,
    decide_pace,
    decide_unverified,
    find_hub,
    is_signed,
    net_interval_s,
    other_hub,
    parse_links,
    subscription_form,
    verify_intent,
)
from monitor.model.entry import FeedHints
from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason
from monitor.model.websub import Subscription, SubscriptionState

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
OURS = Subscription("https://hub/", "https://h/feed", "https://us/push/8f2a", "s3cret", SubscriptionState.ASKED)


def fetched(*links: str) -> Fetched:
    return Fetched("https://h/f", "https://h/final", 200, tuple(("link", each) for each in links), b"", (), NOW, 0.1)


def test_the_header_names_the_hub_before_the_feed_does() -> None:
    both = '<https://hub/>; rel="hub", <https://h/feed>; rel="self alternate"'
    assert find_hub(fetched(both), FeedHints(hub="https://other/")) == ("https://hub/", "https://h/feed")
    assert find_hub(fetched(), FeedHints(hub="https://hub/")) == ("https://hub/", "https://h/final")
    assert find_hub(fetched(), FeedHints(self_url="https://h/feed")) is None


def test_of_several_hubs_one_with_tls_is_asked() -> None:
    several = "<http://a/>; rel=hub, <https://b/>; rel=hub, <https://c/>; rel=hub"
    assert find_hub(fetched(several), FeedHints()) == ("https://b/", "https://h/final")
    assert find_hub(fetched("<http://a/>; rel=hub", "<//b/>; rel=hub"), FeedHints()) == ("http://a/", "https://h/final")


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
    leaving = replace(OURS, state=SubscriptionState.LEAVING)
    ended = verify_intent(good | asked(mode="unsubscribe"), leaving, now=NOW)
    assert (ended.status, ended.lease_until) == (200, None)
    assert verify_intent(good, leaving, now=NOW).status == 404
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
    assert ask_again_at(NOW + timedelta(days=10), now=NOW) == NOW + timedelta(days=8)
    assert ask_again_at(NOW - timedelta(days=1), now=NOW) == NOW + timedelta(minutes=1)
    assert ask_again_at(None, now=NOW) == NOW + timedelta(days=1)


def test_hubs_may_be_named_relatively_but_only_on_the_web() -> None:
    assert find_hub(fetched("</hub>; rel=hub, </f>; rel=self"), FeedHints()) == ("https://h/hub", "https://h/f")
    for odd in ("javascript:alert(1)", "http://[", "mailto:a@b"):
        assert find_hub(fetched(), FeedHints(hub=odd)) is None


def answer(status: int | None, body: bytes = b"", **headers: str) -> Fetched:
    problem = Reason("timeout", "no answer") if status is None else None
    return Fetched("https://hub/", "https://hub/", status, tuple(headers.items()), body, (), NOW, 0.1, problem)


def test_a_hub_that_takes_the_request_is_to_ask_back() -> None:
    taken = decide_asked(SubscriptionState.WANTED, answer(202), attempts=0, now=NOW)
    assert (taken.state, taken.due_at, taken.attempts) == (SubscriptionState.ASKED, NOW + timedelta(minutes=10), 0)
    late = decide_unverified(OURS.callback, attempts=2, now=NOW)
    assert (late.state, late.due_at) == (SubscriptionState.FAILED, NOW + timedelta(seconds=4 * RETRY_S))
    assert "8f2a" not in late.reason.text


def test_a_hub_that_refuses_is_asked_later_and_later() -> None:
    for refusal, said in (
        (answer(400, b"bad  topic"), "status 400: bad topic"),
        (answer(500, b"<html>"), "status 500"),
    ):
        refused = decide_asked(SubscriptionState.WANTED, refusal, attempts=0, now=NOW)
        assert (refused.state, refused.due_at) == (SubscriptionState.FAILED, NOW + timedelta(seconds=RETRY_S))
        assert refused.reason.text.endswith(said)
    silent = decide_asked(SubscriptionState.FAILED, answer(None), attempts=99, now=NOW)
    assert (silent.due_at, silent.over) == (NOW + timedelta(days=1), False)
    assert "no answer" in silent.reason.text


def test_asking_to_stop_is_given_up_after_some_tries() -> None:
    for status in (202, 500):
        first = decide_asked(SubscriptionState.LEAVING, answer(status), attempts=0, now=NOW)
        last = decide_asked(SubscriptionState.LEAVING, answer(status), attempts=2, now=NOW)
        assert (first.state, first.attempts, first.over, last.over) == (SubscriptionState.LEAVING, 1, False, True)


def test_a_hub_may_send_us_to_another_but_not_to_a_weaker_one() -> None:
    assert other_hub(answer(307, location="https://other/hub")) == "https://other/hub"
    assert other_hub(answer(308, location="/new")) == "https://hub/new"
    for no in (answer(307, location="http://other/"), answer(302, location="https://o/"), answer(307), answer(None)):
        assert other_hub(no) is None


def test_polls_become_rarer_only_while_a_proven_hub_pushes() -> None:
    good = replace(OURS, state=SubscriptionState.VERIFIED, expires_at=NOW + timedelta(days=1), proven=True)
    pace = decide_pace(good, new=0, every_s=600, now=NOW)
    assert pace is not None
    assert (pace.code, "25 min" in pace.text) == ("websub-net", True)
    assert decide_pace(replace(good, state=SubscriptionState.ASKED), new=0, every_s=600, now=NOW) is not None
    for bad in (
        None,
        OURS,
        replace(good, proven=False),
        replace(good, expires_at=NOW),
        replace(good, state=SubscriptionState.DENIED),
        replace(good, state=SubscriptionState.LEAVING),
    ):
        assert decide_pace(bad, new=0, every_s=600, now=NOW) is None
    assert decide_pace(good, new=1, every_s=600, now=NOW) is None


@pytest.mark.parametrize(("every_s", "net_s"), [(60, 360), (600, 1500), (3600, 3600)])
def test_the_net_is_never_so_wide_that_a_source_counts_as_unseen(every_s: float, net_s: float) -> None:
    assert net_interval_s(every_s) == net_s
