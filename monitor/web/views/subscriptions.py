"""Subscriptions by mail: asking for one, confirming it and leaving by links in mails, the operator's list.

A link opens a page with one button: mail scanners open every link, and a GET changes nothing.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.alert.subscribe import CONFIRM, LASTS, LEAVE, Refused, mail_address, may_write, read_token
from monitor.errors import UsageError
from monitor.loops import subscribers
from monitor.model.reasons import Reason
from monitor.model.subscription import Subscription, SubscriptionKind, SubscriptionState
from monitor.store.readers import confirm, end, get_subscription, list_subscriptions, rule_names
from monitor.store.secrets import known_secret
from monitor.store.story_pages import show_story
from monitor.web.rendering import short
from monitor.web.views.search import prepared
from monitor.web.views.ticker import names_of
from monitor.web.visit import NotHere, Visit

PAGE = 50
SUBJECT_MAX = 500
LEFT = Reason("left", "its reader unsubscribed")
REMOVED = Reason("removed", "ended by the desk")
SWITCHED_OFF = "Subscriptions by mail are switched off at present: nothing comes until they are on again."
NOT_THERE = "Mails to this domain are no longer sent from here: nothing comes until they are again."
UNWATCHED = "The desk does not watch this at present: nothing comes until it does again."


def show_form(visit: Visit) -> Response:
    """What is subscribed to, and a field for the address."""
    _offered(visit)
    kind, subject, title = _wanted(visit)
    return visit.page("subscribe.html", kind=kind.value, subject=subject, title=title, asked=False, problem="")


def ask(visit: Visit) -> Response:
    """Send the mail that asks for the confirmation.

    The answer is the same whether the address has subscribed before or not: that is nobody else's business.
    """
    _offered(visit)
    kind, subject, title = _wanted(visit)
    address = mail_address(visit.text("address"))
    if address is None:
        return _form_again(visit, (kind, subject, title), "This is no mail address.", 400)
    context = visit.context
    request = subscribers.Request(kind, subject, title, address, visit.reader.language, _client(visit))
    with context.database.unit(lock="subscribe") as connection:
        answer = subscribers.ask(connection, request, context.config.model.web.subscribe.domains, context.now)
    if isinstance(answer, Refused) and not answer.quiet:
        return _form_again(visit, (kind, subject, title), answer.reason.text, 429)
    return visit.page("subscribe.html", kind=kind.value, subject=subject, title=title, asked=True, problem="")


def show_link(visit: Visit) -> Response:
    """The page behind a link in a mail: one button."""
    act, found = _linked(visit.request, visit)
    return _link_page(visit, act, found)


def follow(visit: Visit) -> Response:
    """The button of that page, or a mail program's own (RFC 8058): the address is the proof, no session is needed."""
    act, found = _linked(visit.request, visit)
    context = visit.context
    with context.database.unit() as connection:
        if act == CONFIRM and may_write(found.address, context.config.model.web.subscribe.domains):
            confirm(connection, found.id, context.now, asked_after=context.now - LASTS)
        elif act == LEAVE:
            end(connection, found.id, LEFT, context.now)
        found = get_subscription(connection, found.id) or found
    return _link_page(visit, act, found)


def list_all(visit: Visit) -> Response:
    """Who subscribed to what; addresses are shown to those who may change the configuration."""
    if visit.visitor is None or not visit.visitor.may("admin"):
        raise HTTPException(403, "subscriptions are shown to administrators")
    before = visit.number("before")
    with visit.context.database.reading() as connection:
        found = list_subscriptions(connection, limit=PAGE + 1, before=before)
        names = rule_names(connection) | names_of(visit.context)
    resting = {each.id: _rests(visit, each) for each in found}
    older = found[PAGE - 1].id if len(found) > PAGE else None
    return visit.page("subscriptions.html", subscriptions=found[:PAGE], names=names, older=older, resting=resting)


