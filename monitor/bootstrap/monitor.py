"""Opening the monitor: configuration, database, network, workers, and the rules in force."""

from __future__ import annotations

import asyncio
import getpass
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
import structlog

from monitor.bootstrap.caches import kept_caches
from monitor.bootstrap.settings import alert_settings, fetch_settings, listeners_of, loop_settings, state_folder
from monitor.bootstrap.timekeeping import set_clock
from monitor.bootstrap.words import build_words, open_lexicon, words_are_built
from monitor.clock import SharedClock
from monitor.config.accept import InForce, accept_rules, compile_searches
from monitor.config.channels import check_channels
from monitor.config.checks import Checked, check_config
from monitor.config.load import Config, Loaded, load_config
from monitor.config.problems import Problem
from monitor.fetch.browser import BrowserFetcher
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.loops.context import Context, Watchlist
from monitor.loops.dispatch import Telling
from monitor.loops.hosts import DatabaseHostBook
from monitor.match.compile import RuleCache
from monitor.match.engine import Engine
from monitor.match.lexicon import Lexicon
from monitor.model.source import SourceSpec
from monitor.ports import Workers
from monitor.store import outbox, readers
from monitor.store.lock import CrashHook, WriterLock
from monitor.store.schema import make_folder, status, upgrade, upgrade_address
from monitor.store.sources import SyncReport, sync_sources
from monitor.store.unit import CommitObserver, Database, open_engine
from monitor.workers import WorkerPool

log = structlog.get_logger("monitor")

MIGRATION_MB, MIGRATION_S = 1_000_000, 86_400.0
"""No limits, where limits have to be named: a table of years is copied in one go."""

Searches = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Setup:
    """A configuration in force: as read (without the places of every value), as checked, what it changed.

    `files` are the names of all files it was read from, `includes` the patterns that found them.
    """

    config: Config
    files: tuple[str, ...]
    includes: tuple[str, ...]
    checked: Checked
    rules: InForce
    sources: SyncReport
    searches: Searches = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that `monitor check` would say."""
        return self.checked.problems


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rehearsal puts in place of the world: its time, where CPU-bound work runs, who watches the commits."""

    clock: SharedClock = field(default_factory=SharedClock)
    workers: Workers | None = None
    """None starts a pool of processes."""
    observer: CommitObserver | None = None
    engine: Callable[[str], sa.Engine] = open_engine
    """Makes the engine of a database's address; a rehearsal keeps one, with the statements that it has compiled."""
    taking_long: Callable[[str], AbstractAsyncContextManager[object]] = nullcontext
    """Entered around what may take minutes at the start, with words for what it is."""


@dataclass(slots=True)
class Monitor:
    """An open monitor; `setup` and `context` are replaced as a whole when the configuration is loaded again."""

    path: Path
    database: Database
    clock: SharedClock
    lexicon: Lexicon
    cache: RuleCache
    setup: Setup
    context: Context
    take_up: Callable[[FetchSettings], None] = lambda _settings: None
    """How the network is asked from now on."""

    def telling(self) -> Telling:
        """Who is told and how, as it stands now."""
        watchlist = self.context.watchlist
        return Telling(watchlist.rules, watchlist.channels, watchlist.alerts)

    def reload(self) -> Setup:
        """Read the configuration again and put it in force; `ConfigError` means that nothing has changed."""
        loaded = load_config(self.path)
        base = self.setup.checked.engine
        self.setup = put_in_force(self.database, loaded, self.lexicon, self.cache, self.clock.now(), base=base)
        self.context = replace(
            self.context,
            sources=sources_of(self.setup),
            watchlist=watchlist_of(self.setup),
            settings=loop_settings(self.setup.config.model),
        )
        self.take_up(fetch_settings(self.setup.config.model))
        return self.setup

    def searches_changed(self) -> bool:
        """Take up the searches that people subscribed to, or left, since they were last looked at."""
        config = self.setup.config
        with self.database.reading() as connection:
            searches = wanted_searches(connection, config)
        if searches == self.setup.searches:
            return False
        rules = searching(self.setup.rules, searches, config, self.lexicon)
        self.setup = replace(self.setup, rules=rules, searches=searches)
        self.context = replace(self.context, watchlist=watchlist_of(self.setup))
        return True


def put_in_force(
    database: Database,
    loaded: Loaded,
    lexicon: Lexicon,
    cache: RuleCache,
    now: datetime,
    *,
    base: Engine | None = None,
) -> Setup:
    """Check a configuration and record its sources and rules; raises `ConfigError` when the whole file is refused."""
    config = loaded.usable()
    checked = check_config(loaded, lexicon, cache=cache, base=base)
    channels = tuple(check_channels(config)) if config.model.channels else ()
    if problems := checked.fatal + channels:
        raise loaded.refusal(problems)
    cache.keep(checked.compiled.rules)
    with database.unit(lock="configuration") as connection:
        sources = sync_sources(connection, config.sources, now)
        rules = accept_rules(connection, config, checked, now, author=user_name())
        searches = wanted_searches(connection, config)
    # Where everything stands was of use to say what is wrong; kept, it would be as large as the rules themselves.
    files, in_force = tuple(loaded.files), searching(rules, searches, config, lexicon)
    return Setup(config.without_places(), files, loaded.includes, checked, in_force, sources, searches)


