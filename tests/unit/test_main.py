from __future__ import annotations

import runpy
import sys

import pytest

import monitor
from monitor import __main__


def test_the_module_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["monitor", "--version"])
    monkeypatch.delitem(sys.modules, "monitor.__main__")
    with pytest.raises(SystemExit) as left:
        runpy.run_module("monitor", run_name="__main__", alter_sys=False)
    assert left.value.code == 0
    assert monitor.__version__ in capsys.readouterr().out


def test_the_exit_code_of_a_command_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["monitor", "no-such-command"])
    with pytest.raises(SystemExit) as left:
        __main__.main()
    assert left.value.code == 2
