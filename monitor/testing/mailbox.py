"""A mail server on loopback that keeps what it is given, and can be switched off: for demos and tests."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as default_policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

PATIENCE_S = 60.0
"""So long the server may take to begin and to end: a moment, but for a machine that is busy with other things."""
CLOSING_S = 0.01
"""A connection that was ended closes in the next turns of the loop."""
PORT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""The ports that Linux gives to whoever asks for any, and to every connection on its way out."""
LOWEST_PORT = 15_000
"""Below are those of well-known services."""


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as it arrived."""

    at: datetime
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def article(self) -> str | None:
        """The article it is about (`X-Monitor-Article`)."""
        value = self.message["X-Monitor-Article"]
        return None if value is None else str(value)

    @property
    def text(self) -> str:
        """The plain part."""
        part = self.message.get_body(("plain",))
        return part.get_content() if part is not None else ""


@dataclass
class Mailbox:
    """`start`, `stop`, and `received` in order of arrival; a restart listens on the same port.

    `refusals` are recipients that it does not take mail for, with its answer, such as `550 no such user`.
    """

    # No slots: aiosmtpd looks at every member of its handler, which fails for such classes in Python 3.11.2.
    port: int = 0
    received: list[Received] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    _controller: Controller | None = None

    def start(self) -> None:
        """Listen on 127.0.0.1; port 0 picks a free one and keeps it."""
        if self.port == 0:
            self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=PATIENCE_S)
        self._controller.start()

    def stop(self) -> None:
        """Close the server: connections are refused until `start`."""
        if self._controller is not None:
            end_server(self._controller)
            self._controller = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or refuse it."""
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = BytesParser(EmailMessage, policy=default_policy).parsebytes(content)
        self.received.append(Received(datetime.now(UTC), tuple(envelope.rcpt_tos), message))
        return "250 kept"


def end_server(controller: Controller) -> None:
    """Stop a mail server.  Its own `stop` ends the loop with connections open, whose sockets are then never closed."""
    asyncio.run_coroutine_threadsafe(_end_sessions(), controller.loop).result(PATIENCE_S)
    controller.stop()


async def _end_sessions() -> None:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(CLOSING_S)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now.

    Until it is listened on, and while it is not for a while, it stays free: it is none of those that the system gives
    away by itself, except where it gives away all of them.
    """
    for _ in range(100):
        port = _chosen_port()
        with contextlib.suppress(OSError):
            return _tried(port)
    return _tried(0)


def _chosen_port(given: Path = PORT_RANGE) -> int:
    """Chance is the system's: tests that begin with the same seed in several processes must not choose alike."""
    try:
        lowest_given = int(given.read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    room = lowest_given - LOWEST_PORT
    return LOWEST_PORT + secrets.randbelow(room) if room > 0 else 0


def _tried(port: int) -> int:
    import socket  # noqa: PLC0415 - only to ask for a port

    with socket.create_server(("127.0.0.1", port)) as probe:
        return int(probe.getsockname()[1])
