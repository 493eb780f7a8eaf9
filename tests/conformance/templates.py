"""Templated series in four languages: one wording, other facts; every member is news of its own.

Companies, weather, results, court notices and exchange rates, in words of their own: nothing was tuned on them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

WHO = (
    *("Adlera", "Brimstad", "Corvex", "Dunmere", "Estrova", "Falkenau", "Grivona", "Halmstett", "Ilvari", "Jorvik"),
    *("Kestrin", "Lumidor", "Marbeck", "Novigal", "Ostrava", "Pellworm", "Quintara", "Rusalka", "Selmo", "Tarvisio"),
)

TEMPLATES = (
    (
        "en",
        "{a} names finance chief",
        (
            "{a} said on Wednesday that its supervisory board had appointed a new finance chief. The post had "
            "been vacant "
            "since the spring. The appointment takes effect at the start of the coming quarter, {a} said. The "
            "company did "
            "not give a reason for the change and confirmed its forecast. Shareholders will be asked for their consent."
        ),
    ),
    (
        "de",
        "Amtsgericht {a}: Urteil nach Unfall",
        (
            "Das Amtsgericht {a} hat einen Autofahrer wegen fahrlässiger Körperverletzung zu {n} Tagessätzen "
            "verurteilt. "
            "Der Mann hatte nach Überzeugung der Richterin eine rote Ampel übersehen. Sein Verteidiger hatte "
            "Freispruch "
            "beantragt. Das Urteil ist noch nicht rechtskräftig, teilte das Gericht in {a} am Donnerstag mit."
        ),
    ),
    (
        "de",
        "Devisen: {a} Krone am Nachmittag",
        (
            "Die Krone hat am Nachmittag {n},{m} Einheiten gekostet nach {o},{p} am Vortag. Die Notenbank setzte den "
            "Referenzkurs auf {q},{r} fest. Händler sprachen von ruhigen Umsätzen und verwiesen auf die "
            "anstehenden Zahlen "
            "zum Arbeitsmarkt. Zum Franken lag der Kurs bei {s},{t}. Eine Feinunze Gold kostete {u} Einheiten."
        ),
    ),
    (
        "ru",
        "Погода: {a}",
        (
            "В ближайшие сутки ожидается переменная облачность, местами небольшой дождь. Температура воздуха ночью {n} "
            "градусов, днём {m} градусов. Ветер северо-западный, {o} метров в секунду, порывы до {p}. "
            "Атмосферное давление "
            "{q} миллиметров ртутного столба, влажность {r} процентов. Водителей просят соблюдать осторожность."
        ),
    ),
    (
        "ru",
        "{a} отчиталась за квартал",
        (
            "Компания {a} опубликовала отчётность за прошедший квартал. Прибыль превысила ожидания аналитиков, "
            "прогноз на "
            "год подтверждён. Спрос вырос во всех регионах, сообщил генеральный директор. Расходы на энергию "
            "снизились. "
            "Совет директоров компании {a} рекомендует собранию акционеров выплатить дивиденды в прежнем размере."
        ),
    ),
    (
        "fr",
        "{a} s’impose à domicile",
        (
            "{a} s’est imposé à domicile {n}-{m} samedi soir devant {o} spectateurs. Les buts sont tombés aux "
            "{p}e et {q}e "
            "minutes. L’entraîneur s’est dit satisfait de la réaction de son équipe après la pause. Avec {r} "
            "points, le "
            "club occupe la {s}e place du classement. Le prochain match aura lieu dans une semaine à l’extérieur."
        ),
    ),
)


def templated(count: int, rng: random.Random) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """`count` series of three: the language, and titles with texts."""
    for index in range(count):
        language, title, text = TEMPLATES[index % len(TEMPLATES)]
        members = []
        for who in rng.sample(WHO, 3):
            facts = {name: rng.randrange(2, 980) for name in "nmopqrstu"}
            members.append((title.format(a=who, **facts), text.format(a=who, **facts)))
        yield language, members


HEADLINES = (
    ("en", "{a} names new finance chief"),
    ("en", "{a} shares fall {n} percent after profit warning"),
    ("en", "Earthquake of magnitude {d}.{e} hits {a}"),
    ("en", "Police seek witnesses after burglary in {a}"),
    ("en", "Exchange closes at {n} points"),
    ("en", "{a} beat {b} {d}-{e} to go top"),
    ("de", "Unfall bei {a}: {d} Verletzte"),
    ("de", "Amtsgericht {a}: Urteil nach Unfall"),
    ("de", "{a} hebt Prognose für das Jahr an"),
    ("ru", "Погода: {a}, {n} градусов"),
    ("ru", "{a} отчиталась за квартал"),
    ("fr", "{a} s’impose {d}-{e} face à {b}"),
)


def headlines(count: int, rng: random.Random) -> Iterator[tuple[str, list[str]]]:
    """`count` series of three headlines: the language, and titles about other companies, places, numbers."""
    every = _names(rng)
    for index in range(count):
        language, title = HEADLINES[index % len(HEADLINES)]
        names = [next(every) for _ in range(6)]
        numbers = rng.sample(range(20, 980), 3)
        digits = rng.sample(range(1, 10), 6)
        yield (
            language,
            [title.format(a=names[n], b=names[n + 3], n=numbers[n], d=digits[n], e=digits[n + 3]) for n in range(3)],
        )


def _names(rng: random.Random) -> Iterator[str]:
    """Made-up names, none twice."""
    first = ("Ad", "Bri", "Cor", "Dun", "Es", "Fal", "Gri", "Hal", "Il", "Jor", "Kes", "Lu")
    last = ("lera", "stad", "vex", "mere", "trova", "kenau", "vona", "mstett", "vari", "vik", "trin", "midor", "beck")
    every = [a + b + c for a in first for b in ("", "an", "el", "o", "ur") for c in last]
    return iter(rng.sample(every, len(every)))


FOLLOW_UPS = (
    ("en", "{a} chief {b} to leave in spring", "{a} chief {b} praises record year"),
    ("en", "{a} and {b} open talks on ferry line", "{a} and {b} sign treaty on fishing rights"),
    ("de", "{a} streicht Stellen in {b}", "{a} eröffnet Museum in {b}"),
    ("de", "{a} trifft {b} in Wien", "{a} verklagt {b} wegen Patenten"),
    ("ru", "{a} и {b} открыли мост", "{a} и {b} поспорили о газе"),
    ("fr", "{a} rachète une usine de {b}", "{a} ferme le musée de {b}"),
)


def follow_ups(count: int, rng: random.Random) -> Iterator[tuple[str, list[str]]]:
    """`count` pairs of headlines that share their names and are about different things."""
    every = _names(rng)
    for index in range(count):
        language, *titles = FOLLOW_UPS[index % len(FOLLOW_UPS)]
        a, b = next(every), next(every)
        yield language, [title.format(a=a, b=b) for title in titles]
