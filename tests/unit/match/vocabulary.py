"""A lexicon with a dictionary of a few dozen words: the engine's tests need inflection, not all of a language."""

from __future__ import annotations

from functools import cache

from monitor.match.dictionary import Dictionary
from monitor.match.lexicon import Lexicon

_FORMS = {
    "de": {
        "Sanktion": "Sanktionen",
        "Gespräch": "Gespräche Gesprächs Gesprächen",
        "Haus": "Hauses Häuser Häusern",
        "Embargo": "Embargos",
        "Streik": "Streiks Streiken",
        "Politik": "",
        "Regierung": "Regierungen",
        "Krise": "Krisen",
        "Vertrag": "Verträge Vertrags",
        "treffen": "trifft traf trafen",
        "sprechen": "spricht sprach sprachen gesprochen",
        "verhängen": "verhängt verhängte verhängten",
        "weisen": "weist wies wiesen",
        "ausweisen": "ausgewiesen",
        "neu": "neue neuen neuer neues",
        "weiß": "weiße weißen",
    },
    "en": {
        "sanction": "sanctions sanctioned",
        "meet": "meets met meeting",
        "speak": "speaks spoke spoken",
        "talk": "talks talked",
        "call": "calls called",
        "phone": "phones",
        "video": "videos",
        "impose": "imposes imposed imposing",
        "house": "houses",
        "government": "governments",
        "new": "newer",
        "strike": "strikes struck",
        "halt": "halts halted",
        "delivery": "deliveries",
    },
    "ru": {
        "санкция": "санкции санкций санкциями",
        "встреча": "встречи встречу встрече",
        "разговор": "разговора разговоры",
        "ввести": "введет ввели ввел",
        "новый": "новые новых",
    },
    "fr": {"pêche": "pêches", "sanction": "sanctions", "maison": "maisons"},
}


class _Trie:
    def __init__(self, words: dict[str, str]) -> None:
        self._values: dict[str, list[bytes]] = {}
        for lemma, forms in words.items():
            for form in (lemma, *forms.split()):
                self._put(form, lemma)

    def _put(self, form: str, lemma: str) -> None:
        key, base = form.lower().replace("ß", "ss"), lemma.lower().replace("ß", "ss")
        common = next((n for n in range(min(len(key), len(base))) if key[n] != base[n]), min(len(key), len(base)))
        flags = (0x80 if form[0].isupper() else 0) | (len(key) - common)
        self._values.setdefault(key, []).append(bytes([flags]) + base[common:].encode())

    def get(self, key: str) -> list[bytes] | None:
        return self._values.get(key)

    def __contains__(self, key: str) -> bool:
        return key in self._values


class SmallLexicon(Lexicon):
    """The lexicon over the words above."""

    def _dictionary(self, language: str) -> Dictionary | None:
        return _dictionary(language)


@cache
def _dictionary(language: str) -> Dictionary | None:
    return Dictionary(_Trie(_FORMS[language])) if language in _FORMS else None


@cache
def lexicon() -> Lexicon:
    """One for all tests: it holds nothing but memos."""
    return SmallLexicon()
