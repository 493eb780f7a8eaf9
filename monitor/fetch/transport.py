"""One request over the wire, through aiohttp: the only module that knows the HTTP library.

Addresses are checked in the connector's socket factory, on the very address that is dialled: a name that resolves to
something else a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from http.client import HTTPException
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType
from multidict import CIMultiDict
from yarl import URL

from monitor.fetch.decode import BadAnswer, Body
from monitor.fetch.guard import AddressGuard, BodyCaps
from monitor.fetch.lenient import Careless, exchange, field_text, read_answer
from monitor.fetch.resolver import Resolver
from monitor.model.content import Content
from monitor.model.reasons import Reason

ERROR_BODY = 65_536
"""Bytes read of an answer with an error status: enough to recognise a bot wall."""

MOST_HEADERS = 400
"""Some content systems send a header for each thing that a page holds; what they take is limited by their bytes."""

CIPHERS = "DEFAULT:!PSK:!SRP"
"""OpenSSL's own choice, at the level of security that this machine sets: Python's own is narrower than a browser's."""
OP_LEGACY_SERVER_CONNECT = 0x4
"""Talk to servers that know nothing of RFC 5746; `ssl` has a name for it from Python 3.12 on."""

_NO_BODY = {204, 304}
_NOT_ALLOWED = "address not allowed"


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer to one request; `headers` have lower-case names."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: Content

    def header(self, name: str) -> str | None:
        """The first header of that lower-case name, or None."""
        return next((value for key, value in self.headers if key == name), None)


