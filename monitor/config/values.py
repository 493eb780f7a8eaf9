"""From the tree of a YAML file to plain values and validated models, with every complaint in its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from monitor.config.nodes import Mapping, Node, Scalar, Sequence, find
from monitor.config.problems import Place, Problem

M = TypeVar("M", bound=BaseModel)
_WRONG_BRANCH = {
    "scalar": {"model_type", "model_attributes_type", "dict_type", "tuple_type", "list_type"},
    "other": {"literal_error", "string_type", "int_parsing", "int_type"},
}


_VARIABLE = re.compile(r"\$([A-Z_][A-Z0-9_]*)/+")
_TYPES = frozenset({"string_type", "tuple_type", "dict_type", "model_type"})
_SHAPES = {
    "sources": "write - {feed: 'https://example.org/rss'}",
    "channels": "write name: {to: 'console://'} or name: {mail: {to: …, server: …}}",
    "tests": "write tests: {fires: ['a sentence'], silent: ['another']}",
    "match": "write one text: 'harbour AND (ship OR vessel)'",
}
"""How it is meant, by the key of a value that has the wrong shape."""


@dataclass(slots=True)
class Values:
    """Turns nodes into Python values; secrets come from `environ` and from files beside `folder`."""

    environ: MappingType[str, str]
    folder: Path
    problems: list[Problem] = field(default_factory=list)

    def of(self, node: Node) -> Any:
        """dict, list or str; a key with nothing behind it is left out, as if it were absent."""
        if isinstance(node, Mapping):
            return {key.text: self.of(value) for key, value in node.items if not is_nothing(value)}
        if isinstance(node, Sequence):
            return [self.of(item) for item in node.items]
        return self.secret(node) if node.tag in ("!env", "!file") else node.text

    def secret(self, node: Scalar) -> str:
        """The value that `!env NAME` or `!file PATH` points to; a missing one is a problem and an empty text."""
        try:
            if node.tag == "!env":
                return self.environ[node.text]
            return secret_file(node.text, self.folder, self.environ).read_text().strip()
        except KeyError as error:
            what, remedy = f"the environment has no {error.args[0]}", "set it before starting"
        except (OSError, RuntimeError, UnicodeDecodeError) as error:
            why = "there is no home" if isinstance(error, RuntimeError) else getattr(error, "strerror", "it is no text")
            what, remedy = f"cannot read {node.text}: {why}", "create the file, readable by the monitor"
        self.problems.append(Problem("secret-missing", what, node.place, hint=remedy))
        return ""


def secret_file(text: str, folder: Path, environ: MappingType[str, str]) -> Path:
    """The file that `!file` names: beside `folder`, below a home (`~/`), or below a folder that `environ` names.

    `$CREDENTIALS_DIRECTORY/` is where systemd puts what a unit loads, another place for each instance.  Raises
    `KeyError` for a variable that is not there, `RuntimeError` for nobody's home.
    """
    named = _VARIABLE.match(text)
    if named is not None:
        return Path(environ[named[1]], text[named.end() :])
    return folder / Path(text).expanduser()


def is_nothing(node: Node) -> bool:
    """Whether a key has nothing behind it (`channels:` and the end of the line)."""
    return isinstance(node, Scalar) and node.plain and not node.text and node.tag is None


def validate(model: type[M], node: Node, value: Any, *, rule_id: str | None = None) -> M | list[Problem]:
    """The model, or every problem with its place in the file."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = [_problem(model, node, e, rule_id) for e in _of_the_right_branch(node, error.errors())]
        unique: dict[tuple[Place, str], Problem] = {}
        for problem in problems:
            unique.setdefault((problem.place, problem.code), problem)
        return list(unique.values())


def _of_the_right_branch(node: Node, errors: Iterable[Any]) -> list[Any]:
    """A union complains once for each branch: keep what fits the shape that the person wrote."""
    kept = []
    for error in errors:
        reached, _, _ = find(node, error["loc"])
        kind = "scalar" if isinstance(reached, Scalar) else "other"
        branch_step = any(isinstance(step, str) and step.endswith("Model") for step in error["loc"])
        if error["type"] in _WRONG_BRANCH[kind] and (branch_step or kind == "other"):
            continue
        kept.append(error)
    return kept or list(errors)[:1]


def _problem(model: type[BaseModel], node: Node, error: Any, rule_id: str | None) -> Problem:
    loc = error["loc"]
    reached, key, _ = find(node, loc)
    place = (reached or node).place
    kind = error["type"]
    if kind == "extra_forbidden":
        name = str(loc[-1])
        owner, _, _ = find(node, loc[:-1])
        wrong = owner.key(name) if isinstance(owner, Mapping) else None
        hint = suggestion(name, _allowed(model, loc[:-1]))
        return Problem("unknown-key", f'unknown key "{name}"', (wrong or key or node).place, hint=hint, rule_id=rule_id)
    if kind == "missing":
        owner, owner_key, _ = find(node, loc[:-1])
        where = (owner_key or owner or node).place
        return Problem("missing-key", f'the key "{loc[-1]}" is missing', where, rule_id=rule_id)
    code = kind if "-" in kind else "bad-value"
    hint = next((_SHAPES[step] for step in reversed(loc) if step in _SHAPES), None) if kind in _TYPES else None
    return Problem(code, _words(error), place, hint=hint, rule_id=rule_id)


def _words(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        return f"write one of {context['expected']}"
    if kind == "string_pattern_mismatch":
        return "small letters, digits, '-', '_' and '.' only"
    texts = {
        "int_parsing": "a whole number is expected",
        "float_parsing": "a number is expected",
        "bool_parsing": "write true or false",
        "string_type": "a text is expected",
        "tuple_type": "a list is expected",
        "dict_type": "keys and values are expected",
        "model_type": "keys and values are expected",
    }
    return texts.get(kind, str(error["msg"]))


def suggestion(name: str, allowed: Iterable[str]) -> str | None:
    """`did you mean …?` for a misspelt name, else the names there are (when they are few)."""
    names = sorted(set(allowed))
    close = difflib.get_close_matches(name, names, 1, 0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= 12 else None


def _allowed(model: type[BaseModel], loc: Iterable[Any]) -> list[str]:
    """The keys that may stand at `loc` of a model."""
    models = [model]
    for step in loc:
        below: list[type[BaseModel]] = []
        for owner in models:
            field_info = _field(owner, step)
            below += _models_in(field_info) if field_info is not None else [owner]
        models = below
    return [info.alias or name for owner in models for name, info in owner.model_fields.items()]


def _field(model: type[BaseModel], step: Any) -> Any:
    for name, info in model.model_fields.items():
        if step in (name, info.alias):
            return info.annotation
    return None


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models_in(part)]
