"""Serving the page inside the daemon's own loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import structlog
import uvicorn
from starlette.types import Receive, Scope, Send

from monitor.config.listen import Listen
from monitor.errors import ConfigError
from monitor.web.app import build_app
from monitor.web.context import WebContext

log = structlog.get_logger("web")

CLOSING_S = 3


class _Server(uvicorn.Server):
    """Signals are the daemon's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


class WebServer:
    """The page at an address; `start` and `stop` it."""

    def __init__(self, context: WebContext, listen: Listen) -> None:
        self._context, self._asked = context, listen
        self.app = build_app(context, listen)
        self.listen = listen
        config = uvicorn.Config(
            self._answer,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=CLOSING_S,
            timeout_keep_alive=30,
        )
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; `ConfigError` where the address is taken."""
        sock = _bind(self.listen)
        port = sock.getsockname()[1]
        self.listen = Listen(self.listen.host, port, self.listen.open)
        self._serving = asyncio.create_task(self._server.serve(sockets=[sock]))
        log.info("page", url=self.listen.url, locked=not self.listen.open)

    def is_at(self, listen: Listen) -> bool:
        """Whether that is the address that was asked for (port 0 is any)."""
        return (listen.host, listen.port) == (self._asked.host, self._asked.port)

    async def change(self, listen: Listen) -> None:
        """Take up a changed configuration at the same address.

        The next request meets the new door; open event streams end, and their browsers come back through it.
        """
        former, self.app = self.app, build_app(self._context, listen)
        self._asked, self.listen = listen, Listen(listen.host, self.listen.port, listen.open)
        await former.state.hub.close()
        log.info("page", url=self.listen.url, locked=not self.listen.open)

    async def stop(self) -> None:
        """End the event streams, finish what is being answered, and close."""
        await self.app.state.hub.close()
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def _bind(listen: Listen) -> socket.socket:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    try:
        return socket.create_server((listen.host, listen.port), family=family, backlog=512)
    except OSError as error:
        raise ConfigError(
            f"web.listen: cannot listen on {listen.host}:{listen.port}: {error.strerror or error}",
            remedy="is another monitor running? choose another port, or web: {listen: off}",
        ) from error
