"""Finding the feeds of a page: declared in its head or its `Link` header, linked in its body, or at usual addresses.

`<link rel="alternate" type=…>` as https://blog.whatwg.org/feed-autodiscovery has it: any case, several rel tokens,
`<base href>`.  What only looks like a feed (oEmbed, REST endpoints, comment feeds) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from monitor.extract.charset import decode_page
from monitor.model.readers import for_web

MOST_FEEDS = 50
"""Candidates that are returned; a page that declares more is a directory."""

_RELATIONS = frozenset({"alternate", "feed", "service.feed"})
_MEANT = frozenset({"alternative", "alternates", "rss", "atom"})
"""What people write in place of those: enough together with a feed's own media type, as no relation at all is."""
_KIND = re.compile(r"feed\+(json)|(rss|rdf|atom)(?!s|cat)")
"""What a media type names, registered or not; those of the Atom Publishing Protocol (atomsvc, atomcat) are no feeds."""
# These say nothing by themselves: they count when the address, the title or rel=feed speaks for a feed
_VAGUE_TYPES = frozenset({"application/xml", "text/xml", "application/json", ""})
_NO_FEED = re.compile(
    r"oembed|wp-json|/xmlrpc|opensearch|/wlwmanifest|/comments/feed|/feed/comments|commentsfeed|[?&]rsd\b",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"\bcomments\b|comments?[ -]?feed|kommentare|kommentarer|commentaires|comentarios|commenti\b", re.IGNORECASE
)
_COMMENT_FEED = re.compile(
    r"komm?ent[aá]r|komentář|kommentt|kommentar|comentari|comentári|comentarii|комент|коммент|reacties|yorum"
    r"|hozzászól|σχ[οό]λ[ίι]|تعليق|دیدگاه|תגובות|コメント|评论|評論|迴響|댓글|bình luận|ความเห็น|टिप्पणी|iruzkin",
    re.IGNORECASE,
)
"""How software names the feed of a page's comments; papers name their opinion pages so, too."""
_UNFILLED = re.compile(r"\{\{|%7B%7B|<%|\$\{", re.IGNORECASE)
"""What a template should have been filled in for."""
_INNER = re.compile(r"[/=?:](https?://[^&#]+)", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"(?:^|[/._?&=-])(?:rss2?|atom|feeds?|rdf)(?:[/._?&=-]|$)|\.(?:rss|atom|rdf)$|(?:feed|index|rss|atom)\.(?:xml|json)$"
    r"|feeds\.feedburner\.com/",
    re.IGNORECASE,
)
_FEED_WORD = re.compile(r"\b(?:rss|atom|xml|news) ?feeds?\b|^\s*(?:rss|atom)\s*$|(?<![a-z])rss(?![a-z])", re.IGNORECASE)
_MOST_WORDS = 4
"""Words of a link that may name a feed among them ("s'abonner au flux RSS"); a headline that does has more."""
_ICON = re.compile(r"(?:^|[\s_-])rss(?:$|[\s\d_-])", re.IGNORECASE)
_PICTURE = re.compile(r"(?:^|[/_-])(?:rss|feed-?icon)[\w.-]*\.(?:png|gif|jpe?g|svg|webp)(?:$|\?)", re.IGNORECASE)
"""How style sheets and files of pictures call the sign of a feed."""
_LONGEST_NAME = 300
"""Letters at the end of a picture's address that are looked at."""
_ONLY_FEED_WORDS = re.compile(
    r"(?=.*\b(?:rss|atom|feeds?)\b)(?:(?:rss|atom|xml|rdf|feeds?|news|subscribe|abonnieren|our|to|via|[012]\.\d+)\b[\s/|&:-]*)+",
    re.IGNORECASE,
)
_HEADLINE = re.compile(r"/(?:[\w%]+-){2,}[\w%]+(?:\.html?|\.php)?/?(?:[?#]|\Z)", re.IGNORECASE)
"""The address of an article: three words and more in a row, whatever they are about."""
_LINK_HEADER = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]+))*)")
_PARAMETER = re.compile(r";\s*([\w*-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))")
_USUAL = (
    "feed",
    "rss",
    "feed.xml",
    "rss.xml",
    "atom.xml",
    "index.xml",
    "feed.json",
    "?feed=rss2",
    "feeds/posts/default",
    "index.rdf",
    "feed.atom",
    "index.rss",
)
_USUAL_BELOW = 5
"""So many of them are tried below the page's own directory as well: each is a request."""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page names.  `type` is rss, atom, rdf, json or "" (unknown); `why` says where it was found.

    `why`: header (Link header), declared (link element), anchor (an ordinary link that looks like a feed).
    """

    url: str
    title: str
    type: str
    why: str


def find_feeds(html: bytes | str, *, url: str, headers: Sequence[tuple[str, str]] = ()) -> tuple[FeedLink, ...]:
    """The feeds that the page at `url` names, each address once; never raises for bad HTML.

    Declared ones come first, then links whose address looks like a feed's, then links that only say so.
    """
    root = _tree(html, next((value for name, value in headers if name.lower() == "content-type"), None))
    base = _base(root, url) if root is not None else url
    found = [*_from_headers(headers, url)]
    if root is not None:
        linked = sorted(_anchors(root, base), key=lambda link: not (link.type or _has_feed_path(link.url)))
        found += [*_declared(root, base), *linked]
    unique: dict[str, FeedLink] = {}
    for link in found:
        unique.setdefault(link.url, link)
    return tuple(unique.values())[:MOST_FEEDS]


def usual_paths(url: str) -> tuple[str, ...]:
    """Addresses to try, best first, when a page names no feed: below the page's own directory, then at the root."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    folder = (
        urljoin(url, ".")
        if parts.path.endswith("/") or "." in parts.path.rsplit("/", 1)[-1]
        else f"{url.split('?', maxsplit=1)[0].split('#', maxsplit=1)[0]}/"
    )
    below = [folder + path for path in _USUAL[:_USUAL_BELOW]]
    return tuple(dict.fromkeys((*below, *(root + path for path in _USUAL))))


