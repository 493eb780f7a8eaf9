from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitor.testing.mailbox import LOWEST_PORT, Mailbox, _chosen_port, free_port


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(refusals={"gone@example.org": "550 no such user"})
    box.start()
    yield box
    box.stop()


def mail(text: str | None = "Fire at the quay.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "desk@example.org", "ada@example.org"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if text is not None:
        message.set_content(text)
    else:
        message.add_attachment(b"\x00", maintype="image", subtype="png")
    return message


def send(mailbox: Mailbox, message: EmailMessage, to: tuple[str, ...] = ("ada@example.org",)) -> dict[str, object]:
    with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=60) as client:
        return dict(client.send_message(message, to_addrs=to))


def test_it_keeps_what_it_is_given_in_order(mailbox: Mailbox) -> None:
    send(mailbox, mail(X_Monitor_Article="7"))
    send(mailbox, mail(text=None))
    first, second = mailbox.received
    assert (first.article, first.text.strip(), first.recipients) == ("7", "Fire at the quay.", ("ada@example.org",))
    assert (second.article, second.text) == (None, "")


def test_it_refuses_whom_it_is_told_to_refuse(mailbox: Mailbox) -> None:
    refused = send(mailbox, mail(), ("ada@example.org", "gone@example.org"))
    assert refused == {"gone@example.org": (550, b"no such user")}
    assert mailbox.received[0].recipients == ("ada@example.org",)


def test_while_it_is_off_connections_are_refused_and_it_comes_back_on_its_port(mailbox: Mailbox) -> None:
    port = mailbox.port
    mailbox.stop()
    mailbox.stop()
    with pytest.raises(ConnectionRefusedError):
        send(mailbox, mail())
    mailbox.start()
    assert mailbox.port == port
    send(mailbox, mail())
    assert len(mailbox.received) == 1


def test_a_free_port_is_none_of_those_that_the_system_gives_away(tmp_path: Path) -> None:
    given = tmp_path / "range"
    given.write_text("32768\t60999\n")
    assert all(LOWEST_PORT <= _chosen_port(given) < 32768 for _ in range(100))
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        assert taken.getsockname()[1] > 1023


def test_where_the_system_gives_away_all_ports_or_does_not_say_it_is_asked_for_one(tmp_path: Path) -> None:
    given = tmp_path / "range"
    assert _chosen_port(given) == 0
    given.write_text("1024\t65535\n")
    assert _chosen_port(given) == 0
