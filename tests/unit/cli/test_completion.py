from __future__ import annotations

import shutil
import subprocess

import pytest

from monitor.cli.completion import bash, fish
from monitor.cli.main import COMMANDS, run
from monitor.cli.tree import commands

TYPED = {
    "monitor sour": {"sources"},
    "monitor sources a": {"add"},
    "monitor sources add --dr": {"--dry-run"},
    "monitor --json alerts li": {"list"},
    "monitor completion f": {"fish"},
}


def test_the_tree_has_every_command() -> None:
    first, *_ = tree = commands()
    assert set(first.actions) == set(COMMANDS)
    assert ("sources", "add") in {command.path for command in tree}


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize("typed", sorted(TYPED))
def test_bash_completes(typed: str) -> None:
    words = typed.split()
    array = " ".join(words)
    script = f"{bash(commands())}\nCOMP_WORDS=({array}); COMP_CWORD={len(words) - 1}; _monitor; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == TYPED[typed]


def test_fish_has_a_line_for_each_command() -> None:
    made = fish(commands())
    assert all(f"-a {name} " in made for name in COMMANDS)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    assert "monitor" in capsys.readouterr().out
