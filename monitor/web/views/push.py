"""The callback of hubs: they ask whether we meant it, and push.  It needs no login: its address is the secret.

Nothing is read here but the signature; what was pushed is stored for the process that gathers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from monitor.fetch.websub import Intent, ask_again_at, is_signed, verify_intent
from monitor.model.reasons import Reason
from monitor.model.websub import SubscriptionState
from monitor.store import subscriptions
from monitor.store.pushes import add_push
from monitor.store.subscriptions import SubscriptionRow
from monitor.web.context import WebContext
from monitor.web.visit import NotHere, Visit

HERE = "Hubs push here.\n"
"""What the bare address answers, so that it can be seen from outside whether it is reached."""

MOST_PER_MINUTE = 60
COME_AGAIN_S = 60
UNSIGNED = Reason("websub-unsigned", "a push came without the hub's signature, or with a wrong one; it was ignored")

log = structlog.get_logger("web")


@dataclass(slots=True)
class PushRate:
    """How often each source was pushed within the last minute, in this process."""

    _taken: dict[str, deque[float]] = field(default_factory=dict)

    def take(self, source_id: str, now_s: float) -> bool:
        """Count a push; False for one too many.  `now_s` is monotonic."""
        taken = self._taken.setdefault(source_id, deque(maxlen=MOST_PER_MINUTE))
        if len(taken) == MOST_PER_MINUTE and now_s - taken[0] < 60:
            return False
        taken.append(now_s)
        return True


def here(_visit: Visit) -> Response:
    """The address without its secret part."""
    return PlainTextResponse(HERE)


def verify(visit: Visit) -> Response:
    """A hub asks whether we meant it (section 5.3); also the only word of one that refuses."""
    context, now, token = visit.context, visit.context.now, _token(visit.request)
    if _row(context, token) is None:  # strangers' guesses are not to wait for the writer, nor to be waited for
        raise NotHere("there is no such subscription")
    with context.database.unit() as connection:
        row = subscriptions.by_token(connection, token)
        if row is None:
            raise NotHere("there is no such subscription")
        intent = verify_intent(visit.request.query_params, row.subscription, now=now)
        log.info("hub", source=row.source_id, what=intent.reason.code, text=intent.reason.text)
        if intent.status == 200 and row.subscription.state is SubscriptionState.LEAVING:
            subscriptions.forget(connection, row.source_id)
        elif intent.status == 200:
            subscriptions.change(connection, row.source_id, intent.reason, _granted(intent, now))
    return PlainTextResponse(intent.body, intent.status)


def _granted(intent: Intent, now: datetime) -> dict[str, object]:
    """The columns of a subscription that the hub confirmed or refused."""
    values = {"expires_at": intent.lease_until, "due_at": ask_again_at(intent.lease_until, now=now), "attempts": 0}
    if intent.lease_until is None:
        return values | {"state": SubscriptionState.DENIED.value, "proven": False}
    return values | {"state": SubscriptionState.VERIFIED.value}


async def receive(request: Request) -> Response:
    """A hub pushes (section 7).  Who cannot sign hears nothing else than who can: it could be used for guessing."""
    context: WebContext = request.app.state.context
    row = await run_in_threadpool(_subscribed, context, _token(request))
    if row is None:
        return PlainTextResponse("nobody is subscribed here any more\n", 410)
    rate: PushRate = request.app.state.push_rate
    if not rate.take(row.source_id, context.clock.monotonic()):
        return _later(429)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        return PlainTextResponse("send it as it is, without compression\n", 415)
    body = await _body(request, context.config.model.fetch.timeout)
    content_type, signature = request.headers.get("content-type"), request.headers.get("x-hub-signature")
    taken = await run_in_threadpool(_take, context, row, _Pushed(body, content_type, signature))
    return Response(status_code=202) if taken else _later(503)


@dataclass(frozen=True, slots=True)
class _Pushed:
    body: bytes
    content_type: str | None
    signature: str | None


def _take(context: WebContext, row: SubscriptionRow, pushed: _Pushed) -> bool:
    """Store it if its hub signed it, count it otherwise; False when too much waits already."""
    signed = is_signed(pushed.signature, pushed.body, row.subscription.secret)
    with context.database.unit() as connection:
        if not signed:
            subscriptions.refuse_push(connection, row.source_id, UNSIGNED)
            log.warning("push-refused", source=row.source_id, text=UNSIGNED.text)
            return True
        kind = pushed.content_type and pushed.content_type[:200]
        return add_push(connection, row.source_id, body=pushed.body, content_type=kind, now=context.now)


def _subscribed(context: WebContext, token: str) -> SubscriptionRow | None:
    row = _row(context, token)
    return None if row is None or row.subscription.state is SubscriptionState.LEAVING else row


def _row(context: WebContext, token: str) -> SubscriptionRow | None:
    with context.database.reading() as connection:
        return subscriptions.by_token(connection, token)


async def _body(request: Request, timeout_s: float) -> bytes:
    try:
        async with asyncio.timeout(timeout_s):
            return await request.body()
    except TimeoutError as error:
        raise HTTPException(408, "the push took too long") from error


def _token(request: Request) -> str:
    """The secret part of the address, without what no database takes."""
    token: str = request.path_params["token"]
    return token if token.isascii() and "\x00" not in token else ""


def _later(status: int) -> Response:
    return PlainTextResponse("later, please\n", status, {"Retry-After": str(COME_AGAIN_S)})
