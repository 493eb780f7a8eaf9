"""Templates of users and ours: sandboxed, checked before use, bounded in loops, size and nesting.

They are files beside the configuration, so whoever writes them may do anything anyway: the bounds are for slips, and
keep one that was copied from somewhere from holding up what is to be told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import StrictUndefined, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_TURNS = 20_000
"""Loop turns and macro calls in one rendering."""
MAX_OUTPUT = 400_000
UNSAFE_FILTERS = ("batch", "center", "format", "indent", "pprint", "round", "slice", "tojson", "wordwrap", "xmlattr")
"""Filters that can be told to produce gigabytes, or that show more than the message."""


class TemplateProblem(Exception):
    """The template cannot be used."""


class TooMuch(TemplateProblem):
    """It writes or loops more than any message may."""


class _Bounded(ImmutableSandboxedEnvironment):
    """The sandbox, without the means of making a lot from a little."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002 - jinja2's signature
        if operator == "+" and isinstance(left, int) and isinstance(right, int):
            return left + right
        raise TemplateProblem(f"{operator} is not for templates")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Of texts nothing: filters do what templates need, and some methods (`ljust`, `format`) fill the memory."""
        return not isinstance(obj, str) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:  # noqa: ARG002 - jinja2's signature
        """It would let `format` through before it asks whether that is safe."""
        return


def _environment(*, html: bool) -> _Bounded:
    environment = _Bounded(autoescape=html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.clear()
    for name in UNSAFE_FILTERS:
        environment.filters.pop(name, None)
    return environment


_TEXT, _HTML = _environment(html=False), _environment(html=True)


def _instrumented(environment: _Bounded, source: str) -> nodes.Template:
    tree = environment.parse(source)
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        raise TemplateProblem(f"line {node.lineno}: a template stands for itself; {type(node).__name__.lower()} is off")
    for concat in tree.find_all(nodes.Concat):
        raise TemplateProblem(f"line {concat.lineno}: ~ is not for templates; write one {{{{ … }}}} behind the other")
    bodies = [node.body for node in tree.find_all(nodes.For)] + [node.body for node in tree.find_all(nodes.Macro)]
    for body in bodies:
        body.insert(0, nodes.Output([nodes.Call(nodes.Name("_turn", "load"), [], [], None, None)]))
    tree.set_environment(environment)
    return tree


@lru_cache(maxsize=64)
def _compiled(source: str, html: bool) -> Any:
    environment = _HTML if html else _TEXT
    return environment.from_string(_instrumented(environment, source))


def fill(source: str, values: Mapping[str, Any], *, html: bool) -> str:
    """The template with its values.  Raises `TemplateProblem` when it is wrong, loops, or grows out of bounds."""
    try:
        pieces, size = [], 0
        for piece in _compiled(source, html).generate(**values, _turn=_turns()):
            size += len(piece)
            if size > MAX_OUTPUT:
                raise TooMuch(f"writes more than {MAX_OUTPUT} characters")
            pieces.append(piece)
    except (
        TemplateError,
        RecursionError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:
        line = getattr(error, "lineno", None)
        raise TemplateProblem((f"line {line}: " if line else "") + str(error)) from error
    return "".join(pieces)


def _turns() -> Callable[[], str]:
    left = MAX_TURNS

    def turn() -> str:
        nonlocal left
        left -= 1
        if left < 0:
            raise TooMuch(f"loops more than {MAX_TURNS} times")
        return ""

    return turn


def unknown_names(source: str, known: frozenset[str]) -> tuple[str, ...]:
    """Variables that the template uses and no message has.  Raises `TemplateProblem`."""
    try:
        used = meta.find_undeclared_variables(_TEXT.parse(source))
    except TemplateError as error:
        raise TemplateProblem(f"line {getattr(error, 'lineno', '?')}: {error}") from error
    return tuple(sorted(used - known))


@lru_cache(maxsize=16)
def our_template(name: str) -> str:
    """The source of a template that ships with the program."""
    return resources.files("monitor.alert").joinpath("templates", name).read_text(encoding="utf-8")
