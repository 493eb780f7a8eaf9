"""Replays the console blocks of a page: every command is run, and what it prints is compared with what the page says.

Marks in the page, as comments that no reader sees:

- `<!-- file: NAME -->` before a block: its text becomes that file.
- `<!-- newsroom: TITLE -->`: the newsroom publishes that article.
- `<!-- mail: N -->` before a text block: it is the N-th mail as it arrived.
- `<!-- not replayed: REASON -->` before a console block.

The newsroom's ports in the page (8701 and up) stand for the free ones of the run.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from monitor.testing.mailbox import Mailbox
from monitor.testing.newsroom.content import Edition, read_edition
from monitor.testing.newsroom.server import Newsroom

FIRST_PORT = 8701
MAIL_PORT = 8725
PATIENCE_S = 250
"""A command takes a second or two; on a machine that is busy with other things much longer."""
_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- ([a-z ]+): ([^\n]*?) -->\n\Z")
_ANY_MARK = re.compile(r"<!-- newsroom: (.*?) -->")
_CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?"), "TIME"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?( [A-Z]{3,4})?\b"), "TIME"),  # with a date around midnight
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "DATE"),
    (re.compile(r"\b\d\d:\d\d(:\d\d)?( [A-Z]{3,4})?\b"), "TIME"),
    (re.compile(r"\b(in )?\d+(\.\d+)? (s|min|ms)\b"), "SPAN"),
    (re.compile(r"\b\d+\.\d+ s\b"), "SPAN"),
    (re.compile(r"\b\d+ MB\b"), "SIZE"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r"(since TIME by) \S+"), r"\1 SOMEBODY"),
    (re.compile(r"(?m)^(story +\d+): .*"), r"\1: WHY"),  # by which articles were there already
    (re.compile(r"[ \t]+"), " "),
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `start` and `end` bound its text in the page, `mark` is the comment right before it."""

    language: str
    text: str
    start: int
    end: int
    mark: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a command printed that the page does not say."""

    command: str
    expected: str
    got: str


def read_blocks(page: str) -> list[Block]:
    """The fenced blocks of a page in order."""
    blocks = []
    for found in _FENCE.finditer(page):
        mark = _MARK.search(page, 0, found.start())
        known = (mark[1], mark[2]) if mark and mark.end() == found.start() else None
        blocks.append(Block(found[1], found[2], found.start(2), found.end(2), known))
    return blocks


def steps_of(block: Block) -> list[tuple[str, str]]:
    """The commands of a console block, each with what is printed below it."""
    steps: list[tuple[str, str]] = []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            steps.append((line[2:].rstrip("\n"), ""))
        elif steps and steps[-1][0].endswith("\\") and not steps[-1][1]:
            steps[-1] = (steps[-1][0] + "\n" + line.rstrip("\n"), "")
        elif steps:
            steps[-1] = (steps[-1][0], steps[-1][1] + line)
    return steps


def steady(text: str) -> str:
    """The text with what differs from run to run levelled out."""
    for pattern, word in _CHANGING:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@dataclass
class Stage:
    """Where a page is replayed: a folder, the newsroom, a mailbox."""

    folder: Path
    newsroom: LiveNewsroom
    mailbox: Mailbox = field(default_factory=Mailbox)
    cwd: Path = field(init=False)

    def __post_init__(self) -> None:
        self.cwd = self.folder

    def run(self, command: str) -> str:
        """What the command prints; folders are changed for good."""
        state = self.folder / ".cwd"
        script = f"{self.here(command)}\nstatus=$?\npwd > {state}\nexit $status\n"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.cwd,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE_S,
            check=False,
        )
        self.cwd = Path(state.read_text().strip())
        return self.there(done.stdout.decode())

    def here(self, text: str) -> str:
        """The page's ports as those of this run."""
        for number, address in enumerate(self.newsroom.addresses):
            text = text.replace(f"http://127.0.0.1:{FIRST_PORT + number}/", address)
        return text.replace(str(MAIL_PORT), str(self.mailbox.port))

    def there(self, text: str) -> str:
        """And back."""
        for number, address in enumerate(self.newsroom.addresses):
            text = text.replace(address, f"http://127.0.0.1:{FIRST_PORT + number}/")
        return text.replace(str(self.mailbox.port), str(MAIL_PORT)).replace(f"{self.folder}/", "")

    def _environment(self) -> dict[str, str]:
        tools = self.folder / ".bin"
        tools.mkdir(exist_ok=True)
        monitor = tools / "monitor"
        monitor.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m monitor "$@"\n')
        monitor.chmod(0o755)
        root = Path(__file__).parents[2]
        return {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "PYTHONPATH": str(root),
            "NO_COLOR": "1",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "COLUMNS": "120",
        }


class LiveNewsroom:
    """The newsroom in a thread of its own."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.addresses: tuple[str, ...] = ()
        self._newsroom = Newsroom(edition)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> LiveNewsroom:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._newsroom.start(), self._loop).result(PATIENCE_S)
        self.addresses = tuple(self._newsroom.address(outlet.id) for outlet in self.edition.outlets)
        for piece in self.edition.pieces:
            if piece.at_s is None:
                self._newsroom.publish(piece, datetime.now(UTC) - piece.age)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._newsroom.stop(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def publish(self, title: str) -> None:
        """Publish the article of that title."""
        piece = next(piece for piece in self.edition.pieces if piece.title == title)
        self._newsroom.publish(piece, datetime.now(UTC))


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """A stage with its newsroom open and its mail server on."""
    with LiveNewsroom(read_edition()) as newsroom:
        made = Stage(folder, newsroom)
        made.mailbox.start()
        try:
            yield made
        finally:
            made.mailbox.stop()


def replay(page: str, on: Stage) -> tuple[str, list[Difference]]:
    """Run a page; it comes back with what was really printed, and where that differs."""
    fresh: list[str] = []
    differences: list[Difference] = []
    at = 0
    for block in read_blocks(page):
        for title in _ANY_MARK.findall(page[at : block.start]):
            on.newsroom.publish(title)
        text, found = _replay_block(block, on)
        differences += found
        fresh += [page[at : block.start], text]
        at = block.end
    return "".join([*fresh, page[at:]]), differences


def _replay_block(block: Block, on: Stage) -> tuple[str, list[Difference]]:
    kind, value = block.mark or ("", "")
    if kind == "file":
        (on.cwd / value).write_text(on.here(block.text))
        return block.text, []
    if kind == "mail":
        got = _mail(on, int(value))
        return _compared(block.text, got, f"mail {value}")
    if block.language != "console" or kind == "not replayed":
        return block.text, []
    out, differences = [], []
    for command, expected in steps_of(block):
        got = on.run(command)
        text, found = _compared(expected, got, command)
        out.append(f"$ {command}\n{text}")
        differences += found
    return "".join(out), differences


def _mail(on: Stage, number: int) -> str:
    if len(on.mailbox.received) < number:
        return f"only {len(on.mailbox.received)} mails arrived\n"
    message = on.mailbox.received[number - 1].message
    heads = "\n".join(f"{name}: {message[name]}" for name in ("From", "To", "Subject"))
    return f"{on.there(heads)}\n\n{on.there(on.mailbox.received[number - 1].text).strip()}\n".replace("\r\n", "\n")


def _compared(expected: str, got: str, command: str) -> tuple[str, list[Difference]]:
    if steady(expected) == steady(got):
        return expected, []
    return got, [Difference(command, expected, got)]
