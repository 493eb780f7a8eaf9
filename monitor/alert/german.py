"""Reasons in German: what deciders say in English, as messages say it.

The English sentence is the key, `{0}` stands for what varies.  What is not here is said in English: a reason in the
wrong language is better than none.
"""

from __future__ import annotations

import re
from functools import cache

HEALTH = {
    "new": "neu",
    "ok": "gut",
    "degraded": "eingeschränkt",
    "failing": "gestört",
    "blocked": "gesperrt",
    "stale": "verstummt",
    "empty": "leer",
    "gone": "weg",
}

SENTENCES = {
    # why a rule fired
    "its expression matches": "der Ausdruck trifft zu",
    "its terms weigh {0}, and {1} is enough": "die Begriffe wiegen {0}, und {1} genügt",
    "the actor and the verb in one sentence": "Akteur und Verb in einem Satz",
    "the actor and the verb in one paragraph": "Akteur und Verb in einem Absatz",
    "the actor and the verb in {0} words": "Akteur und Verb innerhalb von {0} Wörtern",
    "both actors and the verb in one sentence": "beide Akteure und das Verb in einem Satz",
    "both actors and the verb in one paragraph": "beide Akteure und das Verb in einem Absatz",
    "both actors and the verb in {0} words": "beide Akteure und das Verb innerhalb von {0} Wörtern",
    "all {0} actors and the verb in one sentence": "alle {0} Akteure und das Verb in einem Satz",
    "all {0} actors and the verb in one paragraph": "alle {0} Akteure und das Verb in einem Absatz",
    "all {0} actors and the verb in {1} words": "alle {0} Akteure und das Verb innerhalb von {1} Wörtern",
    # why it was told, held or left out
    "the first hit of the rule in this story": "der erste Treffer der Regel in diesem Thema",
    "matches in the text behind the teaser": "trifft im Text hinter dem Anreißer zu",
    "matches since the update of {0}": "trifft seit der Änderung vom {0} zu",
    "more to {0}, told with the digest": "mehr zu {0}, in der Sammelmeldung",
    "more to {0}": "mehr zu {0}",
    "joins the next update to {0}; brings {1}": "kommt in die nächste Folgemeldung zu {0}; bringt {1}",
    "joins the next update to {0}": "kommt in die nächste Folgemeldung zu {0}",
    "revised materially since {0}": "seit {0} wesentlich geändert",
    "wire copy ({0} of the text) of {1}": "Agenturkopie ({0} des Textes) von {1}",
    "first poll of {0}: what was there before is not news": "erster Abruf von {0}: was schon da war, ist nicht neu",
    "first poll of {0}: recent, told together with the others": (
        "erster Abruf von {0}: frisch, mit den übrigen gemeldet"
    ),
    "first poll of {0}: undated": "erster Abruf von {0}: ohne Datum",
    "first poll of {0}: older than {1}": "erster Abruf von {0}: älter als {1}",
    "seen before rule {0} was accepted: what was there before is not news": (
        "gesehen, bevor es die Regel {0} gab: was schon da war, ist nicht neu"
    ),
    "seen before rule {0} was accepted: recent, told together with the others": (
        "gesehen, bevor es die Regel {0} gab: frisch, mit den übrigen gemeldet"
    ),
    "seen before rule {0} was accepted: undated": "gesehen, bevor es die Regel {0} gab: ohne Datum",
    "seen before rule {0} was accepted: older than {1}": "gesehen, bevor es die Regel {0} gab: älter als {1}",
    "held by a guard: {0}": "von einem guard zurückgehalten: {0}",
    "waits for {0} sources to carry the story": "wartet, bis {0} Quellen das Thema bringen",
    # what became of the text
    "the first text": "der erste Text",
    "numbers in title or lead changed: {0}": "Zahlen in Überschrift oder Vorspann geändert: {0}",
    "the title was “{0}”": "die Überschrift war „{0}“",
    "numbers were corrected: {0}": "Zahlen wurden berichtigt: {0}",
    "{0} of the text is new, the numbers in title and lead are the same": (
        "{0} des Textes sind neu, die Zahlen in Überschrift und Vorspann dieselben"
    ),
    "{0} of the text is new": "{0} des Textes sind neu",
    "only {0} characters of text were found": "nur {0} Zeichen Text gefunden",
    "the site takes us for a robot and shows a check in place of the article": (
        "die Seite hält uns für ein Programm und zeigt eine Prüfung statt des Artikels"
    ),
    "a consent page stands in place of the article": "statt des Artikels steht eine Seite, die um Zustimmung bittet",
    "a login page stands in place of the article": "statt des Artikels steht eine Anmeldeseite",
    "no article text was found on the page": "auf der Seite steht kein Artikeltext",
    "only the part before the paywall could be read": "nur der Teil vor der Bezahlschranke war lesbar",
    "the page shows its text only with JavaScript; `render: true` reads it with a browser": (
        "die Seite zeigt ihren Text nur mit JavaScript; `render: true` liest sie mit einem Browser"
    ),
    "the feed brings only a teaser; the page is still to be read": (
        "der Feed bringt nur einen Anreißer; die Seite wird noch gelesen"
    ),
    "the feed brings only a title; the page is still to be read": (
        "der Feed bringt nur eine Überschrift; die Seite wird noch gelesen"
    ),
    "the feed brings only a teaser and no address": "der Feed bringt nur einen Anreißer und keine Adresse",
    "the feed brings only a title and no address": "der Feed bringt nur eine Überschrift und keine Adresse",
    "the feed brings only a teaser; pages of this source are not read": (
        "der Feed bringt nur einen Anreißer; Seiten dieser Quelle werden nicht gelesen"
    ),
    "the feed brings only a title; pages of this source are not read": (
        "der Feed bringt nur eine Überschrift; Seiten dieser Quelle werden nicht gelesen"
    ),
    # bursts and absences
    "{0} articles from {1} sources within {2} h; usual: {3}": ("{0} Artikel aus {1} Quellen binnen {2} h; üblich: {3}"),
    "nothing matched for {0}, {1} of outages not counted": "seit {0} kein Treffer, {1} Ausfall nicht mitgezählt",
    "nothing matched for {0}": "seit {0} kein Treffer",
    "cannot tell: blind for {0} of {1}": "nicht zu sagen: von {1} waren {0} nicht zu sehen",
    # what is wrong with a source
    "the server answered 204 without content; check the address": (
        "der Server antwortet ohne Inhalt (204); Adresse prüfen"
    ),
    "the server wants a user and a password (401); set `auth` for this source": (
        "der Server verlangt Name und Passwort (401); `auth` für diese Quelle setzen"
    ),
    "the server wants to be paid (402)": "der Server will bezahlt werden (402)",
    "the server refuses us (403); check the address, or ask the publisher": (
        "der Server weist uns ab (403); Adresse prüfen oder den Herausgeber fragen"
    ),
    "there is nothing at this address (404); check it in a browser": (
        "unter dieser Adresse ist nichts (404); im Browser prüfen"
    ),
    "a proxy wants a user and a password (407); put them into `proxy`": (
        "ein Proxy verlangt Name und Passwort (407); in `proxy` eintragen"
    ),
    "the server says that this address is gone for good (410)": "die Adresse gibt es laut Server nicht mehr (410)",
    "the server says that it is asked too often (429); raise `every`": (
        "der Server wird zu oft gefragt (429); `every` erhöhen"
    ),
    "the server is unavailable (503); it is tried again": (
        "der Server ist nicht verfügbar (503); es wird wieder versucht"
    ),
    "the server says that nothing has changed although it was not asked; it is tried again": (
        "der Server meldet ungefragt, dass sich nichts geändert hat; es wird wieder versucht"
    ),
    "a service that keeps programs out answered in place of the site ({0}); ask the publisher to let us in": (
        "ein Dienst, der Programme aussperrt, antwortet statt der Seite ({0}); den Herausgeber um Einlass bitten"
    ),
    "the server answered {0} with nothing in it; it is tried again": (
        "der Server antwortet mit {0}, aber leer; es wird wieder versucht"
    ),
    "the server is in trouble ({0}); it is tried again": "der Server ist gestört ({0}); es wird wieder versucht",
    "the server refuses the request ({0}); check the address": "der Server lehnt die Anfrage ab ({0}); Adresse prüfen",
    "the server answered {0}, which is no document; check the address": (
        "der Server antwortet mit {0}, das ist kein Dokument; Adresse prüfen"
    ),
    "a page that asks for consent came in place of the document; use the feed's own address": (
        "statt des Dokuments kam eine Seite, die um Zustimmung bittet; die Adresse des Feeds selbst nehmen"
    ),
    "a page that asks for a password came in place of the document; set `auth` or headers": (
        "statt des Dokuments kam eine Anmeldeseite; `auth` oder headers setzen"
    ),
    "no complete answer within {0} s; raise fetch.timeout if the server is that slow": (
        "keine vollständige Antwort binnen {0} s; fetch.timeout erhöhen, falls der Server so langsam ist"
    ),
    "no connection to {0} within {1} s": "keine Verbindung zu {0} binnen {1} s",
    "the name {0} could not be resolved ({1}); check its spelling": (
        "der Name {0} ist nicht auflösbar ({1}); Schreibweise prüfen"
    ),
    "{0} speaks no TLS on this port; is its address http://?": (
        "{0} spricht auf diesem Port kein TLS; ist die Adresse http://?"
    ),
    "no secure connection to {0} ({1}); `verify_tls: false` would skip the check": (
        "keine sichere Verbindung zu {0} ({1}); `verify_tls: false` überginge die Prüfung"
    ),
    "{0} closed the connection without an answer": "{0} hat die Verbindung ohne Antwort geschlossen",
    "{0} takes no connections ({1}); is the server up?": "{0} nimmt keine Verbindungen an ({1}); läuft der Server?",
    "the transfer broke off before its end; nothing was read, it is tried again": (
        "die Übertragung brach ab; nichts wurde gelesen, es wird wieder versucht"
    ),
    "the answer is larger than {0} MB; raise fetch.max_bytes to read it": (
        "die Antwort ist größer als {0} MB; fetch.max_bytes erhöhen, um sie zu lesen"
    ),
    "more than {0} redirects, the last one to {1}": "mehr als {0} Umleitungen, die letzte nach {1}",
    "the answer could not be read as a feed": "die Antwort ist nicht als Feed lesbar",
    "the server has said for a day that this address is gone for good; polling has stopped": (
        "der Server sagt seit einem Tag, dass es die Adresse nicht mehr gibt; der Abruf ist eingestellt"
    ),
    "nothing new for {0} days, which is not normal for it; check whether the feed has moved": (
        "seit {0} Tagen nichts Neues, das ist für sie nicht normal; prüfen, ob der Feed umgezogen ist"
    ),
    "{0} items found, at least {1} expected; has the page been rebuilt?": (
        "{0} Einträge gefunden, mindestens {1} erwartet; wurde die Seite umgebaut?"
    ),
    "all {0} items were new: some since {1} may have been missed; {2}": (
        "alle {0} Einträge waren neu: seit {1} können welche entgangen sein"
    ),
    "all {0} items were new: some may have been missed; {1}": (
        "alle {0} Einträge waren neu: es können welche entgangen sein"
    ),
    "none of {0} hosts could be reached; is this machine connected to the network?": (
        "keiner von {0} Servern war erreichbar; ist diese Maschine am Netz?"
    ),
    # why a message was not taken
    "connection refused": "Verbindung abgelehnt",
    "timed out": "keine Antwort in der Zeit",
    "unknown host": "unbekannter Server",
    "connection broken off": "Verbindung abgebrochen",
    "network unreachable": "Netz nicht erreichbar",
    "the server offers no STARTTLS; tls: ssl or none may be right": (
        "der Server bietet kein STARTTLS; tls: ssl oder none könnte richtig sein"
    ),
    "the server takes no login here: perhaps only over TLS, or none is needed": (
        "der Server nimmt hier keine Anmeldung an: vielleicht nur über TLS, oder es braucht keine"
    ),
    "TLS failed; tls: starttls, ssl or none, whichever belongs to the port": (
        "TLS ist gescheitert; tls: starttls, ssl oder none, je nach Port"
    ),
    "TLS failed": "TLS ist gescheitert",
    "certificate: {0}": "Zertifikat: {0}",
    "the service did not say why": "der Dienst sagt nicht, warum",
    "the monitor died while sending": "der Monitor endete beim Senden",
}


def reason_in(language: str, text: str) -> str:
    """A reason in the language of the message, as far as it is known there."""
    if language != "de":
        return text
    if text in SENTENCES:
        return SENTENCES[text]
    for pattern, german in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return german.format(*found.groups())
    return text


def health_in(language: str, health: str) -> str:
    """A source's health in the language of the message."""
    return HEALTH.get(health, health) if language == "de" else health


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The sentences in which something varies, each as what fits it."""
    varying = [(english, german) for english, german in SENTENCES.items() if "{0}" in english]
    return tuple((_pattern(english), german) for english, german in varying)


def _pattern(english: str) -> re.Pattern[str]:
    pieces = (re.escape(piece) for piece in re.split(r"\{\d\}", english))
    return re.compile("(.+?)".join(pieces), re.DOTALL)
