"""The described API answers every request that fits its description, and many that do not, as it says it does."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.store.unit import Database, open_engine
from monitor.testing import FrozenClock
from tests.unit.web.site import Site

ANYTHING = (
    st.text(max_size=40)
    | st.integers().map(str)
    | st.sampled_from(["", "-1", "1e9", "%00", "٣", "null", "a'b\"", "\x00"])
)


@pytest.fixture(scope="module")
def site(empty_sqlite: Path) -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(empty_sqlite, Path(folder) / "monitor.db")
        database = Database(open_engine(f"sqlite:///{folder}/monitor.db"))
        found = Site(Path(folder), database, FrozenClock())
        for number in range(5):
            found.article(f"Der Streik <b> {number}", "Ein Streik.", story=number)
        yield found
        database.dispose()


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """Values that a parameter's schema allows."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "integer":
        return st.integers(schema["minimum"], schema["maximum"]).map(str) | st.integers(0, 7).map(str)
    return st.text(max_size=60)


@settings(max_examples=150)
@given(data=st.data())
def test_every_answer_is_one_that_the_description_names(site: Site, data: st.DataObject) -> None:
    described = site.browser().get("/openapi.json", accept="application/json").json
    path = data.draw(st.sampled_from(sorted(described["paths"])))
    ((method, operation),) = described["paths"][path].items()
    query = {}
    for parameter in operation["parameters"]:
        value = data.draw(fitting(parameter["schema"]) | ANYTHING)
        if parameter["in"] == "path":
            value = data.draw(fitting(parameter["schema"]))
            path = path.replace(f"{{{parameter['name']}}}", quote(value, safe=""))
        elif data.draw(st.booleans()):
            query[parameter["name"]] = value.encode("utf-8", "replace").decode()
    browser, address = site.browser(), f"{path}?{urlencode(query)}"
    if method == "get":
        answer = browser.get(address, accept="application/json")
    else:
        fields = {name: data.draw(ANYTHING).encode("utf-8", "replace").decode() for name in ("by", "note")}
        answer = browser.post(address, fields, accept="application/json")
    assert str(answer.status) in operation["responses"], (address, answer.text)
    assert answer.headers["content-type"] == "application/json"
