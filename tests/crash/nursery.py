"""Starts lives quickly: a process that has loaded the program once, and forks.

Run as `python -m tests.crash.nursery` it reads orders as JSON lines and answers each with how the life ended.  The
process stays single-threaded, so that what it forks is whole.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO

from tests.crash.life import Order, live

PATIENCE_S = 180.0
LOOK_S = 0.005


class Nursery:
    """The parent's side; a context manager."""

    def __init__(self, log: Path) -> None:
        """`log` takes what the lives write."""
        self._log = log

    def __enter__(self) -> Nursery:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "tests.crash.nursery"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return self

    def __exit__(self, *_error: object) -> None:
        self._input.close()
        self._process.wait(PATIENCE_S)
        self._output.close()

    @property
    def _input(self) -> IO[str]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _output(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def begin(self, order: Order, *, kill_after_s: float = 0.0, stop_after_s: float = 0.0) -> None:
        """Begin a life that is killed, or asked to end, after so many seconds."""
        line = {"order": asdict(order), "kill_after_s": kill_after_s, "stop_after_s": stop_after_s}
        self._input.write(json.dumps(line) + "\n")
        self._input.flush()

    def ended(self) -> int:
        """Wait for the end of the life: its status, negative for a signal."""
        return int(self._output.readline())

    def life(self, order: Order, *, kill_after_s: float = 0.0, stop_after_s: float = 0.0) -> int:
        """Begin a life and wait for its end."""
        self.begin(order, kill_after_s=kill_after_s, stop_after_s=stop_after_s)
        return self.ended()


def main() -> None:
    """Serve until the input ends."""
    answers = os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin:
        told = json.loads(line)
        order = Order(**{**told["order"], "steps": tuple(told["order"]["steps"])})
        status = _here(order) if order.here else _one(order, told["kill_after_s"], told["stop_after_s"])
        os.write(answers, f"{status}\n".encode())


def _here(order: Order) -> int:
    """Live in this process.  Threads of libraries that stay behind wait for work and hold nothing."""
    status = live(order)
    gc.collect()
    return status


def _one(order: Order, kill_after_s: float, stop_after_s: float) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(live(order))
        except BaseException as error:  # noqa: BLE001 - the end of a forked process, whatever it died of
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            sys.stderr.flush()
            os._exit(1)
    begun = time.monotonic()
    ends = ((kill_after_s, signal.SIGKILL), (stop_after_s, signal.SIGTERM), (PATIENCE_S, signal.SIGKILL))
    waiting = [(after_s, number) for after_s, number in ends if after_s]
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        for after_s, number in list(waiting):
            if time.monotonic() - begun >= after_s:
                waiting.remove((after_s, number))
                os.kill(pid, number)
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main()
