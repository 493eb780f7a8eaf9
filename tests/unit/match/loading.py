"""Watchlists in YAML to specs, for tests of rules: none of the configuration's checks, only its shapes."""

from __future__ import annotations

from typing import Any

import yaml

from monitor.model.rule import ConceptSpec, EventSpec, Label, RuleSpec, Sample, ScoreSpec, WhereSpec


def load(text: str) -> tuple[dict[str, ConceptSpec], list[RuleSpec]]:
    content = yaml.load(text, Loader=yaml.BaseLoader)  # every scalar is text, as in the configuration
    concepts = {name: _concept(name, raw) for name, raw in content["concepts"].items()}
    return concepts, [_rule(raw) for raw in content["watchlist"]]


def _concept(name: str, raw: dict[str, Any]) -> ConceptSpec:
    forms = {key: tuple(value) for key, value in raw.items() if key not in {"kind", "any"}}
    return ConceptSpec(name, raw.get("kind"), tuple(raw.get("any", ())), forms)


def _rule(raw: dict[str, Any]) -> RuleSpec:
    event, score, tests = raw.get("event"), raw.get("score"), raw.get("tests", {})
    return RuleSpec(
        id=raw["id"],
        name=raw.get("name", raw["id"]),
        match=raw.get("match"),
        event=EventSpec(tuple(event["actors"]), event["verb"], event.get("within", "sentence")) if event else None,
        score=_score(score) if score else None,
        guard=tuple(Label(label) for label in _several(raw.get("guard"))),
        require=tuple(Label(label) for label in _several(raw.get("require"))),
        ignore=_several(raw.get("ignore")),
        where=WhereSpec(**{key: _several(value) for key, value in raw.get("where", {}).items()}),
        fires=tuple(_sample(sample) for sample in tests.get("fires", ())),
        silent=tuple(_sample(sample) for sample in tests.get("silent", ())),
    )


def _several(value: str | list[str] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _score(raw: dict[str, Any]) -> ScoreSpec:
    cap = raw.get("cap_per_term")
    terms = {term: float(points) for term, points in raw["terms"].items()}
    return ScoreSpec(float(raw["threshold"]), terms, float(raw.get("title_factor", 1)), int(cap) if cap else None)


def _sample(raw: str | dict[str, str]) -> Sample:
    if isinstance(raw, str):
        return Sample(raw, raw)
    return Sample(raw, raw.get("title", ""), raw.get("text", ""), raw.get("lang"))
