"""When a page holds no article, or part of one: which failure it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.extract.blocks import Block, fold_space
from monitor.extract.metadata import Metadata, title_of_document
from monitor.extract.page import Page
from monitor.extract.phrases import asks_for_money
from monitor.extract.zones import Zone
from monitor.model.article import TextState
from monitor.model.reasons import Reason

KEEP_TEXT = frozenset({"paywall", "short", "too-deep"})
"""Failures whose text is part of the article; in the others it is another page's text."""

_SHORT_TEXT = 250
_WALL_TEXT = 1500
"""A page with more characters of text than this is no wall, whatever words it uses."""

_BOT = re.compile(
    r"just a moment|attention required|verify(?:ing)? (?:that )?you are (?:a )?human|are you (?:a )?(?:human|"
    r"robot)|access denied|access to this page has been denied|"
    r"checking (?:if the site connection|your browser)|enable javascript and cookies to continue|unusual "
    r"traffic|ddos.guard|request blocked|"
    r"pardon our interruption|please complete the security check|captcha|ich bin kein roboter|je ne suis pas un "
    r"robot|вы не робот|подтвердите, что вы",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"before you continue|bevor (?:sie|du) (?:fortfahren|weiter)|we (?:and our (?:\d+ )?partners )?(?:use|"
    r"store).{0,40}cookies|(?:wir|unsere partner).{0,80}cookies|"
    r"zustimm(?:en|ung)|einwilligung|cookie.?(?:consent|einstellungen|richtlinie|policy)|accept all|alle "
    r"akzeptieren|tout accepter|aceptar todo|"
    r"mit werbung (?:weiter)?lesen|werbung und tracking|werbefrei|utiliz(?:amos|ziamo).{0,40}cookie|nous "
    r"utilisons.{0,60}cookies|политик\w+ (?:использования )?cookie|your privacy (?:is|choices)",
    re.IGNORECASE | re.DOTALL,
)
_LOGIN = re.compile(
    r"\b(?:log ?in|sign ?in|anmelden|einloggen|connexion|se connecter|iniciar sesión|accedi|logga in|войти|"
    r"вход)\b.{0,400}"
    r"\b(?:password|passwort|kennwort|mot de passe|contraseña|lösenord|пароль)\b",
    re.IGNORECASE | re.DOTALL,
)
_NOT_FOUND = re.compile(
    r"\b(?:404|410)\b.{0,40}(?:not found|error|gone|fehler|erreur|nicht gefunden)|^\W*404\W*$|page (?:was |is "
    r")?(?:not|no longer) (?:be )?(?:found|available)|"
    r"page can(?:'|’|no)t be found|page you.{0,40}(?:looking for|requested).{0,60}(?:not|n't|n’t|no longer|"
    r"moved)|seite (?:wurde |konnte )?(?:leider )?nicht gefunden|seite existiert nicht|"
    r"(?:artikel|beitrag) (?:ist )?nicht (?:mehr )?(?:verfügbar|gefunden|vorhanden)|page (?:introuvable|non "
    r"trouvée)|página no (?:encontrada|existe)|pagina non trovata|страница не найдена|sidan (?:kunde inte "
    r"hittas|finns inte)|nie znaleziono strony",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    r"(?:enable|activate|turn on|requires?|needs?|without) javascript|javascript (?:is|must be|has to be|to run|"
    r"aktivieren|ist (?:deaktiviert|erforderlich)|disabled|required)|"
    r"aktivieren sie (?:bitte )?javascript|activer javascript|activez javascript|включите javascript|"
    r"habilita(?:r)? javascript",
    re.IGNORECASE,
)


def not_a_page(kind: str) -> Reason:
    """Why a body of this kind yields no article."""
    texts = {
        "image": "the link leads to a picture",
        "feed": "the link leads to a feed, not to an article",
        "sitemap": "the link leads to a sitemap, not to an article",
        "empty": "the page is empty",
    }
    return Reason(
        kind if kind in texts else "not-a-page", texts.get(kind, "the link leads to a file that holds no text")
    )


def judge(page: Page, blocks: Sequence[Block], meta: Metadata, lines: Sequence[str]) -> tuple[TextState, Reason | None]:
    """How much of the article `lines` are, with the reason unless it is all."""
    chars = sum(map(len, lines))
    everything = " ".join(block.text for block in blocks[:400])[:20_000]
    heading = " ".join([title_of_document(page), *(block.text for block in blocks if block.is_heading)][:4])
    if chars < _WALL_TEXT and (reason := _wall(page, heading, everything, lines)):
        return TextState.TITLE, reason
    if chars == 0 or (chars < _SHORT_TEXT and _SCRIPT.search(" ".join(lines))):
        return TextState.TITLE, page.problem or _nothing(page, everything)
    if reason := _paywall(blocks, meta, chars):
        return TextState.TEASER, reason
    if page.problem is not None:
        return TextState.TEASER, page.problem
    if chars < _SHORT_TEXT:
        return TextState.TEASER, Reason("short", f"only {chars} characters of text were found")
    return TextState.FULL, None


def _wall(page: Page, heading: str, everything: str, lines: Sequence[str]) -> Reason | None:
    """A page that stands in place of the article."""
    text = "\n".join(lines)
    little = len(everything) < _WALL_TEXT
    if _BOT.search(heading) or (little and _BOT.search(everything)):
        return Reason("bot-wall", "the site takes us for a robot and shows a check in place of the article")
    if _NOT_FOUND.search(heading) or (little and _NOT_FOUND.search(everything)):
        return Reason("soft-404", "the page says that it does not exist, although it answered as if it did")
    if _CONSENT.search(heading) or len(_CONSENT.findall(text)) >= 2 or (little and _CONSENT.search(text or everything)):
        return Reason("consent-page", "a consent page stands in place of the article")
    has_password = any(field.get("type") == "password" for field in page.tree.iter("input"))
    if (has_password and little) or (little and _LOGIN.search(everything)):
        return Reason("login-page", "a login page stands in place of the article")
    return None


NEEDS_SCRIPTS = Reason(
    "needs-javascript", "the page shows its text only with JavaScript; `render: true` reads it with a browser"
)


def needs_scripts(page: Page, everything: str) -> bool:
    """Whether a page without content asks for JavaScript, or is little but scripts; `everything` is its text."""
    noscript = " ".join(fold_space(element.text_content()) for element in page.tree.iter("noscript"))
    scripts = sum(1 for script in page.tree.iter("script") if script.get("src") or len(script.text or "") > 500)
    asks = _SCRIPT.search(noscript) or _SCRIPT.search(everything)
    return bool(asks) or (scripts > 0 and len(everything) < 300)


def _nothing(page: Page, everything: str) -> Reason:
    if needs_scripts(page, everything):
        return NEEDS_SCRIPTS
    return Reason("empty", "no article text was found on the page")


def _paywall(blocks: Sequence[Block], meta: Metadata, chars: int) -> Reason | None:
    """The page says that its text is not free, and little of it is here, or a box asks for money."""
    asks = any(asks_for_money(block.text) for block in blocks if Zone.FOOTER not in block.zone)
    if (meta.free is False and (asks or chars < _WALL_TEXT)) or (asks and chars < 600):
        return Reason("paywall", "only the part before the paywall could be read")
    return None
