"""`monitor completion`: a script for the shell, made from the commands themselves; names come from the configuration.

A script asks this command again for the names of sources, rules and channels, so they are those of the moment.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.output import Printer, one_line
from monitor.cli.tree import Argument, Command, commands

if TYPE_CHECKING:
    # Needed for annotations only.
    from monitor.config.load import Config

SHELLS = ("bash", "zsh", "fish")
NAMES: dict[str, Callable[[Config], Iterable[str]]] = {
    "sources": lambda config: (source.id for source in config.sources),
    "rules": lambda config: (rule.id for rule in config.rules),
    "channels": lambda config: config.model.channels,
}
NAMED = {"SOURCE": "sources", "RULE": "rules", "CHANNEL": "channels"}
"""What is asked for where --help says so."""


def register(parser: argparse.ArgumentParser, _common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "what",
        choices=(*SHELLS, *NAMES),
        help="a script, for bash: source <(monitor completion bash); or the names that the scripts ask for",
    )
    parser.set_defaults(call=_completion)


def _completion(args: argparse.Namespace, printer: Printer) -> int:
    if args.what in NAMES:
        return _print_names(args, printer)
    made = {"bash": bash, "zsh": zsh, "fish": fish}[args.what]
    printer.line(made(commands()).rstrip("\n"))
    return 0


def _print_names(args: argparse.Namespace, printer: Printer) -> int:
    from monitor.config.load import load_config

    for name in NAMES[args.what](load_config(Path(args.config)).usable()):
        printer.line(one_line(name))
    return 0


def bash(tree: tuple[Command, ...]) -> str:
    """For bash: follows the words typed so far down the tree, then offers what may come."""
    known = " | ".join(f'" {" ".join(command.path)}"' for command in tree if command.path)
    options = {name: each for command in tree for each in command.arguments if each.value for name in each.names}
    offered = {name: _offer(option.choices, option.value) for name, option in options.items()}
    values = "\n".join(f"    {' | '.join(names)}) {words} ;;" for words, names in _grouped(offered).items())
    cases = "\n".join(
        f'    "{"".join(f" {word}" for word in command.path)}") {_expected(command)} ;;' for command in tree
    )
    return f"""_monitor() {{
  local word before="" steps="" config="" words="" names="" typed="${{COMP_WORDS[COMP_CWORD]}}"
  for word in "${{COMP_WORDS[@]:1:$((COMP_CWORD - 1))}}"; do
    if [ "$word" = "=" ]; then continue; fi
    if [ "$before" = "--config" ]; then config="$word"; before=""; continue; fi
    case "$steps $word" in {known}) steps="$steps $word" ;; esac
    before="$word"
  done
  if [ "$typed" = "=" ]; then typed=""; fi
  case "$before" in
{values}
    *) case "$steps" in
{cases}
    esac ;;
  esac
  if [ -n "$names" ]; then
    words="$words $("${{COMP_WORDS[0]}}" ${{config:+"--config=$config"}} completion $names 2>/dev/null)"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$typed"))
}}
complete -o default -F _monitor monitor
"""


def zsh(tree: tuple[Command, ...]) -> str:
    """For zsh, which understands what bash does once its own completion is there."""
    begin = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }"
    return f"{begin}\nautoload -U +X bashcompinit && bashcompinit\n{bash(tree)}"


def fish(tree: tuple[Command, ...]) -> str:
    """For fish: one line for each command, action and option."""
    lines = [_FISH_NAMES]
    for command in tree:
        seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.path)
        last = f"not __fish_seen_subcommand_from {' '.join(command.actions)}" if command.actions else ""
        here = f"complete -c monitor -n '{'; and '.join(part for part in (seen, last) if part)}'"
        words = {child.path[-1]: child.words for child in tree if child.path[:-1] == command.path and child.path}
        lines += [f"{here} -f -a {name} -d {_quoted(words[name])}" for name in command.actions]
        lines += [f"{here}{_fish_argument(argument)}" for argument in command.arguments if _fish_argument(argument)]
    return "\n".join(lines) + "\n"


_FISH_NAMES = """function __monitor_names
    set -l words (commandline -opc)
    set -l config
    if set -l at (contains -i -- --config $words); and test $at -lt (count $words)
        set config --config $words[(math $at + 1)]
    end
    $words[1] $config completion $argv 2>/dev/null
end"""


def _fish_argument(argument: Argument) -> str:
    """How a line of fish ends; empty for arguments about which nothing is known."""
    offered = " ".join(argument.choices)
    if argument.value in NAMED:
        offered = f"(__monitor_names {NAMED[argument.value]})"
    if not argument.names:
        return f" -f -a '{offered}'" if offered else ""
    flags = "".join(f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in argument.names)
    takes = f" -x -a '{offered}'" if offered else " -r" if argument.value else ""
    return f"{flags}{takes} -d {_quoted(argument.words)}"


def _expected(command: Command) -> str:
    """What may follow a command, as assignments of bash: its actions, options, and what its arguments may be."""
    places = [each for each in command.arguments if not each.names]
    choices = [choice for each in places for choice in each.choices]
    named = next((each.value for each in places if each.value in NAMED), "")
    return _offer((*command.actions, *choices, *command.options), named)


def _grouped(offered: dict[str, str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, words in offered.items():
        groups.setdefault(words, []).append(name)
    return groups


def _offer(words: Iterable[str], value: str) -> str:
    names = f" names={NAMED[value]}" if value in NAMED else ""
    return f'words="{" ".join(words)}"{names}'


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
