"""Mail handed to its server: one letter to one recipient, and the cause in plain words when it is not taken."""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from monitor.errors import DeliveryError

GOODBYE_S = 2.0
"""The letter has been taken: nobody waits for a slow goodbye."""
TEXT_MAX = 300
PASSING = frozenset({"5.2.2", "5.3.0", "5.3.1", "5.3.2", "5.4.5"})
"""Refusals that pass although their number says otherwise (RFC 3463): a full mailbox, a server in trouble, a quota for
the day."""
TOO_LARGE = "5.3.4"
FULL = 552
"""A full mailbox to most servers, a letter that is too large to the others, which say 5.3.4."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over.  `tls` is starttls, ssl or none; `verify`: its certificate has to be good."""

    host: str
    port: int
    tls: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    verify: bool = True


def send_mail(server: MailServer, sender: str, recipient: str, letter: bytes, timeout_s: float) -> None:
    """Hand the letter over.  Raises `DeliveryError`, permanent where recipient or letter are refused for good."""
    try:
        with session(server, timeout_s) as connection:
            connection.sendmail(sender, [recipient], letter)
    except OSError as error:  # smtplib's own are, too
        raise mail_error(error, server.password) from error


@contextmanager
def session(server: MailServer, timeout_s: float) -> Iterator[smtplib.SMTP]:
    """A connection, secured and logged in; raises what `smtplib` and `ssl` raise, which `mail_error` explains."""
    context = ssl.create_default_context()
    if not server.verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if server.tls == "ssl":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout_s, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=timeout_s)
    try:
        if server.tls == "starttls":
            connection.starttls(context=context)
        if server.user and server.password:
            _log_in(connection, server.user, server.password)
        yield connection
        with suppress(OSError):
            connection.sock.settimeout(GOODBYE_S)  # type: ignore[union-attr]  # typeshed does not know that it is open
            connection.quit()
    finally:
        connection.close()


def _log_in(connection: smtplib.SMTP, user: str, password: str) -> None:
    if (user + password).isascii():
        connection.login(user, password)
        return
    # The standard library logs in with ASCII alone; RFC 4616 has UTF-8.
    connection.ehlo_or_helo_if_needed()
    plain = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, answer = connection.docmd("AUTH", f"PLAIN {plain}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def mail_error(error: OSError, password: str | None = None) -> DeliveryError:
    """The cause in plain words, without the password, and whether trying again is of any use."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return _answered(code, _plain(answer, password), about_the_letter=True)
    if isinstance(error, smtplib.SMTPResponseException):
        # Everything before the recipient is about the server and the account, and mended there: nothing is lost to it.
        about_the_letter = isinstance(error, smtplib.SMTPDataError)
        return _answered(error.smtp_code, _plain(error.smtp_error, password), about_the_letter=about_the_letter)
    return DeliveryError(_network(error), permanent=False, code="network")


def _answered(code: int, text: str, *, about_the_letter: bool) -> DeliveryError:
    enhanced = text.split(" ", 1)[0]
    passing = not about_the_letter or enhanced in PASSING or code == FULL
    permanent = code >= 500 and (enhanced == TOO_LARGE or not passing)
    return DeliveryError(f"SMTP {code}: {text}", permanent=permanent, code=f"smtp-{code}")


def _plain(answer: bytes | str, password: str | None) -> str:
    """The lines of an answer as one, the enhanced code that each begins with said once."""
    said = answer if isinstance(answer, str) else _decoded(answer)
    if password:
        said = said.replace(password, "***")
    text = "".join(char if char.isprintable() else " " for char in said)
    words = " ".join(text.split())
    if repeated := re.match(r"\d\.\d{1,3}\.\d{1,3} ", words):
        words = repeated[0] + words[repeated.end() :].replace(repeated[0], "")
    return words[:TEXT_MAX]


def _decoded(answer: bytes) -> str:
    try:
        return answer.decode()
    except UnicodeDecodeError:
        return answer.decode("latin-1")


def _network(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "timed out" if "timed out" in str(error) else "connection broken off"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        if "STARTTLS" in str(error):
            return "the server offers no STARTTLS; tls: ssl or none may be right"
        return "the server takes no login here: perhaps only over TLS, or none is needed"
    if isinstance(error, smtplib.SMTPException):
        return f"the server takes none of our ways to log in ({error})"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return "TLS failed; tls: starttls, ssl or none, whichever belongs to the port"
    if isinstance(error, socket.gaierror):
        return "unknown host"
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, ConnectionError | ssl.SSLEOFError):
        return "connection broken off"
    return error.strerror or str(error)
