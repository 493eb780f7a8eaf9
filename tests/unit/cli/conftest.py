"""A small installation that has told, held and kept back something: what lists and explanations have to show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.cli.main import run
from monitor.testing.mailbox import Mailbox
from monitor.testing.newsroom.content import read_edition
from monitor.workers import WorkerPool
from tests.docs.replay import LiveNewsroom

CONFIG = """
channels:
  desk: {{mail: {{to: a@b.example, from: c@b.example, server: 127.0.0.1, port: {port}, tls: none}}}}
  dead: {{to: 'json://127.0.0.1:9/', fallback: desk}}
  calm: {{to: 'console://', quiet_hours: '01:00-02:00'}} # nobody's: in these hours the same is told at every time
defaults: {{alert: {{to: [desk], group_by: story}}}}
fetch: {{allow_addresses: [127.0.0.1], host_spacing: 0}}
sources:
  - {{id: nordblick, name: Nordblick, feed: '{first}', tags: [de]}}
  - {{id: gone, name: Gone, feed: 'http://127.0.0.1:9/feed'}}
concepts:
  sanction: {{de: [Sanktion], en: [sanction]}}
  impose: {{de: [verhängen], en: [impose, adopt]}}
watchlist:
  - {{id: presidents, match: 'Putin AND Biden', alert: {{to: [desk, dead]}}}}
  - {{id: new-sanctions, match: '$sanction NEAR/s $impose', guard: [hypothetical, negated]}}
  - {{id: broken, match: 'harbour', tests: {{fires: [airport]}}}}
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """Its folder, and the address of a feed that it does not read yet."""

    folder: Path
    feed: str


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, workers: WorkerPool) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    mailbox = Mailbox()
    mailbox.start()
    with LiveNewsroom(read_edition()) as newsroom:
        config = folder / "config.yaml"
        config.write_text(CONFIG.format(port=mailbox.port, first=newsroom.addresses[0]))
        run(["once", "--config", str(config)])
        for title in ("Kreml: Putin und Biden sprachen per Video", "Minister warnt vor weiterer Zuspitzung"):
            newsroom.publish(title)
        run(["once", "--all", "--config", str(config)])
        yield Installation(folder, newsroom.addresses[2])
    mailbox.stop()