def remove(visit: Visit) -> Response:
    """End somebody's subscription."""
    with visit.context.database.unit() as connection:
        if not end(connection, visit.key(), REMOVED, visit.context.now):
            raise NotHere(f"there is no open subscription {visit.key()}")
    return visit.go("/subscriptions")


def _form_again(visit: Visit, wanted: tuple[SubscriptionKind, str, str], problem: str, status: int) -> Response:
    kind, subject, title = wanted
    values = {"kind": kind.value, "subject": subject, "title": title, "asked": False, "problem": problem}
    return visit.page("subscribe.html", status=status, **values)


def _client(visit: Visit) -> str:
    """Whoever asks: behind a proxy that names people the person, else the machine."""
    host = visit.request.client.host if visit.request.client is not None else ""
    return f"{host} {visit.visitor.name if visit.visitor else ''}"


def _offered(visit: Visit) -> None:
    if not visit.context.config.model.web.subscribe.enabled:
        raise NotHere("subscriptions by mail are not offered here", remedy="web: {subscribe: {enabled: true}}")


def _wanted(visit: Visit) -> tuple[SubscriptionKind, str, str]:
    """What is to be subscribed to, and what it is called.  Raises `NotHere`, `UsageError`."""
    typed, subject = visit.text("kind"), visit.text("subject").strip()
    if typed not in tuple(SubscriptionKind):
        raise UsageError("one subscribes to a rule, a story or a search")
    kind = SubscriptionKind(typed)
    if kind is SubscriptionKind.RULE:
        name = names_of(visit.context).get(subject)
        if name is None:
            raise NotHere(f"there is no rule {short(subject, 80)!r}")
        return kind, subject, name
    if kind is SubscriptionKind.STORY:
        return kind, *_story(visit, subject)
    if not subject or len(subject) > SUBJECT_MAX or prepared(visit, subject).engine is None:
        raise UsageError("this expression cannot be subscribed to", remedy="try it on the search page first")
    return kind, subject, subject


def _story(visit: Visit, subject: str) -> tuple[str, str]:
    number = visit.number("subject")
    with visit.context.database.reading() as connection:
        found = show_story(connection, number) if number is not None else None
    if found is None:
        raise NotHere(f"there is no story {short(subject, 20)}")
    return str(found.story.id), short(found.story.title, 200)


def _linked(request: Request, visit: Visit) -> tuple[str, Subscription]:
    with visit.context.database.reading() as connection:
        key = known_secret(connection, subscribers.LINKS)
        token = read_token(key, request.path_params["token"]) if key is not None else None
        found = get_subscription(connection, token[1]) if token else None
    if token is None or found is None:
        raise NotHere("this link is no longer valid", remedy="subscribe again where you did before")
    return token[0], found


def _link_page(visit: Visit, act: str, found: Subscription) -> Response:
    wanted = SubscriptionState.ACTIVE if act == CONFIRM else SubscriptionState.ENDED
    over = found.state is SubscriptionState.ENDED and act == CONFIRM
    return visit.page(
        "subscription_link.html",
        act=act,
        title=_title(visit, found),
        done=found.state is wanted,
        over=found.reason if over else "",
        rests=_rests(visit, found),
    )


def _rests(visit: Visit, found: Subscription) -> str:
    """Why nothing comes at present although nobody left; it goes on when the configuration allows it again."""
    if found.state is SubscriptionState.ENDED:
        return ""
    offered = visit.context.config.model.web.subscribe
    if not offered.enabled:
        return SWITCHED_OFF
    if not may_write(found.address, offered.domains):
        return NOT_THERE
    unwatched = found.kind is SubscriptionKind.RULE and found.subject not in names_of(visit.context)
    return UNWATCHED if unwatched else ""


def _title(visit: Visit, found: Subscription) -> str:
    with visit.context.database.reading() as connection:
        names = rule_names(connection) | names_of(visit.context)
    return short(names.get(found.rule_id, found.subject), 200)
