"""The commands as data, read from the parsers: for completion, the manual page and the reference."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument or option of a command; `names` is empty for arguments that are told by their place.

    `value` is what is to be given, as --help calls it (RULE, FILE); empty for options that take nothing.
    """

    names: tuple[str, ...]
    value: str
    shown: str
    words: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """A command such as `sources add`; `actions` are the words that may follow."""

    path: tuple[str, ...]
    words: str
    arguments: tuple[Argument, ...]
    actions: tuple[str, ...]

    @property
    def options(self) -> tuple[str, ...]:
        """All names of its options."""
        return tuple(name for argument in self.arguments for name in argument.names)


def commands() -> tuple[Command, ...]:
    """The whole tree, a command before its actions; the first one is `monitor` itself."""
    from monitor.cli.main import build_parser

    return tuple(_walk(build_parser(), (), "Watches news feeds and pages, and alerts to what matches your watchlist."))


def _walk(parser: argparse.ArgumentParser, path: tuple[str, ...], words: str) -> Iterator[Command]:
    below: dict[str, argparse.ArgumentParser] = {}
    told: dict[str, str] = {}
    arguments = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            below = dict(action.choices)
            told = {choice.dest: choice.help or "" for choice in action._choices_actions}
        elif action.help != argparse.SUPPRESS:
            arguments.append(_argument(action))
    yield Command(path, words, tuple(arguments), tuple(below))
    for name, child in below.items():
        yield from _walk(child, (*path, name), told.get(name, ""))


def _argument(action: argparse.Action) -> Argument:
    choices = tuple(str(choice) for choice in action.choices or ())
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    value = "" if action.nargs == 0 else metavar
    shown = "|".join(choices) if choices else metavar
    if not action.option_strings:
        many = {"*": f"[{shown} …]", "+": f"{shown} …", "?": f"[{shown}]"}
        return Argument((), value, many.get(str(action.nargs), shown), action.help or "", choices)
    names = tuple(action.option_strings)
    shown = f"{', '.join(names)} {shown}" if value else ", ".join(names)
    return Argument(names, value, shown, action.help or "", choices)
