"""Date texts of feeds -> instants, or None: never a guess (`fetching.md` 28).

Two shapes cover nearly all feeds and are read by one expression each: RFC 822 (leniently) and ISO 8601.  Everything
else is cut into tokens: a month's name in any of the languages of `calendar_names`, numbers, a clock, a zone.
A missing or unknown zone means UTC, as every feed reader takes it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from monitor.parse import calendar_names as names
from monitor.parse.clocks import names_half, take_clock

LONGEST = 120
"""Characters of a date text that are looked at."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
FIRST_OF_FEEDS = 1995
"""A reading of two-digit years that leads to an earlier one is none that counts: nothing in a feed is older."""

_RFC822 = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,?\s*)?(\d{1,2})[\s-]+([A-Za-z]{3,9})\.?,?[\s-]+(\d{4}|\d{2}),?\s+"
    r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?(?:\s*([+-]\d{2}:?\d{2}|[A-Za-z]{1,5})(?::00)?(?:\s*\([^)]*\))?)?\Z"
)
_ISO = re.compile(
    r"(\d{4})([-/.])(\d{1,2})(?:[-/.](\d{1,2}))?"
    r"(?:[Tt\s_,-]\s*(\d{1,2}):(\d{2})(?::(\d{1,2})(?:[.,]\d+)?)?\s*([Zz]|[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]{2,5})?"
    r"(?:(?<=[+-]\d\d:\d\d):00)?)?\Z"
)
_BASIC = re.compile(
    r"((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
    r"(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2}))?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?\Z"
)
_DAY_AND_OFFSET = re.compile(r"(\d{4})-(\d{2})-(\d{2})([+-]\d{2}:\d{2})\Z")
_ORDINAL = re.compile(r"(\d{4})-(\d{3})\Z")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})-?([1-7])\Z")
_CJK = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})(?!\d)\s*[日일]?")
_CJK_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s+(\d{1,2})\s?[月월]\s+(\d{4})(?!\d)")
_ERA = re.compile(rf"({'|'.join(names.ERAS)})\s*(\d{{1,3}}|元)\s*年\s*(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*日?")
_VIETNAMESE = re.compile(r"(\d{1,2})\s*(?:tháng|thg)\s*(\d{1,2})\s*(?:năm|[,/-])?\s*(\d{4})", re.IGNORECASE)
_EPOCH = re.compile(r"@?(\d{9,10})(?:\.\d+)?\Z|(?:/Date\()?(\d{12,13})(?:\d{3}){0,2}(?:(?:[+-]\d{4})?\)/)?\Z")
"""Seconds since 1970, or their thousandth, millionth or billionth parts; as shells (`@`) and .NET write them, too."""
_UNFILLED = re.compile(r"[%{}]")
"""What is left of a template that nobody filled in."""

