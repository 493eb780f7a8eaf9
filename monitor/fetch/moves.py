"""Moved addresses: when a redirect replaces the configured one, and when that is taken back.  Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason
from monitor.model.source import PollMemory, SourceSpec

PERMANENT = {301, 308}

SIGHTINGS = 3
OVER = timedelta(days=2)
"""How often and over what time a permanent redirect must lead to the same address: redirects by mistake are repaired
sooner than that."""

GIVE_UP_AFTER = 3
"""Failures in a row after which an adopted address is dropped for the configured one."""


def address_of(spec: SourceSpec, memory: PollMemory) -> str:
    """The address to ask: the adopted one while it replaces the configured one, which people may have changed since."""
    adopted = memory.adopted_url
    return adopted if adopted is not None and memory.adopted_from == spec.url else spec.url


def consider_move(
    spec: SourceSpec, memory: PollMemory, fetched: Fetched, now: datetime
) -> tuple[PollMemory, tuple[Reason, ...]]:
    """After a good poll: the memory, with the address to ask from now on, and what people are to be told."""
    target = _permanent_target(spec, memory, fetched)
    if target is None:
        if memory.moved_to is None:
            return memory, ()
        return replace(memory, moved_to=None, moved_since=None, moved_sightings=0), ()
    if memory.moved_to == target:
        memory = replace(memory, moved_sightings=memory.moved_sightings + 1)
    else:
        memory = replace(memory, moved_to=target, moved_since=now, moved_sightings=1)
    lasted = memory.moved_since is not None and now - memory.moved_since >= OVER
    if not (_is_https_twin(fetched.url, target) or (lasted and memory.moved_sightings >= SIGHTINGS)):
        return memory, ()
    memory = replace(
        memory, adopted_url=target, adopted_from=spec.url, moved_to=None, moved_since=None, moved_sightings=0
    )
    text = f"the source has moved for good to {target}; it is asked there from now on, change the configuration"
    return memory, (Reason("moved", text),)


def drop_failed_address(memory: PollMemory) -> tuple[PollMemory, tuple[Reason, ...]]:
    """After a failed poll: back to the configured address when the adopted one has failed several times."""
    if memory.adopted_url is None or memory.errors_in_a_row < GIVE_UP_AFTER:
        return memory, ()
    text = f"{memory.adopted_url} does not answer as it should; the configured address is asked again"
    return replace(memory, adopted_url=None, adopted_from=None), (Reason("move-dropped", text),)


def _permanent_target(spec: SourceSpec, memory: PollMemory, fetched: Fetched) -> str | None:
    if not fetched.hops or fetched.url != address_of(spec, memory):
        return None
    permanent = all(hop.status in PERMANENT for hop in fetched.hops)
    return fetched.final_url if permanent and fetched.final_url != fetched.url else None


def _is_https_twin(url: str, target: str) -> bool:
    old, new = urlsplit(url), urlsplit(target)
    return (old.scheme, new.scheme) == ("http", "https") and old.hostname == new.hostname
