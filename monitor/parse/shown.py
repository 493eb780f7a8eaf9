"""Date texts of pages -> instants: what `dates` reads, and what pages write beside headlines: "2 hours ago", "gestern".

They are counted back from the moment of reading.  Months and years are not: nobody knows how long they are.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from monitor.parse.calendar_names import folded
from monitor.parse.dates import LONGEST, parse_date

# A line a unit; a word of several languages stands once.
_UNITS = {
    1: """sec secs second seconds sek sekunde sekunden seconde secondes segundo segundos secondo secondi seconden
        sekunder sekund sekundę sekundy sekunda sekundami сек секунда секунду секунды секунд секунди""",
    60: """min mins minute minutes minuten minuto minutos minuti minuut minuten minuter minut minuty minutę minutt
        minutter minuutti minuuttia dakika минута минуты минуту минут мин хвилина хвилини хвилину хвилин хв минути
        minúta minútami minúty menit minit phút λεπτό λεπτά λεπτών
        دقيقة دقائق""",
    3_600: """h hr hrs hour hours std stunde stunden heure heures hora horas ora ore uur uren timme timmar tim time
        timer godzina godziny godzinę godzin hodina hodinu hodiny hodin hodinou hodinami tunti tuntia saat час часа
        часов година години годину годин ч
        godz hod sata sati сата сати hodín ώρα ώρες jam giờ ساعة ساعات""",
    86_400: """d day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen dagar dager dage dzień dni
        den dny dnem päivä päivää gün день дня дней дні днів дни zile dana дана dni dňami ημέρα ημέρες μέρες hari ngày
        يوم أيام""",
    604_800: """w week weeks woche wochen semaine semaines semana semanas settimana settimane weken vecka veckor uke
        uker uge uger tydzień tygodnie tygodni týden týdny týdnem viikko viikkoa hafta неделя неделю недели недель
        тиждень тижні тижнів седмица седмици tjedna tjedana nedelje недеље týždne týždňami εβδομάδα εβδομάδες minggu
        tuần săptămâni أسبوع أسابيع""",
}
_SECONDS = {folded(word): seconds for seconds, words in _UNITS.items() for word in words.split()}
_AGO = re.compile(
    r"\b(?:ago|vor|il y a|hace|há|ha|fa|atrás|geleden|sedan|siden|sitten|temu|před|pred|prije|pre|acum|önce|once|назад"
    r"|тому|преди|пре|πριν(?: από)?|lalu|trước|قبل|منذ)\b",
    re.IGNORECASE,
)
_ONES = "1 a an one ein eine einem einer un une una uma um een en ett et yksi один одну одна bir"
_ONE = frozenset(_ONES.split())
_TENS_TEXT = "twenty thirty forty fifty vingt trente quarante cinquante двадцать тридцать сорок"
_TENS = frozenset(_TENS_TEXT.split())
"""Behind these, one is not all."""
_WORD = re.compile(r"\d+|[^\W\d_]+")
_CJK_AGO = re.compile(
    r"(\d{1,3})\s*(?:个|個)?(分|분|小時|小时|時間|시간|天|日|일|周|週|주)(?:钟|鐘|間)?\s*(?:之?前|전)"
)
_CJK_SECONDS = dict.fromkeys("分분", 60) | dict.fromkeys(("小時", "小时", "時間", "시간"), 3_600)
_CJK_SECONDS |= dict.fromkeys("天日일", 86_400) | dict.fromkeys("周週주", 604_800)
_DAYS = (
    r"today|heute|aujourd.hui|hoy|oggi|hoje|vandaag|i ?dag|tänään|dzisiaj|dnes|bugün|сегодня|сьогодні|今[天日]|오늘",
    r"yesterday|gestern|hier|ayer|ieri|ontem|gisteren|i ?går|eilen|wczoraj|včera|dün|вчера|вчора|昨[天日]|어제",
    (
        r"(?:the )?day before yesterday|avant-hier|vorgestern|l['’]altro ?ieri|anteayer|antier|anteontem|eergisteren"
        r"|i för+går|i forg[åa]rs|toissapäivänä|przedwczoraj|předevčírem|predvčerom|позавчера|позавчора|онзи ден|前天"
        r"|一昨日|그저께"
    ),
)
_NAMED_DAYS = tuple(re.compile(rf"(?<!\w)(?:{words})(?![^\W\d_])", re.IGNORECASE) for words in _DAYS)


def parse_shown_date(text: str, *, now: datetime) -> datetime | None:
    """The instant that `text` names or counts back to from `now`, aware, in UTC, whole seconds; None where unclear.

    Without a zone a clock counts as UTC, as everywhere; nothing is later than `now`.
    """
    text = " ".join(text.split())
    if len(text) > LONGEST:
        return None
    return parse_date(text, now=now) or _counted_back(text, now) or _on_a_named_day(text, now)


def _counted_back(text: str, now: datetime) -> datetime | None:
    seconds = _seconds_in_cjk(text) or (_seconds_in(text) if _AGO.search(text) else 0)
    return now.replace(microsecond=0) - timedelta(seconds=seconds) if seconds else None


def _seconds_in(text: str) -> int:
    """The sum of all units with their numbers; 0 where one has none that is clear ("a few hours")."""
    words = [folded(word) for word in _WORD.findall(_AGO.sub(" ", text))]
    if _TENS.intersection(words) or _has_an_unknown_unit(words):
        return 0
    total = 0
    for before, word in zip(["1", *words], words, strict=False):
        if unit := _SECONDS.get(word):
            count = 1 if before in _ONE else int(before) if before.isdecimal() and len(before) < 4 else 0
            if not count:
                return 0
            total += count * unit
    return total


def _has_an_unknown_unit(words: list[str]) -> bool:
    """Whether a number with a short word stands before another one with a unit: "2 xy. 21 min" are not 21 minutes."""
    return any(
        count.isdecimal() and word not in _SECONDS and len(word) < 5 and following.isdecimal() and unit in _SECONDS
        for count, word, following, unit in zip(words, words[1:], words[2:], words[3:], strict=False)
    )


def _seconds_in_cjk(text: str) -> int:
    found = _CJK_AGO.search(text)
    return int(found[1]) * _CJK_SECONDS[found[2]] if found else 0


def _on_a_named_day(text: str, now: datetime) -> datetime | None:
    """Today or a day or two before it, with its clock if it has one."""
    for back, name in reversed(list(enumerate(_NAMED_DAYS))):  # "avant-hier" has "hier" in it
        if name.search(text):
            day = (now - timedelta(days=back)).date()
            return parse_date(name.sub(f" {day.isoformat()} ", text, count=1), now=now)
    return None