_OFFSET = re.compile(
    r"(?:\b(?:GMT|UTC|UT)\s*)?(?<![\d])([+\-−])(?:\s(?=0\d[0-5]\d\b))?(\d{1,2})(?::?(\d{2}))?(?![\d:/.-])",
    re.IGNORECASE,
)
_ZONE_NAME = re.compile(
    r"\b(?:(?!am\b|pm\b|p\.m|a\.m)[^\W\d_]+\.?\s+){1,3}(?:standard|daylight|summer) time\b"
    rf"|\b(?:{'|'.join(names.ZONE_NAMES)})\b",
    re.IGNORECASE,
)
"""With all that stands before it: "AUS Eastern Standard Time" is another than what it ends with."""
_LOWER_ZONE = re.compile(r"(?<=[ap]m )[a-z]{2,4}\Z|(?<=[ap]\.m\. )[a-z]{2,4}\Z")
"""Elsewhere "est" and "met" are words."""
_SPAN = re.compile(r"(?<![\dTt:+-])(\d{1,2}:\d{2})(\s?)[-–−]\2(\d{1,2}:\d{2})(?![\d:])")
_POSIX_ZONE = re.compile(r"\bEtc/(?:GMT|UTC)([+-])(?=\d)")
"""Of these names the sign says how far Greenwich is, not how far this place is from it."""
_GO_TAIL = re.compile(r"(?<=[+-]\d{4}) [+-]\d{2}(?:\d{2})?(?= m=|\Z)| m=[+-][\d.]+\Z")
"""What Go's own notation of an instant has behind the offset: that of a zone without a name, and a running clock."""
_RULE_ZONE = re.compile(r"\b(?:EST5EDT|CST6CDT|MST7MDT|PST8PDT)\b")
_TOLD_ZONE = re.compile(
    r"\bheure (?:d['’](?:été|hiver|europe)|normale|standard|avancée|moyenne|légale|locale)"
    r"|\bheure de (?:paris|bruxelles|genève|l['’])"
    r"|\bhora (?:est[áa]ndar|local|oficial|peninsular|central|del (?:este|pac|meridiano))"
    r"|\bhora de (?:verano|invierno|europa|bras[íi]lia|lisboa)"
    r"|(?:sommer|winter|normal|standard|orts)zeit\b|europäischer? zeit\b"
    r"|\bora (?:legale|solare|standard|locale|media|italiana)"
    r"|\bhor[áa]rio (?:de (?:verão|inverno|bras[íi]lia|lisboa)|padrão|local)\b"
    r"|(?:zomer|winter|standaard)tijd\b"
    r"|\b(?:летн|зимн|стандартн|местн|московск|среднеевроп|літн|зимов|місцев|київськ)\w+ (?:врем|час)"
    r"|(?:sommar|sommer|vinter|normal)tid\b"
    r"|\bczas\w* (?:letni|zimow|środkowo|standard|warsz)"
    r"|(?:letní|zimní|středoevropsk\w+) (?:letní )?čas",
    re.IGNORECASE,
)
"""A clock that is told to be that of a zone, in words that are no key to which."""
_PLACE = re.compile(r"\b([A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?)\b")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{1,2})(?!\d)")
_SPACED = re.compile(r"[^\W\d_]+\.?,?\s+(\d{1,2})( )(\d{1,2}) (\d{4})(?!\d)")
_WEEKDAY_FIRST = re.compile(r"\s*[^\W\d_]{2,4}\.?,\s*\d{1,2}\.?\s+[^\W\d_]{3}")
_TOKEN = re.compile(r"\d+|[^\W\d_][^\s\d,،;:()/-]*")
_COMMENT = re.compile(r"\((?!\s*(?:(?:GMT|UTC)?\s*[+−-]\s*\d[\d:]*|[A-Z]{2,5})\s*\))[^()]*\)")
"""What stands in brackets, unless it is a zone and nothing else."""


