"""The page of a running monitor: it is where, and as locked as, the configuration in force says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from monitor.bootstrap.monitor import Monitor
from monitor.config.listen import Listen, listen_of
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.web.server import WebServer

log = structlog.get_logger("web")


class Page:
    """Opens the page, changes it when the configuration does, and closes it; only the roles all and web have one."""

    def __init__(self, monitor: Monitor, role: str) -> None:
        self._monitor, self._role = monitor, role
        self._server: WebServer | None = None
        self._seen: object = None
        self._shown: tuple[object, ...] = ()
        self._following = asyncio.Lock()

    @property
    def listen(self) -> Listen | None:
        """Where it can be opened now."""
        return None if self._server is None else self._server.listen

    async def follow(self) -> None:
        """Be what the configuration in force says, if that has changed.

        An address that is taken raises `ConfigError` in a process that is there for the page alone and begins; other
        processes go on without the page, or with the one that was open.
        """
        async with self._following:
            await self._follow()

    async def _follow(self) -> None:
        setup = self._monitor.setup
        if self._role not in ("all", "web") or setup is self._seen:
            return
        begins, self._seen = self._seen is None, setup
        model = setup.config.model
        # What the application keeps when it is built; all else it asks of the configuration at each request.
        wanted = (model.web, model.websub.callback, model.fetch.max_bytes)
        if wanted == self._shown:
            return
        self._shown = wanted
        try:
            await self._show(listen_of(model.web))
        except ConfigError as error:
            if begins and self._role == "web":
                raise
            log.warning("no-page" if self._server is None else "page-stays", error=error.message, remedy=error.remedy)

    async def close(self) -> None:
        """Finish what is being answered; nothing listens afterwards."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop()
            log.info("page-closed", url=server.listen.url)

    async def _show(self, listen: Listen | None) -> None:
        if listen is None:
            await self.close()
        elif self._server is not None and self._server.is_at(listen):
            await self._server.change(listen)
        else:
            fresh = await asyncio.to_thread(self._serve, listen)
            await fresh.start()
            await self.close()
            self._server = fresh

    def _serve(self, listen: Listen) -> WebServer:
        # 10 MB that processes without a page do without
        from monitor.bootstrap.web import web_context  # noqa: PLC0415
        from monitor.web.server import WebServer  # noqa: PLC0415

        return WebServer(web_context(self._monitor), listen)
