from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from ast import literal_eval
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from monitor.errors import DeliveryError, MonitorError, WorkerError
from monitor.model.content import HELD_BYTES, Content, Spooled, size_of, whole
from monitor.workers import InlineWorkers, WorkerPool, _Limits, _Packed, _Result, _Worker

# What the worker processes are told to do; they must be importable by name.


def add(left: int, right: int) -> int:
    return left + right


def own_pid() -> int:
    return os.getpid()


def spin() -> None:
    while True:
        pass


def eat(megabytes: int) -> int:
    return len(b"x" * (megabytes * 1_000_000))


def keep(megabytes: int) -> int:
    globals()["kept"] = b"x" * (megabytes * 1_000_000)
    return os.getpid()


def fail(error: Exception) -> None:
    raise error


def fail_oddly() -> None:
    raise DeliveryError("cannot be pickled", permanent=True)


def hear_what_the_group_is_told() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(os.getpid(), number)
    return os.getpid()


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def sockets() -> int:
    opened = 0
    for number in range(256):
        with suppress(OSError):
            opened += stat.S_ISSOCK(os.fstat(number).st_mode)
    return opened


def measure(*documents: Content) -> list[int]:
    return [size_of(document) + whole(document).count(b"x") for document in documents]


def repeat(text: str, times: int) -> list[str]:
    return [text * times]


