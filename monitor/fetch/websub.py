"""WebSub, the subscriber's side (W3C Recommendation, 23 January 2018).  Pure: the loop does the requests.

A hub that pushes makes a source prompt; slower polling goes on beneath it as the safety net.

`find_hub -> subscription_form -> (hub) -> decide_asked -> verify_intent -> is_signed`, and at every poll `decide_pace`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urljoin, urlsplit

from monitor.model.entry import FeedHints
from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason
from monitor.model.websub import Subscription, SubscriptionState

LEASE_S = 10 * 86_400.0
"""The lease asked for; the hub decides."""

RENEW_AT = 0.8
"""Share of a lease after which it is renewed."""

MIN_RENEW_S = 60.0
VERIFY_S = 600.0
"""How long a hub may take to ask back."""

RETRY_S, MAX_RETRY_S = 600.0, 86_400.0
"""First pause before a hub is asked again, doubling up to the longest; one that denied is asked once a day."""

LEAVE_TRIES = 3
NET_FACTOR, NET_MAX_S = 6.0, 1_500.0
"""While a hub pushes, polls are so many times rarer, but not rarer than this: with its jitter still less than the half
hour from which on a source counts as not seen."""

_ALGORITHMS = ("sha512", "sha384", "sha256", "sha1")


def find_hub(fetched: Fetched, hints: FeedHints) -> tuple[str, str] | None:
    """Hub and topic of a feed, from the Link headers first, then from the document (section 4); None without a hub.

    Of several hubs the first with TLS, since the secret goes there (section 8.2).
    """
    links = [link for name, value in fetched.headers if name == "link" for link in parse_links(value)]
    hubs = [target for target, rels in links if "hub" in rels] or [hints.hub or ""]
    hub = _web_address(fetched, next((each for each in hubs if each.startswith("https:")), hubs[0]))
    topic = _web_address(fetched, next((target for target, rels in links if "self" in rels), None) or hints.self_url)
    return None if hub is None else (hub, topic or fetched.final_url)


def _web_address(fetched: Fetched, target: str | None) -> str | None:
    """A link of the document as an absolute web address; None for anything else."""
    try:
        address = urljoin(fetched.final_url, target.strip()) if target else ""
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


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


_WANTED = {
    SubscriptionState.ASKED: "subscribe",
    SubscriptionState.VERIFIED: "subscribe",
    SubscriptionState.FAILED: "subscribe",  # a hub that asks back late is still welcome
    SubscriptionState.LEAVING: "unsubscribe",
}


@dataclass(frozen=True, slots=True)
class Intent:
    """The answer to a hub that asks whether we meant it: status and body to send, and until when the lease holds."""

    status: int
    body: str
    lease_until: datetime | None
    reason: Reason


def verify_intent(query: Mapping[str, str], subscription: Subscription, *, now: datetime) -> Intent:
    """Answer the hub's verification (section 5.3): the challenge if topic and mode are what we want, 404 otherwise."""
    mode, topic = query.get("hub.mode", ""), query.get("hub.topic", "")
    if topic != subscription.topic:
        return Intent(404, "", None, Reason("websub-topic", f"a hub asked about {topic[:200]!r}, which is not ours"))
    if mode == "denied":
        why = query.get("hub.reason", "")[:200]
        return Intent(
            200, "", None, Reason("websub-denied", f"the hub refused the subscription: {why or 'no reason given'}")
        )
    challenge = query.get("hub.challenge", "")
    if mode != _WANTED.get(subscription.state) or not challenge:
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


def ask_again_at(lease_until: datetime | None, *, now: datetime) -> datetime:
    """When to subscribe again: after four fifths of the lease, or in a day where the hub refused."""
    if lease_until is None:
        return now + timedelta(seconds=MAX_RETRY_S)
    left = max(0.0, (lease_until - now).total_seconds())
    return now + timedelta(seconds=max(MIN_RENEW_S, left * RENEW_AT))


@dataclass(frozen=True, slots=True)
class Asked:
    """What follows from having asked a hub: the new state, when to look again, why.  `over`: nothing is left to do."""

    state: SubscriptionState
    due_at: datetime
    reason: Reason
    attempts: int
    over: bool = False


def decide_asked(state: SubscriptionState, fetched: Fetched, *, attempts: int, now: datetime) -> Asked:
    """What follows from the hub's answer to a request (section 5.2); `attempts` counts those in vain before it.

    A request to stop is given up after some tries: whatever is pushed then is answered with 410, which ends it too.
    """
    leaving = state is SubscriptionState.LEAVING
    taken = fetched.problem is None and fetched.status is not None and 200 <= fetched.status < 300
    over = leaving and attempts + 1 >= LEAVE_TRIES
    if taken:
        reason = Reason("websub-asked", "the hub has taken the request and is to ask back")
        tries = attempts + 1 if leaving else attempts
        asked = SubscriptionState.LEAVING if leaving else SubscriptionState.ASKED
        return Asked(asked, now + timedelta(seconds=VERIFY_S), reason, tries, over)
    reason = Reason("websub-refused", f"the hub did not take the request: {_complaint(fetched)}")
    failed = SubscriptionState.LEAVING if leaving else SubscriptionState.FAILED
    return Asked(failed, now + timedelta(seconds=retry_s(attempts)), reason, attempts + 1, over)


def other_hub(fetched: Fetched) -> str | None:
    """The hub that the one we asked names in its place (307, 308); never one without TLS in place of one with it."""
    if fetched.problem is not None or fetched.status not in (307, 308):
        return None
    named = _web_address(fetched, fetched.header("location"))
    weaker = named is not None and fetched.final_url.startswith("https:") and not named.startswith("https:")
    return None if weaker else named


def decide_unverified(callback: str, *, attempts: int, now: datetime) -> Asked:
    """What follows when the hub took the request and never asked back."""
    text = f"the hub took the request but did not ask {_base(callback)} back: can it be reached from outside?"
    due_at = now + timedelta(seconds=retry_s(attempts))
    return Asked(SubscriptionState.FAILED, due_at, Reason("websub-unverified", text), attempts + 1)


def retry_s(attempts: int) -> float:
    """The pause before a hub is asked again after so many failures."""
    return float(min(MAX_RETRY_S, RETRY_S * 2 ** min(attempts, 20)))


def _complaint(fetched: Fetched) -> str:
    if fetched.problem is not None:
        return fetched.problem.text
    said = " ".join(fetched.body[:400].decode("utf-8", "replace").split())[:200]
    return f"status {fetched.status}" + (f": {said}" if said and "<" not in said else "")


def _base(callback: str) -> str:
    """The callback without its secret part."""
    return callback.rpartition("/")[0] + "/…"


def net_interval_s(every_s: float) -> float:
    """The gap between the polls that remain while a hub pushes."""
    return max(every_s, min(NET_FACTOR * every_s, NET_MAX_S))


def decide_pace(subscription: Subscription | None, *, new: int, every_s: float, now: datetime) -> Reason | None:
    """Why the source is polled more slowly than it would be, or None: a hub that has proved itself pushes.

    `new` counts what the poll found: a hub that works would have pushed it before.
    """
    if subscription is None or new or not subscription.proven or not subscription.pushes_at(now):
        return None
    minutes = net_interval_s(every_s) / 60
    return Reason("websub-net", f"a hub pushes; polls every {minutes:.0f} min are the safety net")
