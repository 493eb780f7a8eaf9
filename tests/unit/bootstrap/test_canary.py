"""What the canary flies with."""

from __future__ import annotations

import asyncio
import re

from monitor.bootstrap.canary import _answers, aviary_of
from monitor.config.schema import ConfigModel
from monitor.loops.flight import RULE, WORD
from monitor.model.article import Document
from monitor.testing import FrozenClock
from tests.unit.match.vocabulary import SmallLexicon

DOCUMENT = b"<rss version='2.0'><channel><title>Canary</title></channel></rss>"


async def test_the_feed_goes_through_the_fetcher_and_the_rule_finds_its_word(clock: FrozenClock) -> None:
    proxied = ConfigModel.model_validate({"fetch": {"proxy": "http://127.0.0.1:9"}})
    aviary = aviary_of(proxied, SmallLexicon(), clock)
    fetched = await aviary.fetch(DOCUMENT)
    assert (fetched.status, fetched.body) == (200, DOCUMENT)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/canary\.rss", fetched.final_url)
    word = Document(title=f"A bird: {WORD}", lead="", paragraphs=(), language=None, language_sure=False)
    (verdict,) = aviary.matcher.match(word)
    assert (verdict.rule_id, verdict.fired) == (RULE, True)


async def test_whoever_else_knocks_gets_nothing_and_breaks_nothing() -> None:
    server = await asyncio.start_server(_answers(DOCUMENT), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"no request")
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
