"""What the service manager hears: ready, reloading, alive, stopping (systemd's notify protocol, `sd_notify(3)`)."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

ASK_S = 30.0
"""How often more time is asked for; each time it is asked for four times as much."""


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """The other end of `$NOTIFY_SOCKET`; None where nobody listens, and then every call does nothing.

    `watchdog_s` is how often a sign of life is due at the latest; None where nobody waits for one.
    """

    address: str | None
    watchdog_s: float | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str], pid: int) -> ServiceManager:
        """As the environment of the process `pid` says."""
        microseconds = environ.get("WATCHDOG_USEC", "")
        meant = environ.get("WATCHDOG_PID", str(pid)) == str(pid)
        watchdog_s = int(microseconds) / 1e6 if microseconds.isdigit() and int(microseconds) and meant else None
        return cls(environ.get("NOTIFY_SOCKET") or None, watchdog_s)

    @classmethod
    def here(cls) -> ServiceManager:
        """Of this process."""
        return cls.of(os.environ, os.getpid())

    def ready(self, status: str) -> None:
        """Everything ticks; `status` is one line for `systemctl status`."""
        self._tell("READY=1", f"STATUS={status}")

    def status(self, words: str) -> None:
        """One line for `systemctl status`, where it has changed."""
        self._tell(f"STATUS={words}")

    @asynccontextmanager
    async def taking_long(self, words: str) -> AsyncIterator[None]:
        """While this lasts, the start may take longer than the unit allows: a table of years is being copied, say."""
        asking = asyncio.create_task(self._ask_for_time(words))
        try:
            yield
        finally:
            asking.cancel()

    async def _ask_for_time(self, words: str) -> None:
        while True:
            self._tell(f"EXTEND_TIMEOUT_USEC={int(4 * ASK_S * 1e6)}", f"STATUS={words}")
            await asyncio.sleep(ASK_S)

    def reloading(self) -> None:
        """The configuration is being read again; `ready` ends it."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def alive(self) -> None:
        """A sign of life for the watchdog."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """The end begins: what is under way is being finished."""
        self._tell("STOPPING=1", "STATUS=finishing what is under way")

    def _tell(self, *lines: str) -> None:
        if self.address is None:
            return
        # An abstract address is written with @ and begins with a zero byte.
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.setblocking(False)
            with suppress(OSError):  # a service manager that is restarting must not stop the monitor
                sender.sendto("\n".join(lines).encode(), address)
