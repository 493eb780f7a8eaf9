from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.deliver.causes import denial, explain_failure, redact, retry_after, secrets_of

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def test_retry_after_as_number_date_or_nonsense() -> None:
    assert retry_after("120", NOW) == 120.0
    assert retry_after("Tue, 10 Mar 2026 09:01:00 GMT", NOW) == 60.0
    assert retry_after("soon", NOW) is None
    assert retry_after(None, NOW) is None


def test_denials_in_good_answers() -> None:
    assert denial('{"ok": false, "error": "gone"}') == "gone"
    assert denial('{"status": "error", "message": "no"}') == "no"
    assert denial('{"ok": true}') is None
    assert denial("fine") is None
    assert denial("[1]") is None


def test_secrets_of_an_address_are_blanked() -> None:
    secrets = secrets_of("slack://TOKENAAAA/TOKENBBBB/p%40ss-word?x=hiddenvalue")
    text = redact("failed TOKENBBBB p@ss-word hiddenvalue at https://hooks.example/TOKENBBBB/x", secrets)
    assert text == "failed *** *** *** at ***"


@pytest.mark.parametrize(
    ("lines", "code", "permanent", "says"),
    [
        (["Failed to send: Gone, error=410."], "http-410", True, "HTTP 410"),
        (["Failed to send: error=503.", "Response Details:\r\nb'try later'"], "http-503", False, "HTTP 503: try later"),
        (["Socket Exception: [Errno 111] Connection refused"], "network", False, "connection refused"),
        (["Socket Exception: timed out"], "network", False, "timed out"),
        (["Socket Exception: [Errno -2] Name or service not known"], "network", False, "unknown host"),
        (
            ["Socket Exception: [SSL: CERTIFICATE_VERIFY_FAILED] verify failed: certificate has expired (_ssl.c:1)"],
            "network",
            False,
            "certificate: certificate has expired",
        ),
        (["Loaded E-Mail URL"], "refused", False, "the service did not say why"),
    ],
)
def test_causes_in_plain_words(lines: list[str], code: str, permanent: bool, says: str) -> None:
    error = explain_failure(lines, ())
    assert (error.code, error.permanent, error.message) == (code, permanent, says)
