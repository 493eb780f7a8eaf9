"""What the pages work with; built by the composition root, so that no page knows how the monitor is put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from monitor.config.accept import InForce
from monitor.config.checks import Checked
from monitor.config.load import Config
from monitor.loops.inspect import Inspection
from monitor.match.compile import RuleCache
from monitor.match.engine import Engine
from monitor.match.lexicon import Lexicon
from monitor.ports import Clock
from monitor.store.unit import Database


class Running(Protocol):
    """The configuration in force: as read, as checked, and the rules that come of it."""

    @property
    def config(self) -> Config:
        """The usable configuration."""
        ...

    @property
    def checked(self) -> Checked:
        """The rules, compiled and tested."""
        ...

    @property
    def rules(self) -> InForce:
        """What is watched."""
        ...


class Backtested(Protocol):
    """A rule on stored articles."""

    @property
    def articles(self) -> int:
        """How many were looked at."""
        ...

    @property
    def first_article_at(self) -> datetime | None:
        """The oldest of them."""
        ...

    @property
    def hits(self) -> tuple[Any, ...]:
        """`article_id title seen_at sources passage fired story_id` of each, newest first."""
        ...

    @property
    def per_day(self) -> list[tuple[str, int]]:
        """Hits that fire, by day."""
        ...

    @property
    def per_source(self) -> list[tuple[str, int]]:
        """Hits that fire, by source, most first."""
        ...


Backtest = Callable[[Engine, str, datetime, datetime], Backtested]
"""An engine, the id of the rule in it, since and until."""
Inspect = Callable[[str], Awaitable[Inspection]]
"""What is behind an address that a person typed."""


@dataclass(frozen=True, slots=True)
class WebContext:
    """The monitor as pages see it.

    `running` gives what is in force at that moment; a changed file comes into force within seconds by itself.  `secret`
    signs cookies and is the same for all processes of a database.
    """

    database: Database
    clock: Clock
    lexicon: Lexicon
    cache: RuleCache
    path: Path
    secret: bytes
    running: Callable[[], Running]
    backtest: Backtest
    inspect: Inspect

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self.running().config

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()
