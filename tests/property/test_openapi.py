"""Schemathesis over the description of the API: no answer of 5xx, and none that the description does not name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.store.unit import Database, open_engine
from monitor.testing import FrozenClock
from tests.unit.web.site import Site

schemathesis = pytest.importorskip("schemathesis", reason="needs the development dependency schemathesis")

LOCKED = (
    "web: {listen: '0.0.0.0:8787', auth: {password: x, tokens: [{name: bot, token: open sesame, scopes: [write]}]}}"
)
HERE = {"Host": "127.0.0.1"}
WITH_TOKEN = HERE | {"Authorization": "Bearer open sesame"}


@contextmanager
def _site(folder: Path, empty: Path, web: str) -> Iterator[Site]:
    shutil.copy(empty, folder / "monitor.db")
    database = Database(open_engine(f"sqlite:///{folder}/monitor.db"))
    site = Site(folder, database, FrozenClock(), web)
    for number in range(5):
        site.article(f"Der Streik <b> {number}", "Ein Streik.", story=number)
    yield site
    database.dispose()


@pytest.mark.parametrize(("web", "headers"), [("", HERE), (LOCKED, WITH_TOKEN)], ids=["open", "locked"])
def test_every_answer_is_as_described(tmp_path: Path, empty_sqlite: Path, web: str, headers: dict[str, str]) -> None:
    with _site(tmp_path, empty_sqlite, web) as site:
        schema = schemathesis.openapi.from_asgi("/openapi.json", site.app, headers=headers)
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) == 7

        @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=st.one_of([operation.as_strategy() for operation in operations]))
        def every(case: Any) -> None:
            case.call_and_validate(headers=headers)

        every()
