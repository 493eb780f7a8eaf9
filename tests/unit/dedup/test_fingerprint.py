from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt

from monitor.dedup import fingerprint
from monitor.dedup.fingerprint import MAX_FINGERPRINTS, fingerprints_of, shared, shingles_of
from monitor.dedup.words import numbered


def hashes_of(words: list[str]) -> npt.NDArray[np.uint64]:
    return fingerprint.hashes_of(*numbered(words))


def words(count: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return [f"w{chance.randrange(10**6)}" for _ in range(count)]


def test_texts_without_a_shingle_have_nothing() -> None:
    for count in range(4):
        hashes = hashes_of(words(count))
        assert fingerprints_of(hashes) == ()
        assert len(shingles_of(hashes)) == 0


def test_the_shortest_text_has_one_of_each() -> None:
    hashes = hashes_of(words(4))
    assert len(fingerprints_of(hashes)) == len(shingles_of(hashes)) == 1


def test_repetition_adds_nothing() -> None:
    assert len(shingles_of(hashes_of(words(20) * 30))) == 20


def test_texts_of_any_two_lengths_share_a_fingerprint_where_35_words_agree() -> None:
    for seed in range(30):
        common = words(35, seed)
        for length in (0, 40, 150, 600):
            long = [*words(length, seed + 100), *common, *words(length, seed + 200)]
            assert set(fingerprints_of(hashes_of(common))) & set(fingerprints_of(hashes_of(long)))


def test_short_texts_have_several_and_long_ones_not_too_many() -> None:
    assert len(fingerprints_of(hashes_of(words(60)))) >= 6
    assert 15 <= len(fingerprints_of(hashes_of(words(400)))) <= 35
    assert len(fingerprints_of(hashes_of(words(30_000)))) == MAX_FINGERPRINTS


def test_two_versions_of_a_long_text_choose_the_same_ones() -> None:
    text = words(30_000)
    edited = [*text[:100], "edited", *text[101:]]
    both = set(fingerprints_of(hashes_of(text))) & set(fingerprints_of(hashes_of(edited)))
    assert len(both) > 0.9 * MAX_FINGERPRINTS


def test_shared_shingles() -> None:
    text = words(50)
    one, other = shingles_of(hashes_of(text)), shingles_of(hashes_of(text[20:]))
    assert len(shared(one, other)) == len(other) == 27


def test_half_a_surrogate_is_a_word_like_any_other() -> None:
    assert len(hashes_of(["a", "\ud83d", "b", "c"])) == 1
