"""Rules as written to rules ready to be evaluated; every problem of every rule at once.

A rule's digest covers all that decides what it matches (its texts and those of the concepts it uses); an unchanged
digest means an unchanged rule, which `RuleCache` then hands out without work.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import pickle
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.match.anchors import clauses_of
from monitor.match.impossible import impossible
from monitor.match.lexicon import Lexicon
from monitor.match.marks import Notes, Path
from monitor.match.nodes import And, Count, InField, Near, Node, Not, Or, Unit, Value
from monitor.match.program import (
    All,
    Any,
    Apart,
    CompiledRule,
    Event,
    Form,
    Least,
    Only,
    Program,
    Term,
    Weight,
    Without,
    terms_of,
)
from monitor.match.syntax import parse_expression, print_expression
from monitor.match.terms import Terms
from monitor.model.rule import ConceptSpec, EventSpec, RuleProblem, RuleSpec, ScoreSpec

FORMAT = 1
"""Part of every digest: raise it when compiled rules change their shape or meaning."""

MAX_WAYS = 64
"""Combinations of groups on both sides of one NEAR."""

MAX_ACTORS = 6
"""Actors of one event: which word stands for which of them is tried out."""

_DISTANCE = re.compile(r"0?[1-9]\d{0,5}")
REFERENCE = re.compile(r"\$([\w.-]*\w)")
"""Where a text names a concept."""


@dataclass(slots=True)
class RuleCache:
    """Compiled rules by digest, kept while the program runs and, as bytes, across restarts."""

    rules: dict[str, CompiledRule] = field(default_factory=dict)

    def keep(self, rules: Iterable[CompiledRule]) -> None:
        """Forget all but these: a watchlist that is edited for months has many former selves."""
        self.rules = {rule.digest: rule for rule in rules if rule.digest in self.rules}

    def dump(self, version: str) -> bytes:
        """Everything in it, for a file of the state directory; `version` is the program's."""
        return pickle.dumps((version, FORMAT, self.rules), protocol=5)

    @classmethod
    def load(cls, data: bytes, version: str) -> RuleCache:
        """What `dump` gave; empty for another version of the program (keys of words may differ) or a torn file.

        The bytes must be the program's own: unpickling runs code.
        """
        try:
            written_by, shape, rules = pickle.loads(data)  # noqa: S301 - a file that only this program writes
        except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, TypeError, ValueError):
            return cls()
        return cls(rules) if (written_by, shape) == (version, FORMAT) else cls()


@dataclass(frozen=True, slots=True)
class CompiledSet:
    """The rules that compiled, in the order of the watchlist, and what is wrong with the others (and with concepts).

    Problems come with the rule's id; "" for a concept's, which belong to no rule.
    """

    rules: tuple[CompiledRule, ...]
    problems: tuple[tuple[str, RuleProblem], ...] = ()

    def refused(self) -> frozenset[str]:
        """Ids of rules with an error."""
        return frozenset(rule_id for rule_id, problem in self.problems if problem.severity == "error" and rule_id)


def compile_rules(
    rules: Sequence[RuleSpec],
    concepts: Mapping[str, ConceptSpec],
    lexicon: Lexicon,
    *,
    cache: RuleCache | None = None,
) -> CompiledSet:
    """Compile `rules`; a rule with an error is left out and its problems are reported.  Raises nothing."""
    cache = cache if cache is not None else RuleCache()
    digests = _Digests(concepts, lexicon.languages)
    terms = Terms(concepts, lexicon)
    for name in concepts:
        terms.concept(name)
    problems = [("", problem) for problem in terms.problems]
    compiled = []
    for spec in rules:
        digest = digests.rule(spec)
        known = cache.rules.get(digest)
        if known is not None:
            compiled.append(known if known.spec == spec else replace(known, spec=spec))
            continue
        rule, found = _Compilation(spec, terms).run(digest)
        problems.extend((spec.id, problem) for problem in found)
        if rule is not None:
            compiled.append(rule)
            if not found:  # one with warnings is compiled again, so that they are reported again
                cache.rules[digest] = rule
    return CompiledSet(tuple(compiled), tuple(problems))