def parse_date(text: str, *, now: datetime) -> datetime | None:
    """The instant that `text` names, aware, in UTC, whole seconds; None where it is unclear.

    Instants later than `now` are clamped to it; two-digit years are taken from the century that ends next year.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or _is_span(text):
        return None
    try:
        found = _rfc822(text, now) or _iso(text, now) or _other(text, now)
        return min(found.astimezone(UTC), now.astimezone(UTC)) if found else None
    except (ValueError, OverflowError):
        return None


def _is_span(text: str) -> bool:
    """Whether a later clock follows a clock, as from when to when: it might be an offset, but nothing says so."""
    found = _SPAN.search(text)
    return found is not None and found.group(1).zfill(5) < found.group(3).zfill(5)


def _rfc822(text: str, now: datetime) -> datetime | None:
    found = _RFC822.match(text)
    if not found:
        return None
    day, month_name, year, *clock, zone = found.groups()
    month = names.MONTHS.get(names.folded(month_name))
    if month is None:
        return None
    if zone and names_half(zone):
        return None
    return _instant((_year(year, now), month, int(day)), _numbers(clock), _zone(zone))


def _iso(text: str, now: datetime) -> datetime | None:
    """Year first, numbers only; or seconds since 1970."""
    if not text[0].isdigit() and text[0] not in "@/":
        return None
    if found := _DAY_AND_OFFSET.match(text):
        year, month, day, offset = found.groups()
        if offset[0] == "-":
            raise ValueError(text)  # a zone (XML Schema) as likely as a clock
        return _instant((_year(year, now), int(month), int(day)), (0, 0, 0), _zone(offset))
    if found := _ISO.match(text):
        year, separator, month, day, *clock, zone = found.groups()
        if (zone and names_half(zone)) or (day is None and separator != "-"):
            return None
        return _instant((_year(year, now), int(month), int(day or 1)), _numbers(clock), _zone(zone))
    if found := _BASIC.match(text):
        year, month, day, *clock, zone = found.groups()
        return _instant((_year(year, now), int(month), int(day)), _numbers(clock), _zone(zone))
    if found := _EPOCH.match(text):
        seconds, milliseconds = found.groups()
        return datetime.fromtimestamp(int(seconds) if seconds else int(milliseconds) // 1000, UTC)
    if found := _ORDINAL.match(text):
        day_of_year = datetime.strptime(text, "%Y-%j").replace(tzinfo=UTC)
        return day_of_year if day_of_year.year == int(found.group(1)) else None  # day 366 runs over into the next
    if found := _WEEK.match(text):
        return datetime.combine(date.fromisocalendar(*map(int, found.groups())), time(), UTC)
    return None


def _numbers(clock: list[str | None]) -> tuple[int, int, int]:
    hour, minute, second = (int(part or 0) for part in clock)
    return hour, minute, second


def _other(text: str, now: datetime) -> datetime | None:
    """Any other way to write a date: clock, zone and day are taken out of the text one after the other."""
    text = _western_digits(unicodedata.normalize("NFKC", text))
    if _UNFILLED.search(text):
        return None
    text = _COMMENT.sub(lambda comment: comment.group() if _TOLD_ZONE.search(comment.group()) else " ", text)
    text = _GO_TAIL.sub("", text)
    text = _POSIX_ZONE.sub(lambda zone: "GMT" + ("-" if zone.group(1) == "+" else "+"), text)
    text = _RULE_ZONE.sub(lambda zone: names.CIVIL_ZONES[zone.group()[0].lower() + "t"], text)
    text = _ZONE_NAME.sub(_short_zone, text)
    clock, text = take_clock(text)
    zone, text = _take_zone(text, with_clock=clock is not None)
    day = _day(text, now)
    if day is None:
        return None
    return _instant((day.year, day.month, day.day), clock or (0, 0, 0), zone)


def _short_zone(name: re.Match[str]) -> str:
    """The short form of a zone's full name; ValueError for one that is not known, where UTC would be a guess."""
    full = " ".join(name.group().casefold().split())
    if full not in names.ZONE_NAMES:
        raise ValueError(full)
    return names.ZONE_NAMES[full].upper()


def _western_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text)


def _take_zone(text: str, *, with_clock: bool) -> tuple[tzinfo, str]:
    """An offset says it exactly, so it wins over the name of a place beside it (RFC 9557)."""
    _, mark, tail = text.partition(";")
    if with_clock and mark and (found := _OFFSET.search(tail)):
        sign, hours, minutes = found.groups()
        if hours == "0" and minutes:
            raise ValueError(text)  # "-040": a digit is missing, nobody knows which
        east = (int(hours) * 60 + int(minutes or 0)) * (1 if sign == "+" else -1)
        return _offset(east), text[: len(text) - len(tail)] + tail[: found.start()] + " " + tail[found.end() :]
    if found := _PLACE.search(text):
        try:
            return ZoneInfo(found.group(1)), text[: found.start()] + " " + text[found.end() :]
        except (LookupError, OSError):
            return UTC, text
    text = _LOWER_ZONE.sub(lambda found: found.group().upper(), text)
    named = {word: zone for word in re.findall(r"[^\W\d_]{1,5}", text) if (zone := _named_zone(word))}
    if len(set(named.values())) > 1:
        raise ValueError(text)
    for word, zone in named.items():
        return zone, re.sub(rf"\b{word}\b", " ", text)
    if with_clock and _TOLD_ZONE.search(text):
        raise ValueError(text)  # UTC would be a guess that the text itself contradicts
    return UTC, text


