"""Fixtures that every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.testing import FakeWeb, FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def fakeweb() -> Iterator[FakeWeb]:
    with FakeWeb() as web:
        yield web
