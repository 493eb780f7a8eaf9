"""What a document is when it is no feed: the reason that the user is told."""

from __future__ import annotations

import re

from monitor.model.entry import NotAFeed
from monitor.model.reasons import Reason
from monitor.model.walls import is_bare

_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_OPML = re.compile(rb"<opml[\s>]", re.IGNORECASE)

# Signs in the page, first hit decides.  Each is what such pages have in common, not one vendor's wording alone.
_SIGNS = (
    (
        "bot-wall",
        "the server shows a page that keeps robots out, not a feed",
        re.compile(
            rb"captcha|cf-browser-verification|cf-challenge|challenge-platform|just a moment|checking your browser"
            rb"|are you (?:a )?(?:human|robot)|unusual traffic|access denied|attention required|ddos protection"
            rb"|enable javascript and cookies|incapsula|datadome|perimeterx|px-captcha|bot detection",
            re.IGNORECASE,
        ),
    ),
    (
        "login-page",
        "the server asks for a login instead of showing a feed",
        re.compile(
            rb"""type\s*=\s*["']?password|please (?:log|sign) ?in|log ?in required|sign in to continue|"""
            rb"""<title>[^<]{0,40}(?:log ?in|sign ?in|anmeld|connexion|iniciar sesi|accedi)""",
            re.IGNORECASE,
        ),
    ),
    (
        "consent-page",
        "the server asks for consent to cookies instead of showing a feed",
        re.compile(
            rb"<title>[^<]{0,60}(?:consent|cookie|privacy|datenschutz|zustimmung)|consent\.(?:google|yahoo|youtube)"
            rb"|before you continue|we value your privacy",
            re.IGNORECASE,
        ),
    ),
)


def looks_like_html(data: bytes) -> bool:
    """Whether the document begins as an HTML page does."""
    return _HTML.search(data[:2000]) is not None


def not_a_feed(data: bytes) -> NotAFeed:
    """Name what `data` is: empty, one of the known kinds of page, another page, or something else."""
    if not data.strip():
        return NotAFeed(Reason("empty-body", "the server sent an empty document"))
    if _OPML.search(data[:2000]):
        return NotAFeed(Reason("opml", "the document is a list of feeds (OPML); import it instead"))
    if not looks_like_html(data):
        return NotAFeed(Reason("not-a-feed", "the document is neither a feed nor a sitemap"))
    for code, text, sign in _SIGNS if is_bare(data) else ():
        if sign.search(data[:200_000]):
            return NotAFeed(Reason(code, text))
    return NotAFeed(Reason("html", "the server sent a web page, not a feed"))
