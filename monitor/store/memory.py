"""`PollMemory` as JSON and back: only what differs from the default, unknown keys ignored (an older program's rows)."""

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
_NAMES = tuple(field.name for field in fields(PollMemory))
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


def memory_from_json(stored: Mapping[str, Any]) -> PollMemory:
    """What `memory_to_json` wrote, by this or an earlier program."""
    return PollMemory(**{name: _rich(name, stored[name]) for name in _NAMES if name in stored})


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
