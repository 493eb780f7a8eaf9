"""What an element's tag, class, id and role say about the part of the page it opens."""

from __future__ import annotations

import re
from enum import Flag, auto
from functools import lru_cache
from itertools import pairwise

from lxml.html import HtmlElement


class Zone(Flag):
    """Kinds of page parts; a block carries those of all its ancestors."""

    NONE = 0
    MEDIA = auto()
    """Pictures, videos, players."""
    CAPTION = auto()
    """What stands below a picture and whose it is."""
    SHARE = auto()
    """Sharing, printing, following, subscribing, paying, logging in."""
    NAV = auto()
    """Menus, breadcrumbs, pagination, tag lists."""
    ASIDE = auto()
    FOOTER = auto()
    RELATED = auto()
    """Teasers of other articles."""
    COMMENTS = auto()
    ADVERT = auto()
    MODAL = auto()
    """Dialogs, cookie and consent boxes."""
    META = auto()
    """Byline, date, section, reading time."""
    HIDDEN = auto()
    HEADING = auto()
    LEAD = auto()
    """Standfirst."""
    BODY = auto()
    """Says that it is the article's text."""


BAD = (
    Zone.SHARE
    | Zone.NAV
    | Zone.ASIDE
    | Zone.FOOTER
    | Zone.RELATED
    | Zone.COMMENTS
    | Zone.ADVERT
    | Zone.MODAL
    | Zone.HIDDEN
)
"""Parts that hold no article text."""

_TAGS = {
    "figure": Zone.MEDIA | Zone.CAPTION,
    "figcaption": Zone.CAPTION,
    "picture": Zone.MEDIA,
    "nav": Zone.NAV,
    "menu": Zone.NAV,
    "aside": Zone.ASIDE,
    "footer": Zone.FOOTER,
    "dialog": Zone.MODAL,
    "time": Zone.META,
    "address": Zone.META,
}

# Words of class names and ids, as publishers of many countries and content systems use them.
_WORDS: dict[Zone, str] = {
    Zone.MEDIA: "photo photos image images img picture figure video media player embed thumbnail thumb lightbox",
    Zone.CAPTION: """
        caption captions figcaption credit credits copyright bildunterschrift bildnachweis legende photographer fotograf
    """,
    Zone.SHARE: """
        share sharing shares social socials sharebar sharedaddy toolbar tools print newsletter newsletters subscribe
        subscription abo abonnieren abonnement signup signin login register registration paywall piano premium donate
        donation follow bookmark whatsapp facebook twitter telegram
    """,
    Zone.NAV: """
        nav navigation navbar menu breadcrumb breadcrumbs pagination pager tags taglist topics keywords toc skiplink
    """,
    Zone.ASIDE: "sidebar aside rail marginal",
    Zone.FOOTER: "footer colophon imprint impressum",
    Zone.RELATED: """
        related recommended recommendation recommendations recommend readmore readalso outbrain taboola trending
        popular mostread bestof teaser teasers card cards promo promos morenews moreon furtherreading onward
        suggestions suggested crosslinks nextarticle widget widgets
    """,
    Zone.COMMENTS: "comment comments disqus commentlist respond kommentare kommentar forum discussion commenting",
    Zone.ADVERT: """
        ad ads advert adverts advertisement advertising anzeige werbung sponsor sponsored banner adslot dfp gpt adbox
        adsense
    """,
    Zone.MODAL: "modal popup overlay cookie cookies consent gdpr cmp lightbox dialog onetrust toast interstitial",
    Zone.META: """
        byline author authors meta metadata date dateline timestamp published datetime readingtime pubdate autor auteur
        infos
    """,
    Zone.LEAD: """
        lead lede standfirst dek deck subtitle subhead subheadline subheading announce vorspann chapo chapeau ingress
        intro introduction excerpt summary sapo bajada entradilla sommario manchet perex abstract description
        sottotitolo ledtext preamble underline undertitel untertitel leadtext teasertext
    """,
    Zone.HIDDEN: "hidden visuallyhidden",
}
_ZONE_OF = {word: zone for zone, words in _WORDS.items() for word in words.split()}
_PAIRS: dict[tuple[str, str], Zone] = {
    # A quoted post is part of the article, a button to the same network is not.
    ("twitter", "tweet"): Zone.NONE,
    ("instagram", "media"): Zone.NONE,
    ("read", "more"): Zone.RELATED,
    ("read", "also"): Zone.RELATED,
    ("read", "next"): Zone.RELATED,
    ("more", "news"): Zone.RELATED,
    ("more", "stories"): Zone.RELATED,
    ("most", "read"): Zone.RELATED,
    ("most", "popular"): Zone.RELATED,
    ("see", "also"): Zone.RELATED,
    ("also", "read"): Zone.RELATED,
    ("up", "next"): Zone.RELATED,
    ("sr", "only"): Zone.HIDDEN,
    ("screen", "reader"): Zone.HIDDEN,
    ("tag", "list"): Zone.NAV,
    ("skip", "link"): Zone.NAV,
    ("sign", "up"): Zone.SHARE,
    ("log", "in"): Zone.SHARE,
    ("teaser", "text"): Zone.LEAD,
}
_BODY_NAMES = frozenset(
    tuple(name.split())
    for name in (
        *("article body", "article content", "article text", "story body", "story text", "story content"),
        *("entry content", "post content", "post body", "body text"),
    )
)
_ROLES = {
    "navigation": Zone.NAV,
    "complementary": Zone.ASIDE,
    "contentinfo": Zone.FOOTER,
    "dialog": Zone.MODAL,
    "alertdialog": Zone.MODAL,
}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# These name whole pages or neutral wrappers as often as the part they would mean ("article has-sidebar").
_NEUTRAL_PREFIXES = frozenset(
    {"has", "with", "no", "is", "js", "supports", "without", "hide", "show", "not", "enable", "can"}
)


@lru_cache(maxsize=8192)
def zone_of_names(names: str) -> Zone:
    """The zone that class names or ids stand for.

    A name counts as one when its words say so together ("most-read") or one of them alone ("sidebar"); names such as
    "has-sidebar" describe what is elsewhere.
    """
    zone = Zone.NONE
    for name in names.split():
        words = [word.lower() for word in _WORD.findall(name)]
        if not words or (len(words) > 1 and words[0] in _NEUTRAL_PREFIXES):
            continue
        if "hidden" in words and len(words) > 1 and words != ["visually", "hidden"]:
            # "hidden@tablet", "label-hidden": hidden now and then, or something inside it.
            continue
        if tuple(words[:2]) in _BODY_NAMES:
            zone |= Zone.BODY
            continue
        pairs = [_PAIRS[pair] for pair in pairwise(words) if pair in _PAIRS]
        for one in pairs or [_ZONE_OF[word] for word in words if word in _ZONE_OF]:
            zone |= one
    return zone


def zone_of(element: HtmlElement) -> Zone:
    """The zone that one element opens, by its own tag and attributes."""
    tag = element.tag
    zone = _TAGS.get(tag, Zone.NONE)
    if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
        zone |= Zone.HEADING
    attributes = element.attrib
    if not attributes:
        return zone
    names = f"{attributes.get('class', '')} {attributes.get('id', '')}"
    if names != " " and tag not in ("html", "body", "main"):
        zone |= zone_of_names(names)
    if attributes.get("itemprop") == "articleBody":
        zone |= Zone.BODY
    if "hidden" in attributes or _HIDING_STYLE.search(attributes.get("style", "")):
        zone |= Zone.HIDDEN
    return zone | _ROLES.get(attributes.get("role", ""), Zone.NONE)
