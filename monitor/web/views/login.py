"""Logging in and out."""

from __future__ import annotations

from starlette.responses import Response

from monitor.web.guard import session_cookie
from monitor.web.visit import Visit, local
from monitor.web.visitors import Guesses, Password

USER = "desk"
"""Whoever knows the password."""


def ask(visit: Visit) -> Response:
    """The form; somebody who is in already goes on."""
    if visit.visitor is not None:
        return visit.go(visit.text("next", "/"))
    return visit.page("login.html", next=local(visit.text("next", "/")), problem="")


def log_in(visit: Visit) -> Response:
    """Check the password; five wrong ones from an address, and it has to wait a quarter of an hour."""
    state = visit.request.app.state
    password: Password | None = state.password
    guesses: Guesses = state.guesses
    client = visit.request.client.host if visit.request.client else ""
    where, now = local(visit.text("next", "/")), visit.context.clock.monotonic()
    if not guesses.begin(client, now):
        problem = "Too many wrong passwords: try again in a quarter of an hour."
        return visit.page("login.html", status=429, next=where, problem=problem)
    if password is None or not password.fits(visit.text("password")):
        return visit.page("login.html", status=403, next=where, problem="That is not the password.")
    guesses.was_right(client, now)
    answer = visit.go(where)
    # A new session: one that was known before the login must not become one that is in.
    fresh = visit.door.sessions.begin(USER, visit.context.now)
    answer.headers["Set-Cookie"] = session_cookie(visit.door, fresh)
    return answer


def log_out(visit: Visit) -> Response:
    """A session of nobody."""
    answer = visit.go("/login")
    answer.headers["Set-Cookie"] = session_cookie(visit.door, visit.door.sessions.begin("", visit.context.now))
    return answer
