from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.config.edit import EditRefused, add_sample, add_sources, put_rule_text, rule_text, set_source, snippet
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


def test_a_rule_is_shown_as_its_author_wrote_it(path: Path) -> None:
    put_rule_text(path, "port", "id: port\nmatch: harbour  # and piers?\n")
    assert (rule_text(path, "port") or "").split() == ["id:", "port", "match:", "harbour", "#", "and", "piers?"]
    assert rule_text(path, "ferry") == "id: ferry\nmatch: 'ferry'\n"
    assert rule_text(path, "tug") is None


def test_a_rule_without_an_id_is_known_by_its_name(path: Path) -> None:
    put_rule_text(path, None, "name: Große Häfen\nmatch: quay\n")
    assert "Große Häfen" in (rule_text(path, "grosse-haefen") or "")


def test_a_key_of_a_source_is_taken_away_again(path: Path) -> None:
    set_source(path, "blatt", "paused", True)
    set_source(path, "blatt", "paused", None)
    set_source(path, "blatt", "paused", None)
    assert "paused" not in path.read_text()
    assert "# daily" in path.read_text()


def test_a_sample_with_a_title_and_a_language_keeps_both(path: Path) -> None:
    add_sample(path, "port", "fires", {"title": "Kai: gesperrt", "lang": "de"})
    add_sample(path, "port", "fires", "harbour")
    rules = {r.id: r for r in load_config(path).usable().rules}
    assert [(s.title, s.lang) for s in rules["port"].fires] == [("Kai: gesperrt", "de"), ("harbour", None)]


def test_sources_of_an_empty_file_begin_a_list(tmp_path: Path) -> None:
    empty = tmp_path / "config.yaml"
    empty.write_text("")
    add_sources(empty, [{"id": "a", "feed": "https://a.example/rss", "tags": ["x", "#y"], "headers": {"X-A": "b c"}}])
    (source,) = load_config(empty).usable().sources
    assert (source.id, source.tags, source.headers) == ("a", ("x", "#y"), (("X-A", "b c"),))


def test_a_list_written_as_one_item_or_left_empty_takes_more(path: Path) -> None:
    path.write_text(
        "sources:\nwatchlist: [{id: a, match: x, tests: {fires: }}]\nchannels: {desk: {to: 'console://'}}\n"
    )
    add_sample(path, "a", "fires", "x")
    add_sources(path, [{"id": "b", "feed": "https://b.example/rss"}])
    config = load_config(path).usable()
    assert ([s.id for s in config.sources], len(config.rules[0].fires)) == (["b"], 1)


@pytest.mark.parametrize(
    ("text", "words"), [("id: 'open", "cannot be read as YAML"), ("- a\n- b\n", "consists of keys and values")]
)
def test_what_is_no_rule_is_not_put_in(path: Path, text: str, words: str) -> None:
    with pytest.raises(EditRefused, match=words):
        put_rule_text(path, "port", text)
    assert path.read_text() == TEXT


@pytest.mark.parametrize("edit", [lambda p: add_sample(p, "x", "fires", "y"), lambda p: put_rule_text(p, "x", "id: x")])
def test_a_rule_that_is_not_there_is_said_to_be_missing(path: Path, edit: Callable[[Path], object]) -> None:
    with pytest.raises(EditRefused, match="no rule 'x'"):
        edit(path)


@pytest.mark.parametrize(
    ("text", "words"), [("a: 'open", "cannot read"), ("- a\n", "does not consist of keys and values")]
)
def test_a_file_that_is_no_configuration_is_left_alone(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(EditRefused, match=words):
        add_sources(file, [{"id": "a", "feed": "https://a.example/rss"}])
    assert file.read_text() == text


def test_where_nothing_can_be_written_the_change_is_to_be_pasted(path: Path) -> None:
    (path.parent / ".config.yaml.new").mkdir()
    with pytest.raises(EditRefused, match="cannot write") as caught:
        set_source(path, "blatt", "paused", True)
    assert caught.value.remedy == "paste the change by hand"
    assert path.read_text() == TEXT


def test_a_file_that_was_refused_before_may_be_edited_all_the_same(path: Path) -> None:
    path.write_text(TEXT.replace("sources:", "sorces: {}\nsources:"))
    set_source(path, "blatt", "paused", True)
    assert "paused: true" in path.read_text()


def test_the_rights_of_the_file_stay_as_they_were(path: Path) -> None:
    path.chmod(0o640)
    set_source(path, "blatt", "paused", True)
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_service_goes_on_reading_what_root_edits(path: Path) -> None:
    path.chmod(0o640)
    os.chown(path, 4321, 1234)
    set_source(path, "blatt", "paused", True)
    facts = path.stat()
    assert (facts.st_uid, facts.st_gid, facts.st_mode & 0o777) == (4321, 1234, 0o640)


def test_a_link_stays_one(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "config.yaml"
    link.parent.mkdir()
    link.symlink_to(path)
    set_source(link, "blatt", "paused", True)
    assert link.is_symlink()
    assert "paused: true" in path.read_text()
    assert [file.name for file in link.parent.iterdir()] == ["config.yaml"]
