"""Channels as configured to channels as used: every recipient an address and a target of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from monitor.model.alert import Target
from monitor.model.mailbox import mailbox_problem, read_mailbox

TLS = ("starttls", "ssl", "none")
PORTS = {"starttls": 587, "ssl": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class MailSpec:
    """`mail:` in plain words.  `tls` is starttls, ssl or none; `sender` is `from`."""

    to: tuple[str, ...]
    server: str
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str | None = None
    tls: str = "starttls"


def mail_problem(spec: MailSpec) -> str | None:
    """Why the mail cannot be sent as described; None when it can."""
    if not spec.to:
        return "mail needs at least one address under `to`"
    if not spec.server:
        return "mail needs `server`, the name of the mail server"
    host, _, port = spec.server.rpartition(":")
    if port.isdigit() and host and ":" not in host:
        return f"`server` is the name alone: write server: {host}, port: {port}"
    # After the server, whose name a sender that was left out is made of.
    for address in (*spec.to, *([spec.sender] if spec.sender else [])):
        if why := mailbox_problem(address):
            return why
    if spec.tls not in TLS:
        return f"tls is one of {', '.join(TLS)}, not {spec.tls!r}"
    if not spec.sender and "@" not in (spec.user or ""):
        return "mail needs `from`, or a `user` that is an address"
    return None


def mail_addresses(spec: MailSpec) -> tuple[tuple[Target, str], ...]:
    """A target and its Apprise address for each recipient, without the channel's name (see `targets_of`)."""
    reach = mail_reach(spec)
    return tuple(
        (
            Target("", recipient_key(f"mailto:{recipient}"), _label(recipient)),
            f"{reach}&to={quote(recipient, safe='')}",
        )
        for recipient in spec.to
    )


def _label(recipient: str) -> str:
    mailbox = read_mailbox(recipient)
    return mailbox.address if mailbox else recipient


def mail_reach(spec: MailSpec) -> str:
    """The Apprise address of the mailbox without a recipient."""
    scheme = "mailto" if spec.tls == "none" else "mailtos"
    login = ""
    if spec.user:
        login = quote(spec.user, safe="") + (f":{quote(spec.password, safe='')}" if spec.password else "") + "@"
    mode = {"none": "insecure"}.get(spec.tls, spec.tls)
    sender = spec.sender or spec.user or ""
    query = {"from": str(read_mailbox(sender) or sender), "smtp": spec.server, "mode": mode}
    base = f"{scheme}://{login}{spec.server}:{spec.port or PORTS[spec.tls]}"
    return f"{base}?{urlencode(query, quote_via=quote, safe='')}"


def apprise_target(address: str) -> Target:
    """The target of any other address; its label is service and host."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    # Services without a host put a token there: only a name with a dot, or this machine, is shown.
    shown = host if "." in host or host == "localhost" else ""
    return Target("", recipient_key(address), f"{parts.scheme}://{shown}")


def recipient_key(address: str) -> str:
    """Names a recipient in the database without its secrets."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def targets_of(channel: str, addresses: Sequence[tuple[Target, str]]) -> tuple[tuple[Target, ...], tuple[str, ...]]:
    """Targets and addresses of a channel, each recipient once."""
    unique: Mapping[str, tuple[Target, str]] = {target.key: (target, address) for target, address in addresses}
    targets = tuple(Target(channel, target.key, target.label) for target, _ in unique.values())
    return targets, tuple(address for _, address in unique.values())
