"""What stands in the pages: YAML loads, commands exist, links and files lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from monitor.alert.samples import try_template
from monitor.bootstrap.words import open_lexicon
from monitor.cli.main import build_parser
from monitor.cli.tree import commands
from monitor.config.checks import check_config
from monitor.config.load import load_config
from tests.docs.replay import read_blocks, steady

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
_LINK = re.compile(r"\]\(([^)#]+?)(?:#[^)]*)?\)")
_INLINE = re.compile(r"`monitor ([a-z][^`]*)`")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_FILE = re.compile(r"`((?:monitor|tests|alembic|docs)/[\w./-]+)`")
NOT_MISTAKES = frozenset({"unknown-channel", "no-recipient", "secret-missing", "no-file", "no-source", "bad-template"})
"""A fragment may name channels, sources, secrets and files that stand elsewhere."""


def yaml_blocks() -> list[tuple[str, str]]:
    return [
        (f"{page.relative_to(ROOT)}-{number}", block.text)
        for page in PAGES
        for number, block in enumerate(read_blocks(page.read_text()))
        if block.language == "yaml"
    ]


@pytest.mark.parametrize(("where", "text"), yaml_blocks(), ids=[where for where, _ in yaml_blocks()])
def test_every_configuration_loads(where: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    loaded = load_config(path)
    assert loaded.draft is not None
    if loaded.config is not None:
        checked = check_config(loaded, open_lexicon(loaded.config.model))
        found = checked.errors
    else:
        found = loaded.errors
    assert [p.words for p in found if p.code not in NOT_MISTAKES] == []


def test_every_template_can_be_used() -> None:
    blocks = [b.text for page in PAGES for b in read_blocks(page.read_text()) if b.language == "jinja"]
    assert blocks
    assert [problem for problem in map(try_template, blocks) if problem] == []


def shown_commands() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = page.read_text()
        name = str(page.relative_to(ROOT))
        found += [(name, line) for line in _INLINE.findall(text)]
        for block in read_blocks(text):
            if block.language in ("sh", "console"):
                lines = [line.removeprefix("$ ") for line in block.text.splitlines()]
                found += [(name, line.removeprefix("monitor ")) for line in lines if line.startswith("monitor ")]
    return found


def test_every_command_exists() -> None:
    known = {command.path: command for command in commands()}
    for page, line in shown_commands():
        words = shlex.split(line.split("  #")[0].replace("…", "").replace("'", "").split("|")[0])
        path = tuple(words[:1])
        assert path in known, f"{page}: monitor {line}"
        if known[path].actions and len(words) > 1 and re.fullmatch(r"[a-z]+", words[1]):
            path = (*path, words[1])
            assert path in known, f"{page}: monitor {line}"
        options = {option for command in (known[path], known[()]) for option in command.options}
        for word in words:
            if word.startswith("--"):
                assert word.split("=")[0] in options, f"{page}: monitor {line}"


def test_the_parser_knows_all_of_them() -> None:
    assert build_parser().prog == "monitor"


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        for block in read_blocks(page.read_text()):
            for line in block.text.splitlines() if block.language in ("sh", "console") else ():
                if line.removeprefix("$ ").startswith("make "):
                    wanted = line.removeprefix("$ ").split("#")[0].split()[1:]
                    assert set(wanted) <= targets, f"{page}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_files_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    for target in _LINK.findall(text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), target
    for name in _FILE.findall(text):
        assert (ROOT / name).exists(), name


def test_promises_are_kept_by_tests_that_exist() -> None:
    named = [found for page in PAGES for found in _TEST.findall(page.read_text())]
    assert len(named) > 50
    missing = [f"{file}::{test}" for file, test in named if f"def {test}(" not in (ROOT / file).read_text()]
    assert missing == []


def test_the_readme_fits_one_screen() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 60


def test_the_alert_in_the_readme_is_one_that_arrived() -> None:
    arrived = {steady(line) for line in (ROOT / "docs" / "quickstart.md").read_text().splitlines()}
    block = next(b.text for b in read_blocks((ROOT / "README.md").read_text()) if b.text.startswith("Subject: "))
    assert [line for line in block.splitlines() if steady(line) not in arrived] == []