class _Digests:
    def __init__(self, concepts: Mapping[str, ConceptSpec], languages: Sequence[str]) -> None:
        self._concepts = concepts
        self._known: dict[str, str] = {}
        self._base = f"{FORMAT} {' '.join(languages)}"

    def rule(self, spec: RuleSpec) -> str:
        parts = (spec.match, spec.event, spec.score, spec.guard, spec.require, spec.ignore, spec.where)
        return self._hash(f"{self._base} {parts!r}")

    def _hash(self, text: str) -> str:
        used = sorted(set(REFERENCE.findall(text)) & self._concepts.keys())
        for name in used:
            text += self._concept(name)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def _concept(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = name  # a cycle ends here; it is an error anyway
            self._known[name] = self._hash(repr(self._concepts[name]))
        return self._known[name]


class _Compilation:
    """One rule on its way; problems are collected."""

    def __init__(self, spec: RuleSpec, terms: Terms) -> None:
        self._spec = spec
        self._terms = terms
        self._problems: list[RuleProblem] = []
        self._broken = False

    def run(self, digest: str) -> tuple[CompiledRule | None, list[RuleProblem]]:
        spec = self._spec
        match = self._match(spec.match) if spec.match is not None else None
        event = self._event(spec.event) if spec.event is not None else None
        weights = self._weights(spec.score) if spec.score is not None else ()
        ignore = tuple(term for n, text in enumerate(spec.ignore) if (term := self._listed(text, ("ignore", n))))
        self._check_whole(match)
        if self._refused():
            return None, self._problems
        rule = CompiledRule(spec, digest, match, event, weights, ignore)
        for fault, path in impossible(rule):
            self._error("never-matches", f"this can never match: {fault}", path)
        if self._refused():
            return None, self._problems
        return replace(rule, clauses=tuple(map(self._terms.row, clauses_of(rule)))), self._problems

    def _refused(self) -> bool:
        return self._broken or any(problem.severity == "error" for problem in self._problems)

    def _error(self, code: str, message: str, path: Path, hint: str | None = None) -> None:
        self._problems.append(RuleProblem(code, message, path, hint=hint))

    # -- match ----------------------------------------------------------------------------------------------------

    def _match(self, text: str) -> Program | None:
        parsed = parse_expression(text)
        self._problems.extend(parsed.problems)
        if parsed.node is None:
            return None
        notes = Notes(("match",))
        program = self._program(parsed.node, notes, None)
        alone = self._spec.event is None and self._spec.score is None
        if program is not None and alone and satisfied_by_nothing(program):
            hint = "say what the article must contain as well"
            notes.error("not-alone", "this is true of articles that contain none of its words", 0, len(text), hint)
        self._problems.extend(notes.problems)
        return program

    def _program(self, node: Node, notes: Notes, field: str | None) -> Program | None:
        match node:
            case And() | Or():
                items = [item for child in node.items if (item := self._program(child, notes, field))]
                return None if not items else All(tuple(items)) if isinstance(node, And) else Any(tuple(items))
            case Not():
                item = self._program(node.item, notes, field)
                return Without(item) if item else None
            case Near():
                left, right = self._program(node.left, notes, field), self._program(node.right, notes, field)
                return self._near(node, left, right, notes) if left and right else None
            case InField():
                return self._program(node.item, notes, node.field)
            case Count():
                item = self._program(node.item, notes, field)
                return Least(node.least, item) if item else None
            case Value():
                return Only(node.field, tuple(value.lower() for value in node.values))
            case _:
                return self._leaf(node, notes, field)

    def _near(self, node: Near, left: Program, right: Program, notes: Notes) -> Program | None:
        """`(a OR (b AND c)) NEAR d` as `a NEAR d` or `(b AND c) NEAR d`: each distance is between plain groups."""
        text = print_expression(node)
        both = [(one, two) for one in ways(left) for two in ways(right)]
        if len(both) > MAX_WAYS:
            notes.error("complex-near", f"these groups can be near in more than {MAX_WAYS} ways", node.start, node.end)
            return None
        nears = [Apart(one, two, node.within, node.ordered, text) for one, two in both]
        return nears[0] if len(nears) == 1 else Any(tuple(nears))

    def _leaf(self, node: Node, notes: Notes, field: str | None) -> Term | None:
        term = self._terms.term(node, notes, field)
        self._broken = self._broken or term is None
        return term

    # -- event, score, lists --------------------------------------------------------------------------------------

    def _event(self, spec: EventSpec) -> Event | None:
        actors = [self._listed(text, ("event", "actors", number)) for number, text in enumerate(spec.actors)]
        verb = self._listed(spec.verb, ("event", "verb"))
        within = _unit(spec.within)
        if not spec.actors:
            self._error("no-actors", "an event needs an actor", ("event", "actors"))
        if len(spec.actors) > MAX_ACTORS:
            message = f"an event has at most {MAX_ACTORS} actors, each on a word of its own"
            self._error("many-actors", message, ("event", "actors"), "list alternatives in a concept")
        if within is None:
            hint = "sentence, paragraph, or a number of words"
            self._error("bad-within", f"within: {spec.within} is no distance", ("event", "within"), hint)
        known = tuple(actor for actor in actors if actor)
        return Event(known, verb, within) if verb and within and len(known) == len(actors) else None

    def _weights(self, spec: ScoreSpec) -> tuple[Weight, ...]:
        if not spec.terms:
            self._error("no-terms", "a score needs terms", ("score", "terms"))
        weights = []
        for text, points in spec.terms.items():
            term = self._listed(text, ("score", "terms", text))
            if term is not None:
                weights.append(Weight(term, points))
        return tuple(weights)

    def _listed(self, text: str, path: Path) -> Term | None:
        notes = Notes(path)
        term = self._terms.listed(text, notes)
        self._broken = self._broken or term is None
        self._problems.extend(notes.problems)
        return term

    # -- the rule as a whole --------------------------------------------------------------------------------------

    def _check_whole(self, match: Program | None) -> None:
        spec = self._spec
        if spec.match is None and spec.event is None and spec.score is None:
            self._error("empty-rule", "there is nothing to look for", (), "add match, event or score")
        for label in sorted(set(spec.guard) & set(spec.require)):
            hint = "guard takes away what require asks for"
            self._error("contradiction", f"{label} stands in guard and in require", ("require",), hint)
        for name, globs in (("lang", spec.where.lang), ("source", spec.where.source)):
            wanted, unwanted = _signed(globs)
            if wanted and wanted <= unwanted:
                self._error("contradiction", "everything that is wanted here is excluded too", ("where", name))
        for name in ("lang", "source", "section", "url"):
            for number, glob in enumerate(getattr(spec.where, name)):
                if not glob.removeprefix("!").strip():
                    self._error("empty-glob", "this condition is empty", ("where", name, number))
        if match is not None and (spec.guard or spec.require) and not any(True for _ in terms_of(match)):
            self._error("contradiction", "guard and require need words that they can judge", ("match",))


def _unit(within: str | int) -> Unit | None:
    match within:
        case "sentence":
            return "s"
        case "paragraph":
            return "p"
        case int() if within > 0:
            return within
        case str() if _DISTANCE.fullmatch(within):
            return int(within)
        case _:
            return None


def _signed(globs: Sequence[str]) -> tuple[set[str], set[str]]:
    wanted = {glob.lower() for glob in globs if not glob.startswith("!")}
    return wanted, {glob[1:].lower() for glob in globs if glob.startswith("!")}


def satisfied_by_nothing(program: Program) -> bool:
    """Whether an article without any of its words satisfies it."""
    match program:
        case Without():
            return True
        case All():
            return all(satisfied_by_nothing(item) for item in program.items)
        case Any():
            return any(satisfied_by_nothing(item) for item in program.items)
        case _:
            return False


def ways(program: Program) -> list[Program]:
    """Alternatives that are each a term, a distance, plain alternatives of these, or all of several such."""
    match program:
        case Any() if any(isinstance(part, All) for part in _grouped(program)):
            return [way for item in program.items for way in ways(item)]
        case All():
            parts = [ways(item) for item in program.items]
            if math.prod(map(len, parts)) > MAX_WAYS:
                return [program] * (MAX_WAYS + 1)
            return [All(tuple(_flat(chosen))) for chosen in itertools.product(*parts)]
        case _:
            return [program]


def _grouped(program: Program) -> Iterator[Program]:
    yield program
    if isinstance(program, All | Any):
        for item in program.items:
            yield from _grouped(item)


def _flat(chosen: Sequence[Program]) -> Iterator[Program]:
    for item in chosen:
        yield from item.items if isinstance(item, All) else (item,)


def forms_of(rule: CompiledRule) -> Mapping[str, Form]:
    """The forms of a rule by their text, for pointing at where a hit was written."""
    return {form.text: form for term in rule.terms() for form in term.forms}
