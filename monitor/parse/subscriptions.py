"""What people bring along from other programs: OPML, rss2email's configuration, urlwatch's list of jobs.

rss2email: INI with a section `feed.NAME` for each feed (https://github.com/rss2email/rss2email).  urlwatch: YAML
documents, each a job with `url` or `navigate` and filters (https://urlwatch.readthedocs.io/en/latest/jobs.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from dataclasses import dataclass
from typing import Any

import yaml

from monitor.errors import ParseError
from monitor.parse.charset import decode
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
    found = tuple(_rss2email(text)) or tuple(_urlwatch(text))
    if not found:
        raise ParseError(
            "the file is no list of subscriptions that is known",
            code="unknown-list",
            remedy="give OPML, rss2email.cfg, or urlwatch's urls.yaml",
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
