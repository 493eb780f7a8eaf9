"""Under which keys a word of the archive is filed, and which keys a searched word asks for.

The same keys as in matching, so a search proposes what a rule would find; besides them parts of compounds (`>`) and the
word backwards (`<`), for terms that are open at their front.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.match.compounds import COMPOUNDING
from monitor.match.folding import normalise
from monitor.match.lexicon import Lexicon, is_acronym
from monitor.match.nodes import Parts, Wild, Word

PART, BACKWARDS, WHOLE = ">", "<", "="
WORD_MAX = 40
"""Longer ones are addresses and noise."""


def filed_under(word: str, language: str | None, lexicon: Lexicon) -> frozenset[str]:
    """The keys of a word as it stands in a text; none for numbers, which have one form."""
    norm = normalise(word)
    if len(norm) > WORD_MAX or not any(char.isalpha() for char in norm):
        return frozenset()
    return frozenset((*lexicon.analyse(word, language), *_parts(norm, language, lexicon), BACKWARDS + norm[::-1]))


def asked_for(word: Word, kind: str | None, lexicon: Lexicon) -> frozenset[str]:
    """The keys of which a word of a text needs one to be a hit for `word`, which is open nowhere."""
    if is_acronym(word.text):
        return frozenset(lexicon.term_keys(word.text, None, mode="acronym"))
    keys = lexicon.term_keys(word.text, None, kind=kind, exact=word.exact)
    if word.exact or word.parts is Parts.NEVER or kind is not None:
        return frozenset(keys)
    return frozenset((*keys, *(PART + key for key in keys)))


def beginning(word: Word) -> str:
    """How the keys begin that a word with an open end asks for."""
    norm = normalise(word.text)
    if word.wild is Wild.PREFIX:
        return WHOLE + norm
    return BACKWARDS + (norm[::-1] if word.wild is Wild.SUFFIX else "")


def within(word: Word) -> str:
    """What stands somewhere in those keys; nothing unless the word is open at both ends."""
    return normalise(word.text)[::-1] if word.wild is Wild.INFIX else ""


def _parts(norm: str, language: str | None, lexicon: Lexicon) -> Iterator[str]:
    for one in (language,) if language else lexicon.languages:
        if one in COMPOUNDING:
            yield from (PART + key for key in lexicon.compound_parts_any_length(norm, one))
