"""From the configuration to a Maildir: STARTTLS, a login, and the mail as a mail program finds it."""

from __future__ import annotations

import email
import email.policy
import mailbox
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.handlers import Mailbox as MaildirHandler

from monitor.alert.render import render
from monitor.bootstrap.settings import channels_of
from monitor.config.load import load_config
from monitor.deliver.apprise import AppriseSender
from monitor.model.alert import AlertKind
from monitor.model.message import Item, Message, RuleBlock, StoryBlock
from tests.contract.test_delivery_mail import NOW, STYLE, alert
from tests.contract.test_delivery_tls import OPENSSL, certificate, tls_server

__all__ = ["certificate"]
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="needs the openssl program to make certificates")

CONFIG = """\
channels:
  desk:
    mail:
      to: Редакция <desk@example.org>
      server: localhost
      port: {port}
      user: anna
      password: !env MAIL_PASSWORD
      from: News-Monitor <monitor@example.org>
      tls: starttls
sources:
  - {{name: Nordblick, feed: "https://nordblick.example/feed"}}
watchlist:
  - {{id: call, match: call, alert: {{to: desk}}}}
"""


@pytest.fixture
def maildir(tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, str]]:
    """A mail server behind STARTTLS and a login that fills a Maildir; the channel's address as configured."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    folder, config = tmp_path / "Maildir", tmp_path / "config.yaml"
    with tls_server(MaildirHandler(folder), certificate) as port:
        config.write_text(CONFIG.format(port=port), encoding="utf-8")
        loaded = load_config(config, {"MAIL_PASSWORD": "open sesame"})
        assert not loaded.errors
        (address,) = channels_of(loaded.usable().model)["desk"].addresses
        yield folder, address


def delivered(folder: Path) -> list[tuple[bytes, EmailMessage]]:
    """Each mail as its bytes and parsed."""
    box = mailbox.Maildir(folder, create=False)
    raw = [box.get_bytes(key) for key in sorted(box.keys())]
    box.close()
    return [(each, _parsed(each)) for each in raw]


def _parsed(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_an_alert_in_three_scripts(maildir: tuple[Path, str]) -> None:
    folder, address = maildir
    sender = AppriseSender()
    headline = "Größe zählt: Путин и Байден провели переговоры 🛰"
    sender.send(address, render(alert(headline), sender.shape(address), STYLE, NOW))
    ((raw, mail),) = delivered(folder)
    assert mail["Subject"] == f"[Putin–Biden-Kontakt] {headline}"
    assert mail["To"] == "Редакция <desk@example.org>"
    head, _, _ = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    assert head.isascii()
    assert max(len(line) for line in head.splitlines()) <= 998
    assert mail["MIME-Version"] == "1.0"
    assert [part.get_content_charset() for part in mail.iter_parts()] == ["utf-8", "utf-8"]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    for part in mail.iter_parts():
        assert headline in part.get_content()
        assert part["Content-Transfer-Encoding"] in {"base64", "quoted-printable"}
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"]


@pytest.mark.parametrize(
    "title",
    [
        "Hit\r\nBcc: evil@example.org",
        "Hit\nX-Monitor-Key: forged",
        "Hit\r\n\r\n<script>alert(1)</script>",
        "=?utf-8?q?Hit=0d=0aBcc=3a_evil=40example=2eorg?=",
        "Hit\u2028Bcc: evil@example.org",
        "Hit\x00\x0b\x0cBcc: evil@example.org",
    ],
)
def test_no_headline_makes_a_header(maildir: tuple[Path, str], title: str) -> None:
    folder, address = maildir
    sender = AppriseSender()
    sender.send(address, render(alert(title), sender.shape(address), STYLE, NOW))
    ((_, mail),) = delivered(folder)
    assert mail["Bcc"] is None
    assert mail.get_all("X-Monitor-Key") == ["putin:5"]
    assert len(str(mail["Subject"]).splitlines()) == 1
    html = list(mail.iter_parts())[1].get_content()
    assert "<script" not in html


def test_a_digest_of_two_hundred_articles(maildir: tuple[Path, str]) -> None:
    folder, address = maildir
    items = [
        Item(n, f"Überschrift {n}", f"https://nordblick.example/{n}", ("Nordblick",), first_seen_at=NOW)
        for n in range(200)
    ]
    stories = tuple(StoryBlock(tuple(items[n : n + 2])) for n in range(0, 200, 2))
    message = Message(
        "desk:digest@x",
        AlertKind.DIGEST,
        9,
        "desk:digest@x",
        window="digest@2026-01-05T22:00Z",
        blocks=(RuleBlock("a", "Regel", stories),),
    )
    sender = AppriseSender()
    sender.send(address, render(message, sender.shape(address), STYLE, NOW + timedelta(hours=1)))
    ((_, mail),) = delivered(folder)
    assert str(mail["Subject"]).startswith("[Sammelmeldung] Überschrift 0")
    assert "(+199)" in str(mail["Subject"])
    lines = str(next(mail.iter_parts()).get_content()).splitlines()
    assert "200 Artikel, 100 Themen, 1 Regel" in lines
    assert {f"https://nordblick.example/{number}" for number in range(200)} <= {line.strip() for line in lines}
