"""This machine's own line: whether it is cut off, as the requests of this process tell.  Then no source is to blame."""

from __future__ import annotations

from monitor.fetch.answers import NETWORK
from monitor.fetch.health import NOTHING_ASKED, decide_offline
from monitor.model.fetched import Fetched

SILENT_S = 300.0
"""So long nobody must have answered: a few hosts that fail one after the other are those hosts' trouble."""


class Line:
    """Remembers the last answer of anybody, and which hosts have not been reached since."""

    def __init__(self) -> None:
        self._answered_s: float | None = None
        self._unreached: dict[str, str] = {}

    def is_down(self, fetched: Fetched, host: str, *, now_s: float, answers: bool = True) -> bool:
        """Take in what came of a request; whether it failed because this machine is cut off.

        `host` was asked, and usually `answers`; one that does not shows nothing about our line.  `now_s` is monotonic.
        """
        code = None if fetched.problem is None else fetched.problem.code
        if code in NOTHING_ASKED:
            return False
        if code not in NETWORK:
            self._answered_s = now_s
            self._unreached.clear()
            return False
        if answers:
            self._unreached[host] = code
        silent = self._answered_s is None or now_s - self._answered_s >= SILENT_S
        return silent and decide_offline(self._unreached.items()) is not None
