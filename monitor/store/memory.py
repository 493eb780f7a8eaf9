"""`PollMemory` as JSON and back: only what differs from the default, unknown keys ignored (an older program's rows).

What the last document listed is not in it: see `documents`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from monitor.model.entry import FeedHints
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory

_DEFAULT = PollMemory()
_NO_HINTS = FeedHints()
_NAMES = tuple(field.name for field in fields(PollMemory) if field.name != "item_hashes")
_HINTS = tuple(field.name for field in fields(FeedHints))
_TIMES = frozenset(field.name for field in fields(PollMemory) if "datetime" in str(field.type))


def memory_to_json(memory: PollMemory) -> dict[str, Any]:
    """Plain values for a JSON column."""
    kept: dict[str, Any] = {}
    for name in _NAMES:
        value = getattr(memory, name)
        if value != getattr(_DEFAULT, name):
            kept[name] = _plain(value)
    return kept


def memory_from_json(stored: Mapping[str, Any], item_hashes: tuple[str, ...] = ()) -> PollMemory:
    """What `memory_to_json` wrote, by this or an earlier program, with the items that were listed last."""
    return PollMemory(item_hashes=item_hashes, **{name: _rich(name, stored[name]) for name in _NAMES if name in stored})


def not_after(stored: Mapping[str, Any], later: datetime, now: datetime) -> dict[str, Any]:
    """What `memory_to_json` wrote by a clock that was ahead: instants after `later` are `now`."""
    wrong = {name for name in _TIMES if stored.get(name) and datetime.fromisoformat(stored[name]) > later}
    return {name: now.isoformat() if name in wrong else value for name, value in stored.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Reason):
        return {"code": value.code, "text": value.text}
    if isinstance(value, FeedHints):
        changed = {name: getattr(value, name) for name in _HINTS if getattr(value, name) != getattr(_NO_HINTS, name)}
        return {name: sorted(item) if isinstance(item, frozenset) else item for name, item in changed.items()}
    return value


def _rich(name: str, value: Any) -> Any:
    if name in _TIMES and value is not None:
        return datetime.fromisoformat(value)
    if name == "health":
        return Health(value)
    if name == "hints":
        hints: dict[str, Any] = {key: item for key, item in value.items() if key in _HINTS}
        sets = {key: frozenset(item) for key, item in hints.items() if isinstance(item, list)}
        return FeedHints(**(hints | sets))
    if isinstance(value, dict):
        return Reason(**value)
    return tuple(value) if isinstance(value, list) else value
