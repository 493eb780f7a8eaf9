"""Which links of a page lead to stories: a score per link, then the consensus of the page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from monitor.extract.links import Anchor, same_site, url_shape
from monitor.extract.phrases import any_of
from monitor.extract.zones import Zone

ACCEPT = 4.0
"""Score from which a link is a story; set on half of the development pages, checked on the other half."""

_DATE_PATH = re.compile(
    r"/(?:19|20)\d\d[/-]?(?:[01]?\d|[a-z]{3})(?:[/-]?[0-3]?\d)?(?:/|-|$)|/(?:19|20)\d{6}|/[0-3]?\d[-.][01]?\d[-.](?:19|20)\d\d"
)
_ID = re.compile(r"\d{5,}|[-/~_.]a?\d{4,}(?:\.\w+)?$|[-/][0-9a-f]{8,}(?:\.\w+)?$")
_STORY_WORDS = re.compile(
    r"/(?:articles?|artikel|story|stories|news|nachrichten|post|posts|blog|beitrag|meldung(?:en)?|"
    r"pressemitteilung(?:en)?|press-?releases?|actualites?|noticias?|notizie|nieuws|nyheter|events?|novosti|"
    r"media|transcripts|a)/"
)
_OTHER_WORDS = any_of(
    r"""
    tags?|topics?|themen?|category|categories|kategorie|rubrik|section|authors?|autor(?:en)?|people|profile
    users?|members?|page|seite|search|suche|login|sign-?in|sign-?up|register|account|subscribe|subscription|abo
    about|about-us|ueber-uns|contact|kontakt|impressum|imprint|privacy|datenschutz|terms|agb|cookies?|help|hilfe|faq
    advertis\w*|shop|store|rss|feeds?|sitemap|legal|polic(?:y|ies)|privacy-policy[\w-]*|donate|support|cart|share|print
    forums?|community|tv-guide|epaper
    """,
    before="/",
    after=r"(?:/|$|\.|\?)",
)
_SECTION_ENDS = any_of(
    "newsletters?|podcasts?|videos?|jobs|karriere|careers|archive?|apps?|games|weather|wetter|events|live|more|all",
    before="/",
    after=r"/?$",
)
_NAVIGATION = any_of(
    r"""
    home|startseite|menu|more|mehr|weiter|next|previous|zurück|back|log ?in|sign in|sign up|subscribe|abonnieren
    contact(?: us)?|kontakt|impressum|datenschutz\w*|privacy(?: policy| notice)?|cookie\w*(?: policy| settings| notice)?
    terms(?: of (?:use|service))?(?: and conditions)?|about(?: us)?|über uns|help|faq|advertise(?: with us)?
    careers|jobs|newsletters?|rss|search|suche|all|alle|see all|view all|show more|read more|weiterlesen|mehr lesen
    load more|comments?|\d+ comments?|share|print|kommentare?|skip to .+|follow us|sitemap|archive?
    code of ethics|editorial (?:standards|guidelines)|accessibility\w*(?: statement)?
    """,
    before="^",
    after=r"\W*$",
)
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|mp[34]|zip|docx?|xlsx?|pptx?|css|js|xml|ics|apk|exe|dmg)$", re.IGNORECASE
)


_OWN_STORIES = 10


@dataclass(slots=True)
class Scored:
    """An anchor with its score and the reasons for it."""

    anchor: Anchor
    score: float
    why: list[str]
    shape: str


def word_count(text: str) -> float:
    """Words of a headline; scripts without blanks count two characters for one."""
    wide = sum(1 for char in text if ord(char) > 0x2E80)
    return len(text.split()) if wide < len(text) / 3 else wide / 2


def score_links(anchors: Sequence[Anchor], *, page_url: str) -> list[Scored]:
    """Every anchor with its score, the page's consensus included."""
    scored = [_score(anchor, page_url) for anchor in anchors]
    _agree_by(scored, [one.shape for one in scored], "address")
    _agree_by(scored, [one.anchor.place for one in scored], "place")
    _prefer_own_section(scored, page_url)
    return scored


