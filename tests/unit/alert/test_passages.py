from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.alert.group import facts_in
from monitor.alert.passages import passages_of
from monitor.model.article import Document
from monitor.model.match import Evidence, How
from monitor.model.message import Passage


def found(paragraphs: tuple[str, ...], *words: str) -> list[Evidence]:
    pieces = []
    for number, text in enumerate(paragraphs):
        for word in words:
            start = text.find(word)
            if start >= 0:
                pieces.append(Evidence("body", number, start, start + len(word), word, word, How.EXACT))
    return pieces


def test_a_short_paragraph_is_shown_whole() -> None:
    text = "Putin und Biden sprachen am Abend zwei Stunden per Video."
    (passage,) = passages_of(Document("t", paragraphs=(text,)), found((text,), "Putin", "Biden"))
    assert passage == Passage("body", text, ((0, 5), (10, 15)))


def test_a_long_paragraph_is_cut_at_sentences_and_marks_still_point_to_the_words() -> None:
    text = "Erster Satz. " * 40 + "Dann rief Putin in Washington an. " + "Noch ein Satz. " * 40
    (passage,) = passages_of(Document("t", paragraphs=(text,)), found((text,), "Putin"))
    ((start, end),) = passage.marks
    assert passage.text[start:end] == "Putin"
    assert len(passage.text) < 400
    assert passage.text.startswith("Dann rief")


@given(st.text(min_size=1, max_size=600), st.data())
def test_marks_always_point_to_what_matched(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    piece = Evidence("body", 0, start, end, text[start:end], "x", How.EXACT)
    for passage in passages_of(Document("t", paragraphs=(text,)), [piece]):
        ((a, b),) = passage.marks
        assert passage.text[a:b].rstrip() == text[start:end].rstrip()


def test_evidence_that_points_nowhere_is_left_out() -> None:
    piece = Evidence("body", 7, 0, 3, "abc", "abc", How.EXACT)
    assert passages_of(Document("t", paragraphs=("abc",)), [piece]) == ()


def test_numbers_and_names_are_what_can_be_new() -> None:
    english = (Passage("body", "The fire killed 14 miners near Zonguldak, officials said."),)
    assert facts_in(english, "en") == {"14", "Zonguldak"}
    german = (Passage("body", "Das Feuer tötete 14 Bergleute, sagte Olaf Scholz am Abend."),)
    assert facts_in(german, "de") == {"14", "Olaf Scholz"}


def at(field: str, start: int, end: int, paragraph: int = 0) -> Evidence:
    return Evidence(field, paragraph, start, end, "x", "x", How.EXACT)


def test_the_headline_comes_first_and_whole_and_the_rest_in_the_order_of_the_text() -> None:
    document = Document("Talks in Oslo", lead="Both sides met.", paragraphs=("One.", "Two.", "Three.", "Four."))
    evidence = [at("body", 0, 3, n) for n in (3, 1, 2)] + [at("lead", 0, 4), at("title", 0, 5)]
    shown = passages_of(document, evidence)
    assert [(p.field, p.text) for p in shown] == [
        ("title", "Talks in Oslo"),
        ("lead", "Both sides met."),
        ("body", "Two."),
        ("body", "Three."),
    ]


def test_words_that_overlap_or_touch_are_marked_as_one() -> None:
    document = Document("Putin calls Biden")
    (passage,) = passages_of(document, [at("title", 0, 5), at("title", 3, 8), at("title", 12, 17), at("title", 8, 11)])
    assert passage.marks == ((0, 11), (12, 17))


def test_evidence_in_a_section_or_of_an_unknown_place() -> None:
    document = Document("t", section="Politics")
    (passage,) = passages_of(document, [at("section", 0, 8), at("address", 0, 3)])
    assert passage == Passage("section", "Politics", ((0, 8),))


def test_marks_far_apart_are_two_passages_and_a_long_row_of_them_is_cut() -> None:
    text = "oil " + "word " * 80 + "gas " + "word " * 80
    first, second = passages_of(Document("t", paragraphs=(text,)), found((text,), "oil", "gas"))
    assert first.text.startswith("oil word")
    assert first.text.endswith("word …")
    assert second.text.startswith("… word")
    assert [passage.text[a:b] for passage in (first, second) for a, b in passage.marks] == ["oil", "gas"]
    row = "oil and gas " * 60
    marks = [at("body", n * 12, n * 12 + 3) for n in range(60)]
    rows = passages_of(Document("t", paragraphs=(row,)), marks, limit=9)
    assert len(rows) > 1
    assert all(passage.text[a:b] == "oil" for passage in rows for a, b in passage.marks)


def test_a_text_without_blanks_is_cut_all_the_same() -> None:
    text = "a" * 1000
    (passage,) = passages_of(Document("t", paragraphs=(text,)), [at("body", 500, 510)])
    assert passage.text.startswith("… a")
    assert passage.text.endswith("a …")
    ((start, end),) = passage.marks
    assert end - start == 10


def test_a_passage_that_ends_with_its_sentence_needs_no_dots() -> None:
    text = "First one. " * 30 + "The oil price rose. " + "Next one. " * 30
    (passage,) = passages_of(Document("t", paragraphs=(text,)), found((text,), "oil"))
    assert passage.text == "The oil price rose."
