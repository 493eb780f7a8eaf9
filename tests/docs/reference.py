"""The generated pages: settings from the schema, commands from the parsers, codes from the source, the manual page.

`python -m tests.docs.build` writes them; a test compares them with what is there.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from monitor.cli.examples import EXAMPLES
from monitor.cli.tree import Command, commands
from monitor.config.fields import seconds
from monitor.config.schema import ConfigModel
from tests.docs import mutants
from tests.docs.codes import Code, collect

DOCS = Path(__file__).parents[2] / "docs"
MADE = "<!-- made by python -m tests.docs.build: do not edit -->\n\n"
_OF = {"problem": "check", "error": "a command or the courier", "reason": "lists, show, why", "log": "the log"}


def settings() -> str:
    """Every key of the configuration."""
    out = [MADE, "# Settings\n\n", "Every key of `config.yaml`, as `monitor config schema` has them for editors.\n"]
    for title, model in _models(ConfigModel, "The whole file", set()):
        out.append(
            f"\n## {title}\n\n{(model.__doc__ or '').strip()}\n\n| key | value | default | |\n|---|---|---|---|\n"
        )
        for name, info in model.model_fields.items():
            key = info.alias or name
            value = "duration" if _is_duration(info) else _cell(_type(info.annotation))
            out.append(f"| `{key}` | {value} | {_default(info)} | {_cell(info.description or '')} |\n")
    return "".join(out)


def _models(model: type[BaseModel], title: str, seen: set[type]) -> Iterator[tuple[str, type[BaseModel]]]:
    seen.add(model)
    yield title, model
    for name, info in model.model_fields.items():
        for inner in _inner(info.annotation):
            if inner not in seen:
                where = f"{title}.{name}" if title != "The whole file" else name
                yield from _models(inner, f"{where}", seen)


def _inner(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _inner(part)


def _type(annotation: Any) -> str:
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return " \\| ".join(str(part) for part in parts)
    if origin is typing.Annotated:
        return _type(parts[0])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(_type(part) for part in parts if part is not type(None)))
    if origin is tuple:
        return f"list of {_type(parts[0])}"
    if origin is dict:
        return f"{_type(parts[1])} by name"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "keys of its own"
    return {str: "text", int: "number", float: "number", bool: "true or false"}.get(annotation, "text")


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "needed"
    value = info.default
    if value in (None, (), {}) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple):
        value = ", ".join(map(str, value))
    if isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, float):
        value = _duration(value) if _is_duration(info) else f"{value:g}"
    return f"`{value}`"


def _is_duration(info: FieldInfo) -> bool:
    return any(getattr(each, "func", None) is seconds for each in info.metadata)


def _duration(value: float) -> str:
    units = ((86400, "d"), (3600, "h"), (60, "m"))
    return next((f"{value / size:g}{unit}" for size, unit in units if value and value % size == 0), f"{value:g}s")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("\\\\|", "\\|")


def command_page() -> str:
    """Every command with its arguments."""
    out = [
        MADE,
        "# Commands\n\nExit codes: 0 fine, 1 problems found, 2 wrong use, 130 interrupted.  `--config PATH` and ",
    ]
    out.append("`--json` stand before or after any command; `NO_COLOR` switches colours off.\n")
    for command in commands():
        out.append(f"\n## `{' '.join(('monitor', *command.path))}`\n\n{_sentence(command)}\n")
        rows = [a for a in command.arguments if a.names not in (("-h", "--help"), ("--config",), ("--json",))]
        if rows:
            out.append("\n| | |\n|---|---|\n")
            out += [f"| `{_cell(a.shown)}` | {_cell(a.words)} |\n" for a in rows]
        if len(command.path) == 1:
            out += ["\n```text\n", *(f"{line}\n" for line in EXAMPLES[command.path[0]]), "```\n"]
    return "".join(out)


def _sentence(command: Command) -> str:
    words = command.words or "monitor"
    return words[0].upper() + words[1:].rstrip(".") + "."


def errors() -> str:
    """Every code with its cause and remedy."""
    told = known_codes()
    by_name: dict[str, list[Code]] = {}
    for code in collect():
        by_name.setdefault(code.name, []).append(code)
    out = [MADE, "# Codes\n\nWhat the program says carries a code: problems of the configuration (`check`), errors of "]
    out.append("commands, reasons of decisions\n(`sources show`, `alerts list`, `why`), and events of the log.\n")
    out.append("\n| code | where | cause | remedy |\n|---|---|---|---|\n")
    for name in sorted(by_name):
        where = ", ".join(dict.fromkeys(_OF[code.kind] for code in by_name[name]))
        cause, remedy = told.get(name, ("", ""))
        out.append(f"| `{name}` | {where} | {_cell(cause)} | {_cell(remedy)} |\n")
    return "".join(out)


@cache
def known_codes() -> dict[str, tuple[str, str]]:
    """Cause and remedy by code, as written by people."""
    return {name: tuple(words) for name, words in yaml.safe_load((DOCS / "reference/codes.yaml").read_text()).items()}


def manual() -> str:
    """monitor(1)."""
    first, *rest = commands()
    out = ['.\\" made by python -m tests.docs.build: do not edit\n.TH MONITOR 1\n.SH NAME\n']
    out.append(
        "monitor \\- watch news feeds and pages, and tell what matches\n.SH SYNOPSIS\n.B monitor\nCOMMAND [OPTIONS]\n"
    )
    out.append(f".SH DESCRIPTION\n{first.words}\n.SH COMMANDS\n")
    for command in rest:
        out.append(f".SS monitor {' '.join(command.path)}\n{_roff(_sentence(command))}\n")
        out += [
            f".TP\n.B {_roff(argument.shown)}\n{_roff(argument.words) or '.'}\n"
            for argument in command.arguments
            if argument.names[-1:] not in (("--help",), ("--config",), ("--json",))
        ]
    out.append(".SH ENVIRONMENT\n.TP\n.B MONITOR_CONFIG\nthe configuration, where --config is not given\n")
    out.append(".TP\n.B MONITOR_WORDS\nthe folder of dictionaries\n.TP\n.B NO_COLOR\nno colours\n")
    out.append(".SH EXIT STATUS\n0 fine, 1 problems found, 2 wrong use\n")
    return "".join(out)


def _roff(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-").replace("\n.", "\n\\&.")


PAGES: dict[str, Callable[[], str]] = {
    "reference/settings.md": settings,
    "reference/commands.md": command_page,
    "reference/errors.md": errors,
    "developing/mutants.md": lambda: MADE + mutants.page(),
    "monitor.1": manual,
}
"""All generated files by their path below docs/, and what makes them."""
