"""Who asks, and what they may: sessions, a trusted proxy, API tokens; and how often a password may be guessed."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

import argon2

from monitor.config.schema import WebAuthModel

READ, WRITE, ADMIN = "read", "write", "admin"
SCOPES = (READ, WRITE, ADMIN)
"""Each includes those before it: look, act on alerts, change rules and sources."""

_WRONG_HIT = re.compile(r"/alerts/[^/]+/wrong/?")

GUESSES = 5
GUESS_WINDOW_S = 900.0
ALL_GUESSES = 100
"""From all addresses together in a window: a password is not guessed by many machines either."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who may see the page.  `by_token`: a program, which sends no forms of ours."""

    name: str
    scope: str
    by_token: bool = False

    def may(self, scope: str) -> bool:
        """Whether the visitor's rights include these."""
        return SCOPES.index(self.scope) >= SCOPES.index(scope)


def needed_scope(method: str, path: str) -> str:
    """What a request needs: looking is `read`, acting on alerts `write`, changing what is watched `admin`.

    To say that a hit was wrong adds a test to its rule, so it changes what is watched.
    Whoever may look may subscribe: what that sends goes to the address's owner, who has to confirm it.
    """
    if method in ("GET", "HEAD", "OPTIONS") or path == "/subscribe":
        return READ
    changes = ("/rules", "/sources", "/feeds", "/subscriptions", "/api/rules", "/api/sources")
    return ADMIN if path.startswith(changes) or _WRONG_HIT.fullmatch(path) else WRITE


def by_token(header: str, auth: WebAuthModel) -> Visitor | None:
    """The owner of a bearer token."""
    kind, _, given = header.partition(" ")
    if kind.lower() != "bearer":
        return None
    digest = hashlib.sha256(given.strip().encode("utf-8", "replace")).digest()
    found = None
    for token in auth.tokens:  # all are compared, so that the time says nothing
        if hmac.compare_digest(hashlib.sha256(token.token.encode()).digest(), digest):
            found = token
    if found is None:
        return None
    scope = max((s for s in found.scopes if s in SCOPES), key=SCOPES.index, default=READ)
    return Visitor(found.name, scope, by_token=True)


def by_proxy(headers: Mapping[str, str], client: str, auth: WebAuthModel) -> Visitor | None:
    """The user whom a trusted proxy names."""
    if auth.proxy_header is None or not _among(client, auth.proxy_addresses):
        return None
    name = headers.get(auth.proxy_header.lower(), "").strip()
    return Visitor(name[:100], ADMIN) if name else None


def _among(client: str, networks: tuple[str, ...]) -> bool:
    try:
        address = ipaddress.ip_address(client)
        return any(address in ipaddress.ip_network(network, strict=False) for network in networks)
    except ValueError:
        return False


class Password:
    """The page's password, kept as its argon2 hash."""

    def __init__(self, configured: str) -> None:
        self._hasher = argon2.PasswordHasher()
        self._hash = configured if configured.startswith("$argon2") else self._hasher.hash(configured)

    def fits(self, given: str) -> bool:
        """Whether that is the password; takes some tens of milliseconds, always."""
        try:
            return self._hasher.verify(self._hash, given)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


@dataclass(slots=True)
class Guesses:
    """Failed logins of the last minutes, by address; many threads log in at the same time."""

    _failed: dict[str, deque[float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, client: str, now: float) -> bool:
        """Count a guess; False where an address has to wait instead.  `now` is monotonic, in seconds.

        Guesses count before they are looked at: of many that come at once only so many are looked at.
        """
        with self._lock:
            self._forget(now)
            everybody = sum(len(times) for times in self._failed.values())
            if len(self._failed.get(client, ())) >= GUESSES or everybody >= ALL_GUESSES:
                return False
            self._failed.setdefault(client, deque()).append(now)
            return True

    def was_right(self, client: str, now: float) -> None:
        """Count the guess of that moment no more."""
        with self._lock:
            times = self._failed.get(client)
            if times is not None and now in times:
                times.remove(now)

    def _forget(self, now: float) -> None:
        for client in list(self._failed):
            times = self._failed[client]
            while times and now - times[0] > GUESS_WINDOW_S:
                times.popleft()
            if not times:
                del self._failed[client]
