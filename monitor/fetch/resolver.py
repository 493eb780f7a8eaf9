"""Names to addresses: c-ares, and the system's own resolver for the names that only that one knows."""

from __future__ import annotations

import asyncio
import socket

import aiodns
import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

_NO_SUCH_NAME = {aiodns.error.ARES_ENODATA, aiodns.error.ARES_ENOTFOUND}


class Resolver(AbstractResolver):
    """c-ares reads DNS and the hosts file without a thread per name.

    What it does not find may still be known to the system (mDNS, a directory), so that is asked then.  A DNS server
    that does not answer is not asked twice: those look-ups would fill the threads of the whole program.
    """

    def __init__(self, quick: AbstractResolver | None, system: AbstractResolver) -> None:
        self._quick = quick
        self._system = system

    @classmethod
    def start(cls) -> Resolver:
        """The resolver of this machine; there must be a running loop."""
        return cls(_quick(), aiohttp.ThreadedResolver(asyncio.get_running_loop()))

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name; OSError when there are none."""
        if self._quick is None:
            return await self._system.resolve(host, port, family)
        try:
            return await self._quick.resolve(host, port, family)
        except OSError as error:
            cause = error.__cause__
            if not isinstance(cause, aiodns.error.DNSError) or cause.args[0] not in _NO_SUCH_NAME:
                raise
            return await self._system.resolve(host, port, family)

    async def close(self) -> None:
        """Let go of both."""
        if self._quick is not None:
            await self._quick.close()
        await self._system.close()


def _quick() -> AbstractResolver | None:
    """C-ares, where this machine can start it."""
    try:
        return aiohttp.AsyncResolver()
    except (RuntimeError, OSError):
        return None
