"""Who may subscribe, when a subscription ends by itself, and the links that confirm and leave: pure.

Nobody can have mail sent to a stranger more than a few times a day: requests are counted for the address, for whoever
asks, and altogether.  Links are signed (HMAC-SHA-256) rather than kept: the database holds nothing that opens one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.model.mailbox import ascii_address
from monitor.model.reasons import Reason

CONFIRM, LEAVE = "confirm", "leave"
LASTS = timedelta(days=2)
"""So long a request waits for its confirmation."""
COUNTED = timedelta(days=1)
"""Over this time requests are counted."""
PER_ADDRESS = 3
PER_CLIENT = 10
ALTOGETHER = 300
OPEN_MAX = 20
"""Subscriptions of one address."""
BOUNCES = 3
STORY_OVER = Reason("story-over", "the story has ended: nothing was written about it for long")


def mail_address(typed: str) -> str | None:
    """The address as it is written to, as `ascii_address` has it; None for what is none that a stranger could have."""
    address = ascii_address(typed)
    return address if address is not None and "." in address.rpartition("@")[2] else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What decides about a request: what was asked for within a day, and what the address has already."""

    address: str
    by_address: int = 0
    by_client: int = 0
    altogether: int = 0
    open: int = 0
    known: bool = False
    """The same is subscribed to, or asked for, already."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """A mail asks the owner of the address."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is sent.  `quiet`: the visitor is not told, for it would say what the address has subscribed to."""

    reason: Reason
    quiet: bool


def decide_request(asked: Asked, domains: Sequence[str]) -> Welcome | Refused:
    """Whether a request may send a mail."""
    if not may_write(asked.address, domains):
        return Refused(Reason("domain-refused", "addresses of that domain cannot subscribe here"), quiet=False)
    if asked.by_client >= PER_CLIENT or asked.altogether >= ALTOGETHER:
        return Refused(Reason("too-many-requests", "too many subscriptions were asked for; try tomorrow"), quiet=False)
    if asked.known:
        return Refused(Reason("subscribed-already", "the same is subscribed to or asked for already"), quiet=True)
    if asked.by_address >= PER_ADDRESS or asked.open >= OPEN_MAX:
        return Refused(Reason("too-many-requests", "too many subscriptions of this address"), quiet=True)
    return Welcome(Reason("asked", "waits for its owner's confirmation"))


def may_write(address: str, domains: Sequence[str]) -> bool:
    """Whether an address belongs to one of the domains, or to a part of one; to any, where none is named."""
    domain = address.rpartition("@")[2]
    allowed = [name.lower().lstrip("@.") for name in domains]
    return not allowed or any(domain == name or domain.endswith(f".{name}") for name in allowed)


def decide_bounces(outcomes: Sequence[str | None]) -> Reason | None:
    """Why a subscription ends, after its latest deliveries (error codes, None for one that arrived), newest first."""
    latest = outcomes[:BOUNCES]
    if len(latest) == BOUNCES and all(code is not None and code.startswith("smtp-5") for code in latest):
        return Reason("bounced", f"the last {BOUNCES} mails were refused for good")
    return None


def link_token(key: bytes, act: str, subscription_id: int) -> str:
    """What stands in the address of a link."""
    return f"{act}-{subscription_id}-{_signature(key, act, subscription_id)}"


def read_token(key: bytes, token: str) -> tuple[str, int] | None:
    """The act and the subscription of a link of ours; None for any other."""
    act, _, rest = token.partition("-")
    number, _, signature = rest.partition("-")
    if act not in (CONFIRM, LEAVE) or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    good = hmac.compare_digest(_signature(key, act, int(number)).encode(), signature.encode("utf-8", "replace"))
    return (act, int(number)) if good else None


def client_name(key: bytes, client: str) -> str:
    """Names whoever asks, without saying who that is."""
    return _mac(key, f"client:{client}")[:16]


def _signature(key: bytes, act: str, subscription_id: int) -> str:
    return _mac(key, f"{act}:{subscription_id}")


def _mac(key: bytes, text: str) -> str:
    digest = hmac.digest(key, text.encode("utf-8", "replace"), hashlib.sha256)
    return base64.b32encode(digest[:20]).decode().lower()
