"""Mail as it arrives at a real SMTP server, and what becomes of its refusals."""

from __future__ import annotations

import base64
import email
import email.policy
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from monitor.alert.render import Style, render
from monitor.deliver.apprise import AppriseSender, explain_address
from monitor.deliver.mail import MailSpec, mail_addresses, mail_problem, targets_of
from monitor.errors import DeliveryError
from monitor.model.alert import AlertKind
from monitor.model.message import HeldNote, Item, Markup, Message, Passage, Rendered
from monitor.testing.mailbox import end_server, free_port

NOW = datetime(2026, 1, 5, 22, 5, 12, tzinfo=UTC)
STYLE = Style("de", ZoneInfo("Europe/Berlin"), list_domain="monitor.example.org")


class Mailbox:
    """Takes mail; refuses who is called bad, and everything while `data_answer` says so."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.data_answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("bad"):
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.data_answer.startswith("250"):
            parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(parsed)
        return self.data_answer


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    yield box, port
    end_server(controller)


def addresses(port: int, *to: str) -> tuple[str, ...]:
    spec = MailSpec(to, "127.0.0.1", port, sender="News-Monitor <monitor@example.org>", tls="none")
    assert mail_problem(spec) is None
    return targets_of("desk", mail_addresses(spec))[1]


def alert(title: str = "Kreml: Putin und Biden sprachen per Video", **changes: Any) -> Message:
    item = Item(
        article_id=5,
        title=title,
        url="https://nordblick.example/kreml-video",
        sources=("Nordblick",),
        language="de",
        published_at=NOW - timedelta(seconds=70),
        first_seen_at=NOW - timedelta(seconds=2),
        passages=(Passage("body", "Putin und Biden sprachen am Abend per Video.", ((0, 5), (10, 15))),),
    )
    values: dict[str, Any] = {
        "key": "putin:5",
        "kind": AlertKind.MATCH,
        "alert_id": 812,
        "thread": "putin:5",
        "rule_id": "putin-biden-contact",
        "rule_name": "Putin–Biden-Kontakt",
        "rule_version": 7,
        "why": "beide Namen und Kontaktwort in einem Satz",
        "items": (item,),
        "held": (HeldNote("copy", 2),),
        "sources_watched": 210,
    }
    return Message(**(values | changes))


def test_the_mail_as_it_arrives(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    (address,) = addresses(port, "Desk <desk@example.org>")
    sender = AppriseSender()
    sender.send(address, render(alert(), sender.shape(address), STYLE, NOW))
    (mail,) = box.mails
    assert mail["Subject"] == "[Putin–Biden-Kontakt] Kreml: Putin und Biden sprachen per Video"
    assert mail["From"] == "News-Monitor <monitor@example.org>"
    assert mail["To"] == "Desk <desk@example.org>"
    assert mail["X-Monitor-Key"] == "putin:5"
    assert mail["X-Monitor-Article"] == "5"
    assert mail["List-Id"] == "<putin-biden-contact.monitor.example.org>"
    assert mail["References"] == mail["In-Reply-To"] == "<putin.5@monitor.example.org>"
    assert len(mail.get_all("Message-ID") or []) == 1
    assert mail.get_content_type() == "multipart/alternative"
    text, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert text.strip() == EXPECTED_TEXT
    assert "<b style" in html
    assert "Putin</b>" in html


EXPECTED_TEXT = """\
Kreml: Putin und Biden sprachen per Video
Nordblick · veröffentlicht 23:04 · gesehen 23:05:10 · gesendet 23:05:12 MEZ
https://nordblick.example/kreml-video

  »*Putin* und *Biden* sprachen am Abend per Video.«

Bisher nur hier (210 Quellen beobachtet)
Warum: beide Namen und Kontaktwort in einem Satz (Regel v7)
Zurückgehalten seit gestern: 2 – 2 Kopien

