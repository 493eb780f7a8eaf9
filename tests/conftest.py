"""Fixtures that every test may ask for."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from monitor.testing import FakeWeb, FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def fakeweb() -> Iterator[FakeWeb]:
    with FakeWeb() as web:
        yield web


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """`run` and `once` set up the logs of the whole process: that must not reach the next test."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
