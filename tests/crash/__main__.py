"""`make torture`: every fault on both backends, as a table; 1 when anything was lost or doubled too often."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from tests.crash.faults import FAULTS, Effort, Fault, Row
from tests.crash.stage import open_stage

QUICK = Effort(stride=15, kills=6, locked_s=2.0, brief=True)
HEAD = f"{'fault':<32}{'backend':<12} kills    due  delivered  lost  doubled  with key  dead"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every fifteenth moment and a few kills: about a minute")
    parser.add_argument("--backend", choices=["sqlite", "postgresql"], help="one of the two only")
    parser.add_argument("--fault", action="append", help="only faults whose function has this in its name")
    parser.add_argument("--seed", type=int, default=1, help="of the random kills")
    told = parser.parse_args(arguments)
    effort = replace(QUICK if told.quick else Effort(), seed=told.seed)
    faults = [f for f in FAULTS if not told.fault or any(part in f.__name__ for part in told.fault)]
    backends = [told.backend] if told.backend else ["sqlite", "postgresql"]
    print(HEAD, flush=True)
    begun = time.monotonic()
    runs = [_Run(backend, faults, effort) for backend in backends]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    bad = [row for run in runs for row in run.rows if not row.fine]
    broken = [run for run in runs if run.error is not None]
    for run in broken:
        print(f"{run.backend}: {type(run.error).__name__}: {run.error}", file=sys.stderr)
    verdict = "something was lost or doubled" if bad else "not all could be run" if broken else "nothing lost"
    print(f"{verdict} · {time.monotonic() - begun:.0f} s")
    return 1 if bad or broken else 0


class _Run(threading.Thread):
    """All faults on one backend; the two run side by side."""

    def __init__(self, backend: str, faults: Sequence[Fault], effort: Effort) -> None:
        super().__init__(name=f"torture {backend}")
        self.backend, self._faults, self._effort = backend, faults, effort
        self.rows: list[Row] = []
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            with open_stage(self.backend) as stage:
                for fault in self._faults:
                    for row in fault(stage, self._effort):
                        self.rows.append(row)
                        print(line(row), flush=True)
        except Exception as error:  # noqa: BLE001 - told at the end, with the exit code
            self.error = error


def line(row: Row) -> str:
    """The row as a line of the table."""
    c = row.counted
    numbers = f"{row.kills:>6}{c.due:>7}{c.delivered:>11}{c.lost:>6}{c.doubled:>9}{c.honoured:>10}{row.dead:>6}"
    mark = "" if row.fine else "  FAILED"
    return f"{row.fault:<32}{row.backend:<12}{numbers}{mark}" + (f"  {row.note}" if row.note else "")


if __name__ == "__main__":
    raise SystemExit(main())
