from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.match.dictionary import FORMAT, Reading, available, build_dictionaries, load_dictionary

if TYPE_CHECKING:
    from pathlib import Path


def test_readings_of_a_form(dictionaries: Path) -> None:
    german = load_dictionary(dictionaries, "de")
    assert german is not None
    assert Reading("sanktion", capital=True) in german.readings("sanktionen")
    assert {reading.lemma for reading in german.readings("weiss")} >= {"wissen", "weiss"}
    assert german.readings("xyzzyx") == ()
    assert german.knows("haus")
    assert german.is_lemma("haus")
    assert not german.is_lemma("häuser")
    assert german.is_lemma("gehen", small=True)
    assert not german.is_lemma("haus", small=True)


def test_an_unknown_language_has_none(tmp_path: Path) -> None:
    assert load_dictionary(tmp_path, "xx") is None


def test_a_dictionary_is_built_once_and_whole(tmp_path: Path) -> None:
    assert not available(tmp_path, ["en"])
    (written,) = build_dictionaries(tmp_path, ["en"])
    assert available(tmp_path, ["en"])
    assert str(FORMAT) in written.stem
    assert build_dictionaries(tmp_path, ["en"]) == ()
    assert list(tmp_path.iterdir()) == [written]


def test_a_folder_that_cannot_be_looked_into_holds_none(tmp_path: Path) -> None:
    assert not available(tmp_path / ("x" * 300), ["en"])  # as a home that is shut is for all but root


def test_a_torn_file_is_read_as_none_and_removed(tmp_path: Path) -> None:
    (written,) = build_dictionaries(tmp_path, ["en"])
    written.write_bytes(b"torn")
    english = load_dictionary(tmp_path, "en")
    assert english is not None
    assert english.knows("house")
    assert not written.exists()
