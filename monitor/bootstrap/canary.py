"""What the canary flies with: a feed that this process serves to itself, and the compiled rule that looks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from monitor.bootstrap.settings import fetch_settings
from monitor.config.schema import ConfigModel
from monitor.fetch.http import HttpFetcher
from monitor.loops.flight import RULE, WORD, Aviary
from monitor.match.compile import compile_rules
from monitor.match.engine import Engine
from monitor.match.lexicon import Lexicon
from monitor.model.fetched import Fetched, Request
from monitor.model.rule import RuleSpec
from monitor.ports import Clock

HERE = "127.0.0.1"


def aviary_of(model: ConfigModel, lexicon: Lexicon, clock: Clock) -> Aviary:
    """The canary's rule, compiled as the user's are, and the fetcher with its own door to this machine."""
    rule = RuleSpec(id=RULE, name="Canary", match=WORD)
    settings = replace(fetch_settings(model), allow_addresses=(HERE,), proxy=None, host_spacing_s=0.0)

    async def fetch(document: bytes) -> Fetched:
        server = await asyncio.start_server(_answers(document), HERE, 0)
        port = server.sockets[0].getsockname()[1]
        async with server, HttpFetcher(settings, clock) as fetcher:
            return await fetcher.fetch(Request(f"http://{HERE}:{port}/canary.rss"))

    return Aviary(Engine(compile_rules([rule], {}, lexicon), lexicon), fetch)


def _answers(document: bytes) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """A server's whole conduct: one answer, whatever was asked."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(document)}\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"{head}Connection: close\r\n\r\n".encode() + document)
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # whoever else knocked at this door gets nothing
        finally:
            writer.close()

    return answer
