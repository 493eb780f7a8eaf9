"""Lemma dictionaries as tries on disk: word form -> its lemmas.

simplemma's dictionaries, turned inside out once: keys in normal form (`folding.normalise`), so that one look-up serves
every spelling, and every lemma known as a form of itself, so that `weiß` is a form of wissen and of weiß.  A value is
one byte of flags and trim, then the letters to append: the lemma is the key less `trim` letters plus those.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from monitor.match.folding import normalise_all

FORMAT: Final = 1
"""Part of the file name; raise it when the layout or `normalise` changes."""
_CAPITAL: Final = 0x80
_TRIM: Final = 0x7F
_BATCH: Final = 20_000


class Reading(NamedTuple):
    """One lemma of a form; `capital`: the dictionary writes the form with a capital (a German noun, a name)."""

    lemma: str
    capital: bool


class _Trie(Protocol):
    def get(self, key: str) -> list[bytes] | None: ...
    def __contains__(self, key: str) -> bool: ...


class Dictionary:
    """The dictionary of one language."""

    def __init__(self, trie: _Trie) -> None:
        self._trie = trie

    def readings(self, norm: str) -> tuple[Reading, ...]:
        """All lemmas of a normal form, also in normal form; empty where the form is unknown."""
        values = self._trie.get(norm)
        return tuple(_decode(norm, value) for value in values) if values else ()

    def knows(self, norm: str) -> bool:
        """Whether the form is in the dictionary."""
        return norm in self._trie

    def is_lemma(self, norm: str, *, small: bool = False) -> bool:
        """Whether the form is the base form of a word, of one written without a capital where `small`."""
        values = self._trie.get(norm)
        if not values:  # as it is for most of what rules propose
            return False
        capitals = 0 if small else _CAPITAL
        return any(len(value) == 1 and value[0] in (0, capitals) for value in values)


class CompoundWords:
    """The words of a dictionary that compounds are made of (`compounds.Vocabulary`)."""

    def __init__(self, dictionary: Dictionary, *, capital_nouns: bool) -> None:
        self._dictionary = dictionary
        self._capital_nouns = capital_nouns

    def begins(self, norm: str) -> bool:
        """A noun in any form, an adjective's base form, or a verb's stem (Sperr-vertrag, Liefer-kette)."""
        readings = self._dictionary.readings(norm)
        stem = any(self._dictionary.is_lemma(norm + ending) for ending in _verb_endings(norm))
        if not readings:
            return stem
        nouns = any(reading.capital for reading in readings) or not self._capital_nouns
        return nouns or stem or self._dictionary.is_lemma(norm)

    def is_noun(self, norm: str) -> bool:
        """Whether the word is known with a capital."""
        return any(reading.capital for reading in self._dictionary.readings(norm))

    def ends(self, norm: str) -> bool:
        """A noun in any form, or another word's base form."""
        return any(reading.capital or reading.lemma == norm for reading in self._dictionary.readings(norm))


def _verb_endings(stem: str) -> tuple[str, ...]:
    """What makes an infinitive of a stem: sperr-en, liefer-n."""
    return ("en", "n") if stem.endswith(("er", "el")) else ("en",)


def build_dictionaries(directory: Path, languages: Iterable[str]) -> tuple[Path, ...]:
    """Write the tries of `languages` that are missing in `directory` (made if absent); returns the files written.

    Takes 6 s and 480 MB for de, en, ru, fr: call it in a process of its own.  Raises OSError where it cannot write.
    """
    directory.mkdir(parents=True, exist_ok=True)
    return tuple(_write(directory, language) for language in languages if not _path(directory, language).exists())


def load_dictionary(directory: Path | None, language: str) -> Dictionary | None:
    """The dictionary of `language` from its trie in `directory`, built in memory (seconds) where there is none.

    None where simplemma knows no such language.
    """
    from marisa_trie import BytesTrie  # noqa: PLC0415 - `--help` must not pay for it

    if directory is not None and (path := _path(directory, language)).exists():
        try:
            return Dictionary(BytesTrie().mmap(str(path)))
        except (OSError, RuntimeError):  # a torn file reads as none; the next build replaces it
            path.unlink(missing_ok=True)
    try:
        return Dictionary(_build(language))
    except ValueError:
        return None


def _path(directory: Path, language: str) -> Path:
    from simplemma import __version__  # noqa: PLC0415 - `--help` must not pay for it

    return directory / f"{language}-{__version__}-{FORMAT}.trie"


def _write(directory: Path, language: str) -> Path:
    target = _path(directory, language)
    trie = _build(language)
    handle, name = tempfile.mkstemp(dir=directory, prefix=target.stem, suffix=".part")
    os.close(handle)
    try:
        trie.save(name)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
    return target


def _build(language: str):  # type: ignore[no-untyped-def] # marisa_trie ships no types
    from marisa_trie import BytesTrie  # noqa: PLC0415
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory  # noqa: PLC0415

    forms = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language)
    return BytesTrie(_entries(iter(forms.items())))


def _entries(forms: Iterator[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    """Each form with its lemma, and each lemma with itself; the trie keeps equal entries once."""
    bases: set[str] = set()
    while batch := list(islice(forms, _BATCH)):
        words, lemmas = [form for form, _ in batch], [lemma for _, lemma in batch]
        for word, key, lemma in zip(words, normalise_all(words), normalise_all(lemmas), strict=True):
            yield key, _encode(key, lemma, capital=word[:1].isupper())
        new = list(set(lemmas) - bases)
        bases.update(new)
        for base, key in zip(new, normalise_all(new), strict=True):
            yield key, _encode(key, key, capital=base[:1].isupper())


def _encode(key: str, lemma: str, *, capital: bool) -> bytes:
    shared = min(len(key), len(lemma))
    while key[:shared] != lemma[:shared]:
        shared -= 1
    return bytes([min(len(key) - shared, _TRIM) | (_CAPITAL if capital else 0)]) + lemma[shared:].encode()


def _decode(key: str, value: bytes) -> Reading:
    flags, suffix = value[0], value[1:].decode()
    return Reading(key[: len(key) - (flags & _TRIM)] + suffix, bool(flags & _CAPITAL))


def available(directory: Path, languages: Sequence[str]) -> bool:
    """Whether the tries of all `languages` stand in `directory`; not, where it cannot be looked into."""
    try:
        return all(_path(directory, language).exists() for language in languages)
    except OSError:  # a home that is shut to services (systemd's ProtectHome=)
        return False
