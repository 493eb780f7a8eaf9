"""What a rule finds in a text: evidence groups, Boolean logic, scores."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from monitor.match import patterns
from monitor.match.index import Scan
from monitor.match.program import All, Any, Apart, Atom, CompiledRule, Event, Form, Least, Only, Program, Term, Without
from monitor.match.scope import in_values, unknown
from monitor.match.spans import Distance, Hit, Span, apart, gathered, in_a_row, joined, merged, nearest, pairs
from monitor.match.text import PARAGRAPH_STEP, TEXT
from monitor.match.tokens import Tokens
from monitor.model.match import How

Groups = tuple[Span, ...]
Permit = Callable[[Span], bool]

_PART_FACTOR: Final = 0.5
"""Weight of a hit inside a compound, in scores."""
_CLAUSE_END: Final = re.compile(r"\W*(?:$|[.,;:!?…)\]–—»“\"]|\s(?:und|oder|sowie|als|wie|bevor|nachdem|en|of)\b)")
_MOST_MATCHES: Final = 1000
"""Of a pattern in one paragraph: `a.*b|a` reads to the end of the text for each of its matches."""
_SEPARABLE_REACH: Final = 25
"""Words between a verb and its particle."""


def everything(_: Span) -> bool:
    """Every group counts."""
    return True


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: `groups` prove it, `score` where the rule has one."""

    held: bool
    groups: Groups = ()
    score: float | None = None


