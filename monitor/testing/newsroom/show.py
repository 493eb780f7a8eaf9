"""The demonstration: publishes while the daemon watches, breaks things on purpose, and counts what arrived.

Everything is real: the newsroom speaks HTTP, alerts go by SMTP, the daemon is a process of its own and dies by kill -9.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from time import monotonic
from typing import Any

import sqlalchemy as sa

from monitor.errors import MonitorError, StoreError, UsageError
from monitor.store import tables as t
from monitor.store.unit import Database, open_engine
from monitor.testing.mailbox import Mailbox, Received, free_port
from monitor.testing.newsroom.content import Edition, Piece, read_edition
from monitor.testing.newsroom.server import Newsroom

MAIL_OFF_AT_S, MAIL_ON_AFTER_S, KILL_AT_S = 18.0, 5.0, 27.0
DRAINED_S = 45.0
"""Within that time a daemon that is asked to end has done so: it gives what is under way thirty seconds."""
_MARKED = re.compile(r"\*([^*\n]+)\*")


@dataclass(slots=True)
class Show:
    """One run.  `line` prints a line, `style` colours a text; `run` returns the exit code: 0 when all arrived once."""

    line: Callable[[str], None]
    style: Callable[..., str]
    folder: str | None = None
    keep: bool = False
    edition: Edition = field(default_factory=read_edition)
    mailbox: Mailbox = field(default_factory=Mailbox)
    start_s: float = 30.0
    """How long the daemon may take to begin; the first alert comes within ten seconds of it."""
    delivery_s: float = 20.0
    """How long a message may take that nothing is in the way of."""
    pace: float = 1.0
    """How many times as fast things happen that people are to see happen."""
    _published: dict[str, float] = field(default_factory=dict)
    _shown_mails: int = 0
    _shown_alerts: set[int] = field(default_factory=set)
    _began: float = 0.0

    async def run(self) -> int:
        """The whole show, some 35 seconds."""
        with room(self.folder) as folder:
            newsroom = Newsroom(self.edition)
            await newsroom.start()
            self.mailbox.start()
            for piece in self.edition.pieces:
                if piece.at_s is None:
                    newsroom.publish(piece, datetime.now(UTC) - piece.age)
            self._introduce()
            page = free_port()
            config = write_config(folder, newsroom, self.edition, smtp_port=self.mailbox.port, web_port=page)
            self.line(f"page      http://127.0.0.1:{page}/")
            database = Database(open_engine(f"sqlite:///{folder / 'demo.db'}"))
            try:
                return await self._play(newsroom, config, database)
            finally:
                database.dispose()
                self.mailbox.stop()
                await newsroom.stop()

    def _introduce(self) -> None:
        feeds = sum(outlet.kind != "page" for outlet in self.edition.outlets)
        pages = len(self.edition.outlets) - feeds
        languages = len({outlet.language for outlet in self.edition.outlets})
        self.line(f"newsroom  {feeds} feeds, {pages} pages, {_number(languages)} languages")

    async def _play(self, newsroom: Newsroom, config: Path, database: Database) -> int:
        daemon = await start_daemon(config)
        watching = asyncio.create_task(self._watch(database))
        try:
            await self._baseline(database)
            self._began = monotonic()
            await self._timeline(newsroom)
            await self._mail_off(newsroom, database)
            daemon = await self._kill(newsroom, config, daemon)
            verdict = await self._count(database)
            if self.keep:
                self.line("going on; Ctrl-C ends it")
                await asyncio.Event().wait()
            return verdict
        finally:
            watching.cancel()
            await stop_daemon(daemon)

    async def _baseline(self, database: Database) -> None:
        sources = len(self.edition.outlets)
        expected = sum(piece.at_s is None for piece in self.edition.pieces)

        def ready() -> bool:
            facts = _facts(database)
            return facts["polled"] == sources and facts["articles"] >= expected and not facts["unsettled"]

        await _require(ready, self.start_s, "the monitor has not read the newsroom")
        facts = _facts(database)
        self.line(f"baseline  {facts['articles']} articles, {facts['baseline_matches']} match, none told")

    async def _timeline(self, newsroom: Newsroom) -> None:
        timed = sorted((p for p in self.edition.pieces if p.at_s is not None), key=lambda p: p.at_s or 0.0)
        for piece in timed:
            await self._until(piece.at_s or 0.0)
            self._publish(newsroom, piece)

    async def _until(self, at_s: float) -> None:
        """Wait for a moment of the script."""
        await asyncio.sleep(max(0.0, self._began + at_s / self.pace - monotonic()))

    def _publish(self, newsroom: Newsroom, piece: Piece) -> None:
        newsroom.publish(piece, datetime.now(UTC))
        self._published[piece.title] = monotonic()

    async def _mail_off(self, newsroom: Newsroom, database: Database) -> None:
        await self._until(MAIL_OFF_AT_S)
        await _require(lambda: self._all_told(database), self.delivery_s, "not all that was published has been told")
        self.mailbox.stop()
        self._publish(newsroom, self.edition.flood[0])
        found: dict[str, Any] = {}

        def waits() -> bool:
            found.update(_waiting(database) or {})
            return bool(found)

        await _require(waits, self.delivery_s, "no delivery waits for the mail server")
        again = monotonic() + (found["due_at"] - datetime.now(UTC)).total_seconds()
        reason = self.style(found["last_error"] or "refused", "yellow")
        self._say("TEST", f"mail server off · {found['count']} waits: {reason}, again {self._clock(again)}")
        await asyncio.sleep(MAIL_ON_AFTER_S / self.pace)
        self.mailbox.start()
        self._say("TEST", "mail server on again")

    async def _kill(self, newsroom: Newsroom, config: Path, daemon: Any) -> Any:
        await self._until(KILL_AT_S)
        rest = self.edition.flood[1:]
        for number, piece in enumerate(rest):
            self._publish(newsroom, piece)
            await asyncio.sleep(0.3)
            if number == len(rest) // 2:
                daemon.send_signal(signal.SIGKILL)
                await daemon.wait()
                daemon = await start_daemon(config)
                self._say("TEST", f"kill -9 · restarted while {len(rest)} articles were being published")
        return daemon

    async def _count(self, database: Database) -> int:
        await _comes_true(lambda: self._all_told(database), 2 * self.delivery_s)  # the verdict says it if not
        due, missing = self._due(database), self._missing(database)
        arrived = [mail.message["X-Monitor-Key"] for mail in self.mailbox.received]
        doubled = len(arrived) - len(set(arrived))
        lost = "nothing lost" if not missing else f"{len(missing)} LOST"
        twice = "nothing doubled" if not doubled else f"{doubled} doubled"
        self._say("TEST", f"{len(due)} alerts due, {len(set(arrived))} arrived: {lost}, {twice}")
        return 1 if missing or doubled > 1 else 0

    def _due(self, database: Database) -> set[str]:
        with database.reading() as connection:
            return set(connection.execute(sa.select(t.delivery.c.alert_key)).scalars())

    def _all_told(self, database: Database) -> bool:
        """Whether everything that was published so far has been read, and its mails have arrived.

        A mail that is not recorded as sent may still be on its way, or come again.
        """
        with database.reading() as connection:
            settled = set(connection.execute(sa.select(t.article.c.title).where(t.article.c.settled)).scalars())
            waiting = connection.execute(sa.select(t.delivery.c.id).where(t.delivery.c.state != "sent")).first()
        return self._published.keys() <= settled and waiting is None and not self._missing(database)

    def _missing(self, database: Database) -> set[str]:
        return self._due(database) - {mail.message["X-Monitor-Key"] for mail in self.mailbox.received}

    async def _watch(self, database: Database) -> None:
        """Print alerts as their mails arrive, and what is held as it is decided."""
        while True:
            with contextlib.suppress(StoreError):  # the database is being made, or busy: the next look shows it
                for row in _new_held(database, self._shown_alerts):
                    self._shown_alerts.add(row["id"])
                    if self._began:
                        self._say("HELD", f"{row['rule']}: {row['reason']} · {row['title']}")
            for mail in self.mailbox.received[self._shown_mails :]:
                self._shown_mails += 1
                self._show_mail(mail)
            await asyncio.sleep(0.1)

    def _show_mail(self, mail: Received) -> None:
        subject = str(mail.message["Subject"])
        rule, _, title = subject.removeprefix("! ").partition("] ")
        delay = next((monotonic() - at for name, at in self._published.items() if name in subject), None)
        after = f" · {delay:.1f} s after publication" if delay is not None else ""
        self._say("ALERT", f"{rule.strip('[')}{after}")
        passage = next((line.strip() for line in mail.text.splitlines() if "»" in line or "*" in line), title)
        self.line("      " + _MARKED.sub(lambda m: self.style(f"[{m[1]}]", "mark"), passage.strip("»«“” ")))

    def _say(self, word: str, text: str) -> None:
        colour = {"ALERT": "green", "HELD": "yellow", "TEST": "cyan"}[word]
        self.line(f"{self._clock(monotonic())} {self.style(word.ljust(5), colour)} {text}")

    def _clock(self, at: float) -> str:
        seconds = max(0, round(at - self._began))
        return f"{seconds // 60:02}:{seconds % 60:02}"


@contextmanager
def room(folder: str | None) -> Iterator[Path]:
    """The folder to work in: the named one, made where it is not there, or one that is gone afterwards."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="news-monitor-demo-") as name:
            yield Path(name)
        return
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {folder}: {error.strerror}", remedy="name a folder, or a new one") from error
    yield Path(folder).absolute()


