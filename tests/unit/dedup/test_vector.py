from __future__ import annotations

import numpy as np
import pytest

from monitor.dedup.vector import (
    KNOWN_WORDS,
    heaviest,
    key_hash,
    learnt,
    lesson_every,
    likeness,
    mean,
    no_rarity,
    term_keys,
    term_weights,
    terms_of,
    unit,
    weighted,
)
from monitor.model.story import NO_TERMS
from tests.unit.dedup.vectors import cosine, vector_of

FERRY, PORT = unit(vector_of({"ferry": 3.0, "rock": 4.0})), unit(vector_of({"rock": 1.0, "port": 1.0}))


def test_terms_are_stems_and_what_stands_there_often_counts_most() -> None:
    weights = term_weights(["Ferries", "a", "ferry", "sank", "near", "Karsa"], np.array([3.0, 9, 1, 1, 1, 1]), "en")
    by_term = dict(zip(weights.terms.tolist(), weights.weights.tolist(), strict=True))
    stem = vector_of({"ferri": 1.0}).terms[0]
    assert by_term[stem] == max(by_term.values())
    assert vector_of({"a": 1.0}).terms[0] not in by_term


def test_names_weigh_double() -> None:
    weights = term_weights(["karsa", "Velmora"], np.ones(2), "xx")
    lower, upper = (vector_of({word: 1.0}).terms[0] for word in ("karsa", "velmora"))
    by_term = dict(zip(weights.terms.tolist(), weights.weights.tolist(), strict=True))
    assert by_term[upper] == pytest.approx(2 * by_term[lower])


def test_likeness_is_the_cosine_with_each_and_counts_shared_terms() -> None:
    found = likeness(FERRY, [FERRY, PORT, NO_TERMS])
    assert found.cosines.tolist() == pytest.approx([1.0, 0.8 / 2**0.5, 0.0], abs=1e-6)
    assert found.shared.tolist() == [2, 1, 0]
    assert likeness(NO_TERMS, [FERRY]).cosines.tolist() == [0.0]
    assert likeness(FERRY, []).cosines.tolist() == []
    assert cosine(PORT, FERRY) == pytest.approx(cosine(FERRY, PORT))


def test_a_mean_counts_votes_and_keeps_the_heaviest() -> None:
    both = mean([(FERRY, 3), (PORT, 1)], 2)
    assert len(both.terms) == 2
    assert cosine(both, FERRY) > cosine(both, PORT)
    assert float(both.weights @ both.weights) == pytest.approx(1.0)
    assert len(mean([], 5).terms) == 0


def test_the_heaviest_stay_in_the_order_of_their_hashes() -> None:
    found = heaviest(vector_of({"a": 1.0, "b": 3.0, "c": 2.0}), 2)
    assert sorted(found.weights.tolist()) == [2.0, 3.0]
    assert found.terms.tolist() == sorted(found.terms.tolist())


def test_what_many_documents_have_weighs_little() -> None:
    everywhere = [vector_of({"said": 1.0, f"w{n}": 1.0}) for n in range(50)]
    rarity = learnt(no_rarity(), everywhere)
    found = weighted(vector_of({"said": 1.0, "w7": 1.0, "new": 1.0}), rarity)
    by_term = dict(zip(found.terms.tolist(), found.weights.tolist(), strict=True))
    said, rare, new = (vector_of({word: 1.0}).terms[0] for word in ("said", "w7", "new"))
    assert by_term.get(said, 0.0) < by_term[rare] < by_term[new]
    assert rarity.documents == 50


def test_without_documents_every_term_counts_as_it_is() -> None:
    assert weighted(FERRY, no_rarity()).weights.tolist() == pytest.approx(FERRY.weights.tolist())
    assert len(weighted(NO_TERMS, learnt(no_rarity(), [FERRY])).terms) == 0


def test_terms_of_two_languages_have_different_keys_that_fit_sql() -> None:
    terms = np.array([0, 1, 2**32 - 1], dtype=np.uint32)
    keys = {key for language in ("en", "de") for key in term_keys(language, terms)}
    assert len(keys) == 6
    assert all(-(2**63) <= key < 2**63 for key in keys)


def test_lessons_grow_with_what_is_known() -> None:
    assert [lesson_every(documents) for documents in (0, 100, 2_000, 1_000_000)] == [4, 5, 100, 256]


def test_keys_for_all_languages_fit_sql_whatever_stands_in_them() -> None:
    keys = {key_hash(key) for key in ("ptn", "1200", "\ud83d", *map(str, range(50)))}
    assert len(keys) == 53
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert min(keys) < 0


def test_words_are_the_same_terms_when_too_many_have_come_by() -> None:
    once = terms_of(["Ferries", "x"], "en").tolist()
    for _ in range(2):
        assert len(terms_of([f"word{n}" for n in range(KNOWN_WORDS + 1)], "en")) == KNOWN_WORDS + 1
    assert terms_of(["ferry", "Y"], "en").tolist() == once


def test_terms_that_weigh_nothing_are_left_out() -> None:
    found = unit(vector_of({"ferry": 0.0, "rock": 2.0}))
    assert found.weights.tolist() == [1.0]
