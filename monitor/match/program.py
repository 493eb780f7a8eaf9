"""Compiled rules: concepts resolved, words turned into the keys under which texts are looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.match.marks import Path
from monitor.match.nodes import Parts, Unit, Wild
from monitor.model.rule import RuleSpec


@dataclass(frozen=True, slots=True)
class Atom:
    """What one word of a text is compared with; equal `spec` means equal atoms.

    A word hits when one of its keys is among `keys` (see `keys.packed`); with `wild`, when its normal form begins, ends
    with or holds `norm`; a `pattern` (RE2) is searched in the text of a paragraph instead.
    """

    spec: tuple[str, ...]
    norm: str = field(default="", compare=False)
    keys: bytes = field(default=b"", compare=False)
    wild: Wild = field(default=Wild.NONE, compare=False)
    parts: Parts = field(default=Parts.NEVER, compare=False)
    """Whether a compound that has the word as a part is a hit."""
    name: bool = field(default=False, compare=False)
    """Whether no dictionary knows the word, so that it is rare."""
    capital: str | None = field(default=None, compare=False)
    """The letters as they must be written, for wildcards on acronyms."""
    pattern: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a term was written: a path as in `RuleProblem`, and offsets into that value."""

    path: Path
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a term: words in a row with up to `gap` others between two of them.

    `language` limits it to articles in that language; it holds in others too where the language is in doubt, or the
    concept has no forms of its own for it (`concept_languages`).  `separable`: a verb and its particle, which closes
    the clause.
    """

    text: str
    atoms: tuple[Atom, ...]
    origin: Origin
    gap: int = 0
    language: str | None = None
    concept_languages: frozenset[str] = frozenset()
    separable: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A word, phrase or concept, looked for in `field` (None: title, lead and body)."""

    name: str
    forms: tuple[Form, ...]
    field: str | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Every one of `items` holds."""

    items: tuple[Program, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One of `items` holds."""

    items: tuple[Program, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """`item` does not hold."""

    item: Program


@dataclass(frozen=True, slots=True)
class Apart:
    """`left` and `right` within a distance, on distinct words."""

    left: Program
    right: Program
    within: Unit
    ordered: bool
    text: str


@dataclass(frozen=True, slots=True)
class Least:
    """`item` occurs `times` or more."""

    times: int
    item: Program


@dataclass(frozen=True, slots=True)
class Only:
    """The article's `field` has one of `values` (lower-case globs)."""

    field: str
    values: tuple[str, ...]


Program = Term | All | Any | Without | Apart | Least | Only


@dataclass(frozen=True, slots=True)
class Event:
    """All `actors` and the `verb` within a unit, any order, distinct words."""

    actors: tuple[Term, ...]
    verb: Term
    within: Unit

    @property
    def roles(self) -> tuple[Term, ...]:
        """Actors and verb."""
        return (*self.actors, self.verb)


@dataclass(frozen=True, slots=True)
class Weight:
    """A term of a score."""

    term: Term
    points: float


Clause = tuple[Atom, ...]
"""A rule needs one hit among these atoms."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to be evaluated.

    `clauses` are necessary: an article in which one of them has no hit cannot match.  `digest` is the hash of all that
    decides what the rule matches.
    """

    spec: RuleSpec
    digest: str
    match: Program | None = None
    event: Event | None = None
    weights: tuple[Weight, ...] = ()
    ignore: tuple[Term, ...] = ()
    clauses: tuple[Clause, ...] = ()

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.spec.id

    @property
    def atoms(self) -> Iterator[Atom]:
        """Every atom of the rule, some of them more than once."""
        return (atom for term in self.terms() for form in term.forms for atom in form.atoms)

    @property
    def patient(self) -> bool:
        """Whether the verdict on a teaser has to wait for the full text."""
        return bool(self.spec.guard or self.spec.require or (self.match is not None and has_not(self.match)))

    def terms(self) -> Iterator[Term]:
        """Every term of the rule, `ignore` included."""
        if self.match is not None:
            yield from terms_of(self.match)
        if self.event is not None:
            yield from self.event.roles
        yield from (weight.term for weight in self.weights)
        yield from self.ignore


def below(program: Program) -> tuple[Program, ...]:
    """The parts directly below."""
    match program:
        case All() | Any():
            return program.items
        case Without() | Least():
            return (program.item,)
        case Apart():
            return (program.left, program.right)
        case _:
            return ()


def terms_of(program: Program) -> Iterator[Term]:
    """Every term of a program."""
    if isinstance(program, Term):
        yield program
    for part in below(program):
        yield from terms_of(part)


def has_not(program: Program) -> bool:
    """Whether there is a NOT in it."""
    return isinstance(program, Without) or any(has_not(part) for part in below(program))
