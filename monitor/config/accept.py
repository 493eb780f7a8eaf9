"""Which version of each rule is in force: the new one where it passed, the last good one where it did not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.config.build import concept_spec, rule_spec
from monitor.config.checks import Checked
from monitor.config.load import Config
from monitor.config.watchlist import AlertModel, ConceptModel, RuleModel
from monitor.match.compile import compile_rules
from monitor.match.engine import Engine
from monitor.match.lexicon import Lexicon
from monitor.match.text import Analysed
from monitor.model.article import Document
from monitor.model.match import Verdict
from monitor.model.rule import ConceptSpec, RuleSpec
from monitor.model.settled import RuleBook, RuleFacts
from monitor.store.rules import Accepted, RuleSync, rule_states, sync_rules, texts_in_force

ENGINE_VERSION = "1"
"""Named in every match; raise it when the same rule and text may give another verdict."""

_REFERENCE = re.compile(r"\$([\w.-]*\w)")


@dataclass(frozen=True, slots=True)
class Matcher:
    """The rules in force.  `revived` are last good versions, each with the concepts of its time.

    `searches` are the expressions that people subscribed to.
    """

    engine: Engine
    revived: tuple[Engine, ...] = ()
    searches: Engine | None = None
    version: str = ENGINE_VERSION

    def match(self, document: Document | Analysed) -> tuple[Verdict, ...]:
        """Verdicts of the rules that fired, that a guard held, or that wait for the text."""
        analysed = self.engine.analyse(document)
        return tuple(verdict for engine in self.engines for verdict in engine.match(analysed))

    def of(self, rule_id: str) -> Engine | None:
        """The engine that holds a rule, or None."""
        return next((e for e in self.engines if any(rule.id == rule_id for rule in e.rules)), None)

    @property
    def engines(self) -> tuple[Engine, ...]:
        """All of them."""
        return (self.engine, *self.revived, *([self.searches] if self.searches else []))


@dataclass(frozen=True, slots=True)
class InForce:
    """What is watched from now on, and what the new configuration changed."""

    matcher: Matcher
    rules: RuleBook
    sync: RuleSync
    kept: tuple[str, ...] = field(default=())
    """Refused rules whose last good version goes on."""
    not_watching: tuple[str, ...] = field(default=())
    """Refused rules that never had a good version."""


def accept_rules(
    connection: sa.Connection, config: Config, checked: Checked, now: datetime, *, author: str | None = None
) -> InForce:
    """Record what passed as the rules' versions and say what is in force, in the caller's unit of work."""
    texts = [Accepted(spec.id, spec.name, rule_text(config, spec.id), spec.keep_s) for spec in checked.accepted]
    refused = {rule_id: _first_problem(checked, rule_id) for rule_id in checked.refused}
    sync = sync_rules(connection, texts, refused, now, author=author)
    lexicon = checked.engine.lexicon
    last_good = texts_in_force(connection, sorted(refused))
    revived = {rule_id: found for rule_id, text in last_good.items() if (found := revive(text, lexicon))}
    specs = [*checked.accepted, *(spec for spec, _ in revived.values())]
    matcher = Matcher(checked.engine, tuple(engine for _, engine in revived.values()))
    kept = tuple(sorted(revived))
    idle = tuple(sorted(refused.keys() - revived.keys()))
    return InForce(matcher, rule_book(connection, specs), sync, kept, idle)


def compile_searches(
    searches: Sequence[tuple[str, str]], concepts: Mapping[str, ConceptSpec], lexicon: Lexicon
) -> Engine | None:
    """(rule, expression) pairs as rules of their own; one that cannot be read any more finds nothing."""
    specs = [RuleSpec(rule_id, rule_id, match=expression) for rule_id, expression in searches]
    compiled = compile_rules(specs, concepts, lexicon)
    return Engine(compiled, lexicon) if compiled.rules else None


def rule_book(connection: sa.Connection, specs: Iterable[RuleSpec]) -> RuleBook:
    """What alerting needs of the rules in force."""
    states = {state.rule_id: state for state in rule_states(connection)}
    facts = {}
    for spec in specs:
        state = states[spec.id]
        facts[spec.id] = RuleFacts(
            id=spec.id,
            name=spec.name,
            version=state.version or 1,
            accepted_at=state.accepted_at,
            founding=state.founding,
            alert=spec.alert,
            fire=spec.fire,
            where=spec.where,
            tags=spec.tags,
        )
    return RuleBook(facts)


def rule_text(config: Config, rule_id: str) -> dict[str, Any]:
    """All that decides what a rule does, as written: itself, the concepts it uses, the defaults of its alerts."""
    rule = config.plain(config.rule_nodes[rule_id])
    concepts: dict[str, Any] = {}
    waiting = _references_in(rule)
    while waiting:
        name = waiting.pop()
        if name not in concepts and name in config.concept_nodes:
            concepts[name] = config.plain(config.concept_nodes[name])
            waiting |= _references_in(concepts[name])
    defaults = config.model.defaults.alert.model_dump(mode="json", exclude_unset=True)
    return {"rule": rule, "concepts": concepts, "defaults": defaults}


def revive(text: Mapping[str, Any], lexicon: Lexicon) -> tuple[RuleSpec, Engine] | None:
    """A stored version, compiled with the concepts of its time; None where this program cannot read it any more."""
    try:
        concepts = {n: concept_spec(n, ConceptModel.model_validate(c)) for n, c in text["concepts"].items()}
        defaults = AlertModel.model_validate(text["defaults"])
        spec = rule_spec(RuleModel.model_validate(text["rule"]), defaults)
    except (KeyError, ValueError):  # pydantic's ValidationError is a ValueError
        return None
    compiled = compile_rules([spec], concepts, lexicon)
    return (spec, Engine(compiled, lexicon)) if compiled.rules else None


def _references_in(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return {name for key, item in value.items() for name in _references_in(key) | _references_in(item)}
    if isinstance(value, list):
        return {name for item in value for name in _references_in(item)}
    return set(_REFERENCE.findall(value)) if isinstance(value, str) else set()


def _first_problem(checked: Checked, rule_id: str) -> str:
    found = next((p for p in checked.errors if p.rule_id == rule_id), None)
    if found is None:
        return "refused"
    return f"{found.place.file}:{found.place.line}: [{found.code}] {found.message}"
