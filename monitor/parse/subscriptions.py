"""What people bring along: OPML, rss2email's configuration, urlwatch's list of jobs, newsboat's list of addresses.

rss2email: INI with a section `feed.NAME` for each feed (https://github.com/rss2email/rss2email).  urlwatch: YAML
documents, each a job with `url` or `navigate` and filters (https://urlwatch.readthedocs.io/en/latest/jobs.html).
newsboat: an address a line, with tags and a title behind it (https://newsboat.org/releases/2.38/docs/newsboat.html).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from dataclasses import dataclass
from typing import Any

import yaml

from monitor.errors import ParseError
from monitor.parse.charset import decode
from monitor.parse.links import is_address
from monitor.parse.opml import read_opml


@dataclass(frozen=True, slots=True)
class Subscription:
    """Something to follow; `kind` is the key of a source (feed, page, sitemap, watch).  `problem`: why it cannot be."""

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    kind: str = "feed"
    select: str | None = None
    paused: bool = False
    problem: str | None = None


def read_subscriptions(body: bytes) -> tuple[Subscription, ...]:
    """Every subscription of a file in its order, unusable ones with their problem; the format is recognised.

    Raises `ParseError` for a file of none of the known formats.
    """
    text = decode(body).text.lstrip()
    if text.startswith("<"):
        return tuple(Subscription(f.url, f.title, f.tags, f.kind, problem=f.problem) for f in read_opml(body))
    found = tuple(_rss2email(text)) or tuple(_urlwatch(text)) or tuple(_addresses(text))
    if not found:
        raise ParseError(
            "the file is no list of subscriptions that is known",
            code="unknown-list",
            remedy="give OPML, rss2email.cfg, urlwatch's urls.yaml, or a list with an address a line",
        )
    return found


def _rss2email(text: str) -> Iterator[Subscription]:
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except IniError:
        return
    for name in parser.sections():
        if name.startswith("feed."):
            section = parser[name]
            title = section.get("name", name.removeprefix("feed.")) or name
            active = section.get("active", "true").strip().lower() not in ("false", "no", "off", "0")
            yield Subscription(section.get("url", "").strip(), title, paused=not active)


class _Texts(yaml.SafeLoader):
    """Takes every value for a text: a date or a number that cannot be would end the reading of all."""

    yaml_implicit_resolvers = {"<": [("tag:yaml.org,2002:merge", re.compile("<<"))]}  # noqa: RUF012 - as its parent has it


def _urlwatch(text: str) -> Iterator[Subscription]:
    try:
        jobs = list(yaml.load_all(text, Loader=_Texts))
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    for job in jobs:
        if isinstance(job, Mapping) and job.keys() & {"url", "navigate", "command"}:
            yield _job(job)


def _job(job: Mapping[str, Any]) -> Subscription:
    url = str(job.get("url") or job.get("navigate") or job.get("command"))
    title = str(job.get("name") or url)
    if "command" in job:
        return Subscription(url, title, problem="a shell job has no counterpart")
    if "data" in job or str(job.get("method", "get")).lower() != "get":
        return Subscription(url, title, problem="only GET requests are made")
    return Subscription(url, title, kind="watch", select=_select(job.get("filter")))


def _select(filters: Any) -> str | None:
    """The first css or xpath filter, in any of the ways in which urlwatch takes them."""
    listed = filters.split(",") if isinstance(filters, str) else [filters] if isinstance(filters, Mapping) else filters
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, str) and each.partition(":")[0] in ("css", "xpath"):
            return each.partition(":")[2].strip()
        if isinstance(each, Mapping):
            for kind in ("css", "xpath"):
                value = each.get(kind)
                chosen = value.get("selector") or value.get("path") if isinstance(value, Mapping) else value
                if chosen:
                    return str(chosen)
    return None


_OTHER_LINES = ("query:", "exec:", "filter:", "file:")
"""What newsboat reads that is no address of the web."""


def _addresses(text: str) -> Iterator[Subscription]:
    """An address a line; nothing at all where a line is something else."""
    lines = [words for line in text.splitlines() if (words := _words(line))]
    if not all(is_address(words[0]) or words[0].startswith(_OTHER_LINES) for words in lines):
        return
    for address, *more in lines:
        title = next((word[1:] for word in more if word.startswith("~")), "")
        tags = tuple(word for word in more if not word.startswith(("~", "!")))
        problem = None if is_address(address) else "what newsboat makes itself has no counterpart"
        yield Subscription(address, title, tags, problem=problem)


def _words(line: str) -> list[str]:
    """The words of a line, quoted ones as one; those behind `#` are a remark."""
    try:
        return shlex.split(line, comments=line.lstrip().startswith("#"))
    except ValueError:  # a quotation mark that is alone
        return line.split()
