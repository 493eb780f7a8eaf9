"""A browser of a few lines: requests straight into the ASGI application, with cookies and forms."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Browser:
    app: ASGIApp
    host: str = "127.0.0.1:8787"
    client: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=lambda: {"accept": "text/html", "accept-language": "en"})

    def get(self, address: str, **headers: str) -> Answer:
        return self._ask("GET", address, b"", headers)

    def post(self, address: str, form: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """A form as a page of ours would send it: with the token of a page seen before."""
        values = {"csrf": self.token()} | dict(form or {})
        return self.post_raw(address, values, **headers)

    def post_raw(self, address: str, values: Mapping[str, Any], **headers: str) -> Answer:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self._ask("POST", address, urlencode(values).encode(), kind | headers)

    def token(self) -> str:
        found = re.search(r'<meta name="csrf" content="([^"]+)"', self.get("/login").text + self.get("/").text)
        assert found, "no page with a token"
        return found[1]

    def _ask(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        return asyncio.run(self._run(method, address, body, headers))

    async def _run(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(address)
        sent = {"host": self.host, **self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in sent.items()],
            "client": (self.client, 50000),
            "server": ("127.0.0.1", 8787),
        }
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        got: list[Message] = []

        async def receive() -> Message:
            if waiting:
                return waiting.pop(0)
            await asyncio.sleep(3600)
            raise AssertionError

        async def send(message: Message) -> None:
            got.append(message)

        await self.app(scope, receive, send)
        start = next(m for m in got if m["type"] == "http.response.start")
        pairs = [(k.decode().lower(), v.decode("latin-1")) for k, v in start["headers"]]
        self._keep([v for k, v in pairs if k == "set-cookie"])
        content = b"".join(m.get("body", b"") for m in got if m["type"] == "http.response.body")
        return Answer(start["status"], dict(pairs), content)

    def _keep(self, cookies: list[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
