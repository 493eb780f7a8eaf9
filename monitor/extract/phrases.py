"""Lines that publishers put around articles, in the languages of many countries."""

from __future__ import annotations

import re

SHORT = 160
"""Characters above which a line is a paragraph, whatever it begins with."""


def any_of(text: str, *, before: str = "", after: str = "") -> re.Pattern[str]:
    """A regular expression of the lines of `text`, one or more alternatives each, in any case of letters."""
    alternatives = "|".join(line.strip() for line in text.strip().splitlines())
    return re.compile(f"{before}(?:{alternatives}){after}", re.IGNORECASE)


_CALL = any_of(
    r"""
    read (?:more|also|next)|also read|see also|more on this|recommended|further reading
    related(?: articles?| stories| content| posts?)?
    lesen sie (?:auch|mehr)|mehr zum thema|mehr dazu|das könnte sie auch interessieren|weiterlesen|auch interessant
    zum thema|mehr lesen|zur startseite
    à lire aussi|lire aussi|lisez aussi|voir aussi|sur le même sujet|passer la publicité
    lea también|lee también|leer más|te puede interesar|leia também|leia mais|veja também
    leggi anche|lees ook|lees meer|les også|les mer|läs också|läs mer|lue myös|læs også
    czytaj (?:też|także|więcej)|zobacz (?:też|także)|čtěte také|olvassa el
    читайте также|читать далее|смотрите также|по теме|читайте також
    (?:jetzt )?abonnieren|subscribe(?: now)?|sign up|newsletter|abonnez-vous|suscríbete|подписаться
    advertisement|anzeige|werbung|publicité|publicidad|реклама|annons|annonse|reclame|pubblicità
    story continues below.*|article continues (?:below|after).*|continues after.*
    teilen|share(?: this)?(?: article| story)?|drucken|print|kommentare?|comments?|follow us|folgen sie uns
    copy link|link kopieren|loading|wird geladen|ein klick für den datenschutz|image
    """,
    before=r"^",
    after=r"\s*[:.…>»!]*$",
)
_POINTER = any_of(
    r"""
    (?:read|watch|listen|see|click here|more|related|don['’]t miss)\b
    (?:also read|up next|recommended)\b
    (?:lesen sie|mehr zum thema|auch interessant|mehr zu|hier geht es)\b
    (?:à lire|lire|lisez|voir) aussi\b
    (?:lea|lee|leia|veja) tamb
    leggi anche|lees ook|les også|läs (?:också|mer)|lue myös|læs også
    czytaj|zobacz|čtěte|читайте|смотрите
    >>|►|▶|→|»
    """,
    before=r"^",
    after=r"\s*[:|–-]?\s*\S",
)
_CREDIT = any_of(
    r"""
    ©|\(c\)\s|copyright\b
    foto(?:s|grafie)?\s*[:|/]|photos?\s*(?:by\b|[:|/])|bild(?:er|quelle|nachweis)?\s*:|picture\s*:
    image(?: credit| source)?s?\s*:|crédits?(?: photo)?s?\s*:|credit\s*:
    фото\s*:|zdjęcie\s*:|fot\.\s|file photo\b|getty images|afp\W*$|reuters\W*$|epa\W*$|imago\b
    """,
    before=r"^\W*",
)
_SOURCE = any_of(
    r"""
    sources?\s*:\s*\S.{0,60}$|quellen?\s*:|fuente\s*:|fonte\s*:|bron\s*:|kilde\s*:|källa\s*:|источник\s*:
    (?:additional )?reporting by\b|\(?(?:reporting|writing|editing) by\b|with reports? from\b|with files from\b
    (?:last )?updated?(?: at| on)?\s*:?\s*\d|stand\s*:\s*\d|aktualisiert\b.{0,12}\d|publié le\b|mis à jour
    first published\b|originally published\b|posted\s*:?\s*\d
    """,
    before=r"^\W*",
)
_WALL = any_of(
    r"""
    to (?:continue|keep) reading\b
    continue reading (?:this article )?with
    read the full (?:story|article)
    subscribe to (?:read|continue|unlock)
    subscribers? only|for subscribers|already a subscriber
    this (?:article|content|story) is (?:reserved|only|exclusive)
    weiterlesen (?:mit|nach)|jetzt (?:weiterlesen|freischalten|testen)
    nur für abonnent|exklusiv für (?:abonnent|leser)
    artikel (?:freischalten|mit .{1,20} lesen)
    mit (?:einem )?(?:plus|abo|digitalabo).{0,40}(?:lesen|weiter)
    réservée? aux abonnés|il vous reste \d+(?:[.,]\d+)? ?%
    solo para suscriptores|contenuto riservato agli abbonati
    только для подписчиков|для подписчиков|prenumerera för att
    """,
)


def is_call(line: str) -> bool:
    """A line that only asks to read, share, subscribe, or announces an advert."""
    return bool(_CALL.match(line))


def points_elsewhere(line: str) -> bool:
    """A line that begins like a pointer to another article; only a link is one."""
    return bool(_POINTER.match(line))


def is_credit(line: str) -> bool:
    """A line that names who owns a picture."""
    return len(line) <= SHORT and bool(_CREDIT.match(line))


def is_source_note(line: str) -> bool:
    """A line that names agencies, editors, or when the page was changed."""
    return len(line) <= SHORT and bool(_SOURCE.match(line))


def asks_for_money(line: str) -> bool:
    """A line that says that the rest is for subscribers."""
    return len(line) <= SHORT and bool(_WALL.search(line))