Übernehmen: monitor alerts ack 812
Stumm 4 h: monitor silences add rule putin-biden-contact --for 4h
Falscher Treffer: monitor rules learn 812 --silent"""


def test_links_stand_in_both_parts(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    (address,) = addresses(port, "desk@example.org")
    style = Style("en", ZoneInfo("UTC"), web_url="https://monitor.example.org/")
    sender = AppriseSender()
    sender.send(address, render(alert(), sender.shape(address), style, NOW))
    for part in box.mails[0].iter_parts():
        assert "https://monitor.example.org/alerts/812/ack" in part.get_content()


def test_a_headline_cannot_inject_headers_or_markup(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    (address,) = addresses(port, "desk@example.org")
    title = 'Hit\r\nBcc: evil@example.org\r\n\r\n<script>alert("x")</script>\x1b[31m\u202e'
    sender = AppriseSender()
    sender.send(address, render(alert(title), sender.shape(address), STYLE, NOW))
    (mail,) = box.mails
    assert mail["Bcc"] is None
    assert "<script>" not in str(list(mail.iter_parts())[1].get_content())
    for part in mail.iter_parts():
        assert "\x1b" not in part.get_content()
        assert "\u202e" not in part.get_content()


def test_an_update_answers_in_the_thread(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    (address,) = addresses(port, "desk@example.org")
    sender = AppriseSender()
    update = alert(key="putin:5:u1", kind=AlertKind.UPDATE, reply=True)
    for message in (alert(), update):
        sender.send(address, render(message, sender.shape(address), STYLE, NOW))
    first, second = box.mails
    assert first["References"] == second["References"]
    assert str(second["Subject"]).startswith("Re: [Putin–Biden-Kontakt]")


PLAIN = Rendered("Title", "<p>Body</p>", Markup.HTML, {"X-Monitor-Key": "k"})


def refused(address: str, rendered: Rendered = PLAIN) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        AppriseSender().send(address, rendered)
    return caught.value


def test_greylisting_is_transient(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    box.data_answer = "451 4.7.1 greylisted, come back"
    error = refused(addresses(port, "desk@example.org")[0])
    assert (error.permanent, error.code, error.message) == (False, "smtp-451", "SMTP 451: 4.7.1 greylisted, come back")


def test_one_unknown_recipient_is_permanent_and_leaves_the_others_alone(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    good, bad = addresses(port, "desk@example.org", "bad@example.org")
    AppriseSender().send(good, PLAIN)
    error = refused(bad)
    assert (error.permanent, error.code) == (True, "smtp-550")
    assert "no such user here" in error.message
    assert [mail["To"] for mail in box.mails] == ["desk@example.org"]


def test_a_server_that_is_down() -> None:
    with socket.socket() as taken:  # and listened on by nobody
        taken.bind(("127.0.0.1", 0))
        error = refused(addresses(taken.getsockname()[1], "desk@example.org")[0])
    assert (error.permanent, error.message) == (False, "connection refused")


class _Dropping(socketserver.StreamRequestHandler):
    """An SMTP server that hangs up in the middle of the message."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                self.rfile.readline()
                return
            self.wfile.write(b"250 OK\r\n")


def test_a_connection_dropped_within_the_message_is_transient() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Dropping) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        error = refused(addresses(server.server_address[1], "desk@example.org")[0])
        server.shutdown()
        thread.join()
    assert not error.permanent
    assert error.message in {"connection broken off", "timed out"}


