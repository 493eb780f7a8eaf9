"""Overhears what a service answered to Apprise.

Apprise tells its caller neither `Retry-After` nor the body of an answer with status 200, both of which decide whether a
message arrived.  Nothing else in this program uses `requests`, so its one gate, `Session.send`, is where to listen.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

BODY_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, the seconds of `Retry-After` as sent, and the start of the body of one answer."""

    status: int
    retry_after: str | None
    body: str


@dataclass(slots=True)
class _Ear(threading.local):
    answers: list[Answer] | None = field(default=None)


_ear = _Ear()
_send = requests.Session.send


def _overheard(session: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
    response = _send(session, request, **kwargs)
    if _ear.answers is not None:
        body = response.content[:BODY_LIMIT].decode("utf-8", "replace")
        _ear.answers.append(Answer(response.status_code, response.headers.get("Retry-After"), body))
    return response


requests.Session.send = _overheard  # type: ignore[method-assign, assignment]  # see above


@contextmanager
def overhearing() -> Iterator[list[Answer]]:
    """The answers that arrive in this thread while the block runs, in order."""
    heard: list[Answer] = []
    _ear.answers = heard
    try:
        yield heard
    finally:
        _ear.answers = None
