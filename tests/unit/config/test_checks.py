from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.checks import Checked, check_config, problems_of_rules
from monitor.config.load import Loaded, load_config
from monitor.config.problems import format_problem
from monitor.match.lexicon import Lexicon

HEAD = "channels: {desk: {to: 'console://'}}\ndefaults: {alert: {to: [desk]}}\n"


@pytest.fixture
def lexicon() -> Lexicon:
    return Lexicon(None, ())


def check(tmp_path: Path, lexicon: Lexicon, text: str) -> tuple[Loaded, Checked]:
    path = tmp_path / "config.yaml"
    path.write_text(HEAD + text)
    loaded = load_config(path, {})
    return loaded, check_config(loaded, lexicon)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("websub: {enabled: true}", ["websub-callback"]),
        ("websub: {enabled: true, callback: 'http://us.example'}", ["websub-plain"]),
        ("websub: {enabled: true, callback: 'https://us.example'}\nweb: {listen: 'off'}", ["websub-no-page"]),
        ("websub: {enabled: true}\nweb: {public_url: 'https://us.example'}", []),
        ("websub: {callback: 'http://us.example'}", []),
    ],
)
def test_what_keeps_hubs_away_is_said(tmp_path: Path, lexicon: Lexicon, text: str, codes: list[str]) -> None:
    _, checked = check(tmp_path, lexicon, f"{text}\n")
    assert [p.code for p in checked.problems] == codes


@pytest.mark.parametrize(
    ("section", "code", "column"),
    [
        ("{listen: '0.0.0.0:8787'}", "web-exposed", 15),
        ("{auth: {tokens: [{name: a, token: b}]}, listen: '[::]:80'}", "web-exposed", 54),
        ("{listen: '8787'}", "web-address", 15),
        ("{listen: 'localhost:http'}", "web-address", 15),
        ("{listen: '0.0.0.0:80', auth: {proxy_header: X-User}}", "web-proxy", 35),
    ],
)
def test_a_page_that_would_be_open_to_others_refuses_the_file(
    tmp_path: Path, lexicon: Lexicon, section: str, code: str, column: int
) -> None:
    _, checked = check(tmp_path, lexicon, f"web: {section}\n")
    (problem,) = checked.fatal
    assert (problem.code, problem.place.line, problem.place.column) == (code, 3, column)
    assert problem.hint


@pytest.mark.parametrize(
    "section", ["{listen: 'off'}", "{listen: '[::1]:0'}", "{listen: '0.0.0.0:80', auth: {password: x}}"]
)
def test_a_page_behind_a_lock_or_on_this_machine_is_fine(tmp_path: Path, lexicon: Lexicon, section: str) -> None:
    _, checked = check(tmp_path, lexicon, f"web: {section}\n")
    assert checked.problems == ()


def test_an_error_inside_a_folded_block_has_its_own_line(tmp_path: Path, lexicon: Lexicon) -> None:
    text = "concepts: {port: {any: [harbour]}}\nwatchlist:\n  - id: a\n    match: >-\n      quay OR\n      $prot\n"
    _, checked = check(tmp_path, lexicon, text)
    problem = next(p for p in checked.errors if p.code == "unknown-concept")
    assert (problem.place.line, problem.place.column) == (8, 7)
    assert problem.hint == "did you mean $port?"
    assert checked.refused == {"a"}


def test_a_concepts_fault_is_found_where_it_is_written(tmp_path: Path, lexicon: Lexicon) -> None:
    text = "concepts:\n  port: {any: ['ha*']}\nwatchlist: [{id: a, match: '$port'}]\n"
    _, checked = check(tmp_path, lexicon, text)
    assert {p.place.line for p in checked.errors} <= {4, 5}
    assert checked.errors


def test_a_failed_test_names_the_word_and_where_its_term_stands(tmp_path: Path, lexicon: Lexicon) -> None:
    text = "watchlist:\n  - id: a\n    match: 'call*'\n    tests: {silent: ['Biden called him a liar']}\n"
    loaded, checked = check(tmp_path, lexicon, text)
    (problem,) = checked.errors
    shown = format_problem(problem, loaded.files)
    assert problem.code == "test-failed"
    assert "must stay silent on" in shown
    assert "matched by call*" in shown
    assert ":5:" in shown
    assert [(t.expected, t.got) for t in checked.tests] == [("silent", "fires")]


def test_an_unknown_channel_is_an_error_but_the_rule_watches(tmp_path: Path, lexicon: Lexicon) -> None:
    _, checked = check(tmp_path, lexicon, "watchlist: [{id: a, match: 'quay', alert: {to: [dekk, desk]}}]\n")
    (problem,) = checked.errors
    assert (problem.code, problem.hint) == ("unknown-channel", "did you mean desk?")
    assert [spec.id for spec in checked.accepted] == ["a"]
    assert not checked.fatal


def test_of_two_rules_with_one_id_the_first_goes_on(tmp_path: Path, lexicon: Lexicon) -> None:
    _, checked = check(tmp_path, lexicon, "watchlist: [{id: a, match: harbour}, {id: a, match: port}]")
    assert "duplicate-id" in {p.code for p in checked.problems}
    assert checked.refused == frozenset()


def test_an_unknown_channel_in_the_defaults_refuses_the_file(tmp_path: Path, lexicon: Lexicon) -> None:
    _, checked = check(tmp_path, lexicon, "alerts: {ops: [nobody]}\n")
    assert [p.code for p in checked.fatal] == ["unknown-channel"]


