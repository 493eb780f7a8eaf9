"""`monitor completion`: a script for the shell, made from the commands themselves."""

from __future__ import annotations

import argparse

from monitor.cli.output import Printer
from monitor.cli.tree import Command, commands

SHELLS = ("bash", "zsh", "fish")


def register(parser: argparse.ArgumentParser, _common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("shell", choices=SHELLS, help="for bash: source <(monitor completion bash)")
    parser.set_defaults(call=_completion)


def _completion(args: argparse.Namespace, printer: Printer) -> int:
    made = {"bash": bash, "zsh": zsh, "fish": fish}[args.shell]
    printer.line(made(commands()).rstrip("\n"))
    return 0


def bash(tree: tuple[Command, ...]) -> str:
    """For bash: follows the words typed so far down the tree, then offers what may come."""
    known = " | ".join(f'" {" ".join(command.path)}"' for command in tree if command.path)
    cases = "\n".join(
        f'    "{"".join(f" {word}" for word in command.path)}") words="{" ".join(_words(command))}" ;;'
        for command in tree
    )
    return f"""_monitor() {{
  local word path="" words=""
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$path $word" in {known}) path="$path $word" ;; esac
  done
  case "$path" in
{cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _monitor monitor
"""


def zsh(tree: tuple[Command, ...]) -> str:
    """For zsh, which understands what bash does."""
    return f"autoload -U +X bashcompinit && bashcompinit\n{bash(tree)}"


def fish(tree: tuple[Command, ...]) -> str:
    """For fish: one line for each command, action and option."""
    lines = []
    for command in tree:
        depth = len(command.path)
        seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.path)
        last = f"not __fish_seen_subcommand_from {' '.join(command.actions)}" if command.actions else ""
        here = "; and ".join(part for part in (seen, last) if part) or "true"
        words = {child.path[-1]: child.words for child in tree if child.path[:-1] == command.path and child.path}
        lines += [f"complete -c monitor -n '{here}' -a {name} -d {_quoted(words[name])}" for name in command.actions]
        for argument in command.arguments if depth else ():
            for name in argument.names:
                flag = f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                lines.append(f"complete -c monitor -n '{here}' {flag} -d {_quoted(argument.words)}")
    return "\n".join(lines) + "\n"


def _words(command: Command) -> tuple[str, ...]:
    choices = tuple(choice for argument in command.arguments if not argument.names for choice in argument.choices)
    return (*command.actions, *choices, *command.options)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
