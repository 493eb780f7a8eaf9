"""Finding a process of ours and what it holds."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from monitor.fetch.browser_memory import greedy, kill_if_greedy

CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(100)'])"


MARKER = f"--marker-of-{os.getpid()}"


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", CHILD, MARKER]) as found:
        yield found
        found.kill()


async def test_a_tree_that_holds_too_much_is_ended(child: subprocess.Popen[bytes]) -> None:
    assert greedy(MARKER, 10**12) == ()
    assert greedy("--no-such-marker", 0) == ()
    watch = asyncio.create_task(kill_if_greedy(MARKER, most_bytes=1_000))
    assert await asyncio.to_thread(child.wait, 60) == -9
    watch.cancel()
