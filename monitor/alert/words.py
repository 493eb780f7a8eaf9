"""What messages say, in German and English; a test holds the two together."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "published": "published",
        "seen": "seen",
        "sent": "sent",
        "undated": "undated",
        "only_here": "Only here so far ({0} sources watched)",
        "sources": "{0} sources: {1}",
        "and_more": "and {0} more",
        "copies": "{0} copies not told",
        "why": "Why",
        "rule": "rule v{0}",
        "held": "Held back since yesterday",
        "held_copy": "{0} copies",
        "held_guard": "{0} “{1}”",
        "held_silence": "{0} muted",
        "held_baseline": "{0} from a first poll",
        "held_other": "{0} others",
        "more_follows": "More on this follows as one reply, not before {0}.",
        "late": "{0} late",
        "since_update": "matches since the update of {0}",
        "update": "Update {0}",
        "ack": "I take it",
        "mute": "Mute for {0}",
        "wrong": "False hit",
        "alert": "alert {0}",
        "digest": "Digest",
        "quiet": "During quiet hours",
        "cap": "More than the hourly limit",
        "catch-up": "Caught up after an outage",
        "added": "First matches",
        "older": "Listed",
        "count": "{0} articles, {1} stories, {2} rules",
        "guarded": "Held by a guard",
        "older_listed": "Older or undated",
        "also_update": "update",
        "cut": "{0} more articles: see the alert",
        "absence": "nothing matched",
        "burst": "unusually many",
        "ops": "News-Monitor",
        "hours": "{0} h",
        "hours_minutes": "{0} h {1} min",
        "minutes": "{0} min",
        "seconds": "{0} s",
    },
    "de": {
        "published": "veröffentlicht",
        "seen": "gesehen",
        "sent": "gesendet",
        "undated": "ohne Datum",
        "only_here": "Bisher nur hier ({0} Quellen beobachtet)",
        "sources": "{0} Quellen: {1}",
        "and_more": "und {0} weitere",
        "copies": "{0} Kopien nicht gemeldet",
        "why": "Warum",
        "rule": "Regel v{0}",
        "held": "Zurückgehalten seit gestern",
        "held_copy": "{0} Kopien",
        "held_guard": "{0} »{1}«",
        "held_silence": "{0} stummgeschaltet",
        "held_baseline": "{0} aus einem ersten Abruf",
        "held_other": "{0} andere",
        "more_follows": "Neues hierzu folgt gesammelt als Antwort, frühestens {0}.",
        "late": "{0} verspätet",
        "since_update": "trifft zu seit der Änderung um {0}",
        "update": "Neues {0}",
        "ack": "Übernehmen",
        "mute": "Stumm {0}",
        "wrong": "Falscher Treffer",
        "alert": "Alarm {0}",
        "digest": "Sammelmeldung",
        "quiet": "Während der Ruhezeit",
        "cap": "Mehr als die Stundengrenze",
        "catch-up": "Nachgeholt nach einem Ausfall",
        "added": "Erste Treffer",
        "older": "Aufgelistet",
        "count": "{0} Artikel, {1} Themen, {2} Regeln",
        "guarded": "Von einem Filter zurückgehalten",
        "older_listed": "Älter oder ohne Datum",
        "also_update": "Neues",
        "cut": "{0} weitere Artikel: siehe Alarm",
        "absence": "kein Treffer",
        "burst": "ungewöhnlich viele",
        "ops": "News-Monitor",
        "hours": "{0} h",
        "hours_minutes": "{0} h {1} min",
        "minutes": "{0} min",
        "seconds": "{0} s",
    },
}


def words_for(language: str) -> dict[str, str]:
    """The words of a language, English where we do not speak it."""
    return WORDS.get(language, WORDS["en"])


def say(language: str, key: str, *values: object) -> str:
    """The phrase with its values."""
    return words_for(language)[key].format(*values)


def duration(language: str, seconds: float) -> str:
    """`2 h 10 min`, `4 h`, `35 min`, `20 s`."""
    whole = int(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours and minutes:
        return say(language, "hours_minutes", hours, minutes)
    if hours:
        return say(language, "hours", hours)
    return say(language, "minutes", minutes) if minutes else say(language, "seconds", whole)


def clock_time(instant: datetime, now: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """The local time, with its date when that is not today's."""
    local = instant.astimezone(zone)
    text = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    return text if local.date() == now.astimezone(zone).date() else f"{local:%Y-%m-%d} {text}"


ZONE_NAMES = {"de": {"CET": "MEZ", "CEST": "MESZ"}}


def zone_name(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """What people call the zone: MEZ rather than CET in German."""
    name = instant.astimezone(zone).tzname() or ""
    return ZONE_NAMES.get(language, {}).get(name, name)
