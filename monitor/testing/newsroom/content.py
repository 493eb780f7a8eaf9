"""The newsroom's texts, and how each kind of outlet shows them: RSS, Atom, RDF, JSON Feed, a page of links."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from importlib.resources import files
from typing import Any

import yaml

from monitor.config.build import slug


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented publisher.  `kind` is rss, atom, rdf, json or page; `portal` pages are full of other things."""

    id: str
    name: str
    language: str
    kind: str
    teaser: bool = False
    portal: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """An article of the newsroom; `at_s` is when it appears, None for what is there from the beginning."""

    outlet: str
    title: str
    text: tuple[str, ...]
    lead: str = ""
    at_s: float | None = None
    age: timedelta = timedelta()

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/artikel/{slug(self.title)[:60]}.html"


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything the newsroom has: outlets, pieces, and a flood of similar ones."""

    outlets: tuple[Outlet, ...]
    pieces: tuple[Piece, ...]
    flood: tuple[Piece, ...] = field(default=())


def read_edition() -> Edition:
    """The texts that ship with the program."""
    data = yaml.safe_load(files(__package__).joinpath("articles.yaml").read_text(encoding="utf-8"))
    outlets = tuple(Outlet(**outlet) for outlet in data["outlets"])
    pieces = tuple(_piece(outlet, item) for outlet, items in data["articles"].items() for item in items)
    return Edition(outlets, pieces, tuple(_flood(data["flood"])))


def _piece(outlet: str, item: dict[str, Any]) -> Piece:
    age = timedelta(hours=item.get("hours", 0))
    return Piece(outlet, item["title"], tuple(item["text"]), item.get("lead", ""), item.get("at"), age)


def _flood(data: dict[str, Any]) -> list[Piece]:
    pieces = []
    for number, (name, place) in enumerate(zip(data["names"], data["places"], strict=True)):
        words = {"name": name, "place": place, "number": 137 + 211 * number}
        text = tuple(line.format(**words) for line in data["text"])
        pieces.append(Piece(data["outlet"], data["title"].format(**words), text))
    return pieces


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece as it stands on its outlet: with its time and the outlet's address."""

    piece: Piece
    published_at: datetime
    base: str

    @property
    def url(self) -> str:
        """The address of its page."""
        return self.base + self.piece.path


def render_feed(outlet: Outlet, base: str, shown: Sequence[Shown]) -> tuple[str, str]:
    """The outlet's front: (content type, text), newest first."""
    kinds = {"rss": _rss, "atom": _atom, "rdf": _rdf, "json": _json, "page": _front}
    return kinds[outlet.kind](outlet, base, sorted(shown, key=lambda s: s.published_at, reverse=True))


def _summary(outlet: Outlet, item: Shown) -> str:
    piece = item.piece
    first = piece.lead or piece.text[0].split(". ")[0].rstrip(".") + "."
    return first if outlet.teaser else "\n".join(f"<p>{escape(line)}</p>" for line in piece.text)


def _rss(outlet: Outlet, base: str, shown: Sequence[Shown]) -> tuple[str, str]:
    items = "".join(
        f"<item><title>{escape(s.piece.title)}</title><link>{s.url}</link><guid>{s.url}</guid>"
        f"<pubDate>{format_datetime(s.published_at)}</pubDate>"
        f"<description>{escape(_summary(outlet, s))}</description></item>\n"
        for s in shown
    )
    head = f"<title>{escape(outlet.name)}</title><link>{base}/</link><language>{outlet.language}</language>"
    return "application/rss+xml", f'<?xml version="1.0"?><rss version="2.0"><channel>{head}\n{items}</channel></rss>'


def _atom(outlet: Outlet, base: str, shown: Sequence[Shown]) -> tuple[str, str]:
    items = "".join(
        f"<entry><title>{escape(s.piece.title)}</title><id>{s.url}</id><link href='{s.url}'/>"
        f"<updated>{s.published_at.isoformat()}</updated><published>{s.published_at.isoformat()}</published>"
        f"<content type='html'>{escape(_summary(outlet, s))}</content></entry>\n"
        for s in shown
    )
    head = f"<title>{escape(outlet.name)}</title><id>{base}/</id><link href='{base}/'/>"
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='{outlet.language}'>{head}\n{items}</feed>"
    return "application/atom+xml", f'<?xml version="1.0"?>{feed}'


