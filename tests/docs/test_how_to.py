"""The how-to pages, done: every command in them is run on a small installation, and ends well.

A block that cannot be run here says why in a comment before it: `<!-- not run: REASON -->`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli.main import run
from monitor.testing.mailbox import Mailbox
from monitor.testing.newsroom.content import read_edition
from monitor.workers import WorkerPool
from tests.docs.replay import LiveNewsroom, read_blocks

DOCS = Path(__file__).parents[2] / "docs"
REASONS = ("needs PostgreSQL", "needs root", "needs a place for backups")
TRANSCRIPTS = ("quickstart.md", "tutorial.md")
CONFIG = """
channels: {{desk: {{mail: {{to: a@b.example, from: c@b.example, server: 127.0.0.1, port: {port}, tls: none}}}}}}
defaults: {{alert: {{to: [desk], group_by: article}}}}
fetch: {{allow_addresses: [127.0.0.1], host_spacing: 0}}
sources: [{{id: nordblick, name: Nordblick, feed: '{feed}'}}]
watchlist:
  - {{id: presidents, match: 'Putin AND Biden'}}
  - {{id: new-sanctions, match: 'Sanktion'}}
"""
FILES = {
    "rss2email.cfg": "[DEFAULT]\nto = a@b.example\n\n[feed.notes]\nurl = https://notes.example/feed\n",
    "feeds.opml": '<opml version="2.0"><body><outline type="rss" text="Blog" xmlUrl="https://blog.example/f"/></body></opml>',
    "urls.yaml": "name: Notices\nurl: https://office.example/n\nfilter:\n  - css: '#list'\n",
}


def blocks() -> list[tuple[str, str]]:
    """The shell blocks of all pages but the transcripts, each with its page."""
    return [
        (str(page.relative_to(DOCS)), block.text)
        for page in sorted(DOCS.rglob("*.md"))
        for block in read_blocks(page.read_text())
        if block.language in ("sh", "console")
        and page.name not in TRANSCRIPTS
        and (block.mark or ("",))[0] != "not run"
    ]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, workers: WorkerPool) -> Iterator[tuple[Path, str]]:
    """A folder with a monitor that has told one alert; and the address of another feed."""
    folder = tmp_path_factory.mktemp("how-to")
    mailbox = Mailbox()
    mailbox.start()
    with LiveNewsroom(read_edition()) as newsroom:
        config = folder / "config.yaml"
        config.write_text(CONFIG.format(port=mailbox.port, feed=newsroom.addresses[0]))
        for name, text in FILES.items():
            (folder / name).write_text(text)
        assert run(["once", "--config", str(config)]) == 0
        newsroom.publish("Kreml: Putin und Biden sprachen per Video")
        assert run(["once", "--all", "--config", str(config)]) == 0
        assert mailbox.received
        yield folder, newsroom.addresses[2]
    mailbox.stop()


@pytest.mark.slow
@pytest.mark.parametrize(("page", "text"), blocks(), ids=[page for page, _ in blocks()])
def test_every_command_of_a_how_to_does_it(
    page: str, text: str, installation: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, feed = installation
    monkeypatch.chdir(folder)
    before = Path("config.yaml").read_text()
    try:
        _type(page, text, feed)
    finally:
        Path("config.yaml").write_text(before)  # what one page adds is not there in the next


def _type(page: str, text: str, feed: str) -> None:
    for line in text.splitlines():
        words = shlex.split(line.replace("https://www.example.org/", feed), comments=True)
        if words:
            assert words[0] == "monitor", f"{page}: {line}"
            assert run(words[1:]) == 0, f"{page}: {line}"


def test_what_is_not_run_has_a_reason_that_is_known() -> None:
    marks = [
        (page.name, block.mark[1])
        for page in DOCS.rglob("*.md")
        for block in read_blocks(page.read_text())
        if block.mark is not None and block.mark[0] == "not run"
    ]
    assert marks
    assert [mark for mark in marks if not mark[1].startswith(REASONS)] == []


def test_every_block_says_what_it_is() -> None:
    """A block of no language is a drawing or a message, never something to type."""
    bare = [
        f"{page.relative_to(DOCS)}: {block.text.splitlines()[0]}"
        for page in DOCS.rglob("*.md")
        for block in read_blocks(page.read_text())
        if not block.language
        and block.text.startswith(("monitor ", "$ ", "make ", "sudo ", "cp ", "systemctl ", "pip"))
    ]
    assert bare == []