def test_a_login_that_is_refused_shows_no_password(mailbox: tuple[Mailbox, int]) -> None:
    _, port = mailbox
    spec = MailSpec(("desk@example.org",), "127.0.0.1", port, "anna", "s3cr3t-word", "m@example.org", "none")
    error = refused(mail_addresses(spec)[0][1])
    assert "s3cr3t" not in f"{error} {spec!r}"
    assert not error.permanent


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("nosuch://somewhere", "Apprise knows no service nosuch://"),
        ("desk@example.org", "begins with its service"),
        ("tgram://tok3n-s3cr3t", "tgram://"),
        ("mailto://", "From"),
    ],
)
def test_wrong_addresses_say_why_and_hide_secrets(address: str, why: str) -> None:
    reason = explain_address(address)
    assert reason is not None
    assert why in reason
    assert "s3cr3t" not in reason


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (MailSpec((), "h"), "at least one address"),
        (MailSpec(("nobody",), "h"), "no mail address"),
        (MailSpec(("a@b.org\r\nBcc: c@d.org",), "h"), "no mail address"),
        (MailSpec(("a@b.org",), ""), "server"),
        (MailSpec(("a@b.org",), "h", user="anna"), "`from`"),
        (MailSpec(("a@b.org",), "h", user="a@b.org", tls="tls13"), "tls is one of"),
    ],
)
def test_mail_in_plain_words_is_checked(spec: MailSpec, why: str) -> None:
    assert why in (mail_problem(spec) or "")


class _Scripted(socketserver.StreamRequestHandler):
    """An SMTP server that says what the test has it say; the last answer is the one to QUIT."""

    answers: tuple[str, ...] = ()
    heard: list[str]

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            command = line.decode().strip()
            type(self).heard.append(command)
            for answer in self.answers:
                begins, _, said = answer.partition(" > ")
                if command.upper().startswith(begins):
                    self.wfile.write(said.encode() + b"\r\n")
                    break
            else:
                self.wfile.write(b"354 go on\r\n" if command.upper() == "DATA" else b"250 OK\r\n")
            if command.upper() == "DATA":
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                self.wfile.write(b"250 taken\r\n")


@contextmanager
def scripted(*answers: str) -> Iterator[tuple[int, list[str]]]:
    heard: list[str] = []
    handler = type("Handler", (_Scripted,), {"answers": answers, "heard": heard})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1], heard
        server.shutdown()
        thread.join()


def test_a_sender_that_the_account_does_not_own_loses_nothing() -> None:
    with scripted("MAIL > 553 5.7.1 not owned by user anna") as (port, _):
        error = refused(addresses(port, "desk@example.org")[0])
    assert (error.permanent, error.code) == (False, "smtp-553")


def test_a_strange_goodbye_is_no_failure() -> None:
    with scripted("QUIT > 421 too busy for that") as (port, heard):
        AppriseSender().send(addresses(port, "desk@example.org")[0], PLAIN)
    assert [command[:4].upper() for command in heard] == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_an_apostrophe_and_an_umlaut_reach_whom_they_mean() -> None:
    with scripted() as (port, heard):
        for address in addresses(port, "O'Brien <o'brien@example.org>", "anna@blätter.example"):
            AppriseSender().send(address, PLAIN)
    assert [command[8:] for command in heard if command.lower().startswith("rcpt")] == [
        "<o'brien@example.org>",
        "<anna@xn--bltter-cua.example>",
    ]


def test_a_password_with_umlauts_logs_in() -> None:
    with scripted("EHLO > 250-here\r\n250 AUTH PLAIN", "AUTH > 235 fine") as (port, heard):
        spec = MailSpec(("desk@example.org",), "127.0.0.1", port, "änne", "schlüssel", "m@example.org", "none")
        AppriseSender().send(mail_addresses(spec)[0][1], PLAIN)
    said = next(command for command in heard if command.startswith("AUTH PLAIN "))
    assert base64.b64decode(said[11:]).decode() == "\0änne\0schlüssel"


def test_a_password_with_umlauts_that_is_wrong() -> None:
    with scripted("EHLO > 250-here\r\n250 AUTH PLAIN", "AUTH > 535 5.7.8 no") as (port, _):
        spec = MailSpec(("desk@example.org",), "127.0.0.1", port, "änne", "schlüssel", "m@example.org", "none")
        assert refused(mail_addresses(spec)[0][1]).code == "smtp-535"


@pytest.mark.parametrize(
    "address", ["mailto://h.example?from=m@h.example&to=%C3%A4@h.example", "mailto://u:p@h.example?pgp=sign"]
)
def test_what_would_not_leave_as_asked_is_refused_when_it_is_read(address: str) -> None:
    assert explain_address(address) is not None