def _named_zone(word: str) -> tzinfo | None:
    key = word.casefold()
    if key in names.ZONES and word.isupper():
        return _offset(names.ZONES[key])
    if key in names.CIVIL_ZONES and (word.isupper() or not word.isascii()):
        return ZoneInfo(names.CIVIL_ZONES[key])
    return None


def _day(text: str, now: datetime) -> date | None:
    if found := _CJK.search(text):
        year, month, day = found.groups()
        return date(_year(year, now), int(month), int(day))
    if found := _VIETNAMESE.search(text) or _CJK_DAY_FIRST.search(text):
        day, month, year = found.groups()
        return date(_year(year, now), int(month), int(day))
    if found := _ERA.search(text):
        era, year, month, day = found.groups()
        return date(names.ERAS[era] + (1 if year == "元" else int(year)), int(month), int(day))
    if found := _NUMERIC.search(text) or _spaced(text):
        rest = text[: found.start()] + text[found.end() :]
        return None if any(map(str.isdigit, rest)) else _numeric_day(found, text, now)
    return _named_day(text, now)


def _numeric_day(found: re.Match[str], text: str, now: datetime) -> date | None:
    """Day and month as numbers: dots put the day first everywhere; else only what can be read in one way."""
    first, separator, second, last = found.groups()
    if len(first) == 4:
        return date(_year(first, now), int(second), int(last)) if len(last) < 4 else None
    year = _year(last, now)
    if separator == "." and not _reads_better_year_first(found, year, now):
        day_first = _possible(year, int(second), int(first))
        return day_first or (_possible(year, int(first), int(second)) if len(last) == 4 else None)
    written = [(year, int(second), int(first)), (year, int(first), int(second))]
    if len(first) == len(last) == 2:  # so the year may stand first as well
        written.append((_year(first, now), int(second), int(last)))
    readings = {reading for parts in written if (reading := _possible(*parts)) and reading.year >= FIRST_OF_FEEDS}
    weekdays = _weekdays(text)
    if weekdays and (len(readings) > 1 or separator == " "):  # blanks say nothing: the weekday has to bear it out
        readings = {reading for reading in readings if reading.weekday() in weekdays}
    return readings.pop() if len(readings) == 1 else None


def _spaced(text: str) -> re.Match[str] | None:
    """A weekday, then day, month and year as numbers between blanks."""
    named = any(names.folded(word) in names.MONTHS for word in _TOKEN.findall(text))
    return _SPACED.match(text) if _weekdays(text) and not named else None


def _weekdays(text: str) -> set[int]:
    found = (names.WEEKDAYS.get(names.folded(word)) for word in _TOKEN.findall(text))
    return {weekday for weekday in found if weekday is not None}


def _reads_better_year_first(found: re.Match[str], year: int, now: datetime) -> bool:
    """Whether "26.03.02" may be of 2026 rather than of 2002, as Korean and Hungarian papers write it."""
    first, _, second, last = found.groups()
    if not len(first) == len(last) == 2:
        return False
    other = _possible(_year(first, now), int(second), int(last))
    return other is not None and other.year > year and other <= now.date()


