"""What --help shows below the options: how each command is typed."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "check": ("monitor check", "monitor check --online"),
    "run": ("monitor run", "monitor run --role web"),
    "status": ("monitor status", "monitor status --check && echo alive"),
    "why": ("monitor why https://www.example.org/article", "monitor why alert:812", "monitor why 4711 new-sanctions"),
    "once": ("monitor once", "monitor once --all"),
    "init": ("monitor init", "monitor init --yes --topic sanctions --language de --mail desk@example.org"),
    "demo": ("monitor demo", "monitor demo --newsroom 8701"),
    "inspect": (
        "monitor inspect https://www.example.org/",
        "monitor inspect page.html --url https://www.example.org/a",
    ),
    "sources": ("monitor sources list", "monitor sources add https://www.example.org/ --tag en"),
    "articles": ("monitor articles list --since 2h", "monitor articles search sanctions banks"),
    "stories": ("monitor stories list --since 1d", "monitor stories show 7"),
    "rules": (
        "monitor rules try new-sanctions --text 'Sanctions were imposed.'",
        "monitor rules backtest new-sanctions",
    ),
    "alerts": (
        "monitor alerts list --held",
        "monitor alerts retry --all",
        "monitor alerts ack 812 --note 'called them'",
    ),
    "channels": ("monitor channels list", "monitor channels test desk"),
    "silences": ("monitor silences add rule new-sanctions --for 4h", "monitor silences list"),
    "report": ("monitor report --since 30d", "monitor report --since 2026-01-01 --csv"),
    "db": ("monitor db backup /backup/monitor", "monitor db verify"),
    "config": ("monitor config schema > config.schema.json",),
    "completion": ("source <(monitor completion bash)", "monitor completion fish > monitor.fish"),
}


def shown(command: str) -> str:
    """The examples of a command as --help has them."""
    return "\n".join(["examples:", *(f"  {line}" for line in EXAMPLES[command])])
