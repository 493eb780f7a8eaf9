"""The newsroom's web servers: one port of the loopback for each outlet, real HTTP with validators."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from monitor.testing.newsroom.content import Edition, Outlet, Piece, Shown, render_article, render_feed


@dataclass(slots=True)
class _Site:
    outlet: Outlet
    base: str = ""
    shown: list[Shown] = field(default_factory=list)
    runner: web.AppRunner | None = None

    async def front(self, request: web.Request) -> web.Response:
        kind, text = render_feed(self.outlet, self.base, self.shown)
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        return web.Response(text=text, content_type=kind, charset="utf-8", headers={"ETag": tag})

    async def article(self, request: web.Request) -> web.Response:
        found = next((s for s in self.shown if s.piece.path == request.path), None)
        if found is None:
            return web.Response(status=404, text="not published yet")
        return web.Response(text=render_article(self.outlet, found), content_type="text/html", charset="utf-8")


class Newsroom:
    """Serves an edition; `publish` makes a piece appear on its outlet."""

    def __init__(self, edition: Edition, *, first_port: int = 0) -> None:
        """`first_port` gives the outlets the ports from there on, in their order; 0 picks free ones."""
        self._first_port = first_port
        self._sites = {outlet.id: _Site(outlet) for outlet in edition.outlets}

    async def start(self) -> None:
        """Listen on 127.0.0.1, each outlet on a port of its own."""
        for number, site in enumerate(self._sites.values()):
            app = web.Application()
            app.router.add_get("/", site.front)
            app.router.add_get("/artikel/{name}", site.article)
            site.runner = web.AppRunner(app, access_log=None)
            await site.runner.setup()
            wanted = self._first_port and self._first_port + number
            listener = web.TCPSite(site.runner, "127.0.0.1", wanted)
            await listener.start()
            port = site.runner.addresses[0][1]
            site.base = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        """Close all servers."""
        for site in self._sites.values():
            if site.runner is not None:
                await site.runner.cleanup()

    def publish(self, piece: Piece, at: datetime) -> Shown:
        """Show a piece, dated `at`."""
        site = self._sites[piece.outlet]
        shown = Shown(piece, at, site.base)
        site.shown.append(shown)
        return shown

    def address(self, outlet: str) -> str:
        """The front of an outlet."""
        return self._sites[outlet].base + "/"
