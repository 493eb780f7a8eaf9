"""Who may subscribe, when it ends by itself, and the links."""

from __future__ import annotations

import pytest

from monitor.alert.subscribe import (
    ALTOGETHER,
    OPEN_MAX,
    PER_ADDRESS,
    PER_CLIENT,
    Asked,
    Refused,
    Welcome,
    client_name,
    decide_bounces,
    decide_request,
    link_token,
    mail_address,
    read_token,
)

KEY = b"a secret"
WHO = "reader@example.org"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" reader@Example.ORG ", WHO),
        ("a.b+c@example.org", "a.b+c@example.org"),
        ("reader@münchen.example", "reader@xn--mnchen-3ya.example"),
        ("reader", None),
        ("@example.org", None),
        ("reader@localhost", None),
        ("a..b@example.org", None),
        (".a@example.org", None),
        ("a@b@example.org", None),
        ("a@example.org,b@example.org", None),
        ("a b@example.org", None),
        ("a@example.org\r\nBcc: b@example.org", None),
        ("ä@example.org", None),
        (f"{'a' * 65}@example.org", None),
        (f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.org", None),
        (f"a@{'b' * 64}.org", None),
    ],
)
def test_addresses(typed: str, address: str | None) -> None:
    assert mail_address(typed) == address


def test_a_request_is_welcome() -> None:
    assert isinstance(decide_request(Asked(WHO), ()), Welcome)
    assert isinstance(decide_request(Asked(WHO), ("example.org",)), Welcome)
    assert isinstance(decide_request(Asked("a@mail.example.org"), ("@Example.org",)), Welcome)


@pytest.mark.parametrize(
    ("asked", "code", "quiet"),
    [
        (Asked("a@elsewhere.example"), "domain-refused", False),
        (Asked("a@notexample.org"), "domain-refused", False),
        (Asked(WHO, by_client=PER_CLIENT), "too-many-requests", False),
        (Asked(WHO, altogether=ALTOGETHER), "too-many-requests", False),
        (Asked(WHO, known=True), "subscribed-already", True),
        (Asked(WHO, by_address=PER_ADDRESS), "too-many-requests", True),
        (Asked(WHO, open=OPEN_MAX), "too-many-requests", True),
    ],
)
def test_requests_that_send_nothing(asked: Asked, code: str, quiet: bool) -> None:
    refused = decide_request(asked, ("example.org",))
    assert isinstance(refused, Refused)
    assert (refused.reason.code, refused.quiet) == (code, quiet)


@pytest.mark.parametrize(
    ("outcomes", "ends"),
    [
        ((), False),
        (("smtp-550", "smtp-550"), False),
        (("smtp-550", "smtp-550", "smtp-554"), True),
        (("smtp-550", None, "smtp-550"), False),
        (("smtp-550", "smtp-550", "network"), False),
        (("smtp-550", "smtp-550", "smtp-550", None), True),
    ],
)
def test_bounces(outcomes: tuple[str | None, ...], ends: bool) -> None:
    reason = decide_bounces(outcomes)
    assert (reason is not None) == ends
    assert reason is None or reason.code == "bounced"


def test_links_are_ours_alone() -> None:
    token = link_token(KEY, "leave", 7)
    assert read_token(KEY, token) == ("leave", 7)
    assert read_token(b"another", token) is None
    assert read_token(KEY, token.replace("leave", "confirm")) is None
    assert read_token(KEY, token.replace("-7-", "-8-")) is None
    for nonsense in ("", "leave", "leave-7", "leave-7-", "leave-x-y", "leave-" + "9" * 30 + "-y", "leave-٣-y", "ä-7-y"):
        assert read_token(KEY, nonsense) is None


def test_a_client_is_named_without_its_address() -> None:
    assert client_name(KEY, "192.0.2.1") == client_name(KEY, "192.0.2.1") != client_name(KEY, "192.0.2.2")
    assert "192" not in client_name(b"k", "192.0.2.1")