class AddressRefused(OSError):
    """The socket factory's veto.  All vetoes read the same, so that several of them are raised as one."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(errno.EACCES, _NOT_ALLOWED)
        self.reason = reason


class Transport:
    """Connections, pooled and guarded.  An asynchronous context manager; `ask` raises `BadAnswer`."""

    def __init__(
        self,
        guard: AddressGuard,
        *,
        connect_timeout_s: float,
        max_header_bytes: int,
        keep_alive_s: float,
        resolver: AbstractResolver | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.guard = guard
        self._careless = Careless(now_s)
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_s)
        self._connect_timeout_s = connect_timeout_s
        self._max_header_bytes = max_header_bytes
        self._keep_alive_s = keep_alive_s
        self._given_resolver = resolver

    async def __aenter__(self) -> Transport:
        self._resolver = self._given_resolver or Resolver.start()
        self._direct = self._session(self._guarded_socket)
        self._proxied = self._session(_plain_socket)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._direct.close()
        await self._proxied.close()
        await self._resolver.close()

    def _session(self, socket_factory: aiohttp.SocketFactoryType) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=self._resolver,
            socket_factory=socket_factory,
            limit=0,
            keepalive_timeout=self._keep_alive_s,
            ttl_dns_cache=60,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            max_line_size=self._max_header_bytes,
            max_field_size=self._max_header_bytes,
            max_headers=MOST_HEADERS,
        )

    def _guarded_socket(self, info: AddrInfoType) -> socket.socket:
        reason = self.guard.decide(str(info[4][0]))
        if reason is not None:
            raise AddressRefused(reason)
        return _plain_socket(info)

    async def ask(
        self,
        url: URL,
        headers: CIMultiDict[str],
        caps: BodyCaps,
        *,
        proxy: str | None,
        verify_tls: bool,
        form: bytes | None = None,
        spool: bool = False,
    ) -> Answer:
        """One GET (or a POST of `form`) without redirects.  The body of an error is cut at `ERROR_BODY`."""
        by_hand = partial(self._ask_leniently, url, headers, caps, verify_tls=verify_tls, spool=spool)
        may_be_careless = proxy is None and form is None
        if may_be_careless and self._careless.knows(url) and (answer := await by_hand()) is not None:
            return answer
        session, options = self._direct, {}
        try:
            if proxy is not None:
                session, options = self._proxied, _proxy_options(URL(proxy), url, headers)
                await self._check_target(url)
            async with session.request(
                "GET" if form is None else "POST",
                url,
                headers=headers,
                data=form,
                allow_redirects=False,
                ssl=_tls_context(verify=verify_tls),
                **options,
            ) as response:
                return await self._read(response, caps, spool=spool)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            reason = self._name(error, url)
            if reason.code == "protocol" and may_be_careless and (answer := await by_hand()) is not None:
                return answer
            raise BadAnswer(reason) from error

    async def _ask_leniently(
        self, url: URL, headers: CIMultiDict[str], caps: BodyCaps, *, verify_tls: bool, spool: bool
    ) -> Answer | None:
        """The same for a server that speaks HTTP carelessly, which is remembered; None where that leads nowhere."""
        tls = _tls_context(verify=verify_tls) if url.scheme == "https" else None
        try:
            status, fields, body = read_answer(await exchange(await self._dial(url), url, headers, caps, tls=tls))
        except (OSError, HTTPException, ValueError):
            self._careless.learn(url, read=False)
            return None
        self._careless.learn(url, read=True)
        head = Answer(status, fields, b"")
        if _has_no_body(status):
            return head
        if status >= 400:
            return replace(head, content=body[:ERROR_BODY])
        unpacked = Body(head.header("content-encoding") or "", caps, spool=spool)
        if body:
            unpacked.feed(body)
        return replace(head, content=unpacked.finish())

    async def _dial(self, url: URL) -> socket.socket:
        """A socket connected to the first address of the host that takes it, each checked as any other."""
        found = await self._resolver.resolve(url.raw_host or "", url.port or 0, family=socket.AF_UNSPEC)
        refusal = OSError("no address")
        for each in found:
            try:
                return await self._connect(each)
            except OSError as error:
                refusal = error
        raise refusal

    async def _connect(self, found: ResolveResult) -> socket.socket:
        address = (found["host"], found["port"])
        with ExitStack() as undo:
            made = self._guarded_socket((found["family"], socket.SOCK_STREAM, found["proto"], "", address))
            undo.callback(made.close)
            async with asyncio.timeout(self._connect_timeout_s):
                await asyncio.get_running_loop().sock_connect(made, address)
            undo.pop_all()
        return made

    async def _check_target(self, url: URL) -> None:
        """The proxy dials for us, so the target's addresses are looked up and checked here first."""
        host = url.raw_host or ""
        try:
            found = await self._resolver.resolve(host, url.port or 0, family=socket.AF_UNSPEC)
        except OSError as error:
            text = f"{host} could not be resolved ({error}), so it cannot be checked before the proxy is asked"
            raise BadAnswer(Reason("dns", text)) from error
        for each in found:
            reason = self.guard.decide(each["host"])
            if reason is not None:
                raise BadAnswer(reason)

    async def _read(self, response: aiohttp.ClientResponse, caps: BodyCaps, *, spool: bool) -> Answer:
        raw = response.raw_headers
        if sum(len(name) + len(value) for name, value in raw) > self._max_header_bytes:
            raise BadAnswer(_headers_too_large())
        headers = tuple((name.lower().decode("latin-1"), field_text(value)) for name, value in raw)
        head = Answer(response.status, headers, b"")
        if _has_no_body(response.status):
            return head
        encoding = head.header("content-encoding") or ""
        if response.status >= 400:
            return replace(head, content=await _read_error(response, Body(encoding, caps)))
        return replace(head, content=await _read_body(response, Body(encoding, caps, spool=spool)))

    def _name(self, error: Exception, url: URL) -> Reason:
        host = url.raw_host
        match error:
            case aiohttp.ClientConnectorDNSError():
                return Reason("dns", f"the name {host} could not be resolved ({_cause(error)}); check its spelling")
            case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
                return Reason("proxy", f"the proxy could not be used ({error}); check `proxy`")
            case aiohttp.ClientSSLError() if "WRONG_VERSION_NUMBER" in str(error):
                return Reason("tls", f"{host} speaks no TLS on this port; is its address http://?")
            case aiohttp.ClientSSLError():
                return Reason(
                    "tls", f"no secure connection to {host} ({_cause(error)}); `verify_tls: false` would skip the check"
                )
            case aiohttp.ClientConnectorError():
                return _name_connect_error(error, url)
            case aiohttp.ServerTimeoutError() | TimeoutError():
                return Reason("timeout", f"no connection to {host} within {self._connect_timeout_s:g} s")
            case aiohttp.InvalidURL() | ValueError():
                return Reason("url", f"{str(url)!r} cannot be asked for: {error}")
            case aiohttp.ClientResponseError():
                return _name_bad_head(error)
            case aiohttp.ClientPayloadError():
                return _broken_off()
            case _:
                return Reason("reset", f"{host} closed the connection without an answer")


