from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from monitor.store import timers
from monitor.store.alerts import instant_to_json
from monitor.store.unit import open_engine
from monitor.testing import FrozenClock
from tests.unit.web.away import SometimesAway
from tests.unit.web.site import Site


def test_a_process_whose_database_is_away_is_alive_and_not_ready(
    tmp_path: Path, empty_sqlite: Path, clock: FrozenClock
) -> None:
    shutil.copy(empty_sqlite, tmp_path / "monitor.db")
    database = SometimesAway(open_engine(f"sqlite:///{tmp_path}/monitor.db"))
    site = Site(tmp_path, database, clock)
    SometimesAway.away = True
    assert (site.browser().get("/healthz").status, site.browser().get("/healthz").json) == (200, {"status": "ok"})
    ready = site.browser().get("/readyz")
    assert (ready.status, ready.json["reason"]) == (503, "the database is briefly away")
    SometimesAway.away = False
    database.dispose()


def test_where_a_canary_flies_the_probe_says_how_it_is_doing(site: Site) -> None:
    assert site.browser().get("/healthz").json == {"status": "ok"}
    came = site.clock.now() - timedelta(minutes=3)
    with site.database.unit() as connection:
        facts = {"came_at": instant_to_json(came), "took_s": 2.5}
        timers.set_timer(connection, "canary", "", due_at=site.clock.now(), facts=facts)
    assert site.browser().get("/healthz").json["canary"] == {
        "missing": False,
        "came_at": came.isoformat(),
        "took_s": 2.5,
    }


def test_metrics_can_be_switched_off(make_site: Callable[..., Site]) -> None:
    assert make_site("metrics: {enabled: false}").browser().get("/metrics").status == 404
