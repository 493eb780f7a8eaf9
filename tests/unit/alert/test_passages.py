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
