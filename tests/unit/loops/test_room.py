from __future__ import annotations

import asyncio

from monitor.loops.room import Room


class Visit:
    """A task that stays in the room until it is sent away."""

    def __init__(self, room: Room, size: int) -> None:
        self.inside = False
        self._go = asyncio.Event()
        self._task = asyncio.create_task(self._stay(room, size))

    async def _stay(self, room: Room, size: int) -> None:
        async with room.take(size):
            self.inside = True
            await self._go.wait()
        self.inside = False

    async def leave(self) -> None:
        self._go.set()
        await self._task
        await settled()

    async def give_up(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await settled()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def visits(room: Room, *sizes: int) -> list[Visit]:
    found = [Visit(room, size) for size in sizes]
    await settled()
    return found


def inside(found: list[Visit]) -> list[bool]:
    return [each.inside for each in found]


async def test_as_many_as_fit_are_in_hand() -> None:
    found = await visits(Room(10), 4, 6, 1)
    assert inside(found) == [True, True, False]
    await found[0].leave()
    assert inside(found) == [False, True, True]
    await leave_all(found[1:])


async def test_what_is_too_large_for_it_has_the_room_for_itself() -> None:
    found = await visits(Room(10), 50, 1)
    assert inside(found) == [True, False]
    await found[0].leave()
    assert inside(found) == [False, True]
    await leave_all(found[1:])


async def test_nobody_overtakes_who_waits() -> None:
    found = await visits(Room(10), 6, 8, 1)
    assert inside(found) == [True, False, False]
    await found[0].leave()
    assert inside(found) == [False, True, True]
    await leave_all(found[1:])


async def test_who_gives_up_leaves_its_place() -> None:
    found = await visits(Room(10), 6, 8, 9)
    await found[1].give_up()
    assert inside(found) == [True, False, False]
    await found[0].leave()
    assert inside(found) == [False, False, True]
    await found[2].give_up()


async def leave_all(found: list[Visit]) -> None:
    for each in found:
        await each.leave()
