"""The stage: feeds that publish on demand, receivers, a configuration, and databases to begin anew with."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from monitor.store import tables as t
from monitor.store.unit import open_engine
from monitor.testing import FakeWeb, Reply
from monitor.testing.mailbox import free_port
from monitor.testing.web import SeenRequest
from tests import postgresql
from tests.crash.life import Order
from tests.crash.nursery import Nursery
from tests.crash.receivers import BAD, Count, Hook, Mail, Records, count

MINUTE, HOUR = 60.0, 3600.0
MORNING = datetime(2026, 3, 10, 9, 5, tzinfo=UTC).timestamp()
FEEDS = 3
GOOD = "desk@example.org"
TARGETS = (GOOD, "hook")
ANSWER_S = 90
"""So long the webhook may take, which is as slow as the machine: what it took without answering in time comes again."""
WORDS = (
    "harbour council voted widen northern basin delay engineers spring fourteen months residents river asked "
    "traffic bridge mayor promised reserves report listed risks shortage steel permit members costly second "
    "opinion office company contract employs hundred neighbouring towns plans visible hall month similar projects "
    "auditors summary watched people applauded ruling regional court announced boats southern season market fish "
    "price winter storm"
)


@dataclass(slots=True)
class News:
    """What the feeds show: item `n` is in feed `n % FEEDS`; every third one is a teaser, its text on its page."""

    web: FakeWeb
    numbers: list[int] = field(default_factory=list)

    def publish(self, *numbers: int) -> None:
        self.numbers.extend(numbers)

    def feed(self, request: SeenRequest) -> Reply:
        which = int(request.path.rpartition("/")[2])
        mine = [n for n in self.numbers if n % FEEDS == which]
        items = "".join(self._item(n) for n in reversed(mine))
        old = f"<item><title>Old {which}</title><guid>old-{which}</guid><description>Nothing new.</description></item>"
        return Reply(
            f'<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
            f"<channel><title>Feed {which}</title><link>/</link><language>en</language>{items}{old}</channel></rss>"
        )

    def page(self, request: SeenRequest) -> Reply:
        number = int(request.path.rpartition("/")[2])
        return Reply(
            f"<!doctype html><html lang='en'><head><title>{_title(number)}</title></head><body><main><article>"
            f"<h1>{_title(number)}</h1>{_text(number)}</article></main></body></html>",
            headers={"Content-Type": "text/html"},
        )

    def _item(self, number: int) -> str:
        teaser = f"<title>{_title(number)}</title><guid isPermaLink='false'>n{number}</guid>"
        teaser += f"<link>{self.web.url(f'/story/{number}')}</link>"
        if number % 3 == 2:
            return f"<item>{teaser}<description>Read more about it.</description></item>"
        return f"<item>{teaser}<content:encoded><![CDATA[{_text(number)}]]></content:encoded></item>"


def _title(number: int) -> str:
    return f"Quay news-{number}-mark"


def _text(number: int) -> str:
    rng = random.Random(number)
    lines = (" ".join(rng.choices(WORDS.split(), k=18)) for _ in range(9))
    return "".join(f"<p>{line.capitalize()} {number}.</p>" for line in lines)


class Backend:
    """Where the databases are: `sqlite` files in a folder, or the databases of a PostgreSQL server."""

    def __init__(self, folder: Path, server: postgresql.Server | None = None) -> None:
        self.name = "postgresql" if server else "sqlite"
        self._folder, self._server = folder, server

    def url(self, name: str) -> str:
        """The address of a database."""
        if self._server is None:
            return f"sqlite:///{self._folder / name}.db"
        return self._server.url(name)

    def copy(self, source: str, target: str) -> None:
        """Let `target` begin as `source` is; nothing has either open."""
        if self._server is None:
            for end in ("", "-wal", "-shm", ".lock"):
                (self._folder / f"{target}.db{end}").unlink(missing_ok=True)
                if (self._folder / f"{source}.db{end}").exists():
                    shutil.copyfile(self._folder / f"{source}.db{end}", self._folder / f"{target}.db{end}")
            return
        self._server.create(target, like=source)

    def create(self, name: str) -> None:
        """An empty database."""
        if self._server is not None:
            self._server.create(name)

    def size(self, name: str) -> int:
        """The bytes of an SQLite file."""
        return (self._folder / f"{name}.db").stat().st_size


class Stage:
    """A context manager: feeds, receivers and the nursery, one run after the other on fresh databases."""

    def __init__(self, backend: Backend, folder: Path) -> None:
        self.backend, self.folder = backend, folder
        self._stack = ExitStack()
        self.records = Records()
        self.due: set[tuple[str, str, int]] = set()
        self.now = MORNING

    def __enter__(self) -> Stage:
        self.web = self._stack.enter_context(FakeWeb())
        self.mail = Mail(self.records, free_port())
        self.mail.start()
        self._stack.callback(self.mail.stop)
        self.hook = Hook(self.records)
        self.web.route("/hook", self.hook)
        self.nursery = self._stack.enter_context(Nursery(self.folder / "lives.log"))
        self.backend.create("base")
        self._make_base()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _make_base(self) -> None:
        """The database after its baseline poll, of which every run gets a copy."""
        self.begin("base", fresh=False)
        assert self.passes(MORNING) == 0, (self.folder / "lives.log").read_text()[-2000:]
        self.begin("rehearsal")
        self.publish(0, 1, 2)
        assert self.passes(self.now, self.now + 61 * MINUTE, here=True) == 0, "the nursery could not live"

    def begin(
        self, name: str, *, fresh: bool = True, bad_recipient: bool = False, quiet: str = "", answer_s: int = ANSWER_S
    ) -> None:
        """Begin a run on a fresh database; all runs have it in the same place."""
        self.name = "run" if fresh else name
        if fresh:
            self.backend.copy("base", self.name)
        self.records.kept.clear()
        self.due = set()
        self.news = News(self.web)
        self.mail.fault = self.hook.fault = ""
        self.mail.start()
        for number in range(FEEDS):
            self.web.route(f"/feed/{number}", self.news.feed)
        for number in range(2000):
            self.web.route(f"/story/{number}", self.news.page)
        to = [GOOD, BAD] if bad_recipient else [GOOD]
        self.config = self.folder / f"{self.backend.name}-{name}.yaml"
        self.config.write_text(self._configuration(to, quiet, answer_s), encoding="utf-8")
        self.now = MORNING + 20 * MINUTE

    def _configuration(self, to: list[str], quiet: str, answer_s: int) -> str:
        feeds = "\n".join(
            f"  - {{id: feed-{n}, feed: '{self.web.url(f'/feed/{n}')}', every: 1s}}" for n in range(FEEDS)
        )
        return f"""\
