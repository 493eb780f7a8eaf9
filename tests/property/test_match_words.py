"""Laws of words, sentences, clauses and labels that hold for any text."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.match.clauses import split_clauses
from monitor.match.folding import fold, normalise, normalise_all
from monitor.match.guards import label_group
from monitor.match.languages import recognise
from monitor.match.sentences import split_sentences
from monitor.match.tokens import tokenise, words_of

LANGUAGES = st.sampled_from(["de", "en", "ru", "fr", "zh", None])
PIECES = """Die EU could not, [strike] „ “ ” « » ( ) . ! ? … 3. Dr. U.S. з’їзд won't if dass чтобы que; – 中国 Müller's
\u00ad a\u0301 ’s 's สวัสดี x’S’Ь م\u064eن\u200c"""
NEWSY = st.lists(st.sampled_from([*PIECES.split(), "\n"]), max_size=40).map(" ".join)
TEXTS = st.one_of(st.text(max_size=200), NEWSY)


@given(st.text(max_size=30))
def test_a_normal_form_is_its_own(word: str) -> None:
    assert normalise(normalise(word)) == normalise(word)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\n\r"), max_size=8), max_size=8))
def test_many_at_once_are_as_each(words: list[str]) -> None:
    assert normalise_all(words) == [normalise(word) for word in words]


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(word: str) -> None:
    assert fold(fold(normalise(word))) == fold(normalise(word))


@given(TEXTS, LANGUAGES)
def test_offsets_point_at_the_very_words_in_order(text: str, language: str | None) -> None:
    tokens = list(tokenise(text, language=language))
    assert all(text[token.start : token.end] == token.text for token in tokens)
    assert all(one.end <= other.start for one, other in pairwise(tokens))
    assert all(one.sentence <= other.sentence for one, other in pairwise(tokens))


@given(TEXTS)
def test_the_words_of_a_text_are_those_of_its_chunks(text: str) -> None:
    assert [word for chunk in text.split() for word in words_of(chunk)] == words_of(text)


@given(TEXTS, LANGUAGES)
def test_sentences_cover_all_but_white_space(text: str, language: str | None) -> None:
    spans = split_sentences(text, language)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


@given(TEXTS, LANGUAGES)
def test_clauses_are_in_order_and_governed_from_before(text: str, language: str | None) -> None:
    clauses = split_clauses(text, language)
    assert all(one.end <= other.start for one, other in pairwise(clauses))
    assert all(clause.governor is None or clause.governor < n for n, clause in enumerate(clauses))


@settings(max_examples=300)
@given(NEWSY, LANGUAGES, st.data())
def test_cues_stand_where_they_say(text: str, language: str | None, data: st.DataObject) -> None:
    spans = tokenise(text, language=language).spans
    chosen = data.draw(st.lists(st.sampled_from(spans), max_size=3)) if spans else []
    for cue in label_group(text, chosen, language).values():
        assert text[cue.start : cue.end] == cue.text


@given(TEXTS, st.one_of(st.none(), st.text(max_size=6)))
def test_any_text_has_a_language_or_none(text: str, declared: str | None) -> None:
    language, sure = recognise(text, declared=declared)
    assert language is not None or not sure
