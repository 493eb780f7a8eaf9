"""The newsroom by itself: something to watch while one tries a configuration, without internet."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from monitor.errors import UsageError
from monitor.testing.newsroom.content import Edition
from monitor.testing.newsroom.server import Newsroom


async def serve_newsroom(line: Callable[[str], None], edition: Edition, *, first_port: int) -> None:
    """Serve the edition on the ports from `first_port` on until cancelled; Enter publishes the next article.

    Where nobody types (standard input is no terminal) only what is there from the beginning is served.
    """
    newsroom = Newsroom(edition, first_port=first_port)
    try:
        await newsroom.start()
    except (OSError, OverflowError) as error:
        await newsroom.stop()
        cause = error.strerror if isinstance(error, OSError) else "the last port is 65535"
        said = f"cannot listen on the ports from {first_port}: {cause}"
        raise UsageError(said, remedy="name others, each outlet takes one") from error
    try:
        _open(newsroom, edition, line)
        await asyncio.Event().wait()
    finally:
        await newsroom.stop()


def _open(newsroom: Newsroom, edition: Edition, line: Callable[[str], None]) -> None:
    for piece in edition.pieces:
        if piece.at_s is None:
            newsroom.publish(piece, datetime.now(UTC) - piece.age)
    for outlet in edition.outlets:
        line(f"{newsroom.address(outlet.id)}  {outlet.name} ({outlet.kind}, {outlet.language})")
    timed = iter(sorted((p for p in edition.pieces if p.at_s is not None), key=lambda p: p.at_s or 0.0))

    def typed() -> None:
        sys.stdin.readline()
        piece = next(timed, None)
        if piece is None:
            line("that was all")
            return
        newsroom.publish(piece, datetime.now(UTC))
        line(f"published: {piece.title}")

    if sys.stdin.isatty():
        line("Enter publishes the next article, Ctrl-C ends")
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), typed)
