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
        "only_here": "Only here so far ({0:source|sources} watched)",
        "sources": "{0} sources: {1}",
        "and_more": "and {0} more",
        "copies": "{0:copy|copies} not told",
        "why": "Why",
        "rule": "rule v{0}",
        "held": "Held back since yesterday",
        "held_copy": "{0:copy|copies}",
        "held_guard": "{0} “{1}”",
        "held_silence": "{0} muted",
        "held_baseline": "{0} from a first poll",
        "held_other": "{0:other|others}",
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
        "part": "part {0} of {1}",
        "count": "{0:article|articles}, {1:story|stories}, {2:rule|rules}",
        "guarded": "Held by a guard",
        "older_listed": "Older or undated",
        "also_update": "update",
        "cut": "{0:more article|more articles}: see the alert",
        "absence": "nothing matched",
        "burst": "unusually many",
        "ops": "News-Monitor",
        "hours": "{0} h",
        "hours_minutes": "{0} h {1} min",
        "minutes": "{0} min",
        "seconds": "{0} s",
        "dead": "An alert could not be delivered on {0}",
        "health": "{0} of {1:source|sources} fine, {2:alert|alerts}, {3} undeliverable",
        "health_articles": "articles: {0}; alerts told {1}, held {2}, not told {3}",
        "health_outbox": "outbox: {0} waiting",
        "health_since": "since {0}",
        "source": "source {0}: {1}: {2}",
        "more_sources": "and {0:more source|more sources}; see: monitor sources list",
        "rule_refused": "rule {0} refused, version {1} goes on: {2}",
        "not_watching": "rule {0} refused, NOT WATCHING: {1}",
        "review": "Review of the week",
        "review_articles": "articles: {0}, the week before {1}",
        "review_silent": "silent for 90 days: {0}",
        "review_noisiest": "noisiest: {0} ({1})",
        "review_muted": "most muted: {0} ({1})",
        "review_guarded": "held by guards: {0} ({1})",
        "review_unread": "articles whose text could not be read: {0}",
        "offline": "We are offline: {0} of {1} sources fail together",
        "cut_off": "We are offline: no source can be reached",
        "online": "Online again; the gap began {0}",
        "still_failing": "still failing: {0}: {1}",
        "critical": "Critical source {0}: {1}",
        "reminder": "Critical source {0} still fails, for {1} now",
        "recovered": "Critical source {0} is well again after {1}",
        "alive": "News-Monitor is alive",
        "canary": "Canary: articles come through",
        "canary_line": "This message is the end of a trial that went the whole way; nothing needs to be done.",
        "canary_missing": "The canary has not arrived within {0}: articles may not come through",
        "canary_lost": "it has not come as far as the outbox; the log of the polling process says more",
        "canary_waits": "its message waits in the outbox",
        "canary_back": "The canary came through again, in {0}",
        "confirm": "Confirm the subscription",
        "leave": "Unsubscribe",
        "subscribe_confirm": "Subscribe to “{0}”?",
        "subscribe_why": "Somebody, probably you, asked for news of this by mail. If it was not you, do nothing:"
        " without a confirmation within {0} days the address is forgotten.",
    },
    "de": {
        "published": "veröffentlicht",
        "seen": "gesehen",
        "sent": "gesendet",
        "undated": "ohne Datum",
        "only_here": "Bisher nur hier ({0:Quelle|Quellen} beobachtet)",
        "sources": "{0} Quellen: {1}",
        "and_more": "und {0} weitere",
        "copies": "{0:Kopie|Kopien} nicht gemeldet",
        "why": "Warum",
        "rule": "Regel v{0}",
        "held": "Zurückgehalten seit gestern",
        "held_copy": "{0:Kopie|Kopien}",
        "held_guard": "{0} »{1}«",
        "held_silence": "{0} stummgeschaltet",
        "held_baseline": "{0} aus einem ersten Abruf",
        "held_other": "{0:andere|andere}",
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
        "part": "Teil {0} von {1}",
        "count": "{0:Artikel|Artikel}, {1:Thema|Themen}, {2:Regel|Regeln}",
        "guarded": "Von einem Filter zurückgehalten",
        "older_listed": "Älter oder ohne Datum",
        "also_update": "Neues",
        "cut": "{0:weiterer|weitere} Artikel: siehe Alarm",
        "absence": "kein Treffer",
        "burst": "ungewöhnlich viele",
        "ops": "News-Monitor",
        "hours": "{0} h",
        "hours_minutes": "{0} h {1} min",
        "minutes": "{0} min",
        "seconds": "{0} s",
        "dead": "Ein Alarm war über {0} nicht zustellbar",
        "health": "{0} von {1:Quelle|Quellen} in Ordnung, {2:Alarm|Alarme}, {3} unzustellbar",
        "health_articles": "Artikel: {0}; Alarme gemeldet {1}, zurückgehalten {2}, nicht gemeldet {3}",
        "health_outbox": "Ausgang: {0} warten",
        "health_since": "seit {0}",
        "source": "Quelle {0}: {1}: {2}",
        "more_sources": "und {0:weitere Quelle|weitere Quellen}; siehe: monitor sources list",
        "rule_refused": "Regel {0} abgelehnt, Version {1} gilt weiter: {2}",
        "not_watching": "Regel {0} abgelehnt, WACHT NICHT: {1}",
        "review": "Rückblick auf die Woche",
        "review_articles": "Artikel: {0}, in der Woche davor {1}",
        "review_silent": "seit 90 Tagen still: {0}",
        "review_noisiest": "am lautesten: {0} ({1})",
        "review_muted": "am häufigsten stumm: {0} ({1})",
        "review_guarded": "von Filtern zurückgehalten: {0} ({1})",
        "review_unread": "Artikel ohne lesbaren Text: {0}",
        "offline": "Wir sind offline: {0} von {1} Quellen fallen zugleich aus",
        "cut_off": "Wir sind offline: keine Quelle ist zu erreichen",
        "online": "Wieder online; die Lücke begann {0}",
        "still_failing": "weiterhin gestört: {0}: {1}",
        "critical": "Kritische Quelle {0}: {1}",
        "reminder": "Kritische Quelle {0} fällt weiterhin aus, seit {1}",
        "recovered": "Kritische Quelle {0} läuft wieder, nach {1}",
        "alive": "News-Monitor läuft",
        "canary": "Kanarienvogel: Artikel kommen durch",
        "canary_line": "Diese Nachricht ist das Ende einer Probe auf dem ganzen Weg; es ist nichts zu tun.",
        "canary_missing": "Der Kanarienvogel ist nach {0} nicht angekommen: Artikel kommen womöglich nicht durch",
        "canary_lost": "er kam nicht bis zum Ausgang; mehr steht im Protokoll des abrufenden Prozesses",
        "canary_waits": "seine Nachricht wartet im Ausgang",
        "canary_back": "Der Kanarienvogel kam wieder durch, in {0}",
        "confirm": "Abonnement bestätigen",
        "leave": "Abbestellen",
        "subscribe_confirm": "»{0}« abonnieren?",
        "subscribe_why": "Jemand, wahrscheinlich Sie, möchte hierzu Meldungen per E-Mail. Wenn Sie es nicht waren,"
        " tun Sie nichts: Ohne Bestätigung binnen {0} Tagen wird die Adresse gelöscht.",
    },
}


def words_for(language: str) -> dict[str, str]:
    """The words of a language, English where we do not speak it."""
    return WORDS.get(language, WORDS["en"])


def say(language: str, key: str, *values: object) -> str:
    """The phrase with its values; `{0:source|sources}` is a number and the word that goes with it."""
    return words_for(language)[key].format(*(_Number(v) if isinstance(v, int) else v for v in values))


def counted(number: int, word: str, many: str | None = None) -> str:
    """`1 source`, `2 sources`, `2 stories`: in English, for lines that are not messages."""
    return f"{number} {word}" if number == 1 else f"{number} {many or word + 's'}"


class _Number(int):
    """A number that knows the form of its word."""

    def __format__(self, spec: str) -> str:
        one, bar, many = spec.partition("|")
        return f"{int(self)} {one if self == 1 else many}" if bar else super().__format__(spec)


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
