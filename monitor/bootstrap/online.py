"""`monitor check --online`: the world that a configuration counts on, asked once; no message is sent, nothing stored.

Codes: database-unusable, no-network, source-unreachable, source-status, channel-unreachable, channel-refused,
websub-unreachable, clock-skew, disk-full, disk-low, not-writable, secret-exposed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import smtplib
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from monitor.bootstrap.settings import fetch_settings, state_folder, websub_callback
from monitor.clock import SystemClock
from monitor.config.channels import mail_spec
from monitor.config.load import Config
from monitor.config.nodes import Mapping, Node, Scalar
from monitor.config.nodes import Sequence as Listed
from monitor.config.problems import WARNING, Place, Problem, sort_problems
from monitor.config.schema import MailModel
from monitor.config.values import secret_file
from monitor.deliver.mail import PORTS
from monitor.deliver.reach import endpoint_of, reach
from monitor.deliver.smtp import MailServer, mail_error, session
from monitor.errors import StoreError
from monitor.fetch.http import HttpFetcher
from monitor.model.fetched import Fetched, Request
from monitor.model.source import SourceSpec
from monitor.store.schema import require_usable
from monitor.web.views.push import HERE

MAIL_S = 15.0
CLOCK_S = 120.0
"""Publishers' dates and quiet hours go wrong by as much as the clock does."""
DISK_FULL, DISK_LOW = 50_000_000, 1_000_000_000
"""Bytes; a gigabyte holds a year of a thousand busy feeds' texts only just."""


async def check_online(config: Config) -> tuple[Problem, ...]:
    """Everything that would keep the monitor from working here and now."""
    answers = await _ask(config)
    problems = [*_sources(config, answers), *_clock(config, answers), *_disk(config), *_secrets(config)]
    problems += await asyncio.to_thread(_database, config)
    problems += await _callback(config)
    for name, channel in config.model.channels.items():
        place = _place(config.root, "channels", name)
        if channel.mail is not None:
            problem = await asyncio.to_thread(_mail, channel.mail, place, name)
            problems += [problem] if problem else []
        else:
            problems += await asyncio.to_thread(_services, channel.to or (), place, name)
    return sort_problems(problems)


def _services(addresses: Sequence[str], place: Place, name: str) -> list[Problem]:
    """The services of a channel, as far as can be told without sending."""
    endpoints = dict.fromkeys(found for address in addresses if (found := endpoint_of(address)))
    hint = f"monitor channels test {name} sends a message and says what the service answers"
    faults = [why for endpoint in endpoints if (why := reach(endpoint))]
    return [Problem("channel-unreachable", f'channel "{name}": {why}', place, hint=hint) for why in faults]


async def _callback(config: Config) -> list[Problem]:
    """Whether the address for hubs leads to the page, where one is running."""
    callback = websub_callback(config.model)
    if callback is None:
        return []
    settings = replace(fetch_settings(config.model), allow_addresses=("0.0.0.0/0", "::/0"))
    async with HttpFetcher(settings, SystemClock(), obey_blocks=False) as fetcher:
        fetched = await fetcher.fetch(Request(f"{callback}/"))
    if fetched.status == 200 and fetched.body.decode("utf-8", "replace") == HERE:
        return []
    why = fetched.problem.text if fetched.problem else f"status {fetched.status} from something else"
    hint = "is the monitor running? what stands in front of it must pass on /push/"
    message = f"{callback}/ does not lead to the page: {why}"
    return [Problem("websub-unreachable", message, _place(config.root, "websub"), WARNING, hint)]


async def _ask(config: Config) -> list[tuple[SourceSpec, Fetched]]:
    sources = [spec for spec in config.sources if not spec.paused]
    async with HttpFetcher(fetch_settings(config.model), SystemClock(), obey_blocks=False) as fetcher:

        async def ask(s: SourceSpec) -> Fetched:
            request = Request(s.url, headers=s.headers, auth=s.auth, proxy=s.proxy, verify_tls=s.verify_tls)
            # That they came is all that counts: of ten thousand sources the documents would be a gigabyte.
            return replace(await fetcher.fetch(request), body=b"")

        return list(zip(sources, await asyncio.gather(*map(ask, sources)), strict=True))


