from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.cli.main import run as command
from monitor.store.lock import alone

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a command of `monitor db` in a folder of its own; exit code, output, complaints."""
    config = tmp_path / "config.yaml"
    config.write_text("database: 'sqlite:///monitor.db'\n")

    def given(*arguments: str) -> tuple[int, str, str]:
        code = command(["--config", str(config), "db", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return given


def as_json(run: Run, *arguments: str) -> Any:
    code, out, _ = run(*arguments, "--json")
    return code, json.loads(out)


def test_a_database_is_made_looked_at_saved_and_brought_back(run: Run, tmp_path: Path) -> None:
    assert "empty" in run("status")[1]
    assert "upgraded from nothing" in run("upgrade")[1]
    assert "is current" in run("upgrade")[1]
    assert run("status")[0] == 0
    assert run("verify")[1].splitlines()[-1] == "whole"
    saved = tmp_path / "saved"
    assert run("backup", str(saved))[0] == 0
    assert "exists already" in run("backup", str(saved))[2]
    assert "what was there is in" in run("restore", str(saved))[1]
    assert "before" in run("vacuum")[1]
    assert "there is no file" in run("restore", str(tmp_path / "none"))[2]
    assert "in a folder that exists" in run("backup", str(tmp_path / "none" / "saved"))[2]


def test_scripts_get_the_same(run: Run, tmp_path: Path) -> None:
    code, found = as_json(run, "status")
    assert (code, found["schema"], found["current"]) == (1, None, False)
    code, found = as_json(run, "upgrade")
    assert (code, found["from"]) == (0, None)
    code, found = as_json(run, "status")
    assert (code, found["current"], found["free_bytes"]) == (0, True, 0)
    assert as_json(run, "verify")[1]["whole"]
    saved = str(tmp_path / "saved")
    assert as_json(run, "backup", saved)[1]["problems"] == []
    assert as_json(run, "restore", saved)[1]["restored"] == saved
    assert as_json(run, "vacuum")[1]["bytes"] > 0
    assert as_json(run, "migrate", "--to", f"sqlite:///{tmp_path}/other.db")[1]["rows"]["article"] == 0


def test_a_newer_database_is_named_and_left_alone(run: Run, tmp_path: Path) -> None:
    run("upgrade")
    with sqlite3.connect(tmp_path / "monitor.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    code, out, _ = run("status")
    assert code == 1
    assert "newer: use the program that wrote it" in out
    for words in (["upgrade"], ["verify"], ["vacuum"], ["backup", str(tmp_path / "b")]):
        code, _, complaint = run(*words)
        assert code == 1
        assert "9999" in complaint
        assert "newer program version" in complaint


def make_older(folder: Path) -> None:
    with sqlite3.connect(folder / "monitor.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0010'")
    connection.close()


def older(folder: Path) -> bool:
    with sqlite3.connect(folder / "monitor.db") as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    connection.close()
    return bool(found == "0010")


def test_a_look_at_an_older_database_does_not_migrate_it(run: Run, tmp_path: Path) -> None:
    run("upgrade")
    make_older(tmp_path)
    for words in (["status"], ["sources", "list"], ["report", "--since", "7d"]):
        assert command(["--config", str(tmp_path / "config.yaml"), *words]) == 1
    assert "monitor db upgrade" in run("verify")[2]
    assert older(tmp_path)


def test_what_an_older_monitor_works_on_is_not_migrated_under_it(run: Run, tmp_path: Path) -> None:
    run("upgrade")
    make_older(tmp_path)
    with alone(sa.make_url(f"sqlite:///{tmp_path}/monitor.db")):
        assert "stop it first" in run("upgrade")[2]
    assert older(tmp_path)


def test_a_damaged_database_is_a_problem(run: Run, tmp_path: Path) -> None:
    run("upgrade")
    with sqlite3.connect(tmp_path / "monitor.db") as connection:
        connection.execute("INSERT INTO article_key (key, article_id, kind, seen_at) VALUES ('k', 7, 'url', 0)")
    connection.close()
    code, out, _ = run("verify")
    assert code == 1
    assert "name a missing article" in out


def test_moving_says_what_arrived_and_what_is_no_database(run: Run, tmp_path: Path) -> None:
    run("upgrade")
    here, there = f"sqlite:///{tmp_path}/monitor.db", f"sqlite:///{tmp_path}/there.db"
    assert "are the same" in run("migrate", "--from", here, "--to", there)[1]
    assert "is no database" in run("migrate", "--to", "mysql://x")[2]
    assert "is no database" in run("migrate", "--to", "nonsense")[2]
    none = tmp_path / "none.db"
    assert "there is no database at" in run("migrate", "--from", f"sqlite:///{none}", "--to", f"{there}2")[2]
    assert not none.exists()


@pytest.mark.parametrize("place", ["monitor.db", "var/monitor.db"])
def test_where_there_is_no_database_yet_that_is_said_and_none_is_made(run: Run, tmp_path: Path, place: str) -> None:
    (tmp_path / "config.yaml").write_text(f"database: 'sqlite:///{place}'\n")
    for words in (["verify"], ["vacuum"], ["backup", str(tmp_path / "saved")]):
        code, _, complaint = run(*words)
        assert code == 1
        assert f"there is no database at {tmp_path / place} yet" in complaint
        assert "at its first start" in complaint
    code, out, _ = run("status")
    assert code == 1
    assert "empty" in out
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]
