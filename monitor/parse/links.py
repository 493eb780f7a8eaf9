"""Relative links of feeds -> absolute ones, by us: feedparser's own resolution leaks a base between entries."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_USUAL = re.compile(r"https?://[A-Za-z0-9.-]+(?:[:/?#]|\Z)", re.IGNORECASE)
_JUNK = re.compile(r"[\x00-\x20\x7f\ud800-\udfff]+")
_UNSEEN = "\u200b\u200e\u200f\u2060\ufeff"
"""Marks that come along where people copy an address from a page; inside they may belong to it."""
_ANCHOR = re.compile(r"""<a\s[^<>]*?\bhref\s*=\s*["']([^"'<>]+)""", re.IGNORECASE)
_SLIP = re.compile(r"https?:(?!//[^/\\])|https?//|https?://https?:?//|https?:[^?#]*\\", re.IGNORECASE)
_START = re.compile(r"(?:https?:/+(?=https?:?//))?(https?):?/+", re.IGNORECASE)
"""Slashes too many, too few or backward, a scheme before the scheme: browsers and people know what is meant."""
_NO_LINKS = frozenset({"n/a", "none", "null", "nil", "undefined", "#", "-"})
"""What software writes where it has no address: resolved, they would be one page for all items."""
LONGEST_URL = 8000


def absolute(link: str | None, *bases: str | None) -> str | None:
    """`link` as an http(s) address, resolved against the innermost base; None when it cannot be one.

    `bases` go from the innermost (xml:base of the entry) to the outermost (the address the document came from); each
    may itself be relative to the next.
    """
    if link and "<" in link and (anchor := _ANCHOR.search(link)):  # some software fills in its own markup
        link = anchor.group(1)
    link = tidy(link).replace("&amp;", "&")  # escaped once too often; no address has it otherwise
    if link.lower().startswith("www."):
        link = f"//{link}"
    if link[:5].lower().startswith("http") and _SLIP.match(link):
        link = _straightened(link)
    if not link or len(link) > LONGEST_URL or link.lower() in _NO_LINKS:
        return None
    if _SCHEME.match(link):
        return link if is_address(link) and _host(link) else None
    base = base_of(*bases)
    joined = _join(base, link) if base else None
    return joined if joined and _host(joined) else None


def _straightened(link: str) -> str:
    """An address as https://url.spec.whatwg.org reads it: any slashes behind the scheme, backslashes as slashes."""
    path = re.split(r"[?#]", link, maxsplit=1)[0]
    return _START.sub(r"\1://", path.replace("\\", "/"), count=1) + link[len(path) :]


def is_address(link: str) -> bool:
    """Whether `link` names a page of the web by itself."""
    return link.lower().startswith(("http://", "https://"))


def base_of(*bases: str | None) -> str | None:
    """The innermost base made absolute by the outer ones, or None."""
    resolved: str | None = None
    for given in reversed(bases):
        base = tidy(given)
        if not base:
            continue
        if is_address(base):
            resolved = base
        elif resolved and not _SCHEME.match(base):
            resolved = _join(resolved, base) or resolved
    return resolved


def relation_of(rel: str | None) -> str:
    """The relation of a link, lower-case; the registry's address before it says nothing (RFC 4287, 4.2.7.2)."""
    rel = (rel or "").strip().lower()
    return rel.removeprefix("http://www.iana.org/assignments/relation/")


def tidy(link: str | None) -> str:
    """The link without the whitespace, control characters and halves of characters in it and unseen marks around it."""
    if not link:
        return ""
    link = link.strip().strip(_UNSEEN).strip()
    if link.isascii() and link.isprintable() and " " not in link:
        return link
    return _JUNK.sub(lambda run: "%20" if run.group().strip("\t\r\n\x00") == " " else "", link)


def _join(base: str, link: str) -> str | None:
    try:
        return urljoin(base, link)
    except ValueError:
        return None


def _host(url: str) -> bool:
    if _USUAL.match(url):  # splitting takes ten times as long
        return True
    try:
        return bool(urlsplit(url).netloc)
    except ValueError:
        return False
