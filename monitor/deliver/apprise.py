"""The sender behind every channel, one address and one recipient per send.

Apprise speaks to all services but two: `console://` is our own, and of mail addresses it makes out the server and the
account, while the letter is composed and handed over by us (ADR 3901).
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import apprise
from apprise.exception import AppriseException
from apprise.plugins import url_to_dict

from monitor.deliver.causes import denial, explain_failure, redact, retry_after, secrets_of
from monitor.deliver.console import SCHEME, SHAPE, print_message
from monitor.deliver.letter import compose
from monitor.deliver.smtp import MailServer, send_mail
from monitor.deliver.tap import overhearing
from monitor.errors import DeliveryError
from monitor.model.mailbox import Mailbox, read_mailbox
from monitor.model.message import Form, Markup, Rendered, Shape

CONNECT_S = 15.0
ANSWER_S = 30.0
MAIL_S = 60.0
"""Mail servers that greylist or scan take their time; Apprise applies one limit to every step of the dialogue."""
LONG_BODY_MAX = 100_000
"""For mail and webhooks, where Apprise's own limit is a guess; some mail programs hide what is beyond 102 KB."""
WEBHOOKS = ("json", "jsons", "xml", "xmls", "form", "forms")
SOFTLY = frozenset({"mailto", "mailtos"})

_log = logging.getLogger("apprise")


