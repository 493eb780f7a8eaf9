"""Which addresses may be dialled and which URLs asked: pure decisions, no socket is opened here.

A news monitor follows links that strangers wrote.  Without these checks a redirect or a feed could make it read the
metadata service of a cloud machine or a router's page (server-side request forgery).  The lists are those of the IANA
special-purpose registries (RFC 6890 and its successors), and one address that a cloud gives a meaning of its own.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from yarl import URL

from monitor.model.reasons import Reason

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL = 8_000
"""Longest address that is asked for, in characters; servers refuse longer ones with 414."""

MAX_HOST = 253
_PATH = re.compile(r"[^?#]*")

_REFUSED_V4: tuple[tuple[ipaddress.IPv4Network, str], ...] = tuple(
    (ipaddress.IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud platform's own"),  # Azure's WireServer: public by number, on every machine there
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)

_REFUSED_V6: tuple[tuple[ipaddress.IPv6Network, str], ...] = tuple(
    (ipaddress.IPv6Network(network), name)
    for network, name in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("64:ff9b:1::/48", "local NAT64"),
        ("fc00::/7", "unique local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN = re.compile(r"[!-~]+")
_HOST = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?")
"""Labels of at most 63 characters (RFC 1035); the underscore is no rule but a fact."""
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)\.?")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\Z)|\Z)){4}")
"""Hosts that end in a number are IPv4 addresses (https://url.spec.whatwg.org/#ends-in-a-number-checker).  Other ways of
writing one (octal, hexadecimal, with parts left out) are read in two ways, so a proxy might ask another host than the
one that was checked here."""


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Decides on addresses; `allowed` are networks that the user opened (`fetch.allow_addresses`)."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, allow: Iterable[str]) -> AddressGuard:
        """From addresses and networks as written, `127.0.0.1` or `10.1.0.0/16`; ValueError names a wrong one."""
        return cls(tuple(ipaddress.ip_network(each, strict=False) for each in allow))

    def decide(self, address: str) -> Reason | None:
        """None if `address` (a literal, perhaps with a zone) may be dialled, otherwise why not (code `address`)."""
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return Reason("address", f"{address} is not an IP address")
        seen = (parsed, *embedded_ipv4(parsed))
        if any(each in network for each in seen for network in self.allowed):
            return None
        kind = refused_as(parsed)
        if kind is None:
            return None
        return Reason(
            "address",
            f"the host leads to {address} ({kind}); if it is yours, name it in fetch.allow_addresses",
        )


def embedded_ipv4(address: Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 address to which a mapped, NAT64 or 6to4 address leads, or nothing."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    return () if address.sixtofour is None else (address.sixtofour,)


def refused_as(address: Address) -> str | None:
    """What kind of non-public address this is, or None for a public one.

    NAT64 (RFC 6052) is judged by the address behind it, since a host with IPv6 alone reaches all of IPv4 that way;
    mapped and 6to4 addresses have no such use and are refused.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return next((name for network, name in _REFUSED_V4 if address in network), None)
    if address in _NAT64:
        return refused_as(embedded_ipv4(address)[0])
    name = next((name for network, name in _REFUSED_V6 if address in network), None)
    return name or (None if address in _GLOBAL_V6 else "reserved")


def check_url(url: str) -> URL | Reason:
    """The address ready to be asked for, or why it cannot be (code `url`).

    Printable ASCII is left byte for byte, since some servers sign their addresses; anything else is quoted.
    """
    url = url.strip()
    if len(url) > MAX_URL or _CONTROL.search(url):
        return Reason("url", f"{url[:80]!r}… is longer than {MAX_URL} characters or holds control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return Reason("url", f"{url!r} is not a valid address: {error}")
    if parts.scheme not in {"http", "https"}:
        return Reason("url", f"{url!r}: only http and https addresses are fetched")
    if not parts.hostname or port == 0 or " " in parts.netloc:
        return Reason("url", f"{url!r} names no host that could be asked")
    return _parse(url)


def _parse(url: str) -> URL | Reason:
    plain = bool(_PLAIN.fullmatch(url))
    try:
        parsed = URL(url, encoded=plain)
    except ValueError as error:
        return Reason("url", f"{url!r} is not a valid address: {error}")
    host = parsed.raw_host or ""
    if ":" not in host and not (_HOST.fullmatch(host) and len(host) <= MAX_HOST):
        return Reason("url", f"{url!r} names no host that could be asked")
    if ":" not in host and _NUMBER.fullmatch(host) and not _IPV4.fullmatch(host):
        return Reason(
            "url", f"{url!r} names its host by a number that could be read in two ways; write it as 192.0.2.1"
        )
    return parsed


def join(base: str, location: str) -> str:
    """The absolute address to which a Location header leads (RFC 9110, 10.2.2); a broken one comes back as it is.

    Backslashes in its path are slashes, as browsers have it.
    """
    target = _PATH.sub(lambda path: path.group().replace("\\", "/"), location.strip(), count=1)
    try:
        return urljoin(base, target)
    except ValueError:
        return location


def may_carry_credentials(origin: URL, target: URL) -> bool:
    """Whether what identifies us at `origin` may go to `target`: the same origin, or its own https twin."""
    if _origin(origin) == _origin(target):
        return True
    upgraded = origin.scheme == "http" and target.scheme == "https"
    return upgraded and _origin(origin)[1] == _origin(target)[1] and (origin.port, target.port) == (80, 443)


def _origin(url: URL) -> tuple[str, str, int | None]:
    return url.scheme, (url.raw_host or "").lower(), url.port


@dataclass(frozen=True, slots=True)
class BodyCaps:
    """How much of an answer is taken: `max_bytes` unpacked, and `max_ratio` times what came over the wire.

    Deflate reaches 1 032 : 1 on blanks; feeds and pages stay under 50 : 1.  The ratio counts from 1 MB on, since
    small documents can be very regular.
    """

    max_bytes: int
    max_ratio: float

    def decide(self, wire: int, unpacked: int) -> Reason | None:
        """None while `unpacked` bytes out of `wire` bytes are acceptable, otherwise why not (`bomb`, `too-large`)."""
        if unpacked > 1_000_000 and unpacked > wire * self.max_ratio:
            return Reason(
                "bomb", f"the answer unpacks to more than {self.max_ratio:.0f} times its size; nothing was read"
            )
        if unpacked > self.max_bytes:
            return Reason(
                "too-large",
                f"the answer is larger than {self.max_bytes / 1e6:.0f} MB; raise fetch.max_bytes to read it",
            )
        return None
