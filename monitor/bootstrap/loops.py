"""The loops over one open monitor: what ticks in which role, what changes them while they run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from monitor.alert.words import counted
from monitor.bootstrap.canary import aviary_of
from monitor.bootstrap.monitor import Monitor, Setup
from monitor.bootstrap.settings import retention_settings
from monitor.config.fields import Section
from monitor.config.load import included
from monitor.config.schema import ConfigModel
from monitor.daemon import Step, Tick
from monitor.deliver.apprise import AppriseSender
from monitor.errors import ConfigError
from monitor.loops.canary import KIND, watch_canary
from monitor.loops.courier import Courier, CourierContext
from monitor.loops.dispatch import Work
from monitor.loops.evaluate import EvaluateContext, arm_timers, evaluate_once
from monitor.loops.gather import Gathering
from monitor.loops.hubs import Hubs, settle_subscriptions
from monitor.loops.ops import tell_ops
from monitor.loops.read import PageReading
from monitor.loops.upkeep import Upkeep
from monitor.loops.vocabulary import Vocabulary
from monitor.match.forms import filed_under
from monitor.store.ahead import bring_back
from monitor.store.presence import wakings

log = structlog.get_logger("monitor")

LOOK_S = 0.5
"""How often the loops look for due rows: an empty look costs well under a millisecond."""
RENEW_S = 10.0
"""A third of the shortest lease."""
UPKEEP_S = 5.0
HUBS_S = 2.0
POLLING = ("all", "poller")
"""The roles that gather, read and evaluate."""
AT_START = ("database", "articles.languages", "fetch.worker", "log.")
"""Settings, or beginnings of their names, that only a start puts in force."""

Stamps = dict[str, tuple[int, int]]


@dataclass(slots=True)
class Loops:
    """The four loops over one monitor, and what changes them while they run."""

    monitor: Monitor
    gathering: Gathering = field(init=False)
    hubs: Hubs = field(init=False)
    reading: PageReading = field(init=False)
    courier: CourierContext = field(init=False)
    evaluate: EvaluateContext = field(init=False)
    upkeep: Upkeep = field(init=False)
    _delivering: Courier = field(init=False)
    _files: Stamps = field(init=False)
    _seen: Stamps = field(default_factory=dict)
    """What the last look saw: a file that is just being written is another at the next one."""
    _begun: ConfigModel = field(init=False)
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever puts another configuration in force: a signal and a changed file may ask for it together."""
    _woken: int = 0
    _refused: bool = False
    """The configuration's files say something else than what is in force, which cannot be used."""

    def __post_init__(self) -> None:
        context = self.monitor.context
        self.gathering, self.hubs, self.reading = Gathering(context), Hubs(context), PageReading(context)
        telling, clock, owner = self.monitor.telling, context.clock, context.owner
        self.courier = CourierContext(context.database, telling, AppriseSender(), clock, owner)
        self.evaluate = EvaluateContext(context.database, telling, clock, owner, {KIND: watch_canary})
        model = self.monitor.setup.config.model
        aviary = aviary_of(model, self.monitor.lexicon, clock)
        self.upkeep = Upkeep(context, retention_settings(model), vocabulary_of(self.monitor), aviary)
        self._delivering = Courier(self.courier)
        self._files, self._begun = self._changed_at(), model

    def arm(self) -> None:
        """Wind the timers that run by themselves, and say what was refused."""
        now = self.monitor.clock.now()
        with self.monitor.database.unit(lock="tell") as connection:
            work = Work(connection, self.monitor.telling(), now)
            bring_back(connection, now)
            arm_timers(connection, work.telling, now)
            _tell_changes(work, self.monitor.setup, now)
            settle_subscriptions(connection, self.monitor.context)

    def ticks(self, role: str) -> tuple[Tick, ...]:
        """What this role does again and again."""
        poller = (
            Tick("gather", LOOK_S, self.gathering.tick),
            Tick("flush", 2.0, self.gathering.flush_due),
            Tick("hubs", HUBS_S, self.hubs.start_due),
            Tick("read", LOOK_S, self.reading.start_due),
            Tick("evaluate", LOOK_S, self._evaluate),
            Tick("leases", RENEW_S, self._renew),
            Tick("upkeep", UPKEEP_S, self.upkeep.tick),
        )
        deliverer = (Tick("deliver", LOOK_S, self._delivering.tick),)
        return {"all": poller + deliverer, "poller": poller, "deliverer": deliverer}.get(role, ())

    def drains(self, role: str) -> tuple[Step, ...]:
        """What must come to an end before the process does."""
        poller = (self.gathering.drain, self.hubs.drain, self.reading.drain, self.upkeep.drain)
        deliverer = (self._delivering.stop,)
        return {"all": poller + deliverer, "poller": poller, "deliverer": deliverer}.get(role, ())

    async def _evaluate(self) -> None:
        await evaluate_once(self.evaluate)

    async def _renew(self) -> None:
        await self.gathering.renew()
        await self.reading.renew()

    async def reload(self) -> None:
        """Read the configuration again; one that cannot be used leaves the running one in force, and ops hear of it."""
        async with self._changing:
            await self._reload()

    async def _reload(self) -> None:
        self._files = before = self._changed_at()
        try:
            setup = await asyncio.to_thread(self.monitor.reload)
        except ConfigError as error:
            log.warning("configuration-refused", error=error.message)
            self._refused = True
            await asyncio.to_thread(self._tell_refused, error)
            return
        self._refused = False
        self._renew_context()
        self.upkeep.retention = retention_settings(setup.config.model)
        # What changed while it was being read changes it again; files it did not know before do not.
        self._files = {name: before.get(name, at) for name, at in self._changed_at().items()}
        await asyncio.to_thread(self.arm)
        if waiting := waits_for_start(self._begun, setup.config.model):
            log.warning("needs-restart", settings=waiting)
            await asyncio.to_thread(self._tell_waiting, waiting)
        rules = setup.rules
        log.info(
            "configuration-loaded",
            sources=len(setup.config.sources),
            rules=len(rules.rules.rules),
            added=rules.sync.added,
            changed=rules.sync.changed,
            removed=rules.sync.removed,
            kept=rules.kept,
            not_watching=rules.not_watching,
        )

    async def look(self, role: str) -> None:
        """Reload when a file of the configuration changed, or a subscription; a poller wakes up when a command asks.

        A change counts once two looks have seen it: half of a file may be a valid configuration, too.
        """
        async with self._changing:
            files, before = self._changed_at(), self._seen
            self._seen = files
            if files != self._files:
                if files == before:
                    await self._reload()
            elif await asyncio.to_thread(self.monitor.searches_changed):
                self._renew_context()
        if role in POLLING:
            await self._poll_if_woken()

    async def _poll_if_woken(self) -> None:
        woken = await asyncio.to_thread(self._wakings)
        if woken != self._woken:
            self._woken = woken
            await self.gathering.start_due()

    async def woken(self, role: str) -> None:
        """Another process has written something that may be due now."""
        if role in POLLING:
            await self.look(role)
        if role in ("all", "deliverer"):
            await self._delivering.tick()

    def _renew_context(self) -> None:
        for loop in (self.gathering, self.hubs, self.reading, self.upkeep):
            loop.context = self.monitor.context

    async def announce(self) -> str:
        """Say what is watched now; the same in words."""
        log.info(
            "watching",
            sources=len(self.monitor.setup.config.sources),
            rules=len(self.monitor.setup.rules.rules.rules),
            not_watching=self.monitor.setup.rules.not_watching,
            database=self.monitor.database.engine.url.render_as_string(hide_password=True),
        )
        return self.in_words()

    def in_words(self) -> str:
        """One line for the service manager."""
        setup = self.monitor.setup
        sources, rules = len(setup.config.sources), len(setup.rules.rules.rules)
        words = f"watching {counted(sources, 'source')} with {counted(rules, 'rule')}"
        return f"{words}; the changed configuration is refused, see monitor check" if self._refused else words

    def _wakings(self) -> int:
        with self.monitor.database.reading() as connection:
            return wakings(connection)

    def _changed_at(self) -> Stamps:
        """When each file was changed, and how long it is.

        A file that an `include:` pattern begins or ceases to find counts as a change.
        """
        setup = self.monitor.setup
        names = {str(Path(name).resolve()) for name in setup.files}
        for pattern in setup.includes:
            names |= {str(found.resolve()) for found in included(self.monitor.path.parent, pattern)}
        return {name: _modified(name) for name in names}

    def _tell_refused(self, error: ConfigError) -> None:
        now = self.monitor.clock.now()
        with self.monitor.database.unit(lock="tell") as connection:
            work = Work(connection, self.monitor.telling(), now)
            lines = error.message.splitlines()
            tell_ops(work, f"config:file:{now:%Y-%m-%dT%H:%M}", "The changed configuration is refused", lines)

    def _tell_waiting(self, names: Sequence[str]) -> None:
        now = self.monitor.clock.now()
        with self.monitor.database.unit(lock="tell") as connection:
            work = Work(connection, self.monitor.telling(), now)
            key = f"needs-restart:{'+'.join(names)}:{now:%Y-%m-%d}"
            tell_ops(work, key, "Some changed settings are in force after a restart only", names)


