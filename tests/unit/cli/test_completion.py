"""What the shells themselves make of the scripts: bash, zsh and fish are asked, where they are installed."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cli.completion import NAMED, NAMES, SHELLS, bash, fish, zsh
from monitor.cli.main import COMMANDS, run
from monitor.cli.tree import commands

CONFIG = """
channels: {desk: {to: 'console://'}}
sources: [{id: blatt, feed: 'https://blatt.example/rss'}, {id: bote, feed: 'https://bote.example/rss'}]
watchlist: [{id: port, match: harbour}, {id: pier, match: pier}]
"""
TYPED = {
    "monitor sour": {"sources"},
    "monitor sources a": {"add"},
    "monitor sources add --dr": {"--dry-run"},
    "monitor --json alerts li": {"list"},
    "monitor completion f": {"fish"},
    "monitor run --role po": {"poller"},
    "monitor sources pause bl": {"blatt"},
    "monitor rules try p": {"pier", "port"},
    "monitor --config other.yaml sources show k": {"kurier"},
    "monitor --config oth": {"other.yaml"},
}


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two configurations, and this monitor on the path."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "other.yaml").write_text("sources: [{id: kurier, feed: 'https://kurier.example/rss'}]\n")
    program = tmp_path / "bin" / "monitor"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m monitor "$@"\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_tree_has_every_command() -> None:
    first, *_ = tree = commands()
    assert set(first.actions) == set(COMMANDS)
    assert ("sources", "add") in {command.path for command in tree}


def test_an_option_takes_the_same_wherever_it_stands() -> None:
    """The script for bash goes by the name of an option alone."""
    options = [option for command in commands() for option in command.arguments]
    taken = {(name, each.value, each.choices) for each in options for name in each.names}
    assert len(taken) == len({name for name, *_ in taken})


def test_what_help_calls_a_name_is_offered() -> None:
    assert set(NAMED.values()) == set(NAMES)
    assert set(NAMED) <= {each.value for command in commands() for each in command.arguments}


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_completes(shell: Path) -> None:
    assert _in_bash(list(TYPED)) == list(TYPED.values())


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_takes_an_equals_sign_for_a_word_of_its_own(shell: Path) -> None:
    typed = ["monitor run --role = d", "monitor alerts list --rule ="]
    assert _in_bash(typed) == [{"deliverer"}, {"port", "pier"}]


def _in_bash(typed: list[str]) -> list[set[str]]:
    """What is offered for each; file names where the script offers nothing, as bash does by itself."""
    ask = '_monitor; [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))'
    lines = [
        f"COMP_WORDS=({each}); COMP_CWORD={len(each.split()) - 1}; {ask}; echo ${{COMPREPLY[@]}}\n" for each in typed
    ]
    script = bash(commands()) + "".join(lines)
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return [set(line.split()) for line in done.stdout.splitlines()]


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish here")
def test_fish_completes(shell: Path) -> None:
    (shell / "monitor.fish").write_text(fish(commands()))
    ask = "; ".join(f"complete -C '{typed}'; echo =" for typed in TYPED)
    done = subprocess.run(
        ["fish", "-N", "-c", f"source monitor.fish; {ask}"], capture_output=True, text=True, check=True
    )
    answers = [{line.split("\t")[0] for line in answer.split("\n") if line} for answer in done.stdout.split("=\n")]
    assert dict(zip(TYPED, answers, strict=False)) == TYPED


@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh here")
def test_zsh_completes(shell: Path) -> None:
    """Only on a terminal: a tab is typed, and what the line has become is printed."""
    (shell / "monitor.zsh").write_text(zsh(commands()))
    ours, theirs = pty.openpty()
    here = os.environ | {"TERM": "dumb"}
    with subprocess.Popen(
        ["zsh", "-f", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, env=here, start_new_session=True
    ) as process:
        os.close(theirs)
        try:
            _type(ours, "source monitor.zsh; print rea''dy\n", "ready\r")
            for typed, expected in TYPED.items():
                if len(expected) == 1:
                    os.write(ours, f"{typed}\t\x01print -r -- '<<\x05>>' do''ne\n".encode())
                    (line,) = re.findall("<<(.*?)>> done", _read(ours, "done\r"))
                    assert line.split()[-1:] == list(expected), typed
        finally:
            process.kill()
            os.close(ours)


def _type(terminal: int, line: str, until: str) -> None:
    os.write(terminal, line.encode())
    _read(terminal, until)


def _read(terminal: int, until: str) -> str:
    said = ""
    while until not in said:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, said
        said += os.read(terminal, 65536).decode(errors="replace")
    return said


@pytest.mark.parametrize("what", SHELLS)
def test_it_is_printed(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", what]) == 0
    assert "monitor" in capsys.readouterr().out


@pytest.mark.parametrize(("what", "names"), [("sources", "blatt bote"), ("rules", "port pier"), ("channels", "desk")])
def test_names_are_those_of_the_configuration(
    what: str, names: str, shell: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["completion", what]) == 0
    assert capsys.readouterr().out.split() == names.split()
