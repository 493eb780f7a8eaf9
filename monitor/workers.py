"""Killable processes for CPU-bound work.

Parsers can hang or eat memory on a hostile document, and Python can stop neither a thread nor a C extension.  So such
work runs in a few processes of our own, one job each at a time: a job that oversteps its time is killed with its
process, and only that job is lost (`ProcessPoolExecutor` loses all of them).  The processes come from a fork server,
which is started before anything else is open and so inherits neither sockets nor database handles.

What is large crosses as a file: a spooled body on its way in, a result of more than `HELD_BYTES` on its way out.
"""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import multiprocessing.util
import os
import pickle
import resource
import signal
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import reduction
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from monitor.errors import WorkerError
from monitor.model.content import HELD_BYTES, Spooled

T = TypeVar("T")

MEGABYTE = 1_000_000
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK_S = 0.05
_START_S = 120.0
"""A new process gets that much longer: it may have to import its libraries first, on a machine that is busy."""

_SOCKET_PATH_BYTES = 107
"""As long as a socket's path may be on Linux (unix(7))."""


class WorkerPool:
    """Up to `size` processes, started on demand; an asynchronous context manager, or call `close`.

    `memory_mb` is what a job may take beyond what its process holds before it.  A process is replaced after
    `max_jobs` jobs or once it has grown by `growth_mb`.  A job that waits instead of working is ended after `patience`
    times its limit.  `preload` names modules that the fork server imports once.
    """

    def __init__(
        self,
        size: int = 2,
        *,
        memory_mb: int = 300,
        max_jobs: int = 500,
        growth_mb: int = 80,
        patience: float = 5.0,
        preload: tuple[str, ...] = (),
    ) -> None:
        _see_to_short_paths()
        self._limits = _Limits(memory_mb * MEGABYTE, max_jobs, growth_mb * MEGABYTE)
        self._patience = patience
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["monitor.workers", *preload])
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="worker")
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._closed = False
        self._lock = threading.Lock()

    async def __aenter__(self) -> WorkerPool:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def run(self, function: Callable[..., T], /, *args: object, timeout_s: float = 20.0) -> T:
        """The function's result; `function` must be importable by name and its arguments picklable.

        `timeout_s` is processor time: what a busy machine keeps a job waiting is no fault of the job's.

        Raises `WorkerError` with code `timeout`, `memory` or `died`; an exception of the function itself comes
        through, with the worker's traceback as a note.
        """
        if self._closed:
            raise WorkerError("the worker pool is closed", code="died")
        loop = asyncio.get_running_loop()
        job = _Packed.of((function, args))
        result: T = await loop.run_in_executor(self._threads, self._run, job, timeout_s)
        return result

    async def close(self) -> None:
        """End all processes; jobs still running fail with `died`."""
        self._closed = True
        with self._lock:
            idle, busy = list(self._idle), list(self._busy)
            self._idle.clear()
        for worker in busy:
            worker.stop()
        for worker in idle:
            worker.kill()
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)

    def _run(self, job: _Packed, timeout_s: float) -> Any:
        worker = self._take()
        keep = False
        try:
            keep, result = worker.run(job, timeout_s)
        finally:
            self._give_back(worker, keep=keep)
        if isinstance(result, BaseException):
            raise result
        return result.value

    def _take(self) -> _Worker:
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is not None and worker.has_ended():
            worker.kill()
            worker = None
        worker = worker or _Worker(self._context, self._limits, self._patience)
        with self._lock:
            self._busy.add(worker)
            if self._closed:  # meanwhile: `close` has not seen it
                worker.stop()
        return worker

    def _give_back(self, worker: _Worker, *, keep: bool) -> None:
        with self._lock:
            self._busy.discard(worker)
            keep = keep and not self._closed
            if keep:
                self._idle.append(worker)
        if not keep:
            worker.kill()