def waits_for_start(begun: ConfigModel, now: ConfigModel) -> list[str]:
    """Settings that differ from those which the process began with, and which it does not take up while it runs."""
    before, after = _flat(begun), _flat(now)
    changed = (name for name, value in after.items() if value != before[name])
    return sorted(name for name in changed if name.startswith(AT_START))


def _flat(model: ConfigModel) -> dict[str, object]:
    """Values by name, those of sections as `section.name`; some are secret: they may only be compared."""
    found: dict[str, object] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        inner = type(value).model_fields if isinstance(value, Section) else ()
        found |= {f"{name}.{key}": getattr(value, key) for key in inner} if inner else {name: value}
    return found


def vocabulary_of(monitor: Monitor) -> Vocabulary:
    """Files words as the monitor's rules see them."""
    return Vocabulary(lambda word, language: filed_under(word, language, monitor.lexicon))


def _tell_changes(work: Work, setup: Setup, now: datetime) -> None:
    """Ops hear of refused rules at once, and which rules a reload added, changed or removed."""
    for rule_id in sorted(setup.checked.refused):
        problem = next((p for p in setup.checked.errors if p.rule_id == rule_id), None)
        if problem is None:
            continue
        goes_on = rule_id in setup.rules.kept
        headline = f"Rule {rule_id} is refused: " + ("its last good version goes on" if goes_on else "NOT WATCHING")
        line = f"{problem.place.file}:{problem.place.line} {problem.words}"
        tell_ops(work, f"rule-refused:{rule_id}:{now:%Y-%m-%d}", headline, (line,))
    if setup.rules.sync.removed:
        removed = ", ".join(setup.rules.sync.removed)
        key = f"rules-removed:watchlist:{now:%Y-%m-%dT%H:%M:%S}"
        tell_ops(work, key, "Rules were removed from the watchlist", (removed,))


def _modified(name: str) -> tuple[int, int]:
    try:
        found = Path(name).stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
