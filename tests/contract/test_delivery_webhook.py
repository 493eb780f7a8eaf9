"""Webhooks and chat services on loopback: what they get, and what their answers mean."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from monitor.alert.render import Style, render
from monitor.deliver.apprise import AppriseSender
from monitor.errors import DeliveryError
from monitor.model.alert import AlertKind
from monitor.model.message import Form, Item, Markup, Message, Rendered

PLAIN = Rendered("Title", "Body", Markup.TEXT, {"Idempotency-Key": "k:1"}, {"X-Monitor-Key": "k:1"})


class Service:
    """A web service that answers as it is told to, and keeps what it was sent."""

    def __init__(self) -> None:
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.denied_paths: set[str] = set()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                service.requests.append((self.path, dict(self.headers), body))
                status, headers, content = service.answer
                if self.path in service.denied_paths:
                    content = b'{"ok": false, "error": "denied"}'
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    thread = threading.Thread(target=running.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.server.shutdown()
    thread.join()
    running.server.server_close()


def refused(address: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        AppriseSender().send(address, PLAIN)
    return caught.value


def test_a_webhook_gets_the_key_in_header_and_body(service: Service) -> None:
    AppriseSender().send(f"json://127.0.0.1:{service.port}/hook", PLAIN)
    ((path, headers, body),) = service.requests
    assert path == "/hook"
    assert headers["Idempotency-Key"] == "k:1"
    payload = json.loads(body)
    assert (payload["title"], payload["message"], payload["X-Monitor-Key"]) == ("Title", "Body", "k:1")


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (403, True), (404, True), (408, False), (429, False), (500, False), (503, False)],
)
def test_statuses_are_permanent_or_transient(service: Service, status: int, permanent: bool) -> None:
    service.answer = (status, {}, b'{"error": "no"}')
    error = refused(f"json://127.0.0.1:{service.port}/hook")
    assert (error.permanent, error.code) == (permanent, f"http-{status}")
    assert "no" in error.message


def test_services_that_hang_hold_up_no_other(service: Service) -> None:
    """Apprise has one pool of at most 32 threads for everybody, unless it is told to do without."""
    hanging = Service()  # accepts connections and never answers
    with ThreadPoolExecutor(33) as threads:
        stuck = f"json://127.0.0.1:{hanging.port}/?cto=60&rto=60"
        waiting = [threads.submit(AppriseSender().send, stuck, PLAIN) for _ in range(33)]
        AppriseSender().send(f"json://127.0.0.1:{service.port}/?cto=60&rto=60", PLAIN)
        assert len(service.requests) == 1
        assert not any(each.done() for each in waiting)
        hanging.server.server_close()
    assert not hanging.requests


def test_retry_after_is_heard(service: Service) -> None:
    service.answer = (429, {"Retry-After": "120"}, b"")
    assert refused(f"json://127.0.0.1:{service.port}/hook").retry_after_s == 120.0


def test_a_success_with_an_error_inside_is_none(service: Service) -> None:
    service.answer = (200, {}, b'{"ok": false, "error": "channel_not_found"}')
    error = refused(f"json://127.0.0.1:{service.port}/hook")
    assert "channel_not_found" in error.message


def test_no_secret_of_the_address_is_shown(service: Service) -> None:
    service.answer = (403, {}, b"token t0ken-s3cr3t of anna:passw0rd refused")
    error = refused(f"json://anna:passw0rd@127.0.0.1:{service.port}/t0ken-s3cr3t")
    assert "s3cr3t" not in error.message
    assert "passw0rd" not in error.message


def test_ntfy_and_mattermost_get_what_fits(service: Service) -> None:
    sender = AppriseSender()
    items = tuple(Item(n, f"Headline {n} " + "word " * 40, f"https://a.example/{n}") for n in range(60))
    message = Message("desk:d", AlertKind.MATCH, 1, "desk:d", rule_name="Rule", items=items)
    for address in (f"ntfy://127.0.0.1:{service.port}/topic", f"mmost://127.0.0.1:{service.port}/{'k' * 26}"):
        shape = sender.shape(address)
        assert shape.form is Form.CHAT
        rendered = render(message, shape, Style(), datetime(2026, 1, 1, tzinfo=UTC))
        assert len(rendered.title) <= shape.title_max
        assert len(rendered.body) <= shape.body_max
        assert "https://a.example/0" in rendered.body
        sender.send(address, rendered)
    assert len(service.requests) == 2


def test_answers_of_messages_sent_at_once_are_not_mixed_up(service: Service) -> None:
    sender, base = AppriseSender(), f"json://127.0.0.1:{service.port}"
    service.denied_paths.add("/no")

    def denied(number: int) -> bool:
        try:
            sender.send(f"{base}/{'no' if number % 3 == 0 else 'yes'}", PLAIN)
        except DeliveryError:
            return True
        return False

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(denied, range(60))) == [number % 3 == 0 for number in range(60)]
