from __future__ import annotations

import smtplib
import socket
import ssl

import pytest

from monitor.deliver.smtp import MailServer, mail_error

BAD = smtplib.SMTPRecipientsRefused


def certificate_error() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "verify failed")
    error.verify_message = "certificate has expired"
    return error


@pytest.mark.parametrize(
    ("error", "code", "permanent"),
    [
        (BAD({"a@b.org": (550, b"5.1.1 no such user")}), "smtp-550", True),
        (BAD({"a@b.org": (450, b"4.2.0 greylisted")}), "smtp-450", False),
        (BAD({"a@b.org": (552, b"5.2.2 mailbox full")}), "smtp-552", False),
        (BAD({"a@b.org": (552, b"full")}), "smtp-552", False),
        (BAD({"a@b.org": (554, b"5.2.2 mailbox full")}), "smtp-554", False),
        (BAD({"a@b.org": (550, b"5.4.5 daily quota exceeded")}), "smtp-550", False),
        (smtplib.SMTPDataError(554, b"5.7.1 spam"), "smtp-554", True),
        (smtplib.SMTPDataError(451, b"4.7.1 later"), "smtp-451", False),
        (smtplib.SMTPDataError(500, b"5.5.1 too long a line"), "smtp-500", True),
        (BAD({"a@b.org": (550, b"")}), "smtp-550", True),
        (smtplib.SMTPDataError(552, b"5.3.4 too large"), "smtp-552", True),
        (smtplib.SMTPSenderRefused(552, b"5.3.4 too large", "m@b.org"), "smtp-552", True),
        # What is mended at the account or the server loses no message.
        (smtplib.SMTPSenderRefused(553, b"5.7.1 not owned by user", "m@b.org"), "smtp-553", False),
        (smtplib.SMTPConnectError(554, b"5.7.1 blocked"), "smtp-554", False),
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 wrong"), "smtp-535", False),
        (smtplib.SMTPResponseException(454, "4.7.0 no TLS now"), "smtp-454", False),
    ],
)
def test_refusals_for_good_and_for_now(error: OSError, code: str, *, permanent: bool) -> None:
    found = mail_error(error)
    assert (found.code, found.permanent) == (code, permanent)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), "connection broken off"),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed: timed out"), "timed out"),
        (smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."), "offers no STARTTLS"),
        (smtplib.SMTPNotSupportedError("SMTP AUTH extension not supported by server."), "takes no login here"),
        (smtplib.SMTPException("No suitable authentication method found."), "none of our ways to log in"),
        (certificate_error(), "certificate: certificate has expired"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "TLS failed; tls: starttls, ssl or none"),
        (ssl.SSLEOFError(8, "EOF occurred"), "connection broken off"),
        (socket.gaierror(-2, "Name or service not known"), "unknown host"),
        (TimeoutError("timed out"), "timed out"),
        (ConnectionRefusedError(111, "Connection refused"), "connection refused"),
        (ConnectionResetError(104, "Connection reset by peer"), "connection broken off"),
        (OSError(101, "Network is unreachable"), "Network is unreachable"),
        (OSError("odd"), "odd"),
    ],
)
def test_the_network_in_plain_words(error: OSError, words: str) -> None:
    found = mail_error(error)
    assert words in found.message
    assert (found.code, found.permanent) == ("network", False)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("5.1.1 Empfänger unbekannt".encode(), "5.1.1 Empfänger unbekannt"),
        ("Empfänger unbekannt".encode("latin-1"), "Empfänger unbekannt"),
        (b"5.1.1 It does not exist.\n5.1.1 See\n5.1.1 https://h.example/x", "5.1.1 It does not exist. See https://h.example/x"),
        (b"\x1b[31mno\r\n", "[31mno"),
        (b"user s3cr3t?", "user ***?"),
        (b"x" * 999, "x" * 300),
    ],
)  # fmt: skip
def test_what_the_server_said_is_shown_whole_and_in_one_line(answer: bytes, text: str) -> None:
    assert mail_error(smtplib.SMTPDataError(550, answer), "s3cr3t").message == f"SMTP 550: {text}"


def test_nor_does_a_refusal_of_the_recipient_show_the_password() -> None:
    assert mail_error(BAD({"a@b.org": (550, b"s3cr3t?")}), "s3cr3t").message == "SMTP 550: ***?"


def test_a_server_does_not_show_its_password() -> None:
    assert "s3cr3t" not in repr(MailServer("h", 25, "none", "anna", "s3cr3t"))