def nap(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def unpicklable() -> object:
    return lambda: None


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    async with WorkerPool(2, memory_mb=200) as made:
        yield made


async def until(condition: Callable[[], bool]) -> None:
    """Look again and again; the test's own time limit ends it."""
    for _ in itertools.count():
        if condition():
            return
        await asyncio.sleep(0.01)


async def code_of(pool: WorkerPool, function: object, *args: object, timeout_s: float = 60.0) -> str:
    assert callable(function)
    with pytest.raises(WorkerError) as caught:
        await pool.run(function, *args, timeout_s=timeout_s)
    return caught.value.code


async def test_results_come_back_from_another_process(pool: WorkerPool) -> None:
    assert await pool.run(add, 1, 2) == 3
    assert await pool.run(own_pid) != os.getpid()


async def test_a_process_serves_many_jobs(pool: WorkerPool) -> None:
    pids = [await pool.run(own_pid) for _ in range(5)]
    assert len(set(pids)) == 1


async def test_time_and_memory_limits_and_deaths_cost_one_job_alone(pool: WorkerPool) -> None:
    spinning = asyncio.create_task(code_of(pool, spin, timeout_s=0.3))
    assert await pool.run(add, 2, 2) == 4
    assert await spinning == "timeout"
    assert await code_of(pool, eat, 400) == "memory"
    assert await code_of(pool, crash) == "died"
    assert await pool.run(eat, 50) == 50_000_000


async def test_only_the_time_that_a_job_works_counts_but_none_waits_for_ever() -> None:
    async with WorkerPool(1, patience=10_000) as pool:
        await pool.run(nap, 0)  # imports what it needs
        assert await pool.run(nap, 0.2, timeout_s=0.1) == "slept"
        assert await code_of(pool, spin, timeout_s=0.05) == "timeout"
    async with WorkerPool(1, patience=1) as pool:
        assert await code_of(pool, nap, 600, timeout_s=0.05) == "timeout"


async def test_exceptions_of_the_function_come_through(pool: WorkerPool) -> None:
    with pytest.raises(KeyError, match="x") as caught:
        await pool.run(fail, KeyError("x"))
    assert "in fail" in caught.value.__notes__[0]
    with pytest.raises(MonitorError, match="cannot be pickled"):
        await pool.run(fail_oddly)


async def test_what_cannot_be_handed_over_is_named(pool: WorkerPool) -> None:
    assert await code_of(pool, unpicklable) == "failed"
    assert await pool.run(add, 1, 1) == 2


async def test_a_spooled_body_goes_over_as_its_file(pool: WorkerPool) -> None:
    first, second = Spooled(), Spooled()
    first.append(b"x" * 3_000_000)
    second.append(b"xyz")
    for workers in (pool, InlineWorkers()):
        assert await workers.run(measure, first, b"x", second) == [6_000_000, 2, 4]


async def test_a_large_result_comes_back(pool: WorkerPool) -> None:
    assert await pool.run(repeat, "ä\udcff", HELD_BYTES) == ["ä\udcff" * HELD_BYTES]
    assert await pool.run(add, 1, 1) == 2


async def test_a_process_inherits_no_sockets(pool: WorkerPool) -> None:
    before = await pool.run(sockets)
    held = [socket.socket() for _ in range(10)]
    async with WorkerPool(1) as fresh:
        assert await fresh.run(sockets) <= before
    for each in held:
        each.close()


async def test_a_process_is_replaced_after_its_jobs_or_once_it_has_grown() -> None:
    async with WorkerPool(1, max_jobs=2, growth_mb=30) as pool:
        pids = [await pool.run(own_pid) for _ in range(4)]
        assert pids[0] == pids[1] != pids[2] == pids[3]
        grown = await pool.run(keep, 50)
        assert await pool.run(own_pid) != grown


def test_the_answer_of_a_process_that_has_ended_with_it_is_taken() -> None:
    worker = _Worker(multiprocessing.get_context("forkserver"), _Limits(10**9, max_jobs=1, growth=10**9), 1.0)

    class Last(_Packed):
        def send(self, pipe: Connection) -> None:
            """Whoever sends it goes on when the process is gone."""
            _Packed.send(self, pipe)
            worker._process.join()

    keep, result = worker.run(Last.of((add, (1, 2))), 60.0)
    assert (keep, result) == (False, _Result(3))
    worker.kill()


def test_the_answer_of_a_process_that_goes_while_its_time_is_read_is_taken() -> None:
    class Watched(_Worker):
        looks = 0

        def _processor_s(self) -> float:
            self.looks += 1
            with Path(f"/proc/{self._process.pid}/stat").open() as stat:
                if self.looks > 1:
                    self._process.join()
                stat.read()
            return 0.0

    worker = Watched(multiprocessing.get_context("forkserver"), _Limits(10**9, max_jobs=1, growth=10**9), 1.0)
    assert worker.run(_Packed.of((nap, (0.3,))), 0.01) == (False, _Result(nap(0.0)))
    worker.kill()


async def test_an_idle_process_that_was_killed_is_replaced(pool: WorkerPool) -> None:
    victim, server = await pool.run(own_pid), await pool.run(os.getppid)
    os.kill(server, signal.SIGSTOP)  # so it cannot tell of any end
    try:
        os.kill(victim, signal.SIGKILL)
        await until(lambda: Path(f"/proc/{victim}/stat").read_text().rpartition(")")[2].split()[0] == "Z")
        sum_of_two = asyncio.create_task(pool.run(add, 1, 1))
        await asyncio.sleep(0.1)
    finally:
        os.kill(server, signal.SIGCONT)
    assert await sum_of_two == 2


async def test_a_signal_to_the_whole_group_costs_no_job(pool: WorkerPool) -> None:
    assert await pool.run(hear_what_the_group_is_told) == await pool.run(own_pid)


async def test_no_more_jobs_run_at_once_than_there_are_processes() -> None:
    async with WorkerPool(2) as pool:
        pids = await asyncio.gather(*(pool.run(own_pid) for _ in range(20)))
        assert len(set(pids)) <= 2


async def test_closing_ends_running_jobs_and_refuses_new_ones() -> None:
    pool = WorkerPool(1)
    running = asyncio.create_task(code_of(pool, spin, timeout_s=60))
    await until(lambda: bool(pool._busy))
    await pool.close()
    assert await running == "died"
    assert await code_of(pool, add, 1, 1) == "died"


async def test_closing_ends_a_job_whose_process_is_just_beginning() -> None:
    pool = WorkerPool(1)
    running = asyncio.create_task(code_of(pool, spin, timeout_s=60))
    await asyncio.sleep(0)
    await pool.close()
    assert await running == "died"


HELD = """
import asyncio, os, sys
from monitor.workers import WorkerPool

async def main():
    async with WorkerPool(1) as pool:
        print(await pool.run(eval, "{name.partition('.')[0] for name in __import__('sys').modules}"))
        print(await pool.run(eval, "open('/proc/self/statm').read().split()[1]"))

asyncio.run(main())
"""


def test_a_process_holds_only_what_it_needs() -> None:
    here = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    said = subprocess.run([sys.executable, "-c", HELD], env=here, capture_output=True, text=True, check=False)
    loaded, resident = map(literal_eval, said.stdout.splitlines())
    assert "monitor" in loaded, said.stderr
    assert not {"aiohttp", "sqlalchemy", "uvloop", "starlette"} & loaded
    assert resident * os.sysconf("SC_PAGE_SIZE") < 60_000_000


SOMEWHERE_ELSE = """
import asyncio, os
from monitor.workers import WorkerPool

async def main():
    async with WorkerPool(1) as pool:
        print(await pool.run(os.getppid) != os.getpid())

asyncio.run(main())
"""


def test_the_path_of_the_temporary_folder_may_be_long(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    here = os.environ | {"TMPDIR": str(folder), "PYTHONPATH": str(Path(__file__).parents[2])}
    said = subprocess.run([sys.executable, "-c", SOMEWHERE_ELSE], env=here, capture_output=True, text=True, check=False)
    assert said.stdout == "True\n", said.stderr


async def test_inline_workers_run_here_and_now() -> None:
    assert await InlineWorkers().run(own_pid) == os.getpid()