def write_config(folder: Path, newsroom: Newsroom, edition: Edition, *, smtp_port: int, web_port: int) -> Path:
    """The demo's config.yaml: what a user would write, with the newsroom's addresses."""
    template = files(__package__).joinpath("config.yaml").read_text(encoding="utf-8")
    sources = "".join(
        f"  - {{id: {o.id}, name: '{o.name}', {'page' if o.kind == 'page' else 'feed'}: '{newsroom.address(o.id)}',"
        f" language: {o.language}}}\n"
        for o in edition.outlets
    )
    path = folder / "config.yaml"
    text = template.replace("SMTP_PORT", str(smtp_port)).replace("WEB_PORT", str(web_port))
    path.write_text(f"{text}\nsources:\n{sources}", encoding="utf-8")
    return path


async def start_daemon(config: Path) -> asyncio.subprocess.Process:
    """`monitor run` in a process of its own; its log goes beside the configuration."""
    with (config.parent / "daemon.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "monitor",
            "run",
            "--config",
            str(config),
            stdout=log,
            stderr=log,
            env=dict(os.environ),
        )


async def stop_daemon(daemon: asyncio.subprocess.Process, patience_s: float = DRAINED_S) -> None:
    """Ask it to end, and wait; one that does not end in that time is killed."""
    if daemon.returncode is None:
        daemon.terminate()
        try:
            await asyncio.wait_for(daemon.wait(), patience_s)
        except TimeoutError:
            daemon.kill()
            await daemon.wait()


