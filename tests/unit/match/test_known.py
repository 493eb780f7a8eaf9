"""What a sentence takes for granted, and where a cue speaks of it after all."""

from __future__ import annotations

import re

import pytest

from monitor.match.clauses import CUE_LANGUAGES, cue_lists, split_clauses
from monitor.match.cues import find_cues
from monitor.match.known import CAPITAL_NOUNS, is_known_thing, is_meant, realises

WORD_BY_WORD = (
    *("aiming", "alternative", "content_noun", "copula", "done_to", "finite", "indefinite", "infinitive", "near_stop"),
    *("noun_complement", "open_question", "realising"),
)
"""Lists whose entries are held against one word at a time: one of two words would never be met."""


def marked(text: str) -> tuple[str, tuple[int, int]]:
    """A sentence without its brackets, and where they stood."""
    before, word, behind = re.split(r"[\[\]]", text)
    return before + word + behind, (len(before), len(before) + len(word))


@pytest.mark.parametrize(
    ("language", "text", "known"),
    [
        # an article, demonstrative or possessive before it, with up to two adjectives between
        ("en", "The [attack]", True),
        ("en", "They left THE [attack]", True),
        ("en", "They left an [attack]", False),
        ("en", "They left after [attacks]", True),
        ("en", "They left the big [attack]", True),
        ("en", "They left the new deadly [attack]", True),
        ("en", "They left the new, deadly [attack]", False),
        ("en", "They left the big new deadly [attack]", False),
        ("en", "They left the long-awaited [attack]", False),
        ("en", "They left the Iran-backed [attack]", True),
        ("en", "They left the house [attack]", False),
        ("en", "They left the, [attack]", False),
        ("en", "They left the-[attack]", False),
        ("en", "They left those 5 [attacks]", True),
        ("de", "Sie nennen den [Angriff]", True),
        ("de", "Sie nennen den schweren [Angriff]", True),
        ("de", "Sie nennen den sehr [Angriff]", False),
        ("de", "Sie nennen [Angriff]", False),
        ("fr", "Ils quittent l'[attaque]", True),
        ("fr", "Ils quittent l’[attaque]", True),
        ("fr", "Ils quittent la grande [attaque]", True),
        ("ru", "Они покинули этот новый [завод]", True),
        ("xx", "They left the [attack]", False),
        # prepositions of two words
        ("en", "They left because of [attacks]", True),
        ("en", "They left BECAUSE OF deadly [attacks]", True),
        ("en", "They left because, of [attacks]", False),
        ("en", "They left word of [attacks]", False),
        ("ru", "Они ушли из-за [забастовки]", True),
        ("ru", "Они ушли за [зарплатой]", False),
        ("uk", "Вони пішли під час [страйку]", True),
        # somebody's
        ("en", "They left Iran's [attack]", True),
        ("en", "They left Iran’s deadly [attack]", True),
        ("en", "They left IRAN'S [attack]", True),
        ("en", "If it's [war]", False),
        ("en", "There’s [war]", False),
        ("en", "They left visit's [attack]", True),
        ("en", "They left the s [attack]", False),
        # a name, but not at the beginning, not in capitals, and not where nouns have capitals
        ("en", "They left [Iran]", True),
        ("en", "They left [IRAN]", False),
        ("en", "[Iran] left", False),
        ("en", "I [Iran]", True),
        ("de", "Sie nennen [Iran]", False),
        # in German what has no capital is no noun, in Portuguese the verb behind an "a" is none
        ("de", "Sie nennen die [verhängten]", False),
        ("pt", "Os governos a [impor]", False),
        ("pt", "Os governos a [guerra]", True),
    ],
)
def test_known(language: str, text: str, *, known: bool) -> None:
    assert is_known_thing(*marked(text), language) is known


@pytest.mark.parametrize("language", CUE_LANGUAGES)
def test_every_entry_of_the_list_is_understood(language: str) -> None:
    for entry in cue_lists(language)["definite"]:
        noun = "[Xx]" if language in CAPITAL_NOUNS else "[xx]"
        words = entry if entry.startswith("'") else f" {entry.replace('_', ' ')}"
        assert is_known_thing(*marked(f"Yy{words} {noun}"), language), entry


