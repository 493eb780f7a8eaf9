from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from monitor.cli.output import Printer
from monitor.cli.report import _csv
from monitor.store.report import Record, RuleRecord, SourceRecord

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["=1+1", "@cmd", "-2", "+3"])
def test_a_cell_is_no_formula(name: str) -> None:
    source = SourceRecord("blatt", name, 3, 0, 0, 0, 0, 2, 0.5)
    rule = RuleRecord("port", 1, 2, 0, 0, 0, 1)
    out = io.StringIO()
    _csv(Record(NOW, NOW, None, (source,), (rule,)), Printer(out))
    first, second = csv.DictReader(io.StringIO(out.getvalue()))
    assert (first["kind"], first["id"], first["name"], first["polls"]) == ("source", "blatt", f"'{name}", "3")
    assert (second["kind"], second["id"], second["told"], second["polls"]) == ("rule", "port", "2", "")
