"""From the configuration to the small frozen settings that each stage takes."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from monitor.alert.settings import AlertSettings
from monitor.config.channels import channel_of, subscribers_channel
from monitor.config.load import Config
from monitor.config.schema import ConfigModel
from monitor.dedup.story import StorySettings
from monitor.fetch.http import FetchSettings
from monitor.loops.context import LoopSettings
from monitor.loops.placing import PlacingSettings
from monitor.loops.retain import RetentionSettings
from monitor.model.alert import Channel
from monitor.model.poll import PollSettings
from monitor.model.source import SourceSpec

DAY_S = 86_400.0
CANARY_S = {"hourly": 3_600.0}
LEASE_MARGIN_S = 30.0
"""Beyond the total deadline of a request: parsing and writing."""


def fetch_settings(model: ConfigModel, *, also_allow: Sequence[str] = ()) -> FetchSettings:
    """The `fetch` section as the fetcher takes it."""
    section = model.fetch
    default = FetchSettings()
    name = section.user_agent
    return FetchSettings(
        user_agent=name if "/" in name else default.user_agent.replace("news-monitor", name, 1),
        contact=section.contact or "",
        concurrency=section.concurrency,
        per_host=section.per_host,
        host_spacing_s=section.host_spacing,
        timeout_s=section.timeout,
        max_bytes=section.max_bytes,
        allow_addresses=(*section.allow_addresses, *also_allow),
        proxy=section.proxy,
    )


def loop_settings(model: ConfigModel) -> LoopSettings:
    """Limits of the gather and read loops."""
    section = model.fetch
    return LoopSettings(
        polls_at_once=section.concurrency,
        reads_at_once=max(4, section.concurrency // 4),
        per_host=section.per_host,
        lease_s=section.timeout + LEASE_MARGIN_S,
        poll=PollSettings(min_every_s=section.min_every),
        callback=websub_callback(model),
        placing=PlacingSettings(
            stories=StorySettings(quiet=timedelta(seconds=model.stories.window)),
            copy_window=timedelta(seconds=model.stories.copies),
        ),
    )


def websub_callback(model: ConfigModel) -> str | None:
    """The address below which hubs reach the page; None where no hub is to be asked."""
    public = model.websub.callback or model.web.public_url
    return f"{public.rstrip('/')}/push" if model.websub.enabled and public else None


def retention_settings(model: ConfigModel) -> RetentionSettings:
    """How long things are kept."""
    section, stories = model.articles, model.stories
    return RetentionSettings(
        fingerprint_days=1 + math.ceil(max(stories.copies, stories.window) / DAY_S),
        articles_days=section.keep / DAY_S,
        alerts_days=section.keep_alerted / DAY_S,
        polls_days=section.keep_polls / DAY_S,
    )


def alert_settings(model: ConfigModel, sources: Sequence[SourceSpec] = ()) -> AlertSettings:
    """The `alerts` section and its neighbours, and what sources say about alerts."""
    section = model.alerts
    public = model.web.public_url
    return AlertSettings(
        timezone=model.timezone or system_timezone(),
        language=model.language,
        first_poll=section.first_poll,
        max_age_s=section.max_age or None,
        ops=section.ops,
        default_to=model.defaults.alert.to or (),
        health_at=section.health_at,
        review_at=section.review_at,
        canary=section.canary != "off",
        canary_every_s=CANARY_S.get(section.canary, DAY_S),
        canary_to=(section.canary_to,) if section.canary_to else (),
        critical_sources=tuple(spec.id for spec in sources if spec.critical),
        oldest_s={spec.id: spec.max_age_s for spec in sources if spec.max_age_s},
        heartbeat_to=(section.heartbeat_to,) if section.heartbeat_to and section.heartbeat else (),
        heartbeat_every_s=section.heartbeat,
        web_url=public.rstrip("/") if public else None,
    )


def channels_of(model: ConfigModel) -> dict[str, Channel]:
    """All channels by name, recipients expanded."""
    return {name: channel_of(name, channel) for name, channel in model.channels.items()}


def listeners_of(model: ConfigModel) -> dict[str, Channel]:
    """The channels, and the one of those who subscribed by mail."""
    subscribers = subscribers_channel(model)
    return channels_of(model) | ({subscribers.id: subscribers} if subscribers else {})


def system_timezone() -> str:
    """The zone of this machine by its IANA name; UTC where it has none."""
    link = Path("/etc/localtime")
    if link.is_symlink():
        parts = str(link.resolve()).partition("zoneinfo/")
        if parts[1]:
            return parts[2]
    named = Path("/etc/timezone")
    return (named.read_text().strip() if named.exists() else "") or "UTC"


def state_folder(config: Config) -> Path:
    """Where files other than the database go: beside an SQLite file, else where systemd says, else beside `config`."""
    prefix = "sqlite:///"
    if config.database.startswith(prefix):
        return Path(config.database.removeprefix(prefix)).parent
    named = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    return Path(named) if named else config.folder / "var"
