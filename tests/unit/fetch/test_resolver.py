from __future__ import annotations

import socket

import aiodns
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.fetch.resolver import Resolver
from tests.unit.fetch.names import Names, found


class Fails(AbstractResolver):
    """Fails the way c-ares does, with this code."""

    def __init__(self, code: int) -> None:
        self.code = code

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise OSError(None, "no") from aiodns.error.DNSError(self.code, "no")

    async def close(self) -> None:
        pass


async def test_names_of_the_hosts_file_are_found() -> None:
    resolver = Resolver.start()
    try:
        answers = await resolver.resolve("localhost", 80, family=socket.AF_INET)
        assert [(each["host"], each["port"]) for each in answers] == [("127.0.0.1", 80)]
    finally:
        await resolver.close()


async def test_the_system_is_asked_for_what_dns_does_not_know_or_where_there_is_no_c_ares() -> None:
    system = Names({"printer.local": ["192.0.2.7"]})
    for quick in (Fails(aiodns.error.ARES_ENOTFOUND), Fails(aiodns.error.ARES_ENODATA), None):
        assert await Resolver(quick, system).resolve("printer.local", 80) == [found("printer.local", "192.0.2.7", 80)]


async def test_a_silent_dns_server_is_not_asked_twice() -> None:
    system = Names({"h": ["192.0.2.7"]})
    with pytest.raises(OSError, match="no"):
        await Resolver(Fails(aiodns.error.ARES_ETIMEOUT), system).resolve("h", 80)
    assert system.asked == []


async def test_where_c_ares_cannot_start_the_system_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> AbstractResolver:
        raise RuntimeError("no inotify left")

    monkeypatch.setattr("aiohttp.AsyncResolver", refuse)
    resolver = Resolver.start()
    try:
        assert [each["host"] for each in await resolver.resolve("localhost", 80)] == ["127.0.0.1"]
    finally:
        await resolver.close()
