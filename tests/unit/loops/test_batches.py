from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from monitor.loops.batches import Batches


class Printer:
    """Says each word twice; keeps what it was given together.  The first batch waits until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.free = asyncio.Event()
        self.queue = Batches(self.say, "printer")

    async def say(self, words: Sequence[str]) -> list[str | Exception]:
        self.batches.append(list(words))
        await self.free.wait()
        if "broken" in words:
            raise ZeroDivisionError
        return [KeyError(word) if word == "unknown" else 2 * word for word in words]


async def test_what_is_given_meanwhile_is_done_together() -> None:
    printer = Printer()
    given = [printer.queue.give("a"), printer.queue.give("b")]
    await asyncio.sleep(0)
    given += [printer.queue.give("c"), printer.queue.give("d")]
    printer.free.set()
    assert await asyncio.gather(*given) == ["aa", "bb", "cc", "dd"]
    assert printer.batches == [["a", "b"], ["c", "d"]]
    assert await printer.queue.give("e") == "ee"


async def test_what_fails_alone_fails_alone_and_what_fails_as_a_whole_fails_for_all() -> None:
    printer = Printer()
    printer.free.set()
    alone = await asyncio.gather(*map(printer.queue.give, ("a", "unknown", "b")), return_exceptions=True)
    assert [str(each) for each in alone] == ["aa", "'unknown'", "bb"]
    whole = await asyncio.gather(*map(printer.queue.give, ("a", "broken")), return_exceptions=True)
    assert [type(each) for each in whole] == [ZeroDivisionError, ZeroDivisionError]
    assert await printer.queue.give("c") == "cc", "the next batch is another one"


async def test_nobody_needs_to_wait_for_what_he_gave() -> None:
    printer = Printer()
    forgotten, kept = printer.queue.give("a"), printer.queue.give("b")
    forgotten.cancel()
    printer.free.set()
    assert await kept == "bb"
    with pytest.raises(asyncio.CancelledError):
        await forgotten
