"""From what Apprise logged and a service answered to a cause in plain words, without secrets: pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit

from monitor.errors import DeliveryError

TRANSIENT_HTTP = frozenset({408, 409, 423, 425, 429})

_HTTP = re.compile(r"error[=: ]+\(?(\d{3})\b")
_ADDRESS = re.compile(r"https?://\S+|\burl: \S+")
_I = re.IGNORECASE
_CAUSES = (
    (re.compile(r"CERTIFICATE_VERIFY_FAILED.*?:\s*([^(\]]+)", re.DOTALL), "certificate: {0}"),
    (re.compile(r"refused", _I), "connection refused"),
    (re.compile(r"timed? ?out|timeout", _I), "timed out"),
    (re.compile(r"name or service not known|resolve|nodename|getaddrinfo|name resolution", _I), "unknown host"),
    (re.compile(r"unexpectedly closed|reset by peer|broken pipe|aborted|EOF", _I), "connection broken off"),
    (re.compile(r"unreachable", _I), "network unreachable"),
    (re.compile(r"SSL|TLS", _I), "TLS failed"),
)
_TELLING = ("Exception", "refused", "error=", "Response Details", "failed", "Failed", "Could not", "Invalid", "invalid")


def secrets_of(address: str) -> tuple[str, ...]:
    """The parts of an Apprise address that must not be shown, longest first: all but scheme, host and port."""
    parts = urlsplit(address)
    pieces: list[str] = [parts.password or "", parts.username or ""]
    rest = f"{parts.path}/{parts.query}/{parts.fragment}"
    pieces.extend(re.split(r"[/?&=#,]", rest))
    both = {form for piece in pieces for form in (piece, unquote(piece)) if len(form) >= 4}
    return tuple(sorted(both, key=len, reverse=True))


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret and every address blanked."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return _ADDRESS.sub("***", text)


def explain_failure(logs: Sequence[str], secrets: Sequence[str], retry_after_s: float | None = None) -> DeliveryError:
    """The error behind lines that Apprise logged, newest last: cause, permanence, when the service wants us back."""
    for line in reversed(logs):
        status = _HTTP.search(line)
        if status:
            return _http_error(int(status.group(1)), _response(logs, secrets), retry_after_s)
    telling = [line for line in logs if any(word in line for word in _TELLING)]
    for line in reversed(telling):
        for pattern, text in _CAUSES:
            if (found := pattern.search(line)) is not None:
                return DeliveryError(text.format(*(g.strip() for g in found.groups())), permanent=False, code="network")
    cause = redact(telling[-1], secrets) if telling else "the service did not say why"
    return DeliveryError(_short(cause), permanent=False, retry_after_s=retry_after_s, code="refused")


def _http_error(status: int, response: str, retry_after_s: float | None) -> DeliveryError:
    permanent = 400 <= status < 500 and status not in TRANSIENT_HTTP
    text = f"HTTP {status}" + (f": {response}" if response else "")
    return DeliveryError(text, permanent=permanent, retry_after_s=retry_after_s, code=f"http-{status}")


def _response(logs: Sequence[str], secrets: Sequence[str]) -> str:
    for line in reversed(logs):
        if "Response Details:" in line:
            raw = line.split("Response Details:", 1)[1].strip()
            return _short(redact(re.sub(r"^b['\"]|['\"]$", "", raw), secrets))
    return ""


def _short(text: str) -> str:
    plain = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(plain.split())[:300]


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a `Retry-After` header asks for: a number or a date; None when there is none to be read."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None


def denial(body: str) -> str | None:
    """What a service says against a message that it answered with status 200; None where it says nothing."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    if not isinstance(answer, dict):
        return None
    denied = answer.get("ok") is False or answer.get("success") is False
    denied = denied or str(answer.get("status")).lower() in {"error", "failed", "fail"}
    if not denied:
        return None
    return _short(str(answer.get("error") or answer.get("message") or answer.get("errors") or answer))
