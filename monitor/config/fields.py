"""The value types of the configuration: durations, lists that may be written as one item, times of day."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

from monitor.alert.hours import parse_span

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
LONGEST_S = 500 * 365 * 86400.0
"""Several times as much after or before now can still be said as a date."""
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
_SIZE = {"": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3}


def fault(code: str, message: str) -> PydanticCustomError:
    """A validation error with a stable code and our own words."""
    return PydanticCustomError(code, "{text}", {"text": message})


def seconds(value: Any) -> float:
    """`90s 10m 2h 7d` (or a sum such as `1h30m`) in seconds; `0` is 0.  Raises a validation error otherwise."""
    if isinstance(value, float):  # seconds already, from a stored rule
        return value
    text = str(value).strip()
    if text == "0":
        return 0.0
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise fault("bad-duration", f"{text!r} is no duration: write 90s, 10m, 2h or 7d (0 switches off)")
    found = sum(float(number) * UNITS[unit] for number, unit in parts)
    if found > LONGEST_S:
        raise fault("bad-duration", f"{text!r} is too long: 500 years are the most")
    return found


def byte_count(value: Any) -> int:
    """`15MB`, `500kB` or a plain number, in bytes."""
    match = re.fullmatch(r"(\d+)\s*(|kB|MB|GB)", str(value).strip())
    if match is None:
        raise fault("bad-size", f"{value!r} is no size: write 500kB, 15MB or a number of bytes")
    return int(match[1]) * _SIZE[match[2]]


def as_list(value: Any) -> Any:
    """One item stands for a list of one."""
    return [value] if isinstance(value, str) else value


def time_zone(value: Any) -> str:
    """A zone of the IANA database by name."""
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise fault("bad-timezone", f"unknown time zone {value!r}: write a name such as Europe/Berlin") from error
    return str(value)


def hours(value: Any) -> str:
    """`22:00-06:30`, local time; may pass midnight."""
    text = str(value).strip()
    if not _HOURS.fullmatch(text):
        raise fault("bad-hours", f"{text!r} is no span of hours: write 22:00-06:30")
    try:
        parse_span(text)
    except ValueError as error:
        raise fault("bad-hours", str(error)) from error
    return text


def digest(value: Any) -> str:
    """`hourly`, `daily` or a cron expression of five fields."""
    text = str(value).strip()
    if text in ("hourly", "daily"):
        return text
    return cron(text)


def cron(text: str) -> str:
    """A cron expression of five fields (Sunday is 0 or 7, as in crontab(5))."""
    from datetime import UTC, datetime  # noqa: PLC0415 - only to probe the expression

    try:
        CronSim(text, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise fault("bad-cron", f"{text!r} is neither hourly nor daily nor a cron expression: {error}") from error
    return text


def tls_word(value: Any) -> str:
    """`starttls`, `ssl` or `none`; yes and no are understood."""
    text = str(value).strip().lower()
    words = {"starttls": "starttls", "ssl": "ssl", "none": "none"}
    words |= dict.fromkeys(("false", "no", "off"), "none") | dict.fromkeys(("true", "yes", "on"), "starttls")
    if text not in words:
        raise fault("bad-value", f"tls is starttls, ssl or none, not {text!r}")
    return words[text]


def web_address(value: Any) -> str:
    """An http(s) address with a host."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - cheap, and only needed here

    text = str(value).strip()
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise fault("bad-url", f"{text!r} is no web address: it must begin with http:// or https:// and name a host")
    return text


def database_address(value: Any) -> str:
    """The address of a database that the monitor can use.  What was written is not repeated: it may hold a password."""
    text = str(value).strip()
    if text.startswith(("sqlite:///", "postgresql+psycopg://")):
        return text
    meant = (
        f"sqlite:///{text}" if "://" not in text else "sqlite:///var/monitor.db or postgresql+psycopg://user@host/name"
    )
    raise fault("bad-database", f"this is no database that can be used: write {meant}")


def selector(value: Any) -> str:
    """CSS or XPath that can be used."""
    from monitor.extract.selector import check_selector  # noqa: PLC0415 - most configurations have no selector

    wrong = check_selector(str(value))
    if wrong is not None:
        raise fault("bad-selector", wrong)
    return str(value)


def _schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "integer"], "examples": [example], "pattern": pattern})


Duration = Annotated[float, BeforeValidator(seconds), _schema(r"^(0|(\d+(\.\d+)?\s*[smhdw]\s*)+)$", "10m")]
Size = Annotated[int, BeforeValidator(byte_count), _schema(r"^\d+\s*(kB|MB|GB)?$", "15MB")]
TimeZone = Annotated[str, BeforeValidator(time_zone)]
Hours = Annotated[str, BeforeValidator(hours)]
Digest = Annotated[str, BeforeValidator(digest)]
Database = Annotated[str, BeforeValidator(database_address)]
Url = Annotated[str, BeforeValidator(web_address)]
TlsWord = Annotated[Literal["starttls", "ssl", "none"], BeforeValidator(tls_word)]
Names = Annotated[tuple[str, ...], BeforeValidator(as_list)]
Selector = Annotated[str, BeforeValidator(selector)]
Selectors = Annotated[tuple[Selector, ...], BeforeValidator(as_list)]
HoursList = Annotated[tuple[Hours, ...], BeforeValidator(as_list)]


class Section(BaseModel):
    """Base of every section: unknown keys are errors, values are frozen, secrets stay out of error texts."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True)
