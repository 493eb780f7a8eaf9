"""What is taken from the lines that Apprise logs, and what is kept out of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.deliver.causes import denial, explain_failure, redact, retry_after, secrets_of
from monitor.errors import DeliveryError

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def told(*lines: str, secrets: tuple[str, ...] = (), retry_after_s: float | None = None) -> tuple[str, str, bool]:
    error = explain_failure(lines, secrets, retry_after_s)
    assert isinstance(error, DeliveryError)
    return error.code, error.message, error.permanent


# --- secrets --------------------------------------------------------------------------------------------------------


def test_all_but_scheme_host_and_port_is_secret_the_longest_first() -> None:
    address = "mailtos://someone:pass%2Fword@mail.example:587/path1234/with,comma?to=a@b.example&key=abc#frag"
    parts = {"pass%2Fword", "a@b.example", "pass/word", "path1234", "someone", "comma", "with", "frag"}
    assert set(secrets_of(address)) == parts
    lengths = [len(secret) for secret in secrets_of(address)]
    assert lengths == sorted(lengths, reverse=True)
    assert "mail.example" not in secrets_of(address)


def test_words_of_four_letters_are_secrets_and_shorter_ones_would_blank_everything() -> None:
    assert secrets_of("x://host/abc/abcd") == ("abcd",)
    assert secrets_of("x://host") == ()


def test_a_secret_within_a_longer_one_leaves_nothing_of_it() -> None:
    secrets = secrets_of("x://host/token/token-and-more")
    assert redact("token-and-more, token", secrets) == "***, ***"


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        ("see https://h.example/x?y now", "see *** now"),
        ("see http://h.example", "see ***"),
        ("bad url: slack://x now", "bad *** now"),
        ("nothing here", "nothing here"),
    ],
)
def test_addresses_are_blanked_whole(text: str, blanked: str) -> None:
    assert redact(text, ()) == blanked


# --- causes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("Socket Exception: CONNECTION REFUSED", "connection refused"),
        ("Exception: read timeout=4", "timed out"),
        ("Exception: Temporary failure in name resolution", "unknown host"),
        ("Exception: Connection unexpectedly closed", "connection broken off"),
        ("Exception: EOF occurred", "connection broken off"),
        ("Exception: Network is unreachable", "network unreachable"),
        ("Exception: [SSL: WRONG_VERSION_NUMBER]", "TLS failed"),
    ],
)
def test_the_network_by_its_common_names(line: str, cause: str) -> None:
    assert told(line) == ("network", cause, False)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (399, False), (400, True), (401, True), (404, True), (408, False), (409, False), (423, False), (425, False),
        (429, False), (499, True), (500, False), (503, False),
    ],
)  # fmt: skip
def test_which_answers_are_final(status: int, *, permanent: bool) -> None:
    assert told(f"Failed to send: error={status}.") == (f"http-{status}", f"HTTP {status}", permanent)


def test_the_last_line_that_tells_counts() -> None:
    assert told("error=500", "error=404")[0] == "http-404"
    assert told("Socket Exception: timed out", "Socket Exception: Connection refused")[1] == "connection refused"
    assert told("Connection refused", "Socket Exception: odd")[1] == "connection refused"
    assert told("Connection lost", "Socket Exception: odd") == ("refused", "Socket Exception: odd", False)
    assert told("Could not do it", "Failed with Connection refused", "nothing telling") == (
        "network",
        "connection refused",
        False,
    )


def test_numbers_that_are_no_refusal() -> None:
    assert told("sent 550 messages")[0] == "refused"
    assert told("Failed error=12")[0] == "refused"


def test_what_the_service_wrote_is_shown_short_and_without_secrets() -> None:
    lines = ("Failed: error=400", 'Response Details:\r\nb"hidden1\t  is\x00 wrong"')
    assert told(*lines, secrets=("hidden1",)) == ("http-400", "HTTP 400: *** is wrong", True)
    assert told("Failed: error=400", "Response Details: " + "x" * 999)[1] == "HTTP 400: " + "x" * 300
    assert told("error=400", "Response Details: one", "Response Details: two")[1] == "HTTP 400: two"
    assert told("error=400", "Response Details: a Response Details: b")[1] == "HTTP 400: a Response Details: b"


def test_when_nothing_is_recognised_the_last_telling_line_is_shown() -> None:
    assert told("Invalid hidden1", "chatter", secrets=("hidden1",)) == ("refused", "Invalid ***", False)
    assert told("chatter") == ("refused", "the service did not say why", False)
    assert told() == ("refused", "the service did not say why", False)


def test_the_wish_of_the_service_is_kept_with_http_and_refusals() -> None:
    assert explain_failure(["error=429"], (), 7.0).retry_after_s == 7.0
    assert explain_failure(["Failed"], (), 7.0).retry_after_s == 7.0
    assert explain_failure(["Socket Exception: (421, b'x')"], (), None).retry_after_s is None


# --- answers that say no --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (" 30 ", 30.0),
        ("0", 0.0),
        ("-5", None),
        ("1.5", None),
        ("Tue, 10 Mar 2026 08:59:00 GMT", 0.0),
        ("Tue, 10 Mar 2026 09:00:00 -0000", None),  # names no zone
        ("", None),
    ],
)
def test_when_a_service_wants_us_back(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"ok": false}', "{'ok': False}"),
        ('{"success": false, "errors": ["a"]}', "['a']"),
        ('{"status": "FAILED", "message": "m", "errors": "e"}', "m"),
        ('{"status": "fail", "error": "e", "message": "m"}', "e"),
        ('{"status": "error"}', "{'status': 'error'}"),
        ('{"status": 500}', None),
        ('{"ok": true, "success": true, "status": "sent", "error": "none"}', None),
        ('{"ok": 0}', None),
        ('{"ok": null}', None),
        ("{}", None),
        ("", None),
        ("null", None),
    ],
)
def test_a_good_status_may_hold_a_no(body: str, said: str | None) -> None:
    assert denial(body) == said
