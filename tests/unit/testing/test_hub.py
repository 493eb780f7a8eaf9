from __future__ import annotations

import hmac
from collections.abc import Iterator
from threading import Event
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from monitor.testing import FakeWeb, Reply
from monitor.testing.hub import FakeHub
from monitor.testing.web import SeenRequest

TOPIC = "https://blatt.example/feed"


class Callback:
    """A subscriber: repeats challenges while it agrees, and keeps what it is asked and pushed."""

    def __init__(self, web: FakeWeb) -> None:
        self.url, self.agrees, self.asked, self.pushed = web.route("/push", self.answer), True, [], []
        self.heard = Event()

    asked: list[dict[str, str]]
    pushed: list[tuple[str | None, bytes]]

    def answer(self, request: SeenRequest) -> Reply:
        if request.method == "POST":
            self.pushed.append((request.headers.get("x-hub-signature"), request.body))
            return Reply("", status=204)
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.target).query).items()}
        self.asked.append(query)
        self.heard.set()
        return Reply(query.get("hub.challenge", "")) if self.agrees else Reply("", status=404)


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb() as served:
        yield served


@pytest.fixture
def callback(web: FakeWeb) -> Callback:
    return Callback(web)


def ask(hub: FakeHub, callback: Callback, mode: str = "subscribe") -> int:
    form = {"hub.mode": mode, "hub.topic": TOPIC, "hub.callback": callback.url, "hub.secret": "s"}
    with urlopen(Request(hub.url, urlencode(form).encode()), timeout=60) as answer:
        return int(answer.status)


def test_who_repeats_the_challenge_is_pushed_to_with_a_signature(web: FakeWeb, callback: Callback) -> None:
    hub = FakeHub(web)
    assert ask(hub, callback) == 202
    hub.wait_for(1)
    assert callback.asked[0]["hub.lease_seconds"] == "86400"
    assert hub.publish(TOPIC, "<rss/>") == [204]
    assert hub.publish("https://other.example/feed", "<rss/>") == []
    assert callback.pushed == [("sha256=" + hmac.new(b"s", b"<rss/>", "sha256").hexdigest(), b"<rss/>")]


def test_it_can_sign_wrongly_or_not_at_all(web: FakeWeb, callback: Callback) -> None:
    hub = FakeHub(web)
    ask(hub, callback)
    hub.wait_for(1)
    hub.publish(TOPIC, "x", secret="another", algorithm="sha1")
    hub.publish(TOPIC, "x", signed=False)
    (wrong, _), (none, _) = callback.pushed
    assert (wrong, none) == ("sha1=" + hmac.new(b"another", b"x", "sha1").hexdigest(), None)


def test_who_unsubscribes_is_left_alone(web: FakeWeb, callback: Callback) -> None:
    hub = FakeHub(web)
    ask(hub, callback)
    hub.wait_for(1)
    ask(hub, callback, "unsubscribe")
    hub.wait_for(0)
    assert "hub.lease_seconds" not in callback.asked[1]
    assert hub.publish(TOPIC, "x") == []


def test_who_does_not_confirm_is_no_subscriber(web: FakeWeb, callback: Callback) -> None:
    hub = FakeHub(web)
    callback.agrees = False
    ask(hub, callback)
    assert callback.heard.wait(60)
    with pytest.raises(TimeoutError, match="0 subscribers, 1 expected"):
        hub.wait_for(1, within_s=0.05)


def test_a_hub_that_denies_says_why(web: FakeWeb, callback: Callback) -> None:
    ask(FakeHub(web, denies="no such feed"), callback)
    assert callback.heard.wait(60)
    assert callback.asked == [{"hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "no such feed"}]


def test_a_hub_that_never_asks_back_has_no_subscribers(web: FakeWeb, callback: Callback) -> None:
    hub = FakeHub(web, asks_back=False)
    ask(hub, callback)
    assert (hub.requests[0]["hub.mode"], hub.subscribers, callback.asked) == ("subscribe", {}, [])