class Evaluation:
    """One rule on one text."""

    def __init__(self, rule: CompiledRule, scan: Scan) -> None:
        self.rule = rule
        self.scan = scan
        self._spans: dict[int, list[Span]] = {}
        self._firsts: dict[int, list[int]] = {}

    def finding(self, permit: Permit = everything) -> Finding:
        """What holds when only the evidence groups count that `permit` lets through."""
        rule = self.rule
        groups: list[Span] = []
        if rule.match is not None:
            matched = self.holds(rule.match, permit)
            if matched is None:
                return Finding(False)
            groups.extend(matched)
        if rule.event is not None:
            events = [span for span in self.events(rule.event) if permit(span)]
            if not events:
                return Finding(False)
            groups.extend(events)
        if rule.spec.score is None:
            return Finding(True, tuple(groups))
        score, scored = self.score(permit)
        return Finding(score >= rule.spec.score.threshold, _once((*groups, *scored)), score)

    # -- logic ----------------------------------------------------------------------------------------------------

    def holds(self, program: Program, permit: Permit = everything) -> list[Span] | None:
        """The groups that make a program true; None where it is not."""
        match program:
            case All():
                return self._all(program.items, permit)
            case Any():
                ways = [found for item in program.items if (found := self.holds(item, permit)) is not None]
                return [span for found in ways for span in found] if ways else None
            case Without(item=Only() as only) if unknown(only.field, self.scan.analysed):
                return []
            case Without():
                return [] if self.holds(program.item) is None else None
            case Only():
                return [] if in_values(program, self.scan.analysed) else None
            case Least():
                found = [span for span in apart(self.spans(program.item)) if permit(span)]
                return found if len(found) >= program.times else None
            case _:
                return [span for span in self.spans(program) if permit(span)] or None

    def _all(self, items: Sequence[Program], permit: Permit) -> list[Span] | None:
        found: list[Span] = []
        for item in items:
            one = self.holds(item, permit)
            if one is None:
                return None
            found.extend(one)
        return found

    # -- positions ------------------------------------------------------------------------------------------------

    def spans(self, program: Program) -> list[Span]:
        """All passages that a program accounts for, in order of the text."""
        known = self._spans.get(id(program))
        if known is None:
            known = self._spans[id(program)] = self._find(program)
        return known

    def _find(self, program: Program) -> list[Span]:
        match program:
            case Term():
                return self._free(self._term(program))
            case Any():
                return merged(span for item in program.items for span in self.spans(item))
            case Apart():
                return self._near(program)
            case _:  # pragma: no cover - the compiler refuses all else where positions are asked for
                return []

    def _near(self, near: Apart) -> list[Span]:
        distance = Distance(near.within, self.sentence_of, ordered=near.ordered)
        lefts, rights = parts_of(near.left), parts_of(near.right)
        if len(lefts) == len(rights) == 1:
            return pairs(self.spans(lefts[0]), self.spans(rights[0]), distance)
        found = [
            joined(span, *others)
            for span in self.spans(rights[0])
            if (others := self._around(span, lefts, rights[1:], distance))
        ]
        return merged(found)

    def _around(
        self, anchor: Span, lefts: Sequence[Program], rights: Sequence[Program], distance: Distance
    ) -> list[Span] | None:
        """For `(a AND b) NEAR (c AND d)`: around one c the nearest a and b, then d near the a."""
        chosen: list[Span] = []
        for part in lefts:
            found = self._nearest(anchor, part, lambda one, two: distance.between(two, one))
            if found is None:
                return None
            chosen.append(found)
        first = chosen[0]
        for part in rights:
            found = self._nearest(first, part, distance.between)
            if found is None:
                return None
            chosen.append(found)
        return chosen

    def _nearest(self, span: Span, part: Program, measure: Callable[[Span, Span], int | None]) -> Span | None:
        spans = self.spans(part)
        if id(part) not in self._firsts:
            self._firsts[id(part)] = [other.first for other in spans]
        return nearest(span, spans, self._firsts[id(part)], measure)

    def events(self, event: Event) -> list[Span]:
        """The passages that hold all actors and the verb."""
        roles = [self.spans(role) for role in event.roles]
        return gathered(roles, event.within, self.sentence_of) if all(roles) else []

    def score(self, permit: Permit = everything) -> tuple[float, Groups]:
        """The sum of the weights, and the hits that gained or cost something."""
        spec = self.rule.spec.score
        total = 0.0
        groups: list[Span] = []
        for weight in self.rule.weights:
            spans = [span for span in apart(self.spans(weight.term)) if permit(span)]
            ranked = sorted(((self._worth(span), span) for span in spans), key=lambda item: -item[0])
            counted = ranked[: spec.cap_per_term] if spec else ranked
            total += weight.points * sum(worth for worth, _ in counted)
            groups.extend(span for _, span in counted)
        return total, tuple(groups)

    def _worth(self, span: Span) -> float:
        spec = self.rule.spec.score
        in_title = self.scan.analysed.paragraphs[span.paragraph].field == "title"
        factor = spec.title_factor if spec and in_title else 1.0
        return factor * (_PART_FACTOR if any(hit.how is How.PART_OF for hit in span.hits) else 1.0)

    def sentence_of(self, at: int) -> int:
        """A number for the sentence at a position, unlike that of any other sentence."""
        number, position = divmod(at, PARAGRAPH_STEP)
        return number * PARAGRAPH_STEP + self.scan.analysed.paragraphs[number].sentence(position)

    # -- terms ----------------------------------------------------------------------------------------------------

    @cached_property
    def _blanked(self) -> frozenset[int]:
        blanked: set[int] = set()
        for term in self.rule.ignore:
            done = -1  # phrases with gaps overlap; each word is blanked once
            for span in self._term(term):
                blanked.update(range(max(span.first, done + 1), span.last + 1))
                done = max(done, span.last)
        return frozenset(blanked)

    def _free(self, spans: list[Span]) -> list[Span]:
        if not self.rule.ignore:
            return spans
        return [span for span in spans if all(hit.at not in self._blanked for hit in span.hits)]

    def _term(self, term: Term) -> list[Span]:
        # Rules share the forms of a concept: looked up once for all of them.
        shared = self.scan.found_forms
        key = (id(term.forms), term.field)
        if key not in shared:
            found = (span for form in term.forms if self._applies(form) for span in self._form(form, term.field))
            shared[key] = merged(found)
        return shared[key]

    def _applies(self, form: Form) -> bool:
        language = self.scan.analysed.language
        return form.language is None or language in {None, form.language} or language not in form.concept_languages

    def _form(self, form: Form, field: str | None) -> Iterator[Span]:
        if form.atoms[0].pattern is not None:
            yield from self._pattern(form, form.atoms[0].pattern, field)
            return
        rows = []
        for atom in form.atoms:
            rows.append([Hit(at, how, form) for at, how in self._occurrences(atom) if self._in(at, field)])
            if not rows[-1]:
                return
        if form.separable:
            yield from self._apart_verbs(rows[0], rows[1])
        elif len(rows) == 1:
            yield from (Span(hit.at, hit.at, (hit,)) for hit in rows[0])
        else:
            rows = [[hit for hit in row if hit.how is not How.PART_OF] for row in rows]
            yield from in_a_row(rows, form.gap, self.sentence_of)

    def _occurrences(self, atom: Atom) -> Iterable[tuple[int, How]]:
        return self.scan.occurrences(self.scan.vocabulary.numbers[atom.spec])

    def _in(self, at: int, field: str | None) -> bool:
        fields = self.scan.analysed.paragraphs[at // PARAGRAPH_STEP].fields
        return not TEXT.isdisjoint(fields) if field is None else field in fields

    def _apart_verbs(self, verbs: Sequence[Hit], particles: Sequence[Hit]) -> Iterator[Span]:
        at = 0
        for particle in particles:
            while at < len(verbs) and verbs[at].at < particle.at:
                at += 1
            verb = verbs[at - 1] if at else None
            if verb is None or particle.at - verb.at > _SEPARABLE_REACH or not self._closes_clause(particle.at):
                continue
            if self.sentence_of(verb.at) == self.sentence_of(particle.at):
                hits = tuple(hit._replace(how=How.INFLECTED) for hit in (verb, particle))
                yield Span(verb.at, particle.at, hits)

    def _closes_clause(self, at: int) -> bool:
        number, position = divmod(at, PARAGRAPH_STEP)
        tokens = self.scan.analysed.paragraphs[number].tokens
        return _CLAUSE_END.match(tokens.text, tokens.spans[position][1]) is not None

    def _pattern(self, form: Form, pattern: str, field: str | None) -> Iterator[Span]:
        if self.scan.vocabulary.numbers[form.atoms[0].spec] not in self.scan.patterns:
            return
        for number, paragraph in enumerate(self.scan.analysed.paragraphs):
            if not self._in(number * PARAGRAPH_STEP, field):
                continue
            at = 0
            matches = patterns.compiled(pattern).finditer(patterns.searchable(paragraph.text))
            for found in islice(matches, _MOST_MATCHES):
                if found.end() > found.start():
                    at, last = _words_of(found.span(), paragraph.tokens, at)
                    hit = Hit(number * PARAGRAPH_STEP + at, How.REGEX, form, found.span())
                    yield Span(hit.at, number * PARAGRAPH_STEP + last, (hit,))


def _words_of(passage: tuple[int, int], tokens: Tokens, at: int) -> tuple[int, int]:
    """The positions of the first and the last word of a passage of characters; the search begins at the word `at`.

    A passage without a word ("€") stands for the one behind it or, at the end of its sentence, for the one before.
    """
    spans = tokens.spans
    while at < len(spans) and spans[at][1] <= passage[0]:
        at += 1
    last = at
    while last + 1 < len(spans) and spans[last + 1][0] < passage[1]:
        last += 1
    if at == len(spans) or spans[at][0] >= passage[1]:
        goes_on = at < len(spans) and tokens.sentence_spans[tokens.sentences[at]][0] <= passage[0]
        at = last = at if goes_on else max(0, at - 1)
    return at, last


def _once(spans: Iterable[Span]) -> Groups:
    """Each passage once, however many terms have found it."""
    known: dict[tuple[tuple[int, tuple[int, int] | None], ...], Span] = {}
    for span in spans:
        known.setdefault(tuple((hit.at, hit.chars) for hit in span.hits), span)
    return tuple(known.values())


def parts_of(program: Program) -> tuple[Program, ...]:
    """What a side of a distance consists of: each part has positions of its own."""
    return program.items if isinstance(program, All) else (program,)