def _tree(html: bytes | str, content_type: str | None) -> etree._Element | None:
    text = decode_page(html, content_type) if isinstance(html, bytes) else html
    text = text.replace("\x00", "").removeprefix("\ufeff")
    if not text.strip():
        return None
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, no_network=True)
    try:
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _base(root: etree._Element, url: str) -> str:
    for element in root.iter("base"):
        if href := (element.get("href") or "").strip():
            return _joined(url, href) or url
    return url


def _from_headers(headers: Sequence[tuple[str, str]], url: str) -> Iterator[FeedLink]:
    """RFC 8288: `<address>; rel="alternate"; type="application/rss+xml"`."""
    for name, value in headers:
        if name.lower() != "link":
            continue
        for target, parameters in _LINK_HEADER.findall(value[:20_000]):
            given = {key.lower(): quoted or bare.strip("'") for key, quoted, bare in _PARAMETER.findall(parameters)}
            if link := _judged(target, url, given, "header"):
                yield link


def _declared(root: etree._Element, base: str) -> Iterator[FeedLink]:
    # What lies in a template is no part of the page until a script takes it out.
    elements = [each for each in root.iter("link") if next(each.iterancestors("template"), None) is None]
    given = [{str(key).lower(): str(value) for key, value in element.attrib.items()} for element in elements]
    links = [link for each in given if (link := _judged(each.get("href", ""), base, each, "declared"))]
    articles = [link for link in links if not _COMMENT_FEED.search(link.title)]
    yield from articles or links