def _possible(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _named_day(text: str, now: datetime) -> date | None:
    """A month by name, a day and a year, in any order, among words that change nothing."""
    tokens = _TOKEN.findall(text)
    numbers = [token for token in tokens if token.isdigit()]
    months, unclear, before_month = _months_in(tokens)
    if len(months) == 2 and (months[0] == months[1] or names.folded(tokens[0]) in names.MONTHS):
        del months[0]  # named twice (in the Levant as in Egypt), or a weekday spelt like one: "mar." is Tuesday, too
    day_and_year = _day_and_year(numbers, now, year_may_lead=before_month == 2)
    if day_and_year is None:
        return None
    day, year = day_and_year
    if len(months) == 1 and before_month == 0 and _WEEKDAY_FIRST.match(text):
        months = []  # "sub, 12 lis 2024": Saturday where it is no February, and then the month is another word
    if not months and len(unclear) == 1:
        return _on_its_weekday([(year, month, day) for month in unclear[0]], text)
    return date(year, months[0], day) if len(months) == 1 else None


def _months_in(tokens: list[str]) -> tuple[list[int], list[frozenset[int]], int]:
    """The months named, names that mean one or another, and how many numbers stand before the last month."""
    months: list[int] = []
    unclear: list[frozenset[int]] = []
    numbers = before_month = 0
    for position, token in enumerate(tokens):
        if token.isdigit():
            numbers += 1
            continue
        name = names.folded(token)
        pair = f"{name} {names.folded(tokens[position + 1])}" if position + 1 < len(tokens) else ""
        month = names.MONTHS.get(pair) or names.MONTHS.get(name)
        if month is not None and name not in names.WEEKDAYS:
            months.append(month)
            before_month = numbers
        elif name in names.UNCLEAR_MONTHS:
            unclear.append(names.UNCLEAR_MONTHS[name])
    return months, unclear, before_month


def _day_and_year(numbers: list[str], now: datetime, *, year_may_lead: bool) -> tuple[int, int] | None:
    """Which of two numbers beside a month is which: four digits are a year, else the second one is."""
    if len(numbers) != 2:
        return None
    year = next((number for number in numbers if len(number) == 4), None)
    if year is None:
        if len(numbers[1]) != 2 or year_may_lead:
            return None  # "03 25 Sep": either may be the year
        day, year = numbers
        if _year(year, now) < FIRST_OF_FEEDS:
            return None  # of another calendar: Thai papers write 69 for 2569
    else:
        day = numbers[0] if numbers[1] == year else numbers[1]
    return (int(day), _year(year, now)) if len(day) <= 2 else None


def _on_its_weekday(readings: list[tuple[int, int, int]], text: str) -> date | None:
    """The one reading that falls on the weekday which the text says."""
    weekdays = _weekdays(text)
    days = [day for reading in readings if (day := _possible(*reading)) and day.weekday() in weekdays]
    return days[0] if len(days) == 1 else None


def _year(text: str, now: datetime) -> int:
    if len(text) == 2:
        year = now.year - now.year % 100 + int(text)
        return year - 100 if year > now.year + 1 else year
    year = int(text)
    year = year - 543 if 2400 < year < 2700 else year  # the Buddhist era, as Thai papers count
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(year)  # another calendar, or nonsense
    return year


def _zone(text: str | None) -> tzinfo:
    if not text:
        return UTC
    if text[0] in "+-":
        digits = text[1:].replace(":", "")
        hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
        return _offset((int(hours) * 60 + int(minutes)) * (-1 if text[0] == "-" else 1))
    key = text.casefold()
    if key in names.CIVIL_ZONES:
        return ZoneInfo(names.CIVIL_ZONES[key])
    return _offset(names.ZONES.get(key, 0))


def _offset(minutes_east: int) -> tzinfo:
    if not -12 * 60 <= minutes_east <= 14 * 60:
        raise ValueError(minutes_east)
    return timezone(timedelta(minutes=minutes_east)) if minutes_east else UTC


def _instant(day: tuple[int, int, int], clock: tuple[int, int, int], zone: tzinfo) -> datetime:
    """Midnight may be written 24:00, and leap seconds exist."""
    hour, minute, second = clock
    late = hour == 24 and minute == second == 0
    found = datetime(*day, 0 if late else hour, minute, min(second, 59), tzinfo=zone)
    return found + timedelta(days=1) if late else found
