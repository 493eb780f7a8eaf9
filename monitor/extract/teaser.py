"""Whether an entry brings enough text of its own, or its page must be read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.model.article import TextState
from monitor.model.reasons import Reason
from monitor.model.source import FullText

ENOUGH_WORDS = 150
"""A feed text of that many words is an article; teasers of news feeds rarely have more than 80."""

_CUT = re.compile(
    r"(?:…|\.\.\.|\[[^\]]{0,20}\]|»|→|"
    r"\b(?:read (?:more|on|the full)|continue reading|more|weiterlesen|mehr|zum artikel|lire la suite|seguir leyendo|"
    r"leer más|continua a leggere|читать (?:далее|полностью)|подробнее)\b.{0,40})\s*$",
    re.IGNORECASE,
)
_SIGNS = ("…", "...", "]", "»", "→", "read", "more", "weiterlesen", "mehr", "zum artikel", "lire la suite",
          "seguir leyendo", "leer más", "continua a leggere", "читать", "подробнее")  # fmt: skip
"""One of these stands in whatever `_CUT` finds, which takes ten times as long."""


@dataclass(frozen=True, slots=True)
class OwnText:
    """How much of the article the entry itself has, and whether its page is to be read."""

    state: TextState
    reason: Reason | None
    wants_page: bool


def decide_own_text(title: str, text: str, *, has_content: bool, has_url: bool, full_text: FullText) -> OwnText:
    """What to make of an entry's plain `text`.

    `has_content`: the feed says that it is the full text (`content:encoded`, Atom `content`) and no summary.
    """
    words = len(text.split())
    enough = words >= (ENOUGH_WORDS // 3 if has_content else ENOUGH_WORDS) and not _is_cut(text[-80:])
    wants_page = has_url and (full_text is FullText.ALWAYS or (full_text is FullText.AUTO and not enough))
    if enough:
        return OwnText(TextState.FULL, None, wants_page)
    state = TextState.TEASER if words > len(title.split()) else TextState.TITLE
    return OwnText(state, _why(state, wants_page=wants_page, has_url=has_url), wants_page)


def _is_cut(end: str) -> bool:
    lowered = end.lower()
    return any(sign in lowered for sign in _SIGNS) and _CUT.search(end) is not None


def _why(state: TextState, *, wants_page: bool, has_url: bool) -> Reason:
    what = "a teaser" if state is TextState.TEASER else "a title"
    if wants_page:
        return Reason("page-pending", f"the feed brings only {what}; the page is still to be read")
    if not has_url:
        return Reason("no-page", f"the feed brings only {what} and no address")
    return Reason("page-not-wanted", f"the feed brings only {what}; pages of this source are not read")