def _judged(href: str, base: str, given: dict[str, str], why: str) -> FeedLink | None:
    """The link as a feed, if its relation and type (`given`: attributes or parameters) say so."""
    relations = {_relation(rel) for rel in given.get("rel", "").lower().split()}
    media = "+".join(given.get("type", "").lower().split(";")[0].split())  # some decode its plus as a blank
    url = _joined(base, href.strip())
    if url is None or not href.strip() or href.strip().startswith("#") or _NO_FEED.search(url):
        return None
    title = " ".join(given.get("title", "").split())
    kind = _kind(media)
    if "stylesheet" in relations or not (relations & _RELATIONS or (kind and relations <= _MEANT)):
        return None
    if kind is None:
        speaks = "feed" in relations or _FEED_PATH.search(_path(url)) or _FEED_WORD.search(title)
        if media not in _VAGUE_TYPES or not speaks:
            return None
    if _COMMENTS.search(title) or _COMMENTS.search(_path(url)):
        return None
    return FeedLink(url, title, kind or ("json" if "json" in media else ""), why)


def _relation(rel: str) -> str:
    """The relation, without the address of its registry (RFC 4287, 4.2.7.2)."""
    return rel.removeprefix("http://www.iana.org/assignments/relation/")


def _kind(media: str) -> str | None:
    """What kind of feed a media type names, None when it names none."""
    found = _KIND.search(media)
    return (found.group(1) or found.group(2)) if found else None


def _anchors(root: etree._Element, base: str) -> Iterator[FeedLink]:
    host = urlsplit(base).netloc
    for element in root.iter("a", "area"):
        href = _within((element.get("href") or "").strip())
        text = _text_of(element)
        kind = _kind((element.get("type") or "").lower())
        marked = kind is not None or _is_marked(element, href)
        if not href or href.startswith("#") or not (marked or _may_be_feed(href, text)):
            continue
        url = _joined(base, href)
        if url is None or _NO_FEED.search(url) or _COMMENTS.search(f"{_path(url)} {text}"):
            continue
        at = urlsplit(url).netloc
        named = at == host or at.startswith("feeds.") or url.endswith((".rss", ".xml", ".atom", ".rdf"))
        if named or marked or _FEED_WORD.search(text):
            yield FeedLink(url, text[:200], kind or "", "anchor")


def _is_marked(anchor: etree._Element, href: str) -> bool:
    """Whether the link is for readers of feeds, or shows their sign, as far as names of classes and files tell."""
    if "feed" in (anchor.get("rel") or "").lower().split() or for_web(href):
        return True
    inside = [anchor, *anchor.iter("i", "span", "svg", "use", "img")]
    if any(_ICON.search(each.get("class") or "") for each in inside):
        return True
    return any(_PICTURE.search((each.get("src") or "")[-_LONGEST_NAME:]) for each in inside)


def _text_of(anchor: etree._Element) -> str:
    """What the link shows: its words, else those of its picture, else what it says aloud or as a tooltip."""
    text = " ".join("".join(str(part) for part in anchor.itertext()).split())
    if text:
        return text
    spoken = [image.get("alt") for image in anchor.iter("img")]
    return next(filter(None, (*spoken, anchor.get("alt"), anchor.get("aria-label"), anchor.get("title"))), "")


def _within(href: str) -> str:
    """The feed's own address in one that brings it to some reader ("…/subscribe?url=https://…"), else `href`."""
    found = _INNER.search(unquote(href), 8 if href[:4].lower() == "http" else 0)
    inner = _joined("", found.group(1)) if found and _has_feed_path(found.group(1)) else None
    return inner or href


def _may_be_feed(href: str, text: str) -> bool:
    if _ONLY_FEED_WORDS.fullmatch(text[:200]) or _has_feed_path(href):
        return True
    few = len(text) < 60 and len(text.split()) <= _MOST_WORDS
    return few and _FEED_WORD.search(text) is not None and not _HEADLINE.search(href)


def _has_feed_path(href: str) -> bool:
    return bool(_FEED_PATH.search(href)) and not _HEADLINE.search(href)


def _joined(base: str, href: str) -> str | None:
    """Absolute http(s) address without its fragment; schemes for readers of feeds are understood."""
    href = for_web(href) or href
    if _UNFILLED.search(href):
        return None
    try:
        url = urljoin(base, href.replace(" ", "%20"))
        parts = urlsplit(url)
    except ValueError:
        return None
    return url.partition("#")[0] if parts.scheme in ("http", "https") and parts.netloc else None


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
