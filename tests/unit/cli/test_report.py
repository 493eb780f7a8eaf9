from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.cli.main import run as command
from monitor.cli.output import Printer
from monitor.cli.report import _csv
from monitor.model.source import SourceKind, SourceSpec
from monitor.store import rules, schema, sources
from monitor.store import tables as t
from monitor.store.report import Record, RuleRecord, SourceRecord
from monitor.store.rules import Accepted
from monitor.store.unit import Database, open_engine

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


@pytest.fixture
def recorded(tmp_path: Path) -> list[str]:
    """A command line for a database with a source, two rules and a poll that may have come too late."""
    config = tmp_path / "config.yaml"
    config.write_text("database: 'sqlite:///monitor.db'\n")
    database = Database(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    schema.upgrade(database)
    now = datetime.now(UTC)
    blatt = SourceSpec("blatt", "Süddeutsches Blatt für Häfen", SourceKind.FEED, "https://blatt.example/feed")
    poll = {"source_id": "blatt", "started_at": now, "elapsed_ms": 5, "status": 200, "outcome": "changed"}
    with database.unit() as connection:
        sources.sync_sources(connection, [blatt], now - timedelta(hours=3))
        accepted = [Accepted(name, name, {"rule": {"id": name}}) for name in ("faehre", "zug")]
        rules.sync_rules(connection, accepted, {}, now)
        poll |= {"bytes": 9, "items": 3, "new_items": 3, "possible_loss": True}
        connection.execute(sa.insert(t.poll).values(poll))
    database.dispose()
    return ["--config", str(config), "report", "--since", "1d"]


def test_people_see_two_tables_of_eighty_columns(recorded: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command(recorded) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("the history of polls begins ")
    assert lines[3].split() == [
        "source",
        "polls",
        "failed",
        "gaps",
        "blind",
        "for",
        "possible",
        "losses",
        "articles",
        "unread",
    ]
    assert lines[4].split()[:4] == ["blatt", "1", "0", "1"]
    assert lines[4].split()[-3:] == ["1", "0", "0%"]
    assert [line.split()[0] for line in lines[6:]] == ["rule", "faehre", "zug"]
    assert max(map(len, lines)) <= 80


def test_scripts_and_spreadsheets_see_the_same(recorded: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command([*recorded, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [source["possible_losses"] for source in found["sources"]] == [1]
    assert command([*recorded, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["kind"] for row in rows] == ["source", "rule", "rule"]
    assert rows[0]["name"] == "Süddeutsches Blatt für Häfen"
