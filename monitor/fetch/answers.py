"""What an answer means: the name and weight of every failure, Retry-After, freshness.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason
from monitor.model.references import read_references
from monitor.model.walls import is_bare

MAX_RETRY_AFTER = timedelta(hours=24)
EPOCHS = range(1_000_000_000, 10_000_000_000)
"""Waits in seconds that are none, but seconds since 1970."""
_SECONDS = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s*(?:s|secs?|seconds?)?\s*(?:[;,].*)?", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]")
_COMING_BACK = ("retry-after", "ratelimit-reset", "x-ratelimit-reset")
UNNAMED_BLOCK = timedelta(minutes=1)
"""How long a host is left alone after a 429 that does not say."""

HARD, SOFT, TEMPORARY = 1.0, 0.5, 0.25
"""What a failure weighs: will not pass by itself; feeds do come back from it; a hiccup of the line."""

WEIGHTS: Mapping[str, float] = {
    "timeout": TEMPORARY,
    "reset": TEMPORARY,
    "truncated": TEMPORARY,
    "protocol": TEMPORARY,
    "empty-body": TEMPORARY,
    "no-content": TEMPORARY,
    "no-space": TEMPORARY,
    "unexpected-304": TEMPORARY,
    "dns": SOFT,
    "refused": SOFT,
    "robots": SOFT,
    "proxy": SOFT,
    "not-found": SOFT,
    "too-many-requests": SOFT,
    "server-error": SOFT,
    "unavailable": SOFT,
    "bot-wall": SOFT,
    "html": SOFT,
    "login-page": SOFT,
    "consent-page": SOFT,
    "parked": SOFT,
    "packed": SOFT,
}
"""Codes with less than a hard weight."""

BLOCKING = frozenset({"forbidden", "bot-wall", "robots", "too-many-requests"})
"""Codes that mean: the server is there and does not want us."""

NETWORK = frozenset({"dns", "refused", "timeout", "reset"})
"""Codes that a machine without a network shows for every source."""

_STATUS: Mapping[int, Reason] = {
    204: Reason("no-content", "the server answered 204 without content; check the address"),
    401: Reason("unauthorized", "the server wants a user and a password (401); set `auth` for this source"),
    402: Reason("payment-required", "the server wants to be paid (402)"),
    403: Reason("forbidden", "the server refuses us (403); check the address, or ask the publisher"),
    404: Reason("not-found", "there is nothing at this address (404); check it in a browser"),
    407: Reason("proxy", "a proxy wants a user and a password (407); put them into `proxy`"),
    410: Reason("gone", "the server says that this address is gone for good (410)"),
    429: Reason("too-many-requests", "the server says that it is asked too often (429); raise `every`"),
    503: Reason("unavailable", "the server is unavailable (503); it is tried again"),
}

_NEVER_DOCUMENTS = {204, 205}
_PART = re.compile(r"bytes\s+(\d{1,12})-(\d{1,12})/(\d{1,12}|\*)")

_WALL_HEADERS = {"cf-mitigated", "x-amzn-waf-action", "x-datadome", "x-dd-b", "x-sucuri-block", "x-px-block"}
_WALL_MARKS = re.compile(
    rb"cf-browser-verification|/cdn-cgi/challenge-platform|<title>just a moment|_incapsula_resource|px-captcha"
    rb"|captcha-delivery\.com|ddos-guard|attention required! \| cloudflare|awswafintegration|errors\.edgesuite\.net"
    rb"|/x/cmd/anubis|anubis_(?:challenge|version)|well-known/sgcaptcha|vercel security checkpoint|imunify360"
    rb"|sucuri_cloudproxy_js|validate\.perfdrive\.com|bm-verify|/showcaptcha|git/go-away|slowaes\.decrypt",
    re.IGNORECASE,
)
_LOGIN = re.compile(rb"<input[^>]{0,200}type\s*=\s*[\"']?password", re.IGNORECASE)
_CONSENT = re.compile(
    rb"consentmanager|sourcepoint|sp_message|privacy-mgmt|didomi|onetrust|cmpbox|before you continue", re.IGNORECASE
)
_PARKED = re.compile(
    rb"domain (?:name )?(?:is|may be|could be) (?:parked|for sale)|buy this domain|domain[- ]?parking"
    rb"|parked (?:free|domain)|domain steht zum verkauf|domaine est (?:\xc3\xa0|&agrave;) vendre"
    rb"|dominio est(?:\xc3\xa1|&aacute;) en venta"
    rb"|account (?:has been |is )?suspended|suspendedpage\.cgi|location\.href\s*=\s*[\"']/lander",
    re.IGNORECASE,
)
_CONSENT_HOST = re.compile(r"^(consent|privacy|cmp|zustimmung)\.|/consent(/|\?|$)", re.IGNORECASE)
_LOOKED_AT = 65_536

REDIRECTS = {301, 302, 303, 307, 308}
LARGEST_SIGNPOST = 8_000
"""Bytes of a page that does nothing but send browsers on; a larger one has something to say."""
SOON_S = 5
"""Seconds after which such a page sends on; later ones reload what people are reading."""
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^<>]*>\s*|<!--(?:(?!-->).)*-->\s*)*(?:<!doctype\s+html|<(?:html|head|meta|title|body)\b)",
    re.IGNORECASE | re.DOTALL,
)
_UNSEEN = re.compile(rb"<!--.*?(?:-->|\Z)|<(noscript|script)\b.*?(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
_REFRESH = re.compile(
    rb"""<meta\s[^<>]*?\bhttp-equiv\s*=\s*["']?refresh["'\s][^<>]*""",
    re.IGNORECASE,
)
_CONTENT = re.compile(rb"""\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_SENT_ON = re.compile(
    r"""\s*(\d{1,4}(?:\.\d*)?|\.\d+)(?:\s*[;,]\s*(?:url\s*=\s*)?|\s+url\s*=\s*)["']?([^"']+)""",
    re.IGNORECASE | re.ASCII,
)


def name_failure(fetched: Fetched) -> Reason | None:
    """Why the answer is no document, or None when there is one to read."""
    if fetched.problem is not None:
        return fetched.problem
    status = fetched.status or 0
    if status in {403, 429, 503, 405, 406, 202} and is_bot_wall(fetched):
        return _bot_wall(status)
    if status in _STATUS:
        return _STATUS[status]
    if _is_document(fetched, status):
        if fetched.spooled is not None or fetched.body.strip(b"\0 \t\r\n"):
            return None
        return Reason("empty-body", f"the server answered {status} with nothing in it; it is tried again")
    return _unlisted(status)


def _is_document(fetched: Fetched, status: int) -> bool:
    """Whether what came is meant as the whole: some servers call it a part although nobody has asked for one."""
    if status == 206:
        part = _PART.search(fetched.header("content-range") or "")
        return part is None or (part.group(1) == "0" and part.group(3) == str(int(part.group(2)) + 1))
    return 200 <= status < 300 and status not in _NEVER_DOCUMENTS


def _unlisted(status: int) -> Reason:
    if status == 304:
        return Reason(
            "unexpected-304", "the server says that nothing has changed although it was not asked; it is tried again"
        )
    if 500 <= status < 600:
        return Reason("server-error", f"the server is in trouble ({status}); it is tried again")
    if 400 <= status < 500:
        return Reason("client-error", f"the server refuses the request ({status}); check the address")
    return Reason("unexpected-status", f"the server answered {status}, which is no document; check the address")


def onward(status: int, headers: tuple[tuple[str, str], ...], page: bytes | None) -> str | None:
    """Where an answer sends us: by its Location, or as a page that does nothing else, as static hosts have to do it.

    `page` is the body, None when it has more than `LARGEST_SIGNPOST` bytes.
    """
    if status in REDIRECTS:
        return next((value for name, value in headers if name == "location"), None) or None
    if status != 200 or page is None or (page.strip() and not _PAGE.match(page)):
        return None
    refresh = next((value for name, value in headers if name == "refresh"), None)
    return _sent_on(refresh if refresh is not None else _refresh_in(page))


def _refresh_in(page: bytes) -> str:
    """What the page's own tag says in place of that header."""
    tag = _REFRESH.search(_UNSEEN.sub(b"", page))  # inside, it is for old browsers or against robots
    content = _CONTENT.search(tag.group()) if tag else None
    value = next(filter(None, content.groups()), b"") if content else b""
    return read_references(value.decode("utf-8", "replace"))


def _sent_on(told: str) -> str | None:
    """The address in "0; url=/there", if that is meant for at once."""
    found = _SENT_ON.match(told)
    return found.group(2).strip() if found and float(found.group(1)) <= SOON_S else None


def name_page(fetched: Fetched, reason: Reason) -> Reason:
    """A better name for a page that came in place of a feed, when it can be recognised; otherwise `reason`.

    What a page holds says something only about bare ones: in a site's own pages are the scripts of the same services.
    """
    bare, start = is_bare(fetched.body), fetched.body[:_LOOKED_AT]
    if _has_wall_header(fetched) or (bare and _WALL_MARKS.search(start)):
        return _bot_wall(fetched.status or 0)
    if _CONSENT_HOST.search(fetched.final_url.partition("://")[2]) or (bare and _CONSENT.search(start)):
        return Reason(
            "consent-page", "a page that asks for consent came in place of the document; use the feed's own address"
        )
    if bare and _LOGIN.search(start):
        return Reason(
            "login-page", "a page that asks for a password came in place of the document; set `auth` or headers"
        )
    if bare and _PARKED.search(start):
        return Reason(
            "parked", "the domain is for sale, or its account is suspended; find the new address of the source"
        )
    return reason


def is_bot_wall(fetched: Fetched) -> bool:
    """Whether a service that keeps programs out has answered in place of the site."""
    return _has_wall_header(fetched) or bool(_WALL_MARKS.search(fetched.body[:_LOOKED_AT]))


def _has_wall_header(fetched: Fetched) -> bool:
    return any(name in _WALL_HEADERS for name, _ in fetched.headers)


def _bot_wall(status: int) -> Reason:
    text = f"a service that keeps programs out answered in place of the site ({status}); ask the publisher to let us in"
    return Reason("bot-wall", text)


def weight_of(code: str) -> float:
    """How much a failure adds to a source's error weight."""
    return WEIGHTS.get(code, HARD)


def parse_instant(value: str) -> datetime | None:
    """An HTTP date in any of its three forms, or an instant of ISO 8601, in UTC; None for anything else."""
    try:
        parsed = datetime.fromisoformat(value) if _ISO.match(value) else parsedate_to_datetime(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):  # at the ends of the calendar a zone leads beyond them
        return None


def retry_after(value: str | None, *, now: datetime) -> datetime | None:
    """When a Retry-After header (seconds or a date) lets us come back, at most a day ahead.

    Seconds that have been counted since 1970 are an instant.  Nonsense and what is not in the future are None.
    """
    if value is None:
        return None
    text = value.strip()
    seconds = _SECONDS.fullmatch(text)
    number = float(seconds.group(1)) if seconds else 0.0
    if seconds and int(number) not in EPOCHS:
        wait = timedelta(seconds=min(number, MAX_RETRY_AFTER.total_seconds()))
        return now + wait if wait else None
    at = datetime.fromtimestamp(number, UTC) if seconds else parse_instant(text)
    return min(at, now + MAX_RETRY_AFTER) if at is not None and at > now else None


def host_block(status: int | None, headers: Iterable[tuple[str, str]], *, now: datetime) -> datetime | None:
    """Until when the whole host is to be left alone after this status, if at all; `headers` have lower-case names.

    Some that count requests say at 429 when they begin to count anew, in place of when to come back.
    """
    if status not in {429, 503}:
        return None
    said = dict(reversed(list(headers)))
    names = _COMING_BACK if status == 429 else _COMING_BACK[:1]
    until = retry_after(next((said[name] for name in names if name in said), None), now=now)
    return now + UNNAMED_BLOCK if until is None and status == 429 else until


def fresh_for_s(fetched: Fetched) -> float:
    """Seconds for which the server calls its answer fresh: max-age less Age, or Expires less Date; 0 when unknown.

    RFC 9111, 4.2.
    """
    control = ",".join(value for name, value in fetched.headers if name == "cache-control").lower()
    if re.search(r"\bno-(cache|store)\b", control):
        return 0.0
    age = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,10})", control)
    if age is not None:
        return max(0.0, float(age.group(1)) - _number(fetched.header("age")))
    until, since = fetched.header("expires"), fetched.header("date")
    if until is None or since is None:
        return 0.0
    expires, date = parse_instant(until), parse_instant(since)
    return 0.0 if expires is None or date is None else max(0.0, (expires - date).total_seconds())


def _number(value: str | None) -> float:
    text = (value or "").strip()
    return float(text) if re.fullmatch(r"\d{1,10}", text) else 0.0
