from __future__ import annotations

from pathlib import Path

import pytest

from monitor.bootstrap.beginning import CannotWrite, Plan, WouldOverwrite, messages_language, write_files
from monitor.bootstrap.catalogue import choose_feeds, known_languages, read_catalogue, ready_made
from monitor.bootstrap.words import open_lexicon
from monitor.config.checks import check_config
from monitor.config.load import load_config
from monitor.errors import UsageError
from monitor.match.lexicon import MAIN_LANGUAGES


def plan(*topics: str, languages: tuple[str, ...] = ("en",), **more: object) -> Plan:
    return Plan(choose_feeds(read_catalogue(), languages, topics), topics, **more)  # type: ignore[arg-type]  # a test's shorthand


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("language", known_languages())
def test_the_languages_of_ready_made_rules_stay_known_with_sources_in_any_language(
    language: str, tmp_path: Path
) -> None:
    write_files(tmp_path, "config.yaml", plan("energy", languages=(language,)))
    loaded = load_config(tmp_path / "config.yaml")
    assert loaded.problems == ()
    assert {*MAIN_LANGUAGES, language} <= set(loaded.usable().model.articles.languages)


def test_all_ready_made_rules_pass_their_tests(tmp_path: Path) -> None:
    write_files(tmp_path, "config.yaml", plan(*ready_made()))
    loaded = load_config(tmp_path / "config.yaml")
    checked = check_config(loaded, open_lexicon(loaded.usable().model))
    assert [p.words for p in checked.problems] == []
    assert len(checked.accepted) >= len(ready_made())


def test_what_is_shipped_and_what_is_ones_own_stand_together(tmp_path: Path) -> None:
    words = ("energy", "the harbour", "The harbour!", "it's O'Neill", 'say: "so" # now')
    written = write_files(tmp_path, "config.yaml", plan(*words, mail="a@b.example", server="mail.b.example", port=465))
    assert written[0] == tmp_path / "config.yaml"
    loaded = load_config(tmp_path / "config.yaml")
    checked = check_config(loaded, open_lexicon(loaded.usable().model))
    assert checked.errors == ()
    assert {"the-harbour", "the-harbour-2"} <= {spec.id for spec in checked.accepted}
    mail = loaded.usable().model.channels["desk"].mail
    assert mail is not None
    assert (mail.server, mail.port) == ("mail.b.example", 465)


def test_words_that_make_no_rule_are_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_files(tmp_path, "config.yaml", plan("energy", "…"))
    assert files_in(tmp_path) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "channel").write_text("mine")
    with pytest.raises(WouldOverwrite):
        write_files(tmp_path, "config.yaml", plan("energy", chat=True, secret="console://"))
    assert files_in(tmp_path) == ["secrets/channel"]


def test_all_is_written_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("a file where a folder should be")
    with pytest.raises(CannotWrite, match="secrets"):
        write_files(tmp_path, "config.yaml", plan("energy", chat=True, secret="console://"))
    assert files_in(tmp_path) == ["secrets"]


def test_the_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_files(tmp_path, "config.yaml", plan("energy", chat=True, secret="console://"))
    assert (tmp_path / "secrets" / "channel").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_messages_are_german_for_those_who_read_it() -> None:
    assert messages_language(("de", "en"), "") == "de"
    assert messages_language(("en",), "de") == "de"
    assert messages_language(("fr", "de"), "fr") == "en"