@asynccontextmanager
async def newsroom_at_work(edition: Edition) -> AsyncIterator[Newsroom]:
    """A newsroom that serves its first articles: for tests."""
    newsroom = Newsroom(edition)
    await newsroom.start()
    for piece in edition.pieces:
        if piece.at_s is None:
            newsroom.publish(piece, datetime.now(UTC) - piece.age)
    try:
        yield newsroom
    finally:
        await newsroom.stop()


async def _require(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    if not await _comes_true(condition, seconds):
        remedy = "monitor demo --folder DIR leaves its log in DIR/daemon.log"
        raise MonitorError(f"{otherwise} after {seconds:g} s", remedy=remedy)


async def _comes_true(condition: Callable[[], bool], seconds: float) -> bool:
    """Look at the database again and again, which may only be being made."""
    end = monotonic() + seconds
    while monotonic() < end:
        with contextlib.suppress(StoreError):
            if condition():
                return True
        await asyncio.sleep(0.1)
    return False


def _facts(database: Database) -> dict[str, int]:
    with database.reading() as connection:

        def count(statement: sa.Select[Any]) -> int:
            return int(connection.execute(statement).scalar_one())

        polled = count(sa.select(sa.func.count()).select_from(t.source).where(t.source.c.baseline_at.is_not(None)))
        articles = count(sa.select(sa.func.count()).select_from(t.article))
        unsettled = count(sa.select(sa.func.count()).select_from(t.article).where(t.article.c.settled.is_(False)))
        matches = count(sa.select(sa.func.count(sa.distinct(t.match.c.article_id))).where(t.match.c.fired))
    return {"polled": polled, "articles": articles, "unsettled": unsettled, "baseline_matches": matches}


def _waiting(database: Database) -> dict[str, Any] | None:
    d = t.delivery.c
    with database.reading() as connection:
        rows = connection.execute(sa.select(d.last_error, d.due_at).where(d.state == "retry")).mappings().all()
    return {"count": len(rows), **rows[0]} if rows else None


def _new_held(database: Database, known: set[int]) -> list[dict[str, Any]]:
    a, aa = t.alert.c, t.alert_article.c
    statement = (
        sa.select(a.id, a.rule_id.label("rule"), a.reason, t.article.c.title)
        .join(t.alert_article, aa.alert_id == a.id)
        .join(t.article, t.article.c.id == aa.article_id)
        .where(a.state == "held", t.article.c.baseline.is_(False))
        .order_by(a.id)
    )
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(statement).mappings() if row["id"] not in known]


def _number(number: int) -> str:
    words = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
    return words.get(number, str(number))
