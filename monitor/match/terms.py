"""Terms of rules: from what was written to the atoms that the words of a text are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from sys import intern
from typing import Final

from monitor.match import patterns
from monitor.match.folding import normalise
from monitor.match.keys import packed
from monitor.match.languages import LANGUAGES
from monitor.match.lexicon import Lexicon, Mode, is_acronym
from monitor.match.marks import Notes, read_term
from monitor.match.nodes import Concept, Node, Parts, Phrase, Regex, Wild, Word
from monitor.match.program import Atom, Form, Origin, Term
from monitor.match.syntax import suggestion
from monitor.match.tokens import tokenise
from monitor.model.match import How
from monitor.model.rule import ConceptSpec, RuleProblem

_PARTS_OF: Final[Mapping[Mode, Parts]] = {
    "plain": Parts.USUAL,
    "compound": Parts.ANY_LENGTH,
    "acronym": Parts.NEVER,
    "never-compound": Parts.NEVER,
}


class Terms:
    """Compiles terms; concepts are resolved once each, their problems collected.

    What is equal in several rules becomes one object, since large watchlists repeat themselves.
    """

    def __init__(self, concepts: Mapping[str, ConceptSpec], lexicon: Lexicon) -> None:
        self._concepts = concepts
        self._lexicon = lexicon
        self._forms: dict[str, tuple[Form, ...] | None] = {}
        self._atoms: dict[tuple[str, ...], Atom] = {}
        self._rows: dict[tuple[Atom, ...], tuple[Atom, ...]] = {}
        self._origins: dict[Origin, Origin] = {}
        self._concept_terms: dict[tuple[str, str | None], Term] = {}
        self._open: list[str] = []
        self.problems: list[RuleProblem] = []

    def term(self, node: Node, notes: Notes, field: str | None = None) -> Term | None:
        """The term for a leaf of a syntax tree; None when it cannot be used (the problem is in `notes`)."""
        if isinstance(node, Concept):
            forms = self._referred(node, notes)
            if forms is None:
                return None
            key = (node.name, field)
            return self._concept_terms.setdefault(key, Term(f"${node.name}", forms, field))
        forms = self._written(node, notes, kind=None, language=None)
        return Term(forms[0].text, forms, field) if forms else None

    def row(self, atoms: Iterable[Atom]) -> tuple[Atom, ...]:
        """The atoms as one tuple for all rules that have the same."""
        row = tuple(atoms)
        return self._rows.setdefault(row, row)

    def listed(self, text: str, notes: Notes) -> Term | None:
        """The term for an item of a list."""
        node = read_term(text, notes)
        return None if node is None or notes.failed else self.term(node, notes)

    def concept(self, name: str) -> tuple[Form, ...] | None:
        """All forms of a concept; None when it is broken."""
        if name not in self._forms:
            self._open.append(name)
            self._forms[name] = self._resolve(self._concepts[name])
            self._open.pop()
        return self._forms[name]

    def _referred(self, node: Concept, notes: Notes) -> tuple[Form, ...] | None:
        if node.name not in self._concepts:
            hint = suggestion(node.name, list(self._concepts), mark="$") or "define it under concepts:"
            notes.error("unknown-concept", f"${node.name} is not defined", node.start, node.end, hint)
            return None
        if node.name in self._open:
            loop = " -> ".join(f"${name}" for name in (*self._open[self._open.index(node.name) :], node.name))
            notes.error("concept-cycle", f"${node.name} is part of itself: {loop}", node.start, node.end)
            return None
        forms = self.concept(node.name)
        if forms == ():
            notes.error(
                "empty-concept", f"${node.name} has no words", node.start, node.end, "give it any: or a language"
            )
            return None
        return forms

    def _resolve(self, spec: ConceptSpec) -> tuple[Form, ...] | None:
        languages = frozenset(spec.by_language)
        forms: list[Form] = []
        failed = False
        for language, key, items in _lists(spec):
            for number, item in enumerate(items):
                notes = Notes(("concepts", spec.id, key, number))
                node = read_term(item, notes)
                found: tuple[Form, ...] | None = None
                if isinstance(node, Concept):
                    found = self._referred(node, notes)
                elif node is not None and not notes.failed:
                    written = self._written(node, notes, kind=spec.kind, language=language)
                    found = tuple(_limited(form, language, languages) for form in written)
                failed = failed or found is None
                self.problems.extend(notes.problems)
                forms.extend(found or ())
        return None if failed else tuple(forms)

    def _written(self, node: Node, notes: Notes, *, kind: str | None, language: str | None) -> tuple[Form, ...]:
        origin = Origin(notes.path, node.start, node.end)
        origin = self._origins.setdefault(origin, origin)
        match node:
            case Regex():
                atom = self._pattern(node, notes)
                return (Form(f"/{node.pattern}/", (atom,), origin),) if atom else ()
            case Phrase():
                text = " ".join(_shown(word) for word in node.words)
                words = tuple(replace(word, exact=word.exact or node.exact) for word in node.words)
                return self._form(text, words, origin, kind, language, gap=node.gap, row=True)
            case Word():
                return self._form(_shown(node), (node,), origin, kind, language, gap=0, row=False)
            case _:  # pragma: no cover - `read_term` makes no others
                raise AssertionError(node)

    def _form(
        self,
        text: str,
        words: Sequence[Word],
        origin: Origin,
        kind: str | None,
        language: str | None,
        *,
        gap: int,
        row: bool,
    ) -> tuple[Form, ...]:
        pieces = [piece for word in words for piece in pieces_of(word)]
        languages = (language,) if language else LANGUAGES
        closed = row or len(pieces) > 1 or kind is not None
        if not pieces:  # pragma: no cover - the tokeniser finds a word in whatever has a letter or a digit
            return ()
        atoms = self.row(self._atom(piece, languages, kind, closed=closed) for piece in pieces)
        form = Form(intern(text), atoms, origin, gap)
        apart = (self._separable(form, pieces[0], one) for one in languages) if not row and len(pieces) == 1 else ()
        return (form, *(other for other in apart if other))

    def _separable(self, form: Form, word: Word, language: str) -> Form | None:
        """`ausweisen` as "weist … aus"."""
        plain = not word.exact and word.wild is Wild.NONE
        found = self._lexicon.separable(word.text, language) if plain else None
        if found is None:
            return None
        particle, verb = (Word(part, exact=exact) for part, exact in zip(found, (True, False), strict=True))
        atoms = self.row(self._atom(part, (language,), None, closed=True) for part in (verb, particle))
        return replace(form, atoms=atoms, language=language, concept_languages=frozenset(LANGUAGES), separable=True)

    def _pattern(self, node: Regex, notes: Notes) -> Atom | None:
        source = patterns.source(node.pattern, ignore_case=node.ignore_case)
        fault = patterns.fault(source)
        if fault:
            hint = "RE2 knows no look-around, no back-references, and at most 1000 repetitions"
            notes.error("bad-regex", f"this pattern cannot be used: {fault}", node.start, node.end, hint)
            return None
        if not patterns.has_literal(node.pattern):
            hint = "with three letters in a row in it, most articles need not be searched"
            notes.warning("regex-anchor", "this pattern has no three-letter literal", node.start, node.end, hint)
        if patterns.ascii_classes(node.pattern):
            hint = r"write \pL for a letter of any alphabet, and a blank or nothing for \b"
            notes.warning("regex-ascii", r"\b and \w know ASCII letters only", node.start, node.end, hint)
        return self._shared(Atom(("regex", source), pattern=source))

    def _atom(self, word: Word, languages: tuple[str, ...], kind: str | None, *, closed: bool) -> Atom:
        norm = normalise(word.text)
        acronym = is_acronym(word.text)
        if word.wild is not Wild.NONE:
            spec: tuple[str, ...] = ("wild", word.wild, norm, word.text if acronym else "")
            return self._shared(Atom(spec, norm=norm, wild=word.wild, capital=word.text if acronym else None))
        mode = _mode(word, acronym=acronym, closed=closed)
        spec = ("word", word.text, mode, "=" if word.exact else "", kind or "", _names_of(languages))
        known = self._atoms.get(spec)
        if known:
            return known
        keys = self._lexicon.term_keys(word.text, languages, kind=kind, exact=word.exact, mode=mode)
        parts = _PARTS_OF[mode] if not word.exact else Parts.NEVER
        name = How.NAME_FORM in keys.values()
        return self._shared(Atom(spec, norm=norm, keys=packed(keys), parts=parts, name=name))

    def _shared(self, atom: Atom) -> Atom:
        return self._atoms.setdefault(atom.spec, atom)


def _lists(spec: ConceptSpec) -> list[tuple[str | None, str, tuple[str, ...]]]:
    return [(None, "any", spec.any), *((language, language, items) for language, items in spec.by_language.items())]


@cache
def _names_of(languages: tuple[str, ...]) -> str:
    return " ".join(languages)


def _limited(form: Form, language: str | None, languages: frozenset[str]) -> Form:
    if form.separable and language is None:
        return form
    return replace(form, language=language, concept_languages=languages)


def _shown(word: Word) -> str:
    opens = "*" if word.wild in {Wild.SUFFIX, Wild.INFIX} else ""
    closes = "*" if word.wild in {Wild.PREFIX, Wild.INFIX} else ""
    return f"{opens}{word.text}{closes}"


def pieces_of(word: Word) -> list[Word]:
    """The words that the tokeniser finds in a written one; a wildcard belongs to the outer ones."""
    pieces = tokenise(word.text, language=None).words
    if len(pieces) < 2:
        return [replace(word, text=pieces[0])] if pieces else []
    first = Wild.SUFFIX if word.wild in {Wild.SUFFIX, Wild.INFIX} else Wild.NONE
    last = Wild.PREFIX if word.wild in {Wild.PREFIX, Wild.INFIX} else Wild.NONE
    middle = [replace(word, text=piece, wild=Wild.NONE) for piece in pieces[1:-1]]
    return [replace(word, text=pieces[0], wild=first), *middle, replace(word, text=pieces[-1], wild=last)]


def _mode(word: Word, *, acronym: bool, closed: bool) -> Mode:
    if acronym:
        return "acronym"
    if word.parts is Parts.NEVER or (closed and word.parts is Parts.USUAL):
        return "never-compound"
    return "compound" if word.parts is Parts.ANY_LENGTH else "plain"