def _see_to_short_paths() -> None:
    """The fork server's socket lies in the temporary folder, whose path may be too long for it: then in /tmp.

    Python 3.14 sees to that by itself.
    """
    before = tempfile.gettempdir()
    if len(os.fsencode(before)) + len("/pymp-12345678/listener-12345678") <= _SOCKET_PATH_BYTES:
        return
    tempfile.tempdir = "/tmp"  # noqa: S108 - the folder in it has a name of its own and is nobody else's to open
    try:
        multiprocessing.util.get_temp_dir()  # made now, it is kept
    finally:
        tempfile.tempdir = before


class InlineWorkers:
    """Runs the function here and now: for tests and one-off commands on documents that are trusted."""

    async def run(self, function: Callable[..., T], /, *args: object, timeout_s: float = 20.0) -> T:  # noqa: ARG002 - the port's signature
        """The function's result; there is no limit."""
        return function(*args)


@dataclass(frozen=True, slots=True)
class _Limits:
    memory: int
    max_jobs: int
    growth: int


@dataclass(frozen=True, slots=True)
class _Result:
    value: Any


class _Pickler(pickle.Pickler):
    """Leaves out spooled bodies: they are sent as files, in the order in which they occur."""

    def __init__(self, target: io.BytesIO) -> None:
        super().__init__(target, protocol=pickle.HIGHEST_PROTOCOL)
        self.files: list[Spooled] = []

    def persistent_id(self, value: Any) -> int | None:
        if not isinstance(value, Spooled):
            return None
        self.files.append(value)
        return len(self.files) - 1


class _Unpickler(pickle.Unpickler):
    def __init__(self, source: io.BytesIO, files: Sequence[Spooled]) -> None:
        super().__init__(source)
        self._files = files

    def persistent_load(self, number: int) -> Spooled:
        return self._files[number]


@dataclass(frozen=True, slots=True)
class _Packed:
    """A pickled object and the files that go with it."""

    data: bytes
    files: Sequence[Spooled] = ()

    @classmethod
    def of(cls, value: object) -> _Packed:
        target = io.BytesIO()
        pickler = _Pickler(target)
        pickler.dump(value)
        return cls(target.getvalue(), pickler.files)

    def opened(self) -> Any:
        return _Unpickler(io.BytesIO(self.data), self.files).load()

    def send(self, pipe: Connection) -> None:
        pipe.send_bytes(bytes([len(self.files)]))
        pipe.send_bytes(self.data)
        for file in self.files:
            reduction.send_handle(pipe, file.fileno(), None)

    @classmethod
    def receive(cls, pipe: Connection) -> _Packed:
        count = pipe.recv_bytes()[0]
        data = pipe.recv_bytes()
        return cls(data, [Spooled(reduction.recv_handle(pipe)) for _ in range(count)])