class AppriseSender:
    """Sends through Apprise 2.2.  Safe to use from several threads: every send builds its own object."""

    def shape(self, address: str) -> Shape:
        """What the service takes.  Raises `DeliveryError` for an address that cannot be used."""
        if address.startswith(SCHEME):
            return SHAPE
        plugin = instantiate(address)
        form = _form(address)
        markup = Markup.HTML if form is Form.MAIL else Markup.TEXT
        title_max = int(plugin.title_maxlen)
        body_max = int(plugin.body_maxlen) if form is Form.CHAT else LONG_BODY_MAX
        if plugin.overflow_amalgamate_title:
            title_max = min(title_max, body_max // 4)
            body_max -= title_max + 2
        return Shape(form, markup, title_max, body_max)

    def send(self, address: str, rendered: Rendered) -> None:
        """Hand the message over; see `monitor.ports.Sender`."""
        if address.startswith(SCHEME):
            print_message(rendered)
            return
        if _form(address) is Form.MAIL:
            _mail(address, rendered)
            return
        secrets = secrets_of(address)
        service = apprise.Apprise()
        service.add(instantiate(address, rendered))
        with overhearing() as answers:
            result = service.notify(
                body=rendered.body,
                title=rendered.title,
                body_format=_FORMATS[rendered.markup],
                interpret_escapes=False,
                log_level=logging.DEBUG,
            )
        last = answers[-1] if answers else None
        if not result:
            wait = retry_after(last.retry_after, datetime.now(UTC)) if last else None
            raise explain_failure([entry.message for entry in result.logs()], secrets, wait)
        if last is not None and (denied := denial(last.body)) is not None:
            raise DeliveryError(
                f"answered {last.status}, but: {redact(denied, secrets)}", permanent=False, code="denied"
            )


_FORMATS = {
    Markup.TEXT: apprise.NotifyFormat.TEXT,
    Markup.HTML: apprise.NotifyFormat.HTML,
    Markup.MARKDOWN: apprise.NotifyFormat.MARKDOWN,
}


def _form(address: str) -> Form:
    scheme = address.split("://", 1)[0].lower()
    if scheme in SOFTLY:
        return Form.MAIL
    return Form.WEBHOOK if scheme in WEBHOOKS else Form.CHAT


def instantiate(address: str, rendered: Rendered | None = None) -> Any:
    """Apprise's object for one address, with what the message adds to it; `DeliveryError` where it cannot be used."""
    _load_service(address.split("://", 1)[0].lower())
    parsed = url_to_dict(address)  # type: ignore[no-untyped-call]  # apprise types only a part of itself
    if parsed is None:
        raise DeliveryError(_unparsed(address), permanent=True, code="bad-address")
    if rendered is not None and _form(address) is Form.WEBHOOK:
        parsed["headers"] = {**parsed.get("headers", {}), **rendered.headers}
        parsed["payload"] = {**parsed.get("payload", {}), **rendered.fields}
    try:
        plugin = apprise.Apprise.instantiate(parsed, asset=_asset(), suppress_exceptions=False)
    except (AppriseException, TypeError, ValueError) as error:
        text = redact(str(error), secrets_of(address)) or "the service refuses the address"
        raise DeliveryError(text, permanent=True, code="bad-address") from error
    if plugin is None:
        raise DeliveryError(_unparsed(address), permanent=True, code="bad-address")
    if _form(address) is Form.MAIL:
        _correct(plugin, parsed.get("qsd", {}))
    if "cto" not in parsed.get("qsd", {}):
        plugin.socket_connect_timeout = MAIL_S if _form(address) is Form.MAIL else CONNECT_S
    if "rto" not in parsed.get("qsd", {}):
        plugin.socket_read_timeout = ANSWER_S
    return plugin


def _correct(plugin: Any, query: Mapping[str, str]) -> None:
    """Who writes to whom as the address says: Apprise takes o'brien@example.org for brien@example.org.

    Raises `DeliveryError` for what would not leave as the address asks.
    """
    recipient, sender = read_mailbox(query.get("to", "")), read_mailbox(query.get("from", ""))
    if recipient is not None:
        plugin.targets = [(recipient.name or False, recipient.address)]
    if sender is not None:
        plugin.from_addr = (sender.name or False, sender.address)
    if not plugin.targets:
        raise DeliveryError("there is no mail address that the mail could go to", permanent=True, code="bad-address")
    if plugin.pgp_mode != "no":
        raise DeliveryError("PGP is not supported: the mail would be readable", permanent=True, code="bad-address")


_TLS = {"insecure": "none"}


def _mail(address: str, rendered: Rendered) -> None:
    """Compose the letter and hand it over.  Raises `DeliveryError`."""
    plugin = instantiate(address)
    (name, recipient), (sender_name, sender) = plugin.targets[0], plugin.from_addr
    more = {**plugin.headers, **({"Reply-To": ", ".join(sorted(plugin.reply_to))} if plugin.reply_to else {})}
    now = datetime.now(UTC)
    letter = compose(rendered, Mailbox(sender, sender_name or ""), Mailbox(recipient, name or ""), now, more)
    tls = _TLS.get(plugin.secure_mode, plugin.secure_mode)
    verify = plugin.verify_certificate
    server = MailServer(plugin.smtp_host, plugin.port, tls, plugin.user, plugin.password, verify)
    send_mail(server, sender, recipient, letter, plugin.socket_connect_timeout)


COMMON = {
    "discord": "discord",
    "form": "custom_form",
    "forms": "custom_form",
    "json": "custom_json",
    "jsons": "custom_json",
    "mailto": "email",
    "mailtos": "email",
    "matrix": "matrix",
    "matrixs": "matrix",
    "mmost": "mattermost",
    "mmosts": "mattermost",
    "ntfy": "ntfy",
    "ntfys": "ntfy",
    "slack": "slack",
    "tgram": "telegram",
    "workflows": "workflows",
    "xml": "custom_xml",
    "xmls": "custom_xml",
}
"""Scheme -> Apprise's module, of services that many use: all hundred and eighty of them take 6 MB and half a second."""


@cache
def _load_service(scheme: str) -> None:
    """Let Apprise import the service of a scheme, or all where it is none of the common ones."""
    if scheme not in COMMON:
        _load_all()
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            # Apprise loads what a folder lists from the package that it is told.
            (Path(folder) / f"{COMMON[scheme]}.py").touch()
            _load(folder)
    except OSError:  # nowhere to write
        _load_all()


@cache
def _load_all() -> None:
    _load(None)


def _load(folder: str | None) -> None:
    """Without warnings about the standard library of the day.

    Apprise's log becomes usable: causes stand only in DEBUG lines, which also hold payloads and so go nowhere.
    """
    _log.setLevel(logging.DEBUG)
    _log.propagate = False
    if not _log.handlers:
        _log.addHandler(logging.NullHandler())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        apprise.plugins.N_MGR.load_modules(folder, name="apprise.plugins")  # type: ignore[no-untyped-call]  # as above


def _asset() -> apprise.AppriseAsset:
    return apprise.AppriseAsset(
        app_id="News-Monitor",
        app_desc="News-Monitor",
        app_url="",
        async_mode=False,
        default_service_retry=0,
        # Apprise would keep the limit with one small pool for all services, which a few that hang would fill, and call
        # late what is still under way and arrives.  The limits of each step, and the courier's, are enough.
        service_timeout=0,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )


def _unparsed(address: str) -> str:
    scheme = address.split("://", 1)[0] if "://" in address else ""
    if not scheme:
        return "an Apprise address begins with its service, such as mailto:// or slack://"
    if scheme.lower() not in apprise.plugins.N_MGR:
        return f"Apprise knows no service {scheme}://"
    return f"the parts of this {scheme}:// address are not as the service needs them"


def explain_address(address: str) -> str | None:
    """Why the address cannot be used, without its secrets; None when it can."""
    if address.startswith(SCHEME):
        return None
    try:
        plugin = instantiate(address)
    except DeliveryError as error:
        return error.message
    if len(plugin) > 1 or getattr(plugin, "cc", None) or getattr(plugin, "bcc", None):
        return (
            "more than one recipient in one address; name each in a line of its own, so that each can be retried alone"
        )
    return None
