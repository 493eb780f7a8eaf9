"""What could stand where somebody types in a rule: keys, operators, names.  The text before the cursor decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from monitor.config.watchlist import (
    AlertModel,
    EscalateModel,
    EventModel,
    FireModel,
    RouteModel,
    RuleModel,
    ScoreModel,
    WhereModel,
)
from monitor.model.rule import Label

OFFERED = 12
OPERATORS = ("AND", "OR", "NOT", "NEAR/s", "NEAR/p", "NEAR/5", "COUNT>=2", "title:", "lead:", "body:", "author:")
SECTIONS: Mapping[str, type[BaseModel]] = {
    "alert": AlertModel,
    "escalate": EscalateModel,
    "event": EventModel,
    "fire": FireModel,
    "routes": RouteModel,
    "score": ScoreModel,
    "where": WhereModel,
}
_KEY = re.compile(r"^( *)([a-z_]*)$")
# Each begins where its kind of letters does: anywhere else it would read a long word once for every letter.
_NAMED = re.compile(r"(?<![\w.-])([\w.-]+):(?=[\s\[{'\"])")
_PREFIX = re.compile(r"(?<![$\w./:>=-])[$\w./:>=-]*$")


@dataclass(frozen=True, slots=True)
class Known:
    """The names of a configuration."""

    concepts: Sequence[str] = ()
    channels: Sequence[str] = ()
    sources: Sequence[str] = ()
    tags: Sequence[str] = ()
    rules: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """What may take the place of the last `length` characters before the cursor."""

    length: int
    offers: tuple[str, ...]


def complete(before: str, known: Known) -> Completion:
    """What may follow the text before the cursor."""
    line = before.rsplit("\n", 1)[-1]
    key = _KEY.match(line)
    if key is not None:
        section = _section(before) if key[1] else ""
        model = RuleModel if section == "" else SECTIONS.get(section or "")
        return _fitting(key[2], _keys(model)) if model is not None else Completion(0, ())
    typed = _PREFIX.search(line)
    word = typed[0] if typed else ""
    if word.startswith("$"):
        return _fitting(word, (f"${name}" for name in known.concepts))
    return _fitting(word, _values(_key_of(line, before), known)) if word else Completion(0, ())


def _values(key: str, known: Known) -> Iterable[str]:
    if key == "source":
        return (*known.sources, *known.tags)
    labels = [label.value for label in Label]
    names = {"to": known.channels, "guard": labels, "require": labels, "tags": known.tags, "id": known.rules}
    if key in names:
        return names[key]
    return OPERATORS if key in ("match", "verb", "actors", "ignore") else ()


def _key_of(line: str, before: str) -> str:
    """The key whose value is being typed, on this line or, for items of a list, above it."""
    found = _NAMED.findall(line)
    if found:
        return str(found[-1])
    return _section(before) or ""


def _section(before: str) -> str | None:
    """The key under which the last line is indented."""
    lines = before.split("\n")
    depth = len(lines[-1]) - len(lines[-1].lstrip(" "))
    for line in reversed(lines[:-1]):
        own = len(line) - len(line.lstrip(" "))
        if line.strip() and own < depth:
            return line.strip().removeprefix("- ").partition(":")[0]
    return None


def _fitting(word: str, offers: Iterable[str]) -> Completion:
    begun = [offer for offer in dict.fromkeys(offers) if offer.lower().startswith(word.lower()) and offer != word]
    return Completion(len(word), tuple(begun[:OFFERED]))


def _keys(model: type[BaseModel]) -> Iterable[str]:
    return (f"{field.alias or name}: " for name, field in model.model_fields.items())