class _Worker:
    """The parent's side of one process."""

    def __init__(self, context: ForkServerContext, limits: _Limits, patience: float) -> None:
        self._pipe, theirs = context.Pipe()
        self._process: ForkServerProcess = context.Process(target=_serve, args=(theirs, limits), daemon=True)
        self._process.start()
        theirs.close()
        self._patience = patience
        self._fresh = True

    def has_ended(self) -> bool:
        """Of one that is idle and so has nothing to say; the fork server may not have told of its end yet."""
        return self._pipe.poll() or not self._process.is_alive()

    def run(self, job: _Packed, timeout_s: float) -> tuple[bool, _Result | BaseException]:
        """Whether the process can be used again, and the result or what to raise."""
        try:
            if self._fresh and not self._pipe.poll(_START_S):
                return False, WorkerError("a worker process did not start", code="died")
            if self._fresh:
                self._pipe.recv_bytes()
                self._fresh = False
            begun_s = self._processor_s()  # before it is sent: with its last job a process ends
            job.send(self._pipe)
            if not self._answers_within(timeout_s, begun_s):
                return False, WorkerError(f"stopped after {timeout_s:g} s", code="timeout")
            keep, result = _unpacked(_Packed.receive(self._pipe))
        except (EOFError, OSError):
            self._process.join(1)
            return False, WorkerError(f"the worker process died (exit code {self._process.exitcode})", code="died")
        return keep, result

    def _answers_within(self, timeout_s: float, begun_s: float) -> bool:
        """Whether the job ends before it has had that much of a processor, however many others want one, too."""
        until = time.monotonic() + self._patience * timeout_s
        left_s = timeout_s
        while not self._pipe.poll(max(left_s, _LOOK_S)):
            try:
                left_s = timeout_s - (self._processor_s() - begun_s)
            except OSError:
                return True  # it has ended since: what it answered, or the end of the pipe, is there
            if left_s <= 0 or time.monotonic() >= until:
                return False
        return True

    def _processor_s(self) -> float:
        """Seconds of processor time that the process has had (proc_pid_stat(5)).

        `FileNotFoundError` when it is gone, `ProcessLookupError` when it goes while this is read.
        """
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8", errors="replace")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / _TICKS

    def stop(self) -> None:
        """End the process; whoever waits for its answer notices."""
        self._process.kill()

    def kill(self) -> None:
        """End the process and tidy up after it."""
        self._process.kill()
        self._process.join(5)
        self._pipe.close()


def _serve(pipe: Connection, limits: _Limits) -> None:
    """The life of a worker process: one job after the other until it is used up or the parent is gone."""
    # What is sent to the whole group (a terminal, `systemctl kill`, containers) is for the parent, who still waits for
    # what is under way; a worker ends when its pipe does.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy maps tens of megabytes per thread as it is imported
    base = _resident()
    jobs = 0
    pipe.send_bytes(b"ready")
    keep = True
    while keep:
        try:
            job = _Packed.receive(pipe)
        except (EOFError, OSError):
            return
        jobs += 1
        result = _do(job, limits)
        out_of_memory = isinstance(result, WorkerError) and result.code == "memory"
        keep = jobs < limits.max_jobs and not out_of_memory and _resident() - base < limits.growth
        try:
            _packed(keep, result).send(pipe)
        except OSError:
            return


def _packed(keep: bool, result: _Result | BaseException) -> _Packed:
    """An answer; a large one goes as a file, so that nobody holds it twice."""
    try:
        data = pickle.dumps((keep, result), protocol=pickle.HIGHEST_PROTOCOL)
        if len(data) <= HELD_BYTES:
            return _Packed(data)
        file = Spooled()
        file.append(data)
    except Exception as error:  # noqa: BLE001 - objects that cannot be pickled fail in any way they like
        return _packed(keep, WorkerError(f"the result cannot be handed over: {error}", code="failed"))
    return _Packed(b"", [file])


def _unpacked(answer: _Packed) -> Any:
    if not answer.files:
        return pickle.loads(answer.data)  # noqa: S301 - from our own process
    with open(os.dup(answer.files[0].fileno()), "rb") as source:  # noqa: PTH123 - a file without a name
        source.seek(0)
        return pickle.load(source)  # noqa: S301 - from our own process


def _do(job: _Packed, limits: _Limits) -> _Result | BaseException:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    try:
        function, args = job.opened()
        # Only now, so that the libraries that the function's module imports do not count.
        resource.setrlimit(resource.RLIMIT_AS, (_mapped() + limits.memory, hard))
        return _Result(function(*args))
    except MemoryError:
        return WorkerError(f"took more than {limits.memory / MEGABYTE:.0f} MB", code="memory")
    except Exception as error:  # noqa: BLE001 - whatever the function raised belongs to its caller
        return _portable(error)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _portable(error: Exception) -> Exception:
    """The exception if it survives pickling, otherwise one that says the same."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    except Exception:  # noqa: BLE001 - exceptions with odd constructors fail in any way they like
        return WorkerError(f"{type(error).__name__}: {error}", code="failed")
    return error


def _mapped() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * _PAGE


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE
