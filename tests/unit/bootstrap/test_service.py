from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.bootstrap.service import ASK_S, ServiceManager


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.chdir(tmp_path)  # the name of a socket has 107 bytes at most
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        found.bind("notify")
        found.settimeout(60)
        yield found


def heard(listener: socket.socket) -> dict[str, str]:
    lines = listener.recv(4096).decode().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_a_life_as_the_service_manager_hears_it(listener: socket.socket) -> None:
    service = ServiceManager(listener.getsockname())
    service.ready("watching 3 sources")
    assert heard(listener) == {"READY": "1", "STATUS": "watching 3 sources"}
    service.reloading()
    told = heard(listener)
    assert told["RELOADING"] == "1"
    assert int(told["MONOTONIC_USEC"]) > 0
    service.alive()
    assert heard(listener) == {"WATCHDOG": "1"}
    service.stopping()
    assert heard(listener)["STOPPING"] == "1"


async def test_what_takes_long_at_the_start_asks_for_time(listener: socket.socket) -> None:
    service = ServiceManager(listener.getsockname())
    async with service.taking_long("migrating the database"):
        await asyncio.sleep(0)
        told = heard(listener)
    assert int(told["EXTEND_TIMEOUT_USEC"]) > 2 * ASK_S * 1e6, "one question may be lost"
    assert told["STATUS"] == "migrating the database"
    service.status("watching 4 sources")
    assert heard(listener) == {"STATUS": "watching 4 sources"}


def test_an_abstract_address() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("")  # the system chooses an abstract one
        listener.settimeout(5)
        name: bytes = listener.getsockname()
        ServiceManager("@" + name[1:].decode()).alive()
        assert heard(listener) == {"WATCHDOG": "1"}


def test_nobody_listens(tmp_path: Path) -> None:
    ServiceManager(None).ready("fine")
    ServiceManager(str(tmp_path / "gone")).alive()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_how_often_a_sign_of_life_is_due(environ: dict[str, str], expected: float | None) -> None:
    assert ServiceManager.of(environ, 7).watchdog_s == expected
