from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.deliver.letter import compose
from monitor.model.mailbox import Mailbox
from monitor.model.message import Markup, Rendered

NOW = datetime(2026, 1, 5, 22, 5, 12, tzinfo=UTC)
SENDER, READER = Mailbox("monitor@example.org", "News-Monitor"), Mailbox("anna@example.org", "Ärger, Anna")
KEY = {"X-Monitor-Key": "rule:5"}


def letter(title: str = "Title", *, sender: Mailbox = SENDER, reader: Mailbox = READER, **changes: object) -> bytes:
    values: dict[str, object] = {"body": "<p>Body</p>", "markup": Markup.HTML, "headers": KEY, "plain": "Body"}
    return compose(Rendered(title, **(values | changes)), sender, reader, NOW, {"Reply-To": "desk@example.org"})  # type: ignore[arg-type]  # mixed


def read(raw: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_the_headers_of_a_letter() -> None:
    mail = read(letter("Two words"))
    assert mail["From"] == "News-Monitor <monitor@example.org>"
    assert mail["To"] == '"Ärger, Anna" <anna@example.org>'
    assert mail["Subject"] == "Two words"
    assert mail["Reply-To"] == "desk@example.org"
    assert mail["Date"] == "Mon, 05 Jan 2026 22:05:12 +0000"
    assert mail["X-Monitor-Key"] == "rule:5"


@pytest.mark.parametrize("title", ["Россия ввела санкции " * 9, "漢字かな" * 45, "🎉 " * 90, "ASCII words " * 15])
def test_long_headlines_are_folded_and_read_as_they_were(title: str) -> None:
    raw = letter(title)
    assert max(map(len, raw.split(b"\r\n")[1:])) <= 76  # the first names the boundary
    assert str(read(raw)["Subject"]).strip() == title.strip()


def test_what_looks_like_an_encoded_word_is_shown_as_it_is() -> None:
    title = "=?utf-8?q?x=0D=0ABcc:_evil@example.org?="
    assert read(letter(title))["Subject"] == title


@given(st.text(st.characters(codec="utf-8"), max_size=180))
def test_no_headline_makes_a_header_or_a_long_line(title: str) -> None:
    raw = letter(title)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert max(map(len, head.split(b"\r\n"))) <= 200
    names = {line.split(b":", 1)[0] for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")}
    assert names == {
        b"Content-Type", b"MIME-Version", b"From", b"To", b"Date", b"Message-ID", b"Subject", b"Reply-To",
        b"X-Monitor-Key",
    }  # fmt: skip


def test_a_word_that_is_too_long_begins_on_the_first_line() -> None:
    address = "<https://monitor.example.org/" + "x" * 200 + ">"
    raw = letter(headers={"List-Unsubscribe": address, "X-Many": "word " * 40})
    assert f"\r\nList-Unsubscribe: {address}\r\n".encode() in raw
    assert raw.count(b"\r\n word") == 2
    assert read(raw)["List-Unsubscribe"] == address


def test_a_line_is_as_long_as_it_may_be() -> None:
    title = f"{'x' * 30} {'y' * 36}"
    assert f"\r\nSubject: {title}\r\n".encode() in letter(title)
    assert f"\r\nSubject: {'x' * 30}\r\n {'y' * 37}\r\n".encode() in letter(f"{title}y")
    sender, reader = (Mailbox("anna@example.org", f"{'x' * 26} {'y' * rest}") for rest in (24, 26))
    raw = letter(sender=sender, reader=reader)
    assert f"\r\nFrom: {sender.name} <anna@example.org>\r\n".encode() in raw
    assert f"\r\nTo: {reader.name} <anna@example.org>\r\n".encode() in raw


def test_a_word_with_a_hyphen_stays_whole() -> None:
    assert b"\r\n north-south" in letter("word " * 12 + "north-south")


def test_a_long_name_is_folded_too() -> None:
    reader = Mailbox("anna@example.org", "Редакция новостей " * 6)
    raw = letter(reader=reader)
    assert max(map(len, raw.split(b"\r\n")[1:])) <= 76  # the first names the boundary
    # Not by the newer policy, which puts spaces between encoded words before Python 3.12.
    name, address = parseaddr(email.message_from_bytes(raw)["To"])
    assert address == "anna@example.org"
    assert str(make_header(decode_header(name))).strip() == reader.name.strip()


def test_each_try_is_the_same_mail_and_each_recipient_has_his_own() -> None:
    first, again = read(letter()), read(letter("Title, later"))
    other = read(letter(reader=Mailbox("ben@example.org")))
    another = read(letter(headers={"X-Monitor-Key": "rule:6"}))
    assert first["Message-ID"] == again["Message-ID"]
    assert len({mail["Message-ID"] for mail in (first, other, another)}) == 3
    assert str(first["Message-ID"]).endswith("@example.org>")
    one, two = (str(read(letter(headers={}))["Message-ID"]) for _ in range(2))
    assert one != two
    assert one.endswith("@example.org>")


def test_text_and_html_in_the_encoding_that_is_shorter() -> None:
    mail = read(letter(body="<p>Санкции введены</p>", plain="A few words, Größe 5"))
    text, html = mail.iter_parts()
    assert (text.get_content_type(), text["Content-Transfer-Encoding"]) == ("text/plain", "quoted-printable")
    assert (html.get_content_type(), html["Content-Transfer-Encoding"]) == ("text/html", "base64")
    assert text.get_content().strip() == "A few words, Größe 5"
    assert html.get_content().strip() == "<p>Санкции введены</p>"


@pytest.mark.parametrize(
    ("text", "encoding"), [("abcdeß", b"quoted-printable"), ("abcdßß", b"base64"), ("abcd\x80\x80", b"base64")]
)
def test_from_five_of_six_letters_on_a_text_stays_readable(text: str, encoding: bytes) -> None:
    raw = letter(body=text, markup=Markup.TEXT, plain="")
    assert b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n" in raw


def test_the_parts_are_named_as_programs_expect_them() -> None:
    raw = letter()
    assert raw.startswith(b"Content-Type: multipart/alternative; boundary=")
    assert b'\r\nContent-Type: text/plain; charset="utf-8"\r\n' in raw
    assert b'\r\nContent-Type: text/html; charset="utf-8"\r\n' in raw
    assert b'Content-Type: text/plain; charset="utf-8"\r\n' in letter(markup=Markup.TEXT)


@pytest.mark.parametrize(("markup", "kind"), [(Markup.TEXT, "text/plain"), (Markup.HTML, "text/html")])
def test_a_body_alone_is_no_multipart(markup: Markup, kind: str) -> None:
    assert read(letter(markup=markup, plain="")).get_content_type() == kind
