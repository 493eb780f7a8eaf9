"""How long due polls wait for each other, to be claimed, asked and committed together (ADR 3801)."""

from __future__ import annotations

from monitor.loops.context import Context

SHARE = 0.05
"""Of the shortest interval of all sources: the jitter of an interval is as much."""
LONGEST_S = 30.0


class Patience:
    """Begins with every look for due polls.  What presses ends it: room again, a host that is free, other sources."""

    def __init__(self) -> None:
        self._of: Context | None = None
        self._length_s = 0.0
        self._until_s: float | None = None

    def is_over(self, context: Context) -> bool:
        """Whether due polls are to be looked for now; at once where the context is another one than before."""
        if context is not self._of:
            shortest_s = min((spec.every_s for spec in context.sources.values()), default=0.0)
            self._of, self._length_s, self._until_s = context, min(LONGEST_S, SHARE * shortest_s), None
        return self._until_s is None or context.clock.monotonic() >= self._until_s

    def begin(self) -> None:
        """Due polls are looked for now."""
        if self._of is not None:
            self._until_s = self._of.clock.monotonic() + self._length_s

    def press(self) -> None:
        """Due polls are to be looked for at the next tick."""
        self._until_s = None
