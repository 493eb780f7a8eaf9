"""Stems of words that no dictionary knows: Snowball, with German umlauts protected."""

from __future__ import annotations

from functools import cache
from typing import Final, Protocol

_SNOWBALL: Final = {
    "de": "german", "en": "english", "ru": "russian", "fr": "french", "es": "spanish", "it": "italian",
    "pt": "portuguese", "nl": "dutch", "sv": "swedish", "da": "danish", "nb": "norwegian", "fi": "finnish",
    "hu": "hungarian", "ro": "romanian", "tr": "turkish", "ar": "arabic", "el": "greek", "id": "indonesian",
}  # fmt: skip
# Snowball's German folds umlauts (schon, schön); these letters pass through it untouched.
_PROTECT: Final = str.maketrans({"ä": "æ", "ö": "œ", "ü": "ø"})
_RESTORE: Final = str.maketrans({"æ": "ä", "œ": "ö", "ø": "ü"})


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - PyStemmer's name


def stem(norm: str, language: str) -> str:
    """The stem of a normal form; the form itself where Snowball does not know the language."""
    stemmer = _stemmer(language)
    if stemmer is None:
        return norm
    if language == "de":
        return stemmer.stemWord(norm.translate(_PROTECT)).translate(_RESTORE)
    return stemmer.stemWord(norm)


@cache
def _stemmer(language: str) -> _Stemmer | None:
    import Stemmer  # noqa: PLC0415 - `--help` must not pay for it

    name = _SNOWBALL.get(language)
    if name is None:
        return None
    # Without its cache, which is no faster than stemming and takes 2 MB for each language.
    stemmer: _Stemmer = Stemmer.Stemmer(name, 0)
    return stemmer
