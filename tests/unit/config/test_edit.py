from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.edit import EditRefused, add_sample, add_sources, put_rule_text, set_source, snippet
from monitor.config.load import load_config

TEXT = """\
# the desk's own file
channels: {desk: {to: 'console://'}}   # the screen
sources:
  - {id: blatt, feed: 'https://blatt.example/rss'}  # daily
watchlist:
  # ships only
  - id: port
    match: 'harbour'
include: ['more/*.yaml']
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "rules.yaml").write_text("watchlist:\n  - id: ferry\n    match: 'ferry'\n")
    file = tmp_path / "config.yaml"
    file.write_text(TEXT)
    return file


def test_comments_survive_every_edit(path: Path) -> None:
    add_sources(path, [{"id": "bote", "feed": "https://bote.example/rss"}])
    set_source(path, "blatt", "paused", True)
    put_rule_text(path, "port", "id: port\nmatch: harbour OR pier  # both\n")
    text = path.read_text()
    for comment in ("# the desk's own file", "# the screen", "# daily", "# ships only", "# both"):
        assert comment in text
    config = load_config(path).usable()
    assert [s.id for s in config.sources] == ["blatt", "bote"]
    assert {r.id: r.match for r in config.rules}["port"] == "harbour OR pier"


def test_a_rule_of_an_included_file_is_edited_there(path: Path) -> None:
    changed = put_rule_text(path, "ferry", "id: ferry\nmatch: ferry OR boat\n")
    assert changed.name == "rules.yaml"
    assert path.read_text() == TEXT


def test_a_new_rule_goes_into_the_main_file(path: Path) -> None:
    assert put_rule_text(path, None, "id: tug\nmatch: 'tug*'\n") == path
    assert [r.id for r in load_config(path).usable().rules] == ["port", "tug", "ferry"]


def test_a_sample_joins_the_tests(path: Path) -> None:
    add_sample(path, "ferry", "silent", "Mr: Ferry says '#no'")
    rules = {r.id: r for r in load_config(path).usable().rules}
    assert [s.text or s.title for s in rules["ferry"].silent] == ["Mr: Ferry says '#no'"]


def test_an_edit_that_would_break_the_file_is_refused(path: Path) -> None:
    with pytest.raises(EditRefused, match="would break"):
        set_source(path, "blatt", "every", "soon")
    assert path.read_text() == TEXT


def test_what_is_not_there_cannot_be_changed(path: Path) -> None:
    with pytest.raises(EditRefused, match="no source 'x'"):
        set_source(path, "x", "paused", True)


def test_a_snippet_is_yaml_to_paste() -> None:
    assert snippet({"id": "port", "match": "a AND b"}) == "  - id: port\n    match: 'a AND b'\n"
