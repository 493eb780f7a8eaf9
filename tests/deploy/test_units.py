"""The systemd units as systemd itself sees them."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
MOST_EXPOSED = 2.5

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


class _Unit(RawConfigParser):
    """A unit file: keys keep their case and may be repeated (the last one counts here)."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit(name: str) -> _Unit:
    found = _Unit(strict=False, delimiters=("=",), comment_prefixes=("#",))
    found.read(UNITS / name)
    return found


NAMES = sorted(path.name for path in UNITS.glob("*.service"))


@pytest.mark.parametrize("name", NAMES)
def test_the_service_manager_is_told_and_watches(name: str) -> None:
    service = unit(name)["Service"]
    assert service["Type"] == "notify-reload"
    assert service["WatchdogSec"] == "60s"
    assert service["Restart"] == "always"
    assert service["KillMode"] == "mixed", "the end needs the processes that read documents"
    assert service["StateDirectory"] == "news-monitor"
    assert "Type=notify\nType=notify-reload" in (UNITS / name).read_text()


def test_an_older_systemd_gets_a_way_to_reload() -> None:
    assert dict(unit("before-253.conf")["Service"]) == {"Type": "notify", "ExecReload": "/bin/kill -HUP $MAINPID"}


def test_a_browser_gets_what_it_needs_and_nothing_else() -> None:
    assert dict(unit("browser.conf")["Service"]) == {
        "MemoryDenyWriteExecute": "no",
        "ProcSubset": "all",
        "SystemCallFilter": "capset",
    }


def test_both_units_are_hardened_alike() -> None:
    plain, template = (dict(unit(name)["Service"]) for name in NAMES)
    for each in (plain, template):
        del each["ExecStart"]
    assert plain == template


@needs_systemd
@pytest.mark.parametrize("name", NAMES)
def test_systemd_finds_nothing_wrong(name: str, tmp_path: Path) -> None:
    # The program is not installed on a machine that tests it: a program that is there stands in for it.
    text = (UNITS / name).read_text().replace("/opt/news-monitor/bin/monitor", shutil.which("true") or "/bin/true")
    copy = tmp_path / name.replace("@", "@poller")
    copy.write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if copy.name in line and "notify-reload" not in line]
    assert done.returncode == 0, done.stderr
    assert said == []


@needs_systemd
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("more", [None, "before-253.conf", "browser.conf"])
def test_the_exposure_is_small(name: str, more: str | None, tmp_path: Path) -> None:
    both = (UNITS / name).read_text() + ((UNITS / more).read_text() if more else "")
    (tmp_path / name).write_text(both)
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found.group(1)) < MOST_EXPOSED
