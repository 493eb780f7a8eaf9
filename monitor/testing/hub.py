"""A WebSub hub on this machine, on top of a `FakeWeb`: it takes subscriptions, asks back, and pushes what it is given.

::

    hub = FakeHub(web)                # its address is hub.url: name it in a feed's Link header
    ...                               # the monitor subscribes
    hub.wait_for(1)                   # until it has asked back
    hub.publish(topic, FEED)          # status codes of the callbacks
"""

from __future__ import annotations

import hmac
import threading
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import parse_qs, urlencode, urlsplit

from monitor.testing.web import FakeWeb, Reply, SeenRequest

WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who has subscribed; what the hub will sign with."""

    callback: str
    topic: str
    secret: str


@dataclass
class FakeHub:
    """The hub.  `asks_back` off: it never verifies; `denies`: it refuses with that reason; `status` of its answers.

    `verified` are callbacks that confirmed what was asked; `requests` the forms that came, oldest first.
    """

    web: FakeWeb
    path: str = "/hub"
    asks_back: bool = True
    denies: str | None = None
    status: int = 202
    lease_s: int = 86_400
    requests: list[dict[str, str]] = field(default_factory=list)
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.url = self.web.route(self.path, self._asked)

    def _asked(self, request: SeenRequest) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        self.requests.append(form)
        if self.status < 300 and (self.asks_back or self.denies is not None):
            threading.Thread(target=self._ask_back, args=(form,), daemon=True).start()
        return Reply("" if self.status < 300 else "not today", status=self.status)

    def _ask_back(self, form: dict[str, str]) -> None:
        mode, topic, callback = form["hub.mode"], form["hub.topic"], form["hub.callback"]
        if self.denies is not None:
            self.ask(callback, {"hub.mode": "denied", "hub.topic": topic, "hub.reason": self.denies})
        else:
            lease = {"hub.lease_seconds": str(self.lease_s)} if mode == "subscribe" else {}
            query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": "a challenge", **lease}
            status, said = self.ask(callback, query)
            if (status, said) != (200, "a challenge"):
                self.refused.append(status)
            elif mode == "subscribe":
                self.subscribers[callback] = Subscriber(callback, topic, form.get("hub.secret", ""))
            else:
                self.subscribers.pop(callback, None)
        with self._heard:
            self._heard.notify_all()

    def wait_for(self, subscribers: int, *, within_s: float = WAIT_S) -> None:
        """Until there are so many subscribers; `TimeoutError` when that takes too long."""
        with self._heard:
            if not self._heard.wait_for(lambda: len(self.subscribers) == subscribers, within_s):
                raise TimeoutError(f"{len(self.subscribers)} subscribers, {subscribers} expected")

    def ask(self, callback: str, query: dict[str, str]) -> tuple[int, str]:
        """Ask a callback something: status and body."""
        joint = "&" if urlsplit(callback).query else "?"
        return _speak("GET", callback + joint + urlencode(query))

    def publish(
        self, topic: str, body: str, *, algorithm: str = "sha256", secret: str | None = None, signed: bool = True
    ) -> list[int]:
        """Push to every subscriber of the topic, signed with its secret or with another one; their status codes."""
        content = body.encode()
        codes = []
        for subscriber in [each for each in self.subscribers.values() if each.topic == topic]:
            key = (secret or subscriber.secret).encode()
            signature = f"{algorithm}={hmac.new(key, content, algorithm).hexdigest()}"
            headers = {"Content-Type": "application/rss+xml"} | ({"X-Hub-Signature": signature} if signed else {})
            codes.append(_speak("POST", subscriber.callback, content, headers)[0])
        return codes


def _speak(method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=WAIT_S)
    try:
        connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers or {})
        answer: HTTPResponse = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()
