from __future__ import annotations

import pytest

from monitor.match.tokens import is_shouting, tokenise


def norms(text: str, language: str | None = None) -> list[str]:
    return [token.norm for token in tokenise(text, language=language)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Putin-Biden-Gespräch", ["putin", "biden", "gespräch"]),
        ("Putin‑Biden", ["putin", "biden"]),
        ("l'accord d’Alger", ["l", "accord", "d", "alger"]),
        ("Putin's and Macron’s war", ["putin", "and", "macron", "war"]),
        ("O'Brien", ["o", "brien"]),
        ("м'яч і зв’язок", ["м'яч", "і", "зв'язок"]),
        ("习近平AI技术", ["习", "近", "平", "ai", "技", "术"]),
        ("a\u00a0b", ["a", "b"]),
        ("F-16, 5G", ["f", "16", "5g"]),
        ("", []),
        ("… — !", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert norms(text) == words


def test_offsets_point_at_the_very_words() -> None:
    text = "„San\u00adktionen“ – м’яч, Macron’s 中国!"
    tokens = tokenise(text, language=None)
    assert [text[token.start : token.end] for token in tokens] == [token.text for token in tokens]
    assert [token.text for token in tokens] == ["San\u00adktionen", "м’яч", "Macron", "中", "国"]


def test_positions_sentences_and_paragraphs() -> None:
    tokens = tokenise("Er kam. Sie ging.\nDann kam er.", language="de")
    assert [token.position for token in tokens] == list(range(7))
    assert [token.sentence for token in tokens] == [0, 0, 1, 1, 2, 2, 2]
    assert [token.paragraph for token in tokens] == [0, 0, 0, 0, 1, 1, 1]
    assert [token.sentence_start for token in tokens] == [True, False, True, False, True, False, False]


def test_capitals_say_nothing_in_a_shouted_headline() -> None:
    assert tokenise("Die WHO warnt", language="de")[1].all_caps
    assert not tokenise("WHO WARNS OF FLU", language="en")[0].all_caps
    assert is_shouting("WHO WARNS OF FLU")
    assert not is_shouting("WHO")


def test_behaves_as_a_sequence() -> None:
    tokens = tokenise("eins zwei drei", language="de")
    assert len(tokens) == 3
    assert tokens[-1].norm == "drei"
    assert [token.norm for token in tokens[1:]] == ["zwei", "drei"]
    with pytest.raises(IndexError):
        tokens[3]
