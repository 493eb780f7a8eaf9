"""What the loops need of the world, as protocols; adapters are named only in `bootstrap`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from monitor.model.fetched import Fetched, Request
from monitor.model.message import Rendered, Shape

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...


class Fetcher(Protocol):
    """Gets an address; never raises for what the world does, only for bugs."""

    async def fetch(self, request: Request) -> Fetched:
        """Follow redirects within the limits and return the answer or the reason why there is none."""
        ...


class Workers(Protocol):
    """Runs CPU-bound functions where they can be killed."""

    async def run(self, function: Callable[..., T], /, *args: object, timeout_s: float = 20.0) -> T:
        """The function's result; `function` must be importable by name and its arguments picklable.

        Raises `WorkerError` when the time or memory limit was overstepped or the process died; an exception of the
        function itself comes through unchanged.
        """
        ...


class Sender(Protocol):
    """Hands messages over to services; called from threads of the courier's own."""

    def shape(self, address: str) -> Shape:
        """What the service behind the address takes."""
        ...

    def send(self, address: str, rendered: Rendered) -> None:
        """Hand the message over to the one recipient of the address; return when the service took it.

        Raises `DeliveryError`, whose text names the cause and no secret.
        """
        ...
