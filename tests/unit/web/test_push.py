from __future__ import annotations

import hmac
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from monitor.model.reasons import Reason
from monitor.model.websub import Subscription, SubscriptionState
from monitor.store import subscriptions
from monitor.store import tables as t
from monitor.store.pushes import MOST_WAITING, add_push
from monitor.web.views.push import HERE, MOST_PER_MINUTE, PushRate
from tests.unit.web.site import Site

CALLBACK, SECRET, TOPIC = "https://us.example/push/unguessable", "s3cret", "https://wire.example/feed"
HOST = "us.example"


@pytest.fixture
def hub(site: Site) -> Site:
    with site.database.unit() as connection:
        subscriptions.want(connection, "wire", Subscription("https://hub/", TOPIC, CALLBACK, SECRET), site.clock.now())
    put(site, SubscriptionState.ASKED)
    return site


def put(site: Site, state: SubscriptionState) -> None:
    with site.database.unit() as connection:
        subscriptions.change(connection, "wire", Reason("websub-asked", "asked"), {"state": state.value})


def row(site: Site) -> subscriptions.SubscriptionRow | None:
    with site.database.reading() as connection:
        return subscriptions.subscriptions(connection).get("wire")


def ask(site: Site, token: str = "unguessable", **query: str) -> tuple[int, str]:
    form = urlencode({f"hub.{name}": value for name, value in query.items()})
    answer = site.browser().get(f"/push/{token}?{form}")
    return answer.status, answer.text


def send(site: Site, body: str = "<rss/>", *, token: str = "unguessable", key: str = SECRET, **headers: str) -> int:
    signature = f"sha256={hmac.new(key.encode(), urlencode({'a': body}).encode(), 'sha256').hexdigest()}"
    return site.browser().post_raw(f"/push/{token}", {"a": body}, **{"x-hub-signature": signature} | headers).status


def waiting(site: Site) -> int:
    return int(site.run(sa.select(sa.func.count()).select_from(t.push))[0][0])


def test_the_bare_address_says_that_it_was_reached(site: Site) -> None:
    answer = site.browser().get("/push/")
    assert (answer.status, answer.text) == (200, HERE)


def test_a_guessed_address_is_answered_while_somebody_else_writes(hub: Site) -> None:
    with hub.database.unit():
        assert ask(hub, token="guessed")[0] == 404


def test_a_hub_that_asks_back_is_answered_with_its_challenge(hub: Site) -> None:
    assert ask(hub, mode="subscribe", topic=TOPIC, challenge="<b>", lease_seconds="600") == (200, "<b>")
    found = row(hub)
    assert found is not None
    assert found.subscription.state is SubscriptionState.VERIFIED
    assert found.subscription.expires_at == hub.clock.now() + timedelta(minutes=10)


@pytest.mark.parametrize("token", ["guessed", "%00", "%F0%9F"])
def test_an_address_that_was_guessed_says_nothing(hub: Site, token: str) -> None:
    assert ask(hub, token, mode="subscribe", topic=TOPIC, challenge="x")[0] == 404
    assert send(hub, token=token) == 410
    assert waiting(hub) == 0


def test_what_was_not_wanted_is_refused(hub: Site) -> None:
    good = {"mode": "subscribe", "topic": TOPIC, "challenge": "x"}
    for wrong in (good | {"topic": "https://evil/"}, good | {"mode": "unsubscribe"}, good | {"challenge": ""}, {}):
        assert ask(hub, **wrong)[0] == 404
    for state in (SubscriptionState.WANTED, SubscriptionState.DENIED, SubscriptionState.LEAVING):
        put(hub, state)
        assert ask(hub, **good)[0] == 404, state


def test_a_denial_is_kept_with_its_reason(hub: Site) -> None:
    assert ask(hub, mode="denied", topic=TOPIC, reason="too many")[0] == 200
    found = row(hub)
    assert found is not None
    assert found.reason is not None
    assert (found.subscription.state, "too many" in found.reason.text) == (SubscriptionState.DENIED, True)


def test_a_hub_that_stops_is_forgotten_and_hears_that_nobody_is_there(hub: Site) -> None:
    put(hub, SubscriptionState.LEAVING)
    assert send(hub) == 410
    assert ask(hub, mode="unsubscribe", topic=TOPIC, challenge="x") == (200, "x")
    assert row(hub) is None


def test_a_push_is_stored_if_it_is_signed_and_answered_the_same_if_not(hub: Site) -> None:
    assert (send(hub), waiting(hub)) == (202, 1)
    assert (send(hub, key="guess"), waiting(hub)) == (202, 1)
    found = row(hub)
    assert found is not None
    assert (found.refused, found.reason and found.reason.code) == (1, "websub-unsigned")


def test_a_push_may_not_be_packed_or_too_large(hub: Site) -> None:
    assert send(hub, **{"content-encoding": "gzip"}) == 415
    assert send(hub, "x" * 16_000_000) == 413
    assert send(hub, "x" * 2_000_000) == 202  # larger than any form of ours


def test_hubs_come_again_when_too_much_waits(hub: Site) -> None:
    with hub.database.unit() as connection:
        for _ in range(MOST_WAITING):
            add_push(connection, "wire", body=b"x", content_type=None, now=hub.clock.now())
    assert send(hub) == 503


def test_a_source_is_pushed_so_often_and_no_more(hub: Site) -> None:
    rate = PushRate()
    assert all(rate.take("a", 100.0 + n / 100) for n in range(MOST_PER_MINUTE))
    assert not rate.take("a", 101.0)
    assert rate.take("b", 101.0)
    assert rate.take("a", 161.0)
    for _ in range(MOST_PER_MINUTE):
        hub.app.state.push_rate.take("wire", hub.clock.monotonic())
    assert send(hub) == 429


def test_the_source_s_page_shows_its_hub(hub: Site) -> None:
    text = hub.browser().get("/sources/wire").text
    assert "https://hub/" in text
    assert "unguessable" not in text
    assert SECRET not in text