def _prefer_own_section(scored: list[Scored], page_url: str) -> None:
    """A section page that lists its own stories: what it shows of other sections counts only with a date or number.

    Guides and offers stand on such pages in the same cards as the news.
    """
    prefix = urlsplit(page_url).path.rstrip("/") + "/"
    likely = [one for one in scored if one.score >= ACCEPT]
    own = [one for one in likely if urlsplit(one.anchor.url).path.startswith(prefix)]
    if prefix == "/" or len(own) < _OWN_STORIES or len(own) * 2 < len(likely):
        return
    for one in likely:
        path = urlsplit(one.anchor.url).path
        if not path.startswith(prefix) and not one.anchor.dated and not (_DATE_PATH.search(path) or _ID.search(path)):
            one.score -= 5
            one.why.append("-5 another section, undated")


def _score(anchor: Anchor, page_url: str) -> Scored:
    why: list[tuple[float, str]] = [*_title_points(anchor), *_place_points(anchor), *_url_points(anchor.url, page_url)]
    total = sum(points for points, _ in why)
    return Scored(anchor, total, [f"{points:+g} {text}" for points, text in why], url_shape(anchor.url))


def _title_points(anchor: Anchor) -> list[tuple[float, str]]:
    if _NAVIGATION.match(anchor.title):
        return [(-4, "navigation words")]
    words = word_count(anchor.title)
    if words >= 6:
        return [(3, "headline of six words or more")]
    if words >= 4:
        return [(2, "headline of four words")]
    if words >= 3:
        return [(0.5, "three words")]
    return [(-1.5, "hardly any words")]


def _place_points(anchor: Anchor) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    if anchor.heading:
        found.append((2.5, "in a heading"))
    if anchor.card:
        found.append((0.5, "in a card"))
    if anchor.dated:
        found.append((1.5, "with a time"))
    for zone, points, text in (
        (Zone.NAV, -3.0, "in a menu"),
        (Zone.FOOTER, -4.0, "in the footer"),
        (Zone.ASIDE, -1.0, "in a side column"),
        (Zone.SHARE, -2.0, "beside sharing or subscribing"),
        (Zone.MODAL, -2.0, "in a dialog"),
        (Zone.COMMENTS, -2.0, "among comments"),
        (Zone.META, -1.5, "in a byline"),
        (Zone.ADVERT, -2.0, "in an advert"),
    ):
        if zone in anchor.zone and not (anchor.heading and zone in (Zone.META, Zone.SHARE, Zone.ADVERT)):
            found.append((points, text))
    return found


def _url_points(url: str, page_url: str) -> list[tuple[float, str]]:
    parts = urlsplit(url)
    path = unquote(parts.path)
    found: list[tuple[float, str]] = []
    if not same_site(url, page_url):
        found.append((-6, "another site"))
    if url.rstrip("/") == page_url.rstrip("/") or path in ("", "/"):
        found.append((-6, "this page or the home page"))
    if _FILE.search(path):
        found.append((-6, "a file"))
    if _OTHER_WORDS.search(path):
        found.append((-3, "address of a section, tag or service"))
    elif _SECTION_ENDS.search(path):
        found.append((-3, "address of a section"))
    if _DATE_PATH.search(path):
        found.append((2.5, "date in the address"))
    if _ID.search(path) or re.search(r"(?:^|&)(?:id|p|article|nid|news)\w*=\d+", parts.query):
        found.append((1.5, "number in the address"))
    if _STORY_WORDS.search(path):
        found.append((0.5, "story word in the address"))
    return [*found, *_slug_points(path)]


def _slug_points(path: str) -> list[tuple[float, str]]:
    segments = [segment for segment in path.split("/") if segment]
    if not segments:
        return []
    words = [len(re.findall(r"[^\W\d_]{2,}|\d+", segment)) for segment in segments[-2:]]
    if max(words) >= 4:
        return [(2, "words in the address")]
    if max(words) >= 3:
        return [(1, "three words in the address")]
    return [(-1.5, "bare address")] if len(segments) == 1 else [(-0.5, "few words in the address")]


def _agree_by(scored: list[Scored], keys: list[str], what: str) -> None:
    """Links of one list rise and fall together: half way to the median of their group."""
    groups: dict[str, list[Scored]] = defaultdict(list)
    for one, key in zip(scored, keys, strict=True):
        groups[key].append(one)
    for group in groups.values():
        if len(group) < 4:
            continue
        middle = sorted(one.score for one in group)[len(group) // 2]
        for one in group:
            shift = (middle - one.score) * 0.4
            if abs(shift) >= 0.1:
                one.score += shift
                one.why.append(f"{shift:+.1f} like its neighbours by {what}")
