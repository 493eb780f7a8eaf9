"""Where the page listens and who may open it; an address that others can reach needs a lock on the door."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from monitor.config.schema import WebModel
from monitor.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Listen:
    """An address to listen on.  `open`: only this machine can reach it, so that no password is asked for."""

    host: str
    port: int
    open: bool

    @property
    def url(self) -> str:
        """The address to type."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/"


def listen_of(web: WebModel) -> Listen | None:
    """Where to listen; None for `off`.

    Raises `ConfigError` for an address that cannot be read, and for one that others can reach while nothing asks who
    they are.
    """
    if web.listen == "off":
        return None
    host, port = _split(web.listen)
    locked = web.auth.password is not None or web.auth.proxy_header is not None
    if web.auth.proxy_header is not None and not web.auth.proxy_addresses:
        raise ConfigError(
            "web.auth.proxy_header is trusted from nobody",
            remedy="name the proxy in web.auth.proxy_addresses, such as 127.0.0.1",
            code="web-proxy",
        )
    if not locked and not is_loopback(host):
        raise ConfigError(
            f"web.listen: {web.listen} can be reached by others, and nothing asks who they are: refusing to start",
            remedy="set web.auth.password (or web.auth.proxy_header), or listen on 127.0.0.1",
            code="web-exposed",
        )
    return Listen(host, port, open=not locked)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not host or not (port.isascii() and port.isdigit()) or not 0 <= int(port) <= 65535:
        remedy = "write 127.0.0.1:8787, or off for no page"
        raise ConfigError(f"web.listen: {text!r} is no address", remedy=remedy, code="web-address")
    return host, int(port)
