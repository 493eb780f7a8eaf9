"""Claims take what they are to take, however the database goes about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from monitor.store import leases
from monitor.store import tables as t
from monitor.store.unit import Database
from tests.contract.conftest import NOW

WAYS = ("hashjoin", "hashagg", "mergejoin", "sort", "material", "memoize")
"""PostgreSQL's ways to ask a subquery once; without them it asks it again for every row."""
C = t.timer.c
CLAIM = leases.claiming(
    t.timer, sa.select(C.id).where(C.due_at <= leases.NOW, leases.is_free(t.timer)).order_by(C.due_at).limit(2)
)


@pytest.mark.parametrize("planned", [True, False], ids=["as planned", "row by row"])
def test_no_more_rows_are_claimed_than_are_wanted(database: Database, *, planned: bool) -> None:
    waiting = [NOW - timedelta(seconds=wait) for wait in (6, 5, 4, 3, 2, 1)]  # due in the order in which they lie there
    rows = [{"kind": "k", "subject": str(number), "facts": {}, "due_at": at} for number, at in enumerate(waiting)]
    with database.unit() as connection:
        connection.execute(sa.insert(t.timer), rows)
        if not (planned or database.is_sqlite):
            for way in WAYS:
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        claims = [leases.claim(connection, CLAIM, owner="me", now=NOW, lease_s=60) for _ in range(4)]
    assert [{row["subject"] for row in claimed} for claimed in claims] == [{"0", "1"}, {"2", "3"}, {"4", "5"}, set()]
