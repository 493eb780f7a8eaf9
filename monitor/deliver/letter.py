"""A message as the bytes of a mail: pure.

Composed here rather than by Apprise, which leaves headers unfolded: a long headline in Cyrillic becomes a line that is
longer than the 998 bytes that mail servers take (RFC 5322), in one encoded word longer than the 75 of RFC 2047.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr, make_msgid
from textwrap import wrap

from monitor.model.mailbox import Mailbox
from monitor.model.message import Markup, Rendered

LINE_MAX = 76
# The older of the two policies: the newer one, up to Python 3.12, folds long words and names with commas wrongly.  The
# older one in turn begins a new line before a word that does not fit, even where the line is empty: it folds nothing.
_ON_THE_WIRE = compat32.clone(linesep="\r\n", max_line_length=0)
_MOSTLY_ASCII = 5 / 6
"""Above this share of ASCII, quoted-printable is the shorter, and readable as it is."""


def compose(rendered: Rendered, sender: Mailbox, recipient: Mailbox, now: datetime, more: Mapping[str, str]) -> bytes:
    """The mail with CRLF line ends, all of it ASCII; `more` are headers of the channel's own address."""
    letter = _parts(rendered)
    letter["From"] = _address("From", sender)
    letter["To"] = _address("To", recipient)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = _message_id(rendered, sender, recipient)
    for name, value in {"Subject": rendered.title, **more, **rendered.headers}.items():
        letter.add_header(name, _folded(name, " ".join(value.split())))
    return letter.as_bytes(policy=_ON_THE_WIRE)


def _parts(rendered: Rendered) -> Message:
    if rendered.markup is not Markup.HTML:
        return _part("plain", rendered.body)
    html = _part("html", rendered.body)
    if not rendered.plain:
        return html
    both = MIMEMultipart("alternative")
    both.attach(_part("plain", rendered.plain))
    both.attach(html)
    return both


def _part(kind: str, text: str) -> Message:
    charset = Charset("utf-8")
    mostly_ascii = sum(char < "\x80" for char in text) >= len(text) * _MOSTLY_ASCII
    charset.body_encoding = QP if mostly_ascii else BASE64
    part = MIMENonMultipart("text", kind)
    part.set_payload(text + "\n", charset)
    return part


def _folded(name: str, value: str) -> str:
    """The value over as many lines as it takes; only a word of ASCII that is longer makes a line longer than 76."""
    # What looks like an encoded word is one to mail programs: it is told as the characters that it is.
    if not value.isascii() or "=?" in value:
        return Header(value, "utf-8", header_name=name, maxlinelen=LINE_MAX).encode()
    begun = " " * len(f"{name}: ")
    lines = wrap(
        value, LINE_MAX, initial_indent=begun, subsequent_indent=" ", break_long_words=False, break_on_hyphens=False
    )
    return "\r\n".join(lines).lstrip()


def _address(name: str, mailbox: Mailbox) -> str:
    if mailbox.name.isascii():
        return _folded(name, formataddr((mailbox.name, mailbox.address)))
    return f"{_folded(name, mailbox.name)}\r\n <{mailbox.address}>"


def _message_id(rendered: Rendered, sender: Mailbox, recipient: Mailbox) -> str:
    """The same for every try of one message to one recipient: many mail servers keep what they have seen once."""
    domain = sender.address.rpartition("@")[2]
    key = rendered.headers.get("X-Monitor-Key")
    if key is None:
        return make_msgid(domain=domain)
    digest = hashlib.sha256(f"{key}\n{recipient.address}".encode()).hexdigest()
    return f"<{digest[:32]}@{domain}>"
