from __future__ import annotations

import http.client
import time

import pytest

from monitor.testing import FakeWeb, Reply, SeenRequest


def ask(web: FakeWeb, path: str, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_replies_come_in_turn_and_the_last_one_stays(fakeweb: FakeWeb) -> None:
    fakeweb.route("/feed", "one", Reply("two", status=203), Reply(status=304))
    assert [ask(fakeweb, "/feed?x=1") for _ in range(4)] == [(200, b"one"), (203, b"two"), (304, b""), (304, b"")]
    assert ask(fakeweb, "/else")[0] == 404
    assert [each.count for each in fakeweb.seen("/feed")] == [1, 2, 3, 4]


def test_functions_answer_with_what_they_saw(fakeweb: FakeWeb) -> None:
    def echo(request: SeenRequest) -> Reply:
        return Reply(f"{request.method} {request.target} {request.body.decode()}")

    fakeweb.route("/echo", echo)
    assert ask(fakeweb, "/echo?a=b", "POST", b"form") == (200, b"POST /echo?a=b form")


def test_chunks_arrive_whole(fakeweb: FakeWeb) -> None:
    fakeweb.route("/feed", Reply("news of the day", chunked=4))
    assert ask(fakeweb, "/feed") == (200, b"news of the day")


def test_connections_break_where_they_should(fakeweb: FakeWeb) -> None:
    fakeweb.route("/cut", Reply("news of the day", cut_at=4))
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(fakeweb, "/cut")
    assert caught.value.partial == b"news"
    fakeweb.route("/reset", Reply(reset=True))
    with pytest.raises(ConnectionError):
        ask(fakeweb, "/reset")


def test_a_slow_answer_does_not_hold_up_the_end() -> None:
    before = time.monotonic()
    with FakeWeb() as web:
        web.route("/slow", Reply("news", delay_s=3600))
        connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
        connection.request("GET", "/slow")
        while not web.requests:
            time.sleep(0.01)
    connection.close()
    assert time.monotonic() - before < 3600


def test_a_path_with_a_star_answers_whatever_begins_like_it(fakeweb: FakeWeb) -> None:
    fakeweb.route("/story/*", lambda request: Reply(request.path))
    fakeweb.route("/story/known", "known")
    assert [ask(fakeweb, path)[1] for path in ("/story/7", "/story/known")] == [b"/story/7", b"known"]
    assert ask(fakeweb, "/stor")[0] == 404