database: {self.backend.url(self.name)}
timezone: Europe/Berlin
articles: {{languages: [en]}}
fetch: {{host_spacing: 0s, min_every: 1s, per_host: 8, allow_addresses: [127.0.0.1], workers: 1}}
log: {{level: error}}
web: {{listen: "off"}}
channels:
  desk:
    rate: 500
    quiet_hours: [{quiet}]
    mail: {{to: [{", ".join(to)}], server: 127.0.0.1, port: {self.mail.port}, from: monitor@example.org}}
  hook: {{rate: 500, to: "json://127.0.0.1:{self.web.port}/hook?rto={answer_s}"}}
sources:
{feeds}
watchlist:
  - {{id: now, match: quay, alert: {{to: [desk, hook], priority: high, group_by: none}}}}
  - {{id: later, match: quay, alert: {{to: [desk, hook], group_by: article, digest: hourly}}}}
"""

    def publish(self, *numbers: int, targets: tuple[str, ...] = TARGETS) -> None:
        """Let news appear, of which each target must hear from both rules."""
        self.news.publish(*numbers)
        self.due |= {(target, rule, n) for target in targets for rule in ("now", "later") for n in numbers}

    def order(self, *steps: float, **more: Any) -> Order:
        """An order for a life in this run."""
        return Order(str(self.config), steps, **more)

    def passes(self, *steps: float, **more: Any) -> int:
        """One pass each at those instants, in one life; its status."""
        return self.nursery.life(self.order(*steps, **more))

    def settle(self, rounds: int = 6) -> None:
        """Pass after pass, an hour and more apart, until nothing waits."""
        self.now += 10 * MINUTE
        for _ in range(rounds):
            self.passes(self.now)
            self.now += 61 * MINUTE
            if not self.waiting() and self.count().lost == 0:
                break

    def count(self) -> Count:
        """What became of what was due."""
        return count(self.records.kept, self.due)

    def waiting(self) -> int:
        """Deliveries and gathered alerts that are still to leave."""
        with self.connected() as connection:
            rows = sa.select(sa.func.count()).select_from(t.delivery).where(t.delivery.c.state.not_in(("sent", "dead")))
            items = sa.select(sa.func.count()).select_from(t.digest_item).where(t.digest_item.c.told_in.is_(None))
            return int(connection.execute(rows).scalar_one() + connection.execute(items).scalar_one())

    def dead(self) -> int:
        """Deliveries that were refused for good, and are shown as such."""
        with self.connected() as connection:
            rows = sa.select(sa.func.count()).select_from(t.delivery).where(t.delivery.c.state == "dead")
            return int(connection.execute(rows).scalar_one())

    @contextmanager
    def connected(self) -> Iterator[sa.Connection]:
        """The run's database, looked at from outside."""
        engine = open_engine(self.backend.url(self.name))
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


@contextmanager
def open_stage(kind: str) -> Iterator[Stage]:
    """A stage on `sqlite` or `postgresql`, in a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="torture-") as name, ExitStack() as stack:
        folder = Path(name)
        server = stack.enter_context(postgresql.running()) if kind == "postgresql" else None
        backend = Backend(folder, server)
        yield stack.enter_context(Stage(backend, folder))
