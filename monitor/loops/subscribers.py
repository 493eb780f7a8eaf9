"""Subscribers: readers of alerts whose addresses are rows of the database rather than lines of the configuration.

An alert goes to them by the same outbox, windows and courier as to any channel.  What is their own: whom a rule has
for readers is asked when an alert leaves; each mail carries its reader's way out; a mailbox that is gone ends it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from monitor.alert.subscribe import (
    BOUNCES,
    CONFIRM,
    COUNTED,
    LASTS,
    LEAVE,
    Asked,
    Refused,
    client_name,
    decide_bounces,
    decide_request,
    link_token,
    may_write,
)
from monitor.alert.words import say
from monitor.model.alert import AlertKind, AlertState, Channel, Delivery, Target
from monitor.model.message import Message, Offer
from monitor.model.reasons import Reason
from monitor.model.subscription import CHANNEL, Subscription, SubscriptionKind, SubscriptionState
from monitor.store import alerts as rows
from monitor.store import outbox, readers
from monitor.store.secrets import secret

ASKING = "subscribe:"
"""The key of the mail that asks for the confirmation, before the subscription's number."""

LINKS = "subscribe"
"""The secret that signs the links of all readers."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a visitor typed; `client` is where the request came from."""

    kind: SubscriptionKind
    subject: str
    title: str
    """What it is called, for the mail."""
    address: str
    language: str
    client: str


def ask(connection: sa.Connection, request: Request, domains: tuple[str, ...], now: datetime) -> Refused | int:
    """Ask the owner of the address by mail, unless that is refused; the number of the new subscription."""
    client = client_name(link_key(connection), request.client)
    readers.forget(connection, asked_before=now - LASTS, ended_before=now - 30 * COUNTED)
    known = readers.requests(connection, request.address, client, request.kind, request.subject, since=now - COUNTED)
    asked = Asked(request.address, known.by_address, known.by_client, known.altogether, known.open, known.known)
    decision = decide_request(asked, domains)
    if isinstance(decision, Refused):
        return decision
    number = readers.add_subscription(
        connection,
        request.kind,
        request.subject,
        request.address,
        language=request.language,
        client=client,
        reason=decision.reason,
        now=now,
    )
    _send_question(connection, number, request, now)
    return number


def _send_question(connection: sa.Connection, number: int, request: Request, now: datetime) -> None:
    headline = say(request.language, "subscribe_confirm", request.title)
    new = rows.NewAlert(
        key=f"{ASKING}{number}",
        kind=AlertKind.OPS,
        state=AlertState.TOLD,
        reason=Reason("asked", "a visitor asked for a subscription"),
        facts={"headline": headline, "lines": [say(request.language, "subscribe_why", LASTS.days)]},
    )
    alert_id = rows.put_alert(connection, new, now)
    to = Channel(CHANNEL, (Target(CHANNEL, str(number), request.address),), ())
    outbox.add_deliveries(connection, alert_id, new.key, to, priority=0, now=now)


def link_key(connection: sa.Connection) -> bytes:
    """The secret behind the links, made when the first is needed."""
    return secret(connection, LINKS, fresh=os.urandom(32))


def audience(connection: sa.Connection, channels: Mapping[str, Channel], rule_id: str) -> Channel | None:
    """The subscribers of a rule as a channel; None where there are none, or subscriptions are switched off."""
    base = channels.get(CHANNEL)
    if base is None:
        return None
    found = [each for each in readers.readers_of(connection, rule_id) if may_write(each.address, base.domains)]
    if not found:
        return None
    return replace(base, targets=tuple(Target(CHANNEL, str(each.id), each.address) for each in found))


@dataclass(frozen=True, slots=True)
class Addressed:
    """A message for one subscriber, and the channel and address it goes by."""

    channel: Channel
    address: str
    message: Message


def addressed(
    connection: sa.Connection, channel: Channel, delivery: Delivery, message: Message, *, web_url: str, now: datetime
) -> Addressed | None:
    """The message with the reader's own links; None when the reader has left, or may not be written to any more."""
    found = readers.get_subscription(connection, int(delivery.target.key))
    if found is None or not _wanted(found, message, now) or not may_write(found.address, channel.domains):
        return None
    act = CONFIRM if message.key.startswith(ASKING) else LEAVE
    link = f"{web_url.rstrip('/')}/subscribe/{link_token(link_key(connection), act, found.id)}"
    offers = (Offer(act, link),)
    message = replace(message, offers=offers, leave_url=link if act == LEAVE else "")
    return Addressed(replace(channel, language=found.language), channel.address_of(found.address), message)


def _wanted(found: Subscription, message: Message, now: datetime) -> bool:
    if message.key.startswith(ASKING):
        return found.state is SubscriptionState.ASKED and now - found.asked_at < LASTS
    return found.state is SubscriptionState.ACTIVE


def bounced(connection: sa.Connection, delivery: Delivery, now: datetime) -> None:
    """A mail to a subscriber was refused for good: when that goes on, the subscription ends."""
    number = int(delivery.target.key)
    reason = decide_bounces(readers.latest_outcomes(connection, number, limit=BOUNCES))
    if reason is not None:
        readers.end(connection, number, reason, now)
