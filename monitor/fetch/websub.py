"""WebSub, the subscriber's side (W3C Recommendation, 23 January 2018).  Pure: the loop does the requests.

A hub that pushes makes a source prompt; slow polling goes on beneath it as the safety net.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from monitor.model.entry import FeedHints
from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason

LEASE_S = 10 * 86_400.0
"""The lease asked for; the hub decides."""

RENEW_AT = 0.8
"""Share of a lease after which it is renewed."""

RETRY_S = 3_600.0
MIN_RENEW_S = 60.0
_ALGORITHMS = ("sha512", "sha384", "sha256", "sha1")


@dataclass(frozen=True, slots=True)
class Subscription:
    """What we asked a hub for.  `callback` is our address with a random, unguessable part; `secret` signs pushes."""

    hub: str
    topic: str
    callback: str
    secret: str


def find_hub(fetched: Fetched, hints: FeedHints) -> tuple[str, str] | None:
    """Hub and topic of a feed, from the Link headers first, then from the document (section 4); None without a hub."""
    links = [link for name, value in fetched.headers if name == "link" for link in parse_links(value)]
    hub = next((target for target, rels in links if "hub" in rels), None) or hints.hub
    topic = next((target for target, rels in links if "self" in rels), None) or hints.self_url
    return None if hub is None else (hub, topic or fetched.final_url)


def parse_links(header: str) -> list[tuple[str, frozenset[str]]]:
    """Targets and relations of a Link header (RFC 8288); parts that make no sense are skipped."""
    found = []
    for part in header.split("<")[1:]:
        target, closed, parameters = part.partition(">")
        rels: set[str] = set()
        for parameter in parameters.split(";"):
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "rel":
                rels.update(value.strip().strip(",").strip().strip('"').lower().split())
        if closed and rels:
            found.append((target.strip(), frozenset(rels)))
    return found


def subscription_form(subscription: Subscription, *, mode: str = "subscribe", lease_s: float = LEASE_S) -> bytes:
    """The body of the POST to the hub (section 5.1), a url-encoded form; `mode` may be `unsubscribe`."""
    form = {
        "hub.callback": subscription.callback,
        "hub.mode": mode,
        "hub.topic": subscription.topic,
        "hub.secret": subscription.secret,
        "hub.lease_seconds": str(int(lease_s)),
    }
    return urlencode(form).encode("ascii")


@dataclass(frozen=True, slots=True)
class Intent:
    """The answer to a hub that asks whether we meant it: status and body to send, and until when the lease holds."""

    status: int
    body: str
    lease_until: datetime | None
    reason: Reason


def verify_intent(
    query: Mapping[str, str], subscription: Subscription, *, wanted: str = "subscribe", now: datetime
) -> Intent:
    """Answer the hub's verification (section 5.3): the challenge if topic and mode are ours, 404 otherwise."""
    mode, topic = query.get("hub.mode", ""), query.get("hub.topic", "")
    if topic != subscription.topic:
        return Intent(404, "", None, Reason("websub-topic", f"a hub asked about {topic[:200]!r}, which is not ours"))
    if mode == "denied":
        why = query.get("hub.reason", "")[:200]
        return Intent(
            200, "", None, Reason("websub-denied", f"the hub refused the subscription: {why or 'no reason given'}")
        )
    challenge = query.get("hub.challenge", "")
    if mode != wanted or not challenge:
        return Intent(404, "", None, Reason("websub-mode", f"a hub asked about {mode[:20]!r}, which we did not want"))
    if mode == "unsubscribe":
        return Intent(200, challenge, None, Reason("websub-ended", "the hub has ended the subscription"))
    lease = query.get("hub.lease_seconds", "")
    seconds = min(float(lease), 10 * LEASE_S) if lease.isascii() and lease.isdigit() and len(lease) < 12 else LEASE_S
    return Intent(200, challenge, now + timedelta(seconds=seconds), Reason("websub-verified", "the hub will push"))


def is_signed(signature: str | None, body: bytes, secret: str) -> bool:
    """Whether `X-Hub-Signature` (`algorithm=hex`) fits the body (section 7.1); compared in constant time."""
    algorithm, _, given = (signature or "").strip().partition("=")
    if algorithm.lower() not in _ALGORITHMS:
        return False
    wanted = hmac.new(secret.encode(), body, getattr(hashlib, algorithm.lower())).hexdigest()
    return hmac.compare_digest(wanted.encode(), given.strip().lower().encode("utf-8", "replace"))


def renew_at(lease_until: datetime | None, *, now: datetime) -> datetime:
    """When to subscribe again: after four fifths of what is left, or in an hour where there is no lease."""
    if lease_until is None:
        return now + timedelta(seconds=RETRY_S)
    left = max(0.0, (lease_until - now).total_seconds())
    return now + timedelta(seconds=max(MIN_RENEW_S, left * RENEW_AT))
