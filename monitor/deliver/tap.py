"""Overhears what a service answered to Apprise.

Apprise tells its caller neither `Retry-After` nor the body of an answer with status 200, both of which decide whether a
message arrived.  Nothing else in this program uses `requests`, so its one gate, `Session.send`, is where to listen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import requests

BODY_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, the seconds of `Retry-After` as sent, and the start of the body of one answer."""

    status: int
    retry_after: str | None
    body: str


# A context rather than a thread: where Apprise hands a send to a thread of its own, it takes the context along.
_heard: ContextVar[list[Answer] | None] = ContextVar("heard", default=None)
_send = requests.Session.send


def _overheard(session: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
    response = _send(session, request, **kwargs)
    heard = _heard.get()
    if heard is not None:
        body = response.content[:BODY_LIMIT].decode("utf-8", "replace")
        heard.append(Answer(response.status_code, response.headers.get("Retry-After"), body))
    return response


requests.Session.send = _overheard  # type: ignore[method-assign, assignment]  # see above


@contextmanager
def overhearing() -> Iterator[list[Answer]]:
    """The answers to what is sent within the block, in order."""
    heard: list[Answer] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)