@pytest.mark.parametrize("language", CUE_LANGUAGES)
@pytest.mark.parametrize("name", WORD_BY_WORD)
def test_what_is_compared_word_by_word_lists_single_words(language: str, name: str) -> None:
    assert [word for word in cue_lists(language).get(name, ()) if not word.rstrip("*").isalpha()] == []


@pytest.mark.parametrize(
    ("language", "cue", "text", "meant"),
    [
        # cues that speak of the noun itself
        ("en", "near: threat of", "The threat of the [strike]", True),
        ("en", "follow: threat", "The [strike] threat", True),
        ("en", "after: be discussed", "The [takeover] may be discussed", True),
        ("de", "noun: Absage", "Die Absage der [Reise]", True),
        ("en", "close: Any", "Any of the [strikes]", False),
        # a modal: what is realised, whichever comes first
        ("en", "modal: may", "The [takeover] may be approved", True),
        ("en", "modal: may", "The [takeover] may be discussed", False),
        ("en", "modal: may", "The council may approve the [takeover]", True),
        ("en", "modal: may", "The council may approve the big new [takeover]", True),
        ("en", "modal: may", "The council may approve recent [cuts]", True),
        ("en", "modal: may", "The council may approve that the [takeover]", False),
        ("en", "modal: may", "The council may discuss the [takeover]", False),
        ("en", "modal: may", "The council may discuss the [takeover] and approve it", False),
        ("en", "modal: may", "The council may approve a [takeover]", False),
        ("en", "modal: may", "The council may the [takeover]", False),
        ("de", "modal: könnte", "Der Rat könnte die [Fusion] genehmigen", True),
        ("de", "modal: könnte", "Der Rat könnte die [Fusion] besprechen", False),
        ("fr", "modal: peut", "Le conseil peut approuver la [fusion]", True),
        # a new thing, in a complement or as what something is
        ("en", "modal: may", "The council may discuss the [closure] of the port", True),
        ("en", "modal: may", "The council may discuss the [closure] near the port", False),
        ("en", "modal: may", "The council may comment on the [closure] of the port", False),
        ("en", "modal: may", "The council may discuss the [closure]", False),
        ("en", "modal: may", "This may be the [closure]", True),
        ("en", "before: discuss", "They discuss the [closure] of it", True),
        ("en", "before: discuss", "They discuss at length the [closure] of it", True),
        ("de", "before: erwägt", "Der Rat erwägt gern die [Schließung] der Grenze", True),
        # conditions: what is realised before or behind; aims: before
        ("en", "condition: If", "If they approve the [strike], they stay", True),
        ("en", "condition: If", "If the [strike] goes ahead, they stay", True),
        ("en", "condition: If", "If it hits the [strike], they stay", False),
        ("en", "condition: If", "If they discuss the [closure] of it", False),
        ("en", "next: to", "They passed a law to approve the [strike]", True),
        ("en", "next: to", "They passed a law to discuss the [strike] approved", False),
        ("en", "next: to", "They passed a law to discuss the [closure] of it", False),
        # cues of other reaches are not asked
        ("de", "clause: nicht", "Er hat nicht genehmigt die [Fusion]", False),
        # what stands before the cue, but for a modal's subject, is not meant
        ("en", "before: discuss", "The [closure] of it they discuss", False),
        ("en", "before: not", "They approve the [closure] of it, not", False),
    ],
)
def test_meant(language: str, cue: str, text: str, *, meant: bool) -> None:
    sentence, span = marked(text)
    kind, _, words = cue.partition(": ")
    cues = find_cues(sentence, [span], split_clauses(sentence, language), language)
    (found,) = (one for one in cues if (one.reach, sentence[one.start : one.end]) == (kind, words))
    assert is_meant(sentence, span, found, language) is meant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b c approve", True),
        ("a b c d approve", False),
        ("APPROVE it", True),
        ("it takes place", True),
        ("disapprove", False),
        (f"{'x' * 54} hold", True),
        (f"{'x' * 55} hold", False),
        ("", False),
    ],
)
def test_one_of_the_next_four_words_realises(text: str, *, expected: bool) -> None:
    assert realises(f"They {text}", 4, "en") is expected
    assert not realises(f"They {text}", 4, "xx")
