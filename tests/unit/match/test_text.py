from __future__ import annotations

from monitor.match.text import analyse
from monitor.model.article import Document
from tests.unit.match.rules import doc
from tests.unit.match.vocabulary import lexicon


def _fields(document: Document) -> list[tuple[str, int, list[str]]]:
    paragraphs = analyse(document, lexicon()).paragraphs
    return [(paragraph.field, paragraph.number, sorted(paragraph.fields)) for paragraph in paragraphs]


def test_title_lead_and_blocks_are_paragraphs() -> None:
    assert _fields(doc("eins", "zwei", title="T", lead="L")) == [
        ("title", 0, ["title"]),
        ("lead", 0, ["lead"]),
        ("body", 0, ["body"]),
        ("body", 1, ["body"]),
    ]


def test_without_a_standfirst_the_first_block_leads() -> None:
    assert _fields(doc("", "eins", "zwei")) == [("body", 1, ["body", "lead"]), ("body", 2, ["body"])]


def test_a_standfirst_that_is_a_block_stands_once() -> None:
    assert _fields(doc("eins", "zwei", lead=" zwei ")) == [("body", 0, ["body"]), ("body", 1, ["body", "lead"])]


def test_languages() -> None:
    sure = analyse(doc("Text", language="de"), lexicon())
    assert (sure.language, sure.key_language) == ("de", "de")
    other = analyse(doc("Text", language="pl"), lexicon())
    assert (other.language, other.key_language) == ("pl", None)
    short = analyse(doc("Путин и Байден"), lexicon())
    assert (short.language, short.key_language) == (None, None)
    long = analyse(
        doc("Die Regierung hat am Montag über den Haushalt und die Zukunft der Bahn beraten. " * 5), lexicon()
    )
    assert (long.language, long.guess) == ("de", "de")