def wanted_searches(connection: sa.Connection, config: Config) -> Searches:
    """(rule, expression) of the searches that people subscribed to."""
    return readers.searches(connection) if config.model.web.subscribe.enabled else ()


def searching(rules: InForce, searches: Searches, config: Config, lexicon: Lexicon) -> InForce:
    """The rules in force with these searches beside them."""
    engine = compile_searches(searches, config.concepts, lexicon) if searches else None
    return replace(rules, matcher=replace(rules.matcher, searches=engine))


def watchlist_of(setup: Setup) -> Watchlist:
    """The rules in force and those who are told."""
    model = setup.config.model
    rules = setup.rules
    alerts = alert_settings(model, setup.config.sources)
    return Watchlist(rules.matcher, rules.matcher.version, rules.rules, listeners_of(model), alerts)


def sources_of(setup: Setup) -> dict[str, SourceSpec]:
    """The configured sources by id."""
    return {spec.id: spec for spec in setup.config.sources}


@asynccontextmanager
async def open_monitor(
    path: Path, *, writes: bool = True, obey_blocks: bool = True, surroundings: Surroundings | None = None
) -> AsyncIterator[Monitor]:
    """Everything that `run` and `once` need; closes it all at the end.

    `writes`: take the writer's lock of SQLite (raises `AlreadyRunning`).  Raises `ConfigError`, `StoreError`.
    """
    around = surroundings or Surroundings()
    async with AsyncExitStack() as stack:
        # In functions of their own, so that the trees of the files are gone while the monitor runs.
        opened = await _open_store(stack, path, around, writes=writes)
        yield await _open_world(stack, path, around, opened, obey_blocks=obey_blocks)


@dataclass(frozen=True, slots=True)
class _Opened:
    database: Database
    lexicon: Lexicon
    cache: RuleCache
    setup: Setup


async def _open_store(stack: AsyncExitStack, path: Path, around: Surroundings, *, writes: bool) -> _Opened:
    loaded = load_config(path)
    config = loaded.usable()
    if problems := [problem for problem in loaded.errors if problem.rule_id is None]:
        raise loaded.refusal(problems)
    database = Database(around.engine(config.database), around.observer)
    await _upgrade(database, config, around)
    set_clock(around.clock, database)
    stack.callback(database.dispose)
    if writes:
        stack.enter_context(WriterLock(database, on_takeover=_recover(config, around.clock.now())))
    languages = config.model.articles.languages
    if not words_are_built(languages):
        async with around.taking_long("building the dictionaries of word forms"):
            await asyncio.to_thread(build_words, languages)
    lexicon = open_lexicon(config.model)
    cache = stack.enter_context(kept_caches(state_folder(config), lexicon))
    return _Opened(database, lexicon, cache, put_in_force(database, loaded, lexicon, cache, around.clock.now()))


async def _upgrade(database: Database, config: Config, around: Surroundings) -> None:
    """Migrate in a process of its own: what that imports takes 15 MB, which the monitor would hold for years."""
    make_folder(database)
    if status(database).is_current:
        return
    if around.workers is not None:
        upgrade(database)
        return
    async with around.taking_long("migrating the database"), WorkerPool(1, memory_mb=MIGRATION_MB) as apart:
        await apart.run(upgrade_address, config.database, timeout_s=MIGRATION_S)


async def _open_world(
    stack: AsyncExitStack, path: Path, around: Surroundings, opened: _Opened, *, obey_blocks: bool
) -> Monitor:
    database, clock, setup = opened.database, around.clock, opened.setup
    model = setup.config.model
    owner = owner_name()
    hosts = None if database.is_sqlite else DatabaseHostBook(database, owner)
    how = fetch_settings(model)
    plain = await stack.enter_async_context(HttpFetcher(how, clock, hosts=hosts, obey_blocks=obey_blocks))
    fetcher = await stack.enter_async_context(BrowserFetcher(plain, how))
    workers = around.workers
    if workers is None:
        section = model.fetch
        pool = WorkerPool(section.workers, memory_mb=max(1, section.worker_memory // 1_000_000))
        workers = await stack.enter_async_context(pool)
    context = Context(
        database=database,
        clock=clock,
        fetcher=fetcher,
        workers=workers,
        sources=sources_of(setup),
        watchlist=watchlist_of(setup),
        owner=owner,
        settings=loop_settings(model),
    )

    def take_up(settings: FetchSettings) -> None:
        plain.take_up(settings)
        fetcher.take_up(settings)

    return Monitor(path, database, clock, opened.lexicon, opened.cache, setup, context, take_up)


def owner_name() -> str:
    """Names this process in leases: host, process id, and something that no earlier process had."""
    return f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}"


def _recover(config: Config, now: datetime) -> CrashHook:
    channels = listeners_of(config.model).values()

    def deliveries(connection: sa.Connection) -> None:
        outbox.recover_sending(connection, channels, now)

    return deliveries


def user_name() -> str:
    """Who runs this program, for what is on record; a user who has no name, as in containers, by his number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
