"""The receivers: a mail server and a webhook that can behave badly, and what they really kept."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as default_policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.testing import Reply
from monitor.testing.mailbox import PATIENCE_S, end_server
from monitor.testing.web import SeenRequest

MARK = re.compile(r"\bnews-(\d+)-mark\b")
BAD = "bad@example.org"


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that a receiver took: by whom, under which key, about which items of news."""

    target: str
    key: str
    marks: frozenset[int]


@dataclass(slots=True)
class Records:
    """Everything that was taken since `begin`."""

    kept: list[Kept] = field(default_factory=list)

    def take(self, target: str, key: str, text: str) -> None:
        self.kept.append(Kept(target, key, frozenset(int(number) for number in MARK.findall(text))))


class Mail:
    """An SMTP server on loopback.  `fault` is none, slow, 451, 550 (for one recipient) or cut (dropped mid-DATA)."""

    def __init__(self, records: Records, port: int) -> None:
        self.records = records
        self.port = port
        self.fault = ""
        self._controller: Controller | None = None

    def start(self) -> None:
        if self._controller is None:
            mail = self

            class Server(Controller):
                def factory(self) -> SMTP:
                    return _Cutting(mail)

            self._controller = Server(self, hostname="127.0.0.1", port=self.port, ready_timeout=PATIENCE_S)
            self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            end_server(self._controller)
            self._controller = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and arguments
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.fault == "550" and address == BAD:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.fault == "451":
            return "451 4.7.1 come back later"
        if self.fault == "slow":
            await asyncio.sleep(0.7)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = BytesParser(EmailMessage, policy=default_policy).parsebytes(content)
        plain = message.get_body(("plain",))
        text = f"{message['Subject']} {plain.get_content() if plain is not None else ''}"
        for recipient in envelope.rcpt_tos:
            self.records.take(recipient, str(message["X-Monitor-Key"] or ""), text)
        return "250 kept"


class _Cutting(SMTP):
    """Hangs up in the middle of a message where the fault says so."""

    def __init__(self, mail: Mail) -> None:
        super().__init__(mail, hostname="mail.example.org")
        self._mail = mail

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        if self._mail.fault == "cut":
            await self.push("354 go on")
            await self._reader.readline()
            if isinstance(self.transport, asyncio.WriteTransport):
                self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Hook:
    """A webhook.  `fault` is none, 429, 500, hang or denied (200 with an error in its body)."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.fault = ""

    def __call__(self, request: SeenRequest) -> Reply:
        if self.fault == "429":
            return Reply("slow down", status=429, headers={"Retry-After": "120"})
        if self.fault == "500":
            return Reply("broken", status=500)
        if self.fault == "hang":
            return Reply("late", delay_s=30.0)
        if self.fault == "denied":
            return Reply('{"ok": false, "error": "channel is archived"}')
        body = json.loads(request.body)
        self.records.take("hook", request.headers.get("idempotency-key", ""), f"{body['title']} {body['message']}")
        return Reply('{"ok": true}')


@dataclass(frozen=True, slots=True)
class Count:
    """Alerts due, delivered, lost, doubled.

    `honoured` are doubles left at a receiver that honours our key, `most` the doubles of the recipient with the most.
    """

    due: int
    delivered: int
    lost: int
    doubled: int
    honoured: int
    most: int = 0


def count(kept: list[Kept], due: set[tuple[str, str, int]]) -> Count:
    """What became of `due`, each a target, a rule (`now` or `later`) and a number of news."""
    repeats = Counter((each.target, each.key) for each in kept if each.marks)
    doubled = sum(number - 1 for number in repeats.values())
    once = {(each.target, each.key): each.marks for each in kept}
    told = Counter((target, _rule(key), mark) for (target, key), marks in once.items() for mark in marks)
    honoured = sum(number - 1 for number in told.values())
    delivered = len(due & told.keys())
    by_target = Counter({target: 0 for target, _ in repeats})
    for (target, _), number in repeats.items():
        by_target[target] += number - 1
    most = max(by_target.values(), default=0)
    return Count(len(due), delivered, len(due) - delivered, doubled + honoured, honoured, most)


def _rule(key: str) -> str:
    return "now" if key.startswith("now:") else "later"