def _has_no_body(status: int) -> bool:
    """Whether nothing that may come with this status is read."""
    return status in _NO_BODY or 300 <= status < 400


@cache
def _tls_context(*, verify: bool) -> ssl.SSLContext:
    """How connections are secured: as browsers do it, whatever this Python was built with (ADR 5531)."""
    context = ssl.create_default_context()
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(("http/1.1",))
    context.options |= OP_LEGACY_SERVER_CONNECT
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def basic_auth(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617, UTF-8)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


async def _read_body(response: aiohttp.ClientResponse, body: Body) -> Content:
    try:
        while chunk := await response.content.readany():
            body.feed(chunk)
    except (aiohttp.ClientError, OSError) as error:
        raise BadAnswer(_broken_off()) from error
    return body.finish()


async def _read_error(response: aiohttp.ClientResponse, body: Body) -> bytes:
    """The beginning of what came with an error; whatever is wrong with it, the status says enough."""
    taken = 0
    with suppress(aiohttp.ClientError, OSError, BadAnswer):
        while taken < ERROR_BODY and (chunk := await response.content.readany()):
            taken += len(chunk)
            body.feed(chunk)
    return body.so_far()


def _proxy_options(proxy: URL, url: URL, headers: CIMultiDict[str]) -> dict[str, Any]:
    """The proxy without its password, which goes with CONNECT for https and with the request itself for http."""
    if proxy.scheme not in {"http", "https"} or proxy.raw_host is None:
        raise BadAnswer(Reason("proxy", "only http and https proxies are supported; correct `proxy`"))
    login = CIMultiDict[str]()
    if proxy.user is not None:
        (login if url.scheme == "https" else headers)["Proxy-Authorization"] = basic_auth(
            proxy.user, proxy.password or ""
        )
    return {"proxy": proxy.with_user(None), "proxy_headers": login}


def _broken_off() -> Reason:
    return Reason("truncated", "the transfer broke off before its end; nothing was read, it is tried again")


def _headers_too_large() -> Reason:
    return Reason("headers", "the answer's headers are larger than any server needs; nothing was read")


def _name_bad_head(error: aiohttp.ClientResponseError) -> Reason:
    text = error.message or str(error)
    if any(sign in text for sign in ("Got more than", "Too many headers", "too long")):
        return _headers_too_large()
    return Reason("protocol", f"the server does not speak HTTP as it should ({' '.join(text.split())[:120]})")


def _name_connect_error(error: aiohttp.ClientConnectorError, url: URL) -> Reason:
    if isinstance(error.os_error, AddressRefused):
        return error.os_error.reason
    if _NOT_ALLOWED in str(error.os_error):
        return Reason(
            "address", f"{url.raw_host} leads to an address that may not be asked (see fetch.allow_addresses)"
        )
    return Reason("refused", f"{url.raw_host}:{url.port} takes no connections ({_cause(error)}); is the server up?")


def _cause(error: aiohttp.ClientConnectorError) -> str:
    return error.os_error.strerror or str(error.os_error)


def _plain_socket(info: AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = info
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)
    return made
