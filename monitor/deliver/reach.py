"""Whether a channel's service can be reached, without sending: its name, its port, its certificate."""

from __future__ import annotations

import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import requests.utils

from monitor.deliver.apprise import instantiate
from monitor.deliver.console import SCHEME
from monitor.errors import DeliveryError

CONNECT_S = 10.0
_FIXED = ("notify_url", "cloud_notify_url", "webhook_url", "api_url")
"""Where Apprise's plugins keep the address of a service that is the same for everybody."""

_CERTIFICATE = {
    10: "its certificate has expired",
    9: "its certificate is not valid yet",
    18: "its certificate is signed by itself",
    19: "its certificate is signed by an authority that this machine does not know",
    20: "its certificate is signed by an authority that this machine does not know",
    21: "its certificate is signed by an authority that this machine does not know",
    62: "its certificate is for another name",
    64: "its certificate is for another address",
}
"""OpenSSL's verification codes (`X509_V_ERR_…`)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service listens.  `verify`: its certificate has to be good."""

    host: str
    port: int
    tls: bool
    verify: bool = True

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def endpoint_of(address: str) -> Endpoint | None:
    """Where an Apprise address leads; None where that cannot be told, or where a proxy stands between."""
    if address.startswith(SCHEME):
        return None
    try:
        plugin = instantiate(address)
    except DeliveryError:  # what is wrong with an address is said when the configuration is checked
        return None
    found = _fixed(plugin) or _own(plugin)
    if found is None or _through_proxy(found):
        return None
    return found


def _fixed(plugin: Any) -> Endpoint | None:
    """A service that is the same for everybody."""
    own_server = bool(plugin.protocol and plugin.secure_protocol) and getattr(plugin, "mode", None) != "cloud"
    if own_server:
        return None
    for name in _FIXED:
        parts = urlsplit(str(getattr(type(plugin), name, "")))
        if parts.hostname and "{" not in parts.netloc:
            tls = parts.scheme == "https"
            return Endpoint(parts.hostname, parts.port or (443 if tls else 80), tls, plugin.verify_certificate)
    return None


def _own(plugin: Any) -> Endpoint | None:
    """A server of the user's; only what speaks http, whose ports are known."""
    if not (plugin.protocol and plugin.secure_protocol and plugin.host) or hasattr(plugin, "smtp_host"):
        return None
    tls = bool(plugin.secure)
    return Endpoint(str(plugin.host), int(plugin.port or (443 if tls else 80)), tls, plugin.verify_certificate)


def _through_proxy(endpoint: Endpoint) -> bool:
    proxies = getproxies()
    named = proxies.get("https" if endpoint.tls else "http") or proxies.get("all")
    return bool(named) and not proxy_bypass(endpoint.host)


def reach(endpoint: Endpoint) -> str | None:
    """Why the endpoint cannot be used, in plain words; None when it can.  Nothing is sent but greetings."""
    try:
        with socket.create_connection((endpoint.host, endpoint.port), timeout=CONNECT_S) as plain:
            if endpoint.tls:
                _context(endpoint).wrap_socket(plain, server_hostname=endpoint.host).close()
    except ssl.SSLCertVerificationError as error:
        why = _CERTIFICATE.get(error.verify_code, f"its certificate is not valid: {error.verify_message}")
        return f"{endpoint}: {why}"
    except ssl.SSLError as error:
        return f"{endpoint} does not speak TLS ({error.reason or error})"
    except socket.gaierror:
        return f"the name {endpoint.host} is not known"
    except TimeoutError:
        return f"{endpoint} does not answer"
    except OSError as error:
        return f"{endpoint} cannot be reached ({error.strerror or error})"
    return None


def _context(endpoint: Endpoint) -> ssl.SSLContext:
    """Trusts whom the library trusts that sends in the end: its own list, or that of REQUESTS_CA_BUNDLE."""
    if not endpoint.verify:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # the address says `verify=no`
        return trusting
    given = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    if given and Path(given).is_dir():
        return ssl.create_default_context(capath=given)
    return ssl.create_default_context(cafile=given or requests.utils.DEFAULT_CA_BUNDLE_PATH)
