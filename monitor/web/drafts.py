"""A rule while it is being written: checked where it would stand, tried, saved; nothing runs before it is saved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from monitor.config.checks import TestRow, check_config
from monitor.config.edit import rule_text, snippet
from monitor.config.load import DRAFT, load_draft
from monitor.config.problems import ERROR, Problem
from monitor.match.compile import RuleCache, compile_rules
from monitor.match.engine import Engine
from monitor.model.rule import RuleSpec
from monitor.web.context import WebContext
from monitor.web.visit import Conflict


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be said of it.  `engine` holds the rule alone, None when it does not compile.

    `rule` are its keys and values.
    """

    text: str
    problems: tuple[Problem, ...]
    tests: tuple[TestRow, ...]
    spec: RuleSpec | None
    engine: Engine | None
    rule: Mapping[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """It may be saved and will be in force."""
        return self.engine is not None and not any(problem.severity == ERROR for problem in self.problems)

    @property
    def passed(self) -> int:
        """Tests that passed."""
        return sum(row.expected == row.got for row in self.tests)


def check(context: WebContext, rule_id: str | None, text: str) -> Draft:
    """Check a rule in place of the one of that id (None: a new one), with its own tests."""
    loaded = load_draft(context.path, rule_id, text)
    config = loaded.config
    spec = None
    if config is not None:
        spec = next((s for s in config.rules if config.rule_nodes[s.id].place.file == DRAFT), None)
    if config is None or spec is None:
        return Draft(text, _own(loaded.problems, None), (), None, None)
    # The others are as they were: checking this one alone keeps typing fluent beside thousands of rules.
    alone = replace(loaded, config=replace(config, rules=(spec,)))
    cache = RuleCache()  # of its own: what is typed passes through hundreds of rules that nobody will ask for again
    checked = check_config(alone, context.lexicon, cache=cache)
    compiled = compile_rules([spec], config.concepts, context.lexicon, cache=cache)
    engine = Engine(compiled, context.lexicon) if compiled.rules else None
    rule = config.plain(config.rule_nodes[spec.id])
    return Draft(text, _own(checked.problems, spec.id), checked.tests, spec, engine, rule)


def written(context: WebContext, rule_id: str) -> str | None:
    """The rule as it stands in the file."""
    return rule_text(context.path, rule_id)


def new_rule(match: str, name: str = "") -> str:
    """A first draft for an expression."""
    value: dict[str, Any] = {"id": "new-rule", "name": name or "New rule", "match": match or "word"}
    return as_text(value | {"tests": {"fires": [], "silent": []}})


def as_text(value: Mapping[str, Any]) -> str:
    """Keys and values as YAML."""
    lines = snippet(value).splitlines()
    return "\n".join(line[4:] for line in lines) + "\n"


def fingerprint(text: str | None) -> str:
    """Names a version of a rule's text: a second tab that saved meanwhile is noticed by it."""
    return hashlib.sha256((text or "").encode("utf-8", "replace")).hexdigest()[:16]


def require_unchanged(context: WebContext, rule_id: str | None, seen: str) -> None:
    """Raise `Conflict` when the rule is not the one that somebody began to edit."""
    if rule_id is not None and fingerprint(written(context, rule_id)) != seen:
        raise Conflict(
            "the rule was changed elsewhere while you edited it: nothing was saved",
            remedy="keep your text, reload the page, and bring the two together",
        )


def _own(problems: tuple[Problem, ...], rule_id: str | None) -> tuple[Problem, ...]:
    """Those of the draft, and the ones that keep the whole file from being read."""
    return tuple(
        p
        for p in problems
        if p.place.file == DRAFT
        or (rule_id is not None and p.rule_id == rule_id)
        or (p.severity == ERROR and not p.rule_id)
    )