def test_a_rule_for_sources_that_do_not_exist_is_a_warning(tmp_path: Path, lexicon: Lexicon) -> None:
    text = "sources: [{id: blatt, feed: 'https://blatt.example/'}]\n"
    text += "watchlist: [{id: a, match: 'x', where: {source: blat}}]\n"
    _, checked = check(tmp_path, lexicon, text)
    assert [(p.code, p.severity, p.hint) for p in checked.problems] == [("no-source", "warning", "did you mean blatt?")]


def test_nobody_told_is_a_warning(tmp_path: Path, lexicon: Lexicon) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("watchlist: [{id: a, match: 'x'}]\n")
    checked = check_config(load_config(path, {}), lexicon)
    assert [p.code for p in checked.problems] == ["no-recipient"]


def test_subscriptions_need_a_mailbox_and_an_address_for_their_links(tmp_path: Path, lexicon: Lexicon) -> None:
    _, checked = check(tmp_path, lexicon, "web: {subscribe: {enabled: true}}\n")
    assert [(p.code, p.severity) for p in checked.problems] == [("bad-subscribe", "error")] * 2
    path = tmp_path / "whole.yaml"
    path.write_text(
        "channels: {desk: {mail: {to: a@example.org, server: smtp.example.org}}}\n"
        "web: {public_url: 'https://news.example.org', subscribe: {enabled: true}}\n"
    )
    assert check_config(load_config(path, {}), lexicon).problems == ()


def test_names_that_lead_nowhere_are_found_wherever_they_stand(tmp_path: Path, lexicon: Lexicon) -> None:
    text = """\
alerts:
  heartbeat_to: nobody1
  canary_to: nobody2
web: {subscribe: {channel: nobody3}}
watchlist:
  - id: a
    match: x
    alert:
      escalate: {to: nobody4, when: {sources: 2, within: 1h}}
      routes: [{to: desk, hours: '22:00-06:00'}, {to: [desk, nobody5]}]
"""
    path = tmp_path / "config.yaml"
    path.write_text(f"channels: {{desk: {{to: 'console://', fallback: nobody6}}}}\n{text}")
    checked = check_config(load_config(path, {}), lexicon)
    assert {(p.message, p.place.line) for p in checked.errors} == {
        ('there is no channel "nobody6"', 1),
        ('there is no channel "nobody1"', 3),
        ('there is no channel "nobody2"', 4),
        ('there is no channel "nobody3"', 5),
        ('there is no channel "nobody4"', 10),
        ('there is no channel "nobody5"', 11),
    }
    assert [spec.id for spec in checked.accepted] == ["a"]


def test_a_test_that_must_fire_says_what_kept_it_from_firing(tmp_path: Path, lexicon: Lexicon) -> None:
    text = "watchlist:\n  - id: a\n    match: sink\n    tests: {fires: [{title: 'Ships float'}, 'afloat']}\n"
    loaded, checked = check(tmp_path, lexicon, text)
    assert [(p.place.line, p.place.column, p.place.length) for p in checked.errors] == [(6, 21, 1), (6, 46, 6)]
    assert all("must fire on" in format_problem(p, loaded.files) for p in checked.errors)
    assert checked.refused == {"a"}


def test_a_test_that_a_guard_holds_says_so(tmp_path: Path) -> None:
    text = "watchlist: [{id: a, match: resign, guard: [negated], tests: {fires: ['She did not resign.']}}]\n"
    (problem,) = check(tmp_path, Lexicon(None, ("en",)), text)[1].errors
    assert (problem.hint or "").startswith("held as negated")


def test_a_weighted_term_is_underlined_in_its_own_key(tmp_path: Path, lexicon: Lexicon) -> None:
    text = "watchlist:\n  - id: a\n    score:\n      threshold: 1\n      terms:\n        'a AND (': 2\n"
    problem = check(tmp_path, lexicon, text)[1].errors[0]
    assert (problem.place.line, problem.rule_id) == (8, "a")


def test_one_item_in_brackets_has_the_place_of_the_item(tmp_path: Path, lexicon: Lexicon) -> None:
    text = "concepts:\n  port:\n    any: ['quay AND (']\nwatchlist: [{id: a, match: '$port'}]\n"
    problem = check(tmp_path, lexicon, text)[1].errors[0]
    assert (problem.place.line, problem.place.column >= 11) == (5, True)


def test_the_rules_of_a_refused_file_are_checked_as_far_as_they_can_be_read(tmp_path: Path, lexicon: Lexicon) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(HEAD + "wach: 1\nwatchlist: [{id: a, match: '$gone'}]\n")
    loaded = load_config(path, {})
    assert loaded.config is None
    assert [p.code for p in problems_of_rules(loaded, lexicon)] == ["unknown-key", "unknown-concept"]
    path.write_text("- no configuration\n")
    assert [p.code for p in problems_of_rules(load_config(path, {}), lexicon)] == ["yaml"]


def test_sources_are_not_missed_where_there_are_none_yet(tmp_path: Path, lexicon: Lexicon) -> None:
    _, checked = check(tmp_path, lexicon, "watchlist: [{id: a, match: 'x', where: {source: [blat, '!b*']}}]\n")
    assert checked.problems == ()


def test_a_rule_s_own_tests_may_be_left_for_later(tmp_path: Path, lexicon: Lexicon) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(HEAD + "watchlist: [{id: a, match: sink, tests: {fires: [float]}}]\n")
    checked = check_config(load_config(path, {}), lexicon, tests=False)
    assert (checked.tests, [s.id for s in checked.accepted]) == ((), ["a"])
