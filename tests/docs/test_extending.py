"""What docs/developing/extending.md promises, done: a channel, a format, a check, in a few lines each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config.load import Config, load_config
from monitor.config.problems import WARNING, Problem, format_problem
from monitor.errors import DeliveryError
from monitor.model.entry import Entry, NotAFeed, ParsedFeed
from monitor.model.message import Form, Markup, Rendered, Shape
from monitor.model.reasons import Reason
from monitor.ports import Sender


class FileSender:
    """A channel: messages are appended to a file, `file:///path`."""

    def shape(self, address: str) -> Shape:
        return Shape(Form.CHAT, Markup.TEXT, 100, 1000)

    def send(self, address: str, rendered: Rendered) -> None:
        try:
            with Path(address.removeprefix("file://")).open("a") as out:
                out.write(f"{rendered.title}\n{rendered.body}\n")
        except OSError as error:
            raise DeliveryError(f"cannot write: {error.strerror}", permanent=True) from error


def test_a_channel(tmp_path: Path) -> None:
    sender: Sender = FileSender()
    sender.send(f"file://{tmp_path}/out", Rendered(title="Title", body="Body", markup=Markup.TEXT))
    assert (tmp_path / "out").read_text() == "Title\nBody\n"
    with pytest.raises(DeliveryError) as caught:
        sender.send(f"file://{tmp_path}/none/out", Rendered(title="", body="", markup=Markup.TEXT))
    assert caught.value.permanent


def read_lines(body: bytes, *, url: str, now: datetime) -> ParsedFeed | NotAFeed:
    """A format: one `address TAB title` a line."""
    lines = [line.split("\t") for line in body.decode().splitlines() if "\t" in line]
    if not lines:
        return NotAFeed(Reason("not-a-feed", "no line has an address and a title"))
    entries = tuple(Entry(id=address, url=address, title=title) for address, title in lines)
    return ParsedFeed(kind="lines", title="Lines", url=url, entries=entries)


def test_a_format() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    read = read_lines(b"https://a.example/1\tOne\n", url="https://a.example/", now=now)
    assert isinstance(read, ParsedFeed)
    assert [entry.title for entry in read.entries] == ["One"]
    assert isinstance(read_lines(b"<html>", url="https://a.example/", now=now), NotAFeed)


def check_insecure(config: Config) -> Iterator[Problem]:
    """A check: sources that are read without encryption."""
    for source in config.sources:
        if source.url.startswith("http://"):
            place = config.source_nodes[source.id].place
            yield Problem("insecure", f'source "{source.id}" is read without encryption', place, WARNING, "try https")


ROOT = Path(__file__).parents[2]
_NAMES = re.compile(r"`((?:monitor|tests|docs)/[\w./-]+|[a-z_]+)`")


def test_each_takes_three_steps_and_every_file_is_there() -> None:
    page = (ROOT / "docs/developing/extending.md").read_text()
    sections = page.split("\n## ")[1:]
    assert [section.partition("\n")[0] for section in sections] == ["A channel", "A format", "A check"]
    for section in sections:
        steps = re.findall(r"^\d\. ", section, re.MULTILINE)
        assert len(steps) == 3, section
        named = [name for name in _NAMES.findall(section) if "/" in name]
        assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_function_of_the_walk_through_is_in_its_file() -> None:
    page = (ROOT / "docs/developing/walk-through.md").read_text()
    rows = [line.split("|")[2:4] for line in page.splitlines() if line.startswith("| ") and "`monitor/" in line]
    assert len(rows) > 10
    for files, functions in rows:
        code = "".join((ROOT / name).read_text() for name in _NAMES.findall(files))
        missing = [name for name in _NAMES.findall(functions) if f"def {name}(" not in code]
        assert missing == [], files


def test_a_check(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("sources:\n  - {id: a, feed: 'http://a.example/'}\n  - {id: b, feed: 'https://b.example/'}\n")
    loaded = load_config(path)
    (problem,) = check_insecure(loaded.usable())
    assert problem.place.line == 2
    assert "try https" in format_problem(problem, loaded.files)
