"""Signed cookies: who somebody is, and the token that a form of ours carries.

Nothing is kept on the server, so that several processes serve one page and a restart logs nobody out.  The key depends
on the password: a new password ends every session.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import datetime, timedelta

COOKIE = "monitor_session"
LASTS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser.  `user` is empty before the login."""

    id: str
    user: str
    issued_at: int


@dataclass(frozen=True, slots=True)
class Sessions:
    """Makes and reads cookies."""

    key: bytes

    def begin(self, user: str, now: datetime) -> Session:
        """A new session; one begins at the first page, and another at the login."""
        return Session(os.urandom(16).hex(), user, int(now.timestamp()))

    def write(self, session: Session) -> str:
        """The cookie's value."""
        payload = f"{session.id}|{session.issued_at}|{session.user}".encode()
        return f"{_text(payload)}.{_text(self._sign(b'session', payload))}"

    def read(self, cookie: str, now: datetime) -> Session | None:
        """The session of a cookie that is ours, untouched and not too old."""
        payload_text, _, signature = cookie.partition(".")
        payload = _bytes(payload_text)
        given = signature.encode("utf-8", "replace")
        if payload is None or not hmac.compare_digest(_text(self._sign(b"session", payload)).encode(), given):
            return None
        session_id, issued, user = payload.decode().split("|", 2)
        age = now.timestamp() - int(issued)
        return Session(session_id, user, int(issued)) if 0 <= age + 60 <= LASTS.total_seconds() else None

    def form_token(self, session: Session) -> str:
        """What a form must carry to be taken from this browser."""
        return _text(self._sign(b"form", session.id.encode()))

    def is_form_token(self, session: Session, token: str) -> bool:
        """Whether a form came from one of our pages, in this browser."""
        return hmac.compare_digest(self.form_token(session).encode(), token.encode("utf-8", "replace"))

    def _sign(self, purpose: bytes, payload: bytes) -> bytes:
        return hmac.new(self.key, purpose + b"\0" + payload, hashlib.sha256).digest()


def session_key(secret: bytes, password: str | None) -> bytes:
    """The key of a database's pages under a password."""
    return hmac.new(secret, f"sessions {password or ''}".encode(), hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except ValueError:
        return None