def _sources(config: Config, answers: Sequence[tuple[SourceSpec, Fetched]]) -> Iterator[Problem]:
    failed = [(spec, fetched.problem) for spec, fetched in answers if fetched.problem is not None]
    if len(failed) > 1 and len(failed) == len(answers):
        message = f"none of {len(answers)} sources could be reached: {failed[0][1].text}"
        hint = "is this machine online? behind a proxy, set fetch: {proxy: …}"
        yield Problem("no-network", message, _place(config.root, "sources"), hint=hint)
        return
    for spec, problem in failed:
        message = f'source "{spec.id}": {problem.text}'
        yield Problem("source-unreachable", message, config.source_nodes[spec.id].place, hint="check the address")
    for spec, fetched in answers:
        if fetched.problem is None and (fetched.status or 0) >= 400:
            message = f'source "{spec.id}": the server answered with status {fetched.status}'
            hint = f"open {spec.url} in a browser; monitor sources add finds another feed"
            yield Problem("source-status", message, config.source_nodes[spec.id].place, hint=hint)


def _clock(config: Config, answers: Sequence[tuple[SourceSpec, Fetched]]) -> Iterator[Problem]:
    skews = [skew for _, fetched in answers if (skew := _skew(fetched)) is not None]
    skew = statistics.median(skews) if skews else 0.0
    if abs(skew) > CLOCK_S:
        side = "ahead of" if skew > 0 else "behind"
        message = f"this machine's clock is {abs(skew):.0f} s {side} the servers'"
        yield Problem("clock-skew", message, config.root.place, WARNING, "let NTP set the clock")


def _skew(fetched: Fetched) -> float | None:
    """How far our clock is ahead of the server's; None where it does not say."""
    try:
        said: datetime = parsedate_to_datetime(fetched.header("date") or "")
    except ValueError:
        return None
    return (fetched.started_at - said).total_seconds() if said.tzinfo else None


def _database(config: Config) -> list[Problem]:
    try:
        require_usable(config.database)
    except StoreError as error:
        return [Problem("database-unusable", error.message, _place(config.root, "database"), hint=error.remedy)]
    return []


def _disk(config: Config) -> Iterator[Problem]:
    """Of a file: what PostgreSQL stands on is another machine's."""
    if not config.database.startswith("sqlite:"):
        return
    folder = state_folder(config)
    here = next(parent for parent in (folder, *folder.parents) if parent.exists())
    place = _place(config.root, "database")
    if not os.access(here, os.W_OK):
        yield Problem("not-writable", f"{here} cannot be written to", place, hint="chown it, or name another database:")
    yield from room_left(shutil.disk_usage(here).free, here, place)


def room_left(free: int, folder: Path, place: Place) -> Iterator[Problem]:
    """What so many free bytes in a folder mean."""
    if free < DISK_FULL:
        yield Problem("disk-full", f"{free // 1_000_000} MB are free in {folder}", place, hint="make room")
    elif free < DISK_LOW:
        message = f"only {free // 1_000_000} MB are free in {folder}"
        yield Problem("disk-low", message, place, WARNING, "make room, or lower articles: {keep: …}")


def _secrets(config: Config) -> Iterator[Problem]:
    for node in _scalars(config.root):
        # What lies in systemd's folder may show another mode: its owner is root, and a list says who else may read it.
        if node.tag == "!file" and not node.text.startswith("$CREDENTIALS_DIRECTORY/"):
            path = secret_file(node.text, config.folder, os.environ)
            if path.is_file() and path.stat().st_mode & 0o077:
                message = f"others may read {path}"
                yield Problem("secret-exposed", message, node.place, WARNING, f"chmod 600 {path}")


def _scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Listed):
        for item in node.items:
            yield from _scalars(item)
    else:
        for _, value in node.items:
            yield from _scalars(value)


def _mail(model: MailModel, place: Place, name: str) -> Problem | None:
    """Connect, greet, secure, log in; say goodbye."""
    spec = mail_spec(model)
    port = spec.port or PORTS[spec.tls]
    try:
        with session(MailServer(spec.server, port, spec.tls, spec.user, spec.password), MAIL_S):
            return None
    except smtplib.SMTPAuthenticationError as error:
        why = f"{spec.server} refuses the login of {spec.user} ({mail_error(error).message})"
        return Problem("channel-refused", f'channel "{name}": {why}', place, hint="check user and password")
    except OSError as error:
        why = f"{spec.server}:{port} cannot be used: {mail_error(error).message}"
        hint = "check server, port and tls: (starttls, ssl, none)"
        return Problem("channel-unreachable", f'channel "{name}": {why}', place, hint=hint)


def _place(root: Mapping, *path: str) -> Place:
    """Of the key that the path leads to, or of as much of it as there is."""
    node: Node = root
    place = root.place
    for name in path:
        if not isinstance(node, Mapping):
            break
        key, value = node.key(name), node.get(name)
        if key is None or value is None:
            break
        place, node = key.place, value
    return place
