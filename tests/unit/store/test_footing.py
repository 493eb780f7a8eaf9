from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from monitor.store.footing import Footing, footing
from monitor.store.lock import alone


def test_who_holds_the_file_and_how_much_room_there_is(tmp_path: Path) -> None:
    url = sa.make_url(f"sqlite:///{tmp_path}/monitor.db")
    found = footing(url)
    assert found is not None
    assert found.holder is None
    assert found.free > 0
    with alone(url):
        held = footing(url)
        assert held is not None
        assert held.holder is not None
    after = footing(url)
    assert after is not None
    assert after.holder is None


def test_a_disk_that_is_nearly_full() -> None:
    assert Footing(None, 10_000_000).scarce
    assert not Footing(None, 10_000_000_000).scarce


def test_a_server_has_no_file() -> None:
    assert footing(sa.make_url("postgresql+psycopg://u@h/d")) is None
