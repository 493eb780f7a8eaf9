"""Files of a configuration: what is read, what is refused, and what is refused alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.load import DRAFT, Loaded, load_config, load_draft
from monitor.errors import ConfigError

HEAD = "channels: {desk: {to: 'console://'}}\ndefaults: {alert: {to: [desk]}}\n"
PORT = "watchlist:\n  - {id: port, match: harbour}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def load(path: Path, text: str | bytes) -> Loaded:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_config(path, {})


def codes(loaded: Loaded) -> list[str]:
    return [problem.code for problem in loaded.problems]


def test_a_file_that_is_not_there_names_the_command_that_writes_one(path: Path) -> None:
    loaded = load_config(path, {})
    (problem,) = loaded.problems
    assert (loaded.config, problem.code) == (None, "no-file")
    assert "monitor init" in (problem.hint or "")
    with pytest.raises(ConfigError, match="does not exist"):
        loaded.usable()


@pytest.mark.parametrize(("here", "shown"), [(".", "config.yaml"), ("/", "{path}")])
def test_a_path_is_shown_from_here_unless_here_is_the_root(
    path: Path, monkeypatch: pytest.MonkeyPatch, here: str, shown: str
) -> None:
    monkeypatch.chdir(path.parent)
    monkeypatch.chdir(here)
    assert [problem.place.file for problem in load_config(path, {}).problems] == [shown.format(path=path)]


def test_a_file_that_is_not_utf8_says_where(path: Path) -> None:
    loaded = load(path, "# yes\n# Übersicht".encode("latin-1"))
    (problem,) = loaded.problems
    assert problem.message == f"cannot read {path}: it is not UTF-8 ('Ü' in Latin-1?)"
    assert (problem.place.line, problem.place.column) == (2, 3)


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_file_that_an_editor_has_just_emptied_is_refused_as_a_whole(path: Path, text: str) -> None:
    loaded = load(path, text)
    assert (loaded.config, codes(loaded)) == (None, ["empty-file"])


def test_a_comment_alone_is_a_configuration(path: Path) -> None:
    assert load(path, "# nothing yet\n").usable().sources == ()


def test_a_folder_in_the_place_of_the_file_says_so(path: Path) -> None:
    path.mkdir()
    assert codes(load_config(path, {})) == ["no-file"]


def test_the_byte_order_mark_of_an_editor_is_passed_over(path: Path) -> None:
    assert [r.id for r in load(path, "\ufeff" + HEAD + PORT).usable().rules] == ["port"]


def test_the_database_stands_beside_the_file_unless_the_path_is_whole(path: Path) -> None:
    here = path.parent.resolve()
    assert load(path, "database: sqlite:///data/news.db\n").usable().database == f"sqlite:///{here}/data/news.db"
    for whole in ("sqlite:////srv/news.db", "sqlite:///:memory:", "postgresql+psycopg://u@db/news"):
        assert load(path, f"database: '{whole}'\n").usable().database == whole


def test_an_included_file_brings_rules_sources_and_concepts_and_nothing_else(path: Path) -> None:
    (path.parent / "more").mkdir()
    (path.parent / "more" / "a.yaml").write_text("watchlist: [{id: ferry, match: ferry}]\nchannels: {}\nwatchlst: []\n")
    loaded = load(path, HEAD + PORT + "include: 'more/*.yaml'\n")
    assert [p.message for p in loaded.problems] == [
        'an included file cannot hold "channels"',
        'an included file cannot hold "watchlst"',
    ]
    assert loaded.problems[1].hint == "did you mean watchlist?"
    assert loaded.includes == ("more/*.yaml",)
    assert [rule.id for rule in (loaded.draft or loaded.usable()).rules] == ["port", "ferry"]


def test_an_included_file_that_cannot_be_read_is_a_problem_of_its_own(path: Path) -> None:
    (path.parent / "more.yaml").write_text("- a list\n")
    loaded = load(path, HEAD + PORT + "include: [more.yaml, '', {a: b}]\n")
    assert "the file must consist of keys and values" in [p.message for p in loaded.problems]


def test_an_include_may_name_any_path_and_never_the_file_itself(path: Path) -> None:
    elsewhere = path.parent / "elsewhere" / "deep"
    elsewhere.mkdir(parents=True)
    (elsewhere / "a.yaml").write_text("watchlist: [{id: ferry, match: ferry}]\n")
    (elsewhere / ".#a.yaml").write_text("left behind by an editor")
    for pattern in (f"{elsewhere}/*.yaml", "elsewhere/**/*.yaml", "elsewhere/deep/a.yaml"):
        loaded = load(path, f"{HEAD}{PORT}include: ['{pattern}', '*.yaml']\n")
        assert [rule.id for rule in loaded.usable().rules] == ["port", "ferry"]
        assert loaded.problems == ()


@pytest.mark.parametrize("pattern", ["''", "'**x/*.yaml'", '"\\0"', "nowhere.yaml", "."])
def test_a_pattern_that_finds_nothing_is_a_warning_whatever_it_says(path: Path, pattern: str) -> None:
    loaded = load(path, f"{HEAD}{PORT}include: [{pattern}]\n")
    assert [rule.id for rule in loaded.usable().rules] == ["port"]
    assert [(p.code, p.severity) for p in loaded.problems] == [("no-file", "warning")]


def test_the_first_of_two_concepts_counts_and_the_second_is_named(path: Path) -> None:
    loaded = load(path, "concepts: {port: {any: [quay]}}\ninclude: [more.yaml]\n")
    (path.parent / "more.yaml").write_text("concepts: {port: {any: [pier]}}\n")
    loaded = load_config(path, {})
    (problem,) = loaded.problems
    assert (problem.code, Path(problem.place.file).name) == ("duplicate-id", "more.yaml")
    assert loaded.draft is not None
    assert loaded.draft.concepts["port"].any == ("quay",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("concepts: {'a b': {any: [x]}}\n", "is no name for a concept"),
        ("concepts: {port: {german: [x]}}\n", "a language code"),
        ("concepts: [port]\n", "concepts must be keys and values"),
        ("channels: [desk]\n", "channels must be keys and values"),
        ("watchlist: {port: {match: quay}}\n", "watchlist must be a list"),
        ("sources:\n  - {name: 京都, feed: 'https://a.example/rss'}\n", "no id can be made from '京都'"),
        ("sources:\n  - https://a.example/rss\n", "keys and values are expected"),
    ],
)
def test_what_cannot_be_used_refuses_the_file_and_says_why(path: Path, text: str, words: str) -> None:
    loaded = load(path, text)
    assert loaded.config is None
    assert words in " ".join(p.message for p in loaded.errors)


@pytest.mark.parametrize(
    ("rule", "refused", "words"),
    [
        ("just words", "#1", "keys and values are expected"),
        ("{match: quay}", "#1", "a rule needs an id or a name"),
        ("{name: Häfen}", "haefen", "a rule needs match, event or score"),
        ("{name: 京都, match: quay}", None, "no id can be made from '京都'"),
    ],
)
def test_a_rule_with_a_problem_is_refused_alone(path: Path, rule: str, refused: str | None, words: str) -> None:
    loaded = load(path, f"{HEAD}watchlist:\n  - {rule}\n  - {{id: port, match: harbour}}\n")
    assert [each.id for each in loaded.usable().rules] == ["port"]
    assert words in " ".join(p.message for p in loaded.problems)
    assert refused is None or loaded.refused == {refused}


def test_what_is_in_force_does_without_the_trees_of_the_files(path: Path) -> None:
    config = load(path, HEAD + PORT + "sources: [{id: blatt, feed: 'https://blatt.example/'}]\n").usable()
    lean = config.without_places()
    assert (lean.rules, lean.sources, lean.model.sources) == (config.rules, config.sources, ())
    assert (lean.rule_nodes, lean.source_nodes, lean.root.items) == ({}, {}, ())


def test_a_draft_takes_the_place_of_its_rule_and_nothing_is_written(path: Path) -> None:
    path.write_text(HEAD + PORT)
    loaded = load_draft(path, "port", "id: port\nmatch: pier\n")
    assert [(r.id, r.match) for r in loaded.usable().rules] == [("port", "pier")]
    assert path.read_text() == HEAD + PORT
    assert "pier" in loaded.files[DRAFT]


def test_a_new_draft_stands_beside_all_others(path: Path) -> None:
    path.write_text(HEAD + PORT)
    assert [r.id for r in load_draft(path, None, "name: Quays\nmatch: quay\n").usable().rules] == ["port", "quays"]


@pytest.mark.parametrize(
    ("text", "code"), [("- one\n- two\n", "bad-value"), ("match: 'open\n", "yaml"), ("", "bad-value")]
)
def test_a_draft_that_is_no_rule_is_refused_alone(path: Path, text: str, code: str) -> None:
    path.write_text(HEAD + PORT)
    loaded = load_draft(path, None, text)
    assert [(p.code, p.rule_id, p.place.file) for p in loaded.problems] == [(code, DRAFT, DRAFT)]
    assert [r.id for r in loaded.usable().rules] == ["port"]


def test_a_draft_for_a_file_that_is_gone_says_that(path: Path) -> None:
    assert codes(load_draft(path, None, "id: a\nmatch: b\n")) == ["no-file"]


def test_a_secret_comes_from_the_environment_or_a_file_and_a_missing_one_does_not_refuse_the_rest(path: Path) -> None:
    (path.parent / "hook").write_text("json://chat.example/hook\n")
    text = "channels: {desk: {to: [!env HOOK, !file hook, !file nowhere, !env NOTHING]}}\n"
    path.write_text(text)
    loaded = load_config(path, {"HOOK": "json://one.example"})
    assert loaded.usable().model.channels["desk"].to == ("json://one.example", "json://chat.example/hook", "", "")
    assert [(p.code, p.hint) for p in loaded.problems] == [
        ("secret-missing", "create the file, readable by the monitor"),
        ("secret-missing", "set it before starting"),
    ]


def test_a_secret_lies_where_the_environment_says(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "news-monitor@poller.service"
    folder.mkdir()
    (folder / "hook").write_text("json://chat.example/hook\n")
    path.write_text("channels: {desk: {to: [!file $CREDENTIALS_DIRECTORY/hook, !file $CREDENTIALS_DIRECTORY/other]}}\n")
    loaded = load_config(path, {"CREDENTIALS_DIRECTORY": str(folder)})
    assert loaded.usable().model.channels["desk"].to == ("json://chat.example/hook", "")
    (problem,) = loaded.problems
    assert problem.words == "cannot read $CREDENTIALS_DIRECTORY/other: No such file or directory"


def test_a_secret_below_a_folder_that_the_environment_does_not_name_is_missing(path: Path) -> None:
    path.write_text("channels: {desk: {to: !file $CREDENTIALS_DIRECTORY/hook}}\n")
    (problem,) = load_config(path, {}).problems
    assert (problem.code, problem.words) == ("secret-missing", "the environment has no CREDENTIALS_DIRECTORY")
    assert problem.hint == "set it before starting"


def test_a_secret_in_the_home_of_nobody_is_missing_like_any_other(path: Path) -> None:
    path.write_text("channels: {desk: {to: !file ~no-such-user/hook}}\n")
    (problem,) = load_config(path).problems
    assert (problem.code, problem.words) == ("secret-missing", "cannot read ~no-such-user/hook: there is no home")


def test_what_was_written_is_given_back_plain_with_secrets_unread(path: Path) -> None:
    config = load(path, HEAD + PORT).usable()
    assert config.plain(config.rule_nodes["port"]) == {"id": "port", "match": "harbour"}
