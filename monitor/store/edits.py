"""Who wrote a rule on the page: noted when it is saved, recorded with its version when the file is read again.

The page changes a file, and whichever process reads it records the version.  The note names the text of the rule, so
that what somebody else writes into the file meanwhile is not taken for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.store import tables as t

NOTES = "rule_edits"
LASTS = timedelta(days=1)
"""A file that cannot be written is changed by hand, from what the page shows."""


def note_edit(connection: sa.Connection, rule: Mapping[str, Any], by: str, now: datetime) -> None:
    """`by` has written this rule (keys and values as in the file); in a unit that locks `configuration`."""
    _write(connection, {**_read(connection), text_hash(rule): {"by": by, "at": now.isoformat()}})


def noted_authors(connection: sa.Connection, now: datetime) -> dict[str, str]:
    """Who wrote which text, by its hash; notes that are too old are forgotten."""
    notes = _read(connection)
    lasting = {key: note for key, note in notes.items() if datetime.fromisoformat(note["at"]) > now - LASTS}
    if lasting != notes:
        _write(connection, lasting)
    return {key: note["by"] for key, note in lasting.items()}


def text_hash(value: Any) -> str:
    """Names a text that consists of keys and values, whatever their order."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _read(connection: sa.Connection) -> dict[str, dict[str, str]]:
    return dict(connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == NOTES)).scalar() or {})


def _write(connection: sa.Connection, notes: Mapping[str, Mapping[str, str]]) -> None:
    values = {"value": {key: dict(note) for key, note in notes.items()}}
    if connection.execute(sa.update(t.meta).where(t.meta.c.key == NOTES).values(values)).rowcount == 0:
        connection.execute(sa.insert(t.meta).values(key=NOTES, **values))