def _rdf(outlet: Outlet, base: str, shown: Sequence[Shown]) -> tuple[str, str]:
    items = "".join(
        f"<item rdf:about='{s.url}'><title>{escape(s.piece.title)}</title><link>{s.url}</link>"
        f"<dc:date>{s.published_at.isoformat()}</dc:date>"
        f"<description>{escape(_summary(outlet, s))}</description></item>\n"
        for s in shown
    )
    spaces = (
        "xmlns='http://purl.org/rss/1.0/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/'"
    )
    channel = (
        f"<channel rdf:about='{base}/'><title>{escape(outlet.name)}</title><link>{base}/</link>"
        f"<description/><dc:language>{outlet.language}</dc:language></channel>"
    )
    return "application/rdf+xml", f'<?xml version="1.0"?><rdf:RDF {spaces}>{channel}\n{items}</rdf:RDF>'


def _json(outlet: Outlet, base: str, shown: Sequence[Shown]) -> tuple[str, str]:
    items = [
        {
            "id": s.url,
            "url": s.url,
            "title": s.piece.title,
            "content_html": _summary(outlet, s),
            "date_published": s.published_at.isoformat(),
        }
        for s in shown
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "language": outlet.language}
    return "application/feed+json", json.dumps(
        {**head, "home_page_url": base + "/", "items": items}, ensure_ascii=False
    )


def _front(outlet: Outlet, base: str, shown: Sequence[Shown]) -> tuple[str, str]:
    cards = "".join(
        f"<article class='card'><h2><a href='{base}{s.piece.path}'>{escape(s.piece.title)}</a></h2>"
        f"<time datetime='{s.published_at.isoformat()}'>{s.published_at:%d.%m.%Y}</time></article>\n"
        for s in shown
    )
    return "text/html", _page(outlet, outlet.name, f"<main><h1>{escape(outlet.name)}</h1>{cards}</main>")


def render_article(outlet: Outlet, item: Shown) -> str:
    """The article's own page; a portal surrounds the text with what portals surround texts with."""
    piece = item.piece
    lines = "".join(
        f"<h2>{escape(line[3:])}</h2>" if line.startswith("## ") else f"<p>{escape(line)}</p>" for line in piece.text
    )
    lead = f"<p class='article-standfirst'>{escape(piece.lead)}</p>" if piece.lead else ""
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": piece.title,
        "datePublished": item.published_at.isoformat(),
        "mainEntityOfPage": item.url,
    }
    before, after = _clutter(outlet) if outlet.portal else ("", "")
    text = (
        f"{before}<main><article><h1>{escape(piece.title)}</h1>"
        f"<time datetime='{item.published_at.isoformat()}'>{item.published_at:%d.%m.%Y %H:%M}</time>"
        f"{_photo(outlet)}{lead}<div class='article-text'>{lines}</div></article></main>{after}"
    )
    ld = f"<script type='application/ld+json'>{json.dumps(data, ensure_ascii=False)}</script>"
    meta = f"<link rel='canonical' href='{item.url}'><meta property='og:title' content='{escape(piece.title)}'>{ld}"
    return _page(outlet, piece.title, text, meta)


def _photo(outlet: Outlet) -> str:
    if not outlet.portal:
        return ""
    credit = "© Bildstelle Nord / A. Beispiel<br>Archivfoto: zwei leere Rednerpulte"
    return (
        f"<figure><img src='/bild.jpg' alt='Rednerpulte'><figcaption>{credit}</figcaption></figure>"
        "<div class='article-subscribe'><button>Abonnieren</button></div>"
    )


def _clutter(outlet: Outlet) -> tuple[str, str]:
    banner = (
        "<div class='modal registration'><p>Die Anmeldung war erfolgreich!</p>"
        "<p>Bitte bestätigen Sie den Verweis in der Nachricht, die wir Ihnen geschickt haben.</p></div>"
    )
    ticker = (
        "<aside class='ticker'><h3>Kurzmeldungen</h3><span>0</span><a href='#'>Neueste zuerst</a>"
        "<a href='#'>Älteste zuerst</a><div class='loader'>loader</div><h4>Live</h4>"
        "<p class='placeholder'>Здесь появится заголовок материала</p></aside>"
    )
    chat = (
        "<section class='chat'><p>Um mitzureden, melden Sie sich bitte an oder legen Sie ein Konto an.</p>"
        "<h4>Gespräche</h4><p class='placeholder'>Здесь появится заголовок материала</p></section>"
    )
    return banner, f"{ticker}{chat}<footer>© {escape(outlet.name)}. Alle Rechte vorbehalten.</footer>"


def _page(outlet: Outlet, title: str, body: str, meta: str = "") -> str:
    navigation = "<nav><a href='/'>Start</a> <a href='/impressum'>Impressum</a></nav>"
    head = f"<meta charset='utf-8'><title>{escape(title)} – {escape(outlet.name)}</title>{meta}"
    return f"<!doctype html><html lang='{outlet.language}'><head>{head}</head><body>{navigation}{body}</body></html>"
