"""Pages as publishers serve them: articles, listings, sitemaps, notice boards."""

from __future__ import annotations

import random
from collections.abc import Mapping
from html import escape

HEADLINES = {
    "council": "Council votes to widen the northern quay",
    "ferry": "Ferry operator announces two more crossings",
    "court": "Court rules on the disputed harbour permit",
    "river": "River level falls to a ten-year low",
    "tram": "New tram line opens with free rides for all",
    "potato": "Farmers warn of a poor potato harvest",
    "library": "Library stays open on Sundays from March",
    "bridge": "Old bridge closed to lorries after inspection",
}
_WHO = ("engineers", "residents", "the mayor", "two auditors", "a spokeswoman", "several shopkeepers", "the opposition")
_DID = ("welcomed", "questioned", "explained", "presented", "criticised", "postponed", "examined", "defended")
_WHAT = ("the timetable", "a second report", "the costs", "an older plan", "the next steps", "new figures", "the risks")
_WHEN = ("on Tuesday", "last week", "after a long debate", "in the town hall", "before noon", "without a vote")


def sentences(word: str, *, seed: str, count: int = 16) -> list[str]:
    """Sentences that nobody else has; the first one is about `word`."""
    chosen = random.Random(seed)
    made = [f"The decision about the {word} was published this morning and concerns everybody in the district."]
    for _ in range(count - 1):
        parts = (chosen.choice(each) for each in (_WHO, _DID, _WHAT, _WHEN))
        text = " ".join(parts) + f", as {chosen.choice(_WHO)} {chosen.choice(_DID)} {chosen.choice(_WHAT)} of {seed}."
        made.append(text[0].upper() + text[1:])
    return made


def article(title: str, word: str, *, seed: str, count: int = 16, extra: str = "") -> str:
    """An article page; `extra` stands in its head."""
    text = "".join(f"<p>{sentence}</p>" for sentence in sentences(word, seed=seed, count=count))
    return document(title, f"<main><article><h1>{escape(title)}</h1>{text}</article></main>", extra=extra)


def document(title: str, body: str, *, extra: str = "") -> str:
    head = f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title>{extra}</head>"
    return f"{head}<body><nav><a href='/'>Home</a></nav>{body}</body></html>"


def slug(word: str) -> str:
    return f"/news/2026/01/{HEADLINES[word].lower().replace(' ', '-')}"


def links(*words: str, following: str | None = None) -> str:
    """A listing page of these headlines; `following` is the address of its next page."""
    teasers = "".join(
        f"<article class='teaser'><h2><a href='{slug(word)}'>{HEADLINES[word]}</a></h2>"
        "<p>What happened, in one sentence of a dozen words or a few more.</p></article>"
        for word in words
    )
    more = f"<a rel='next' href='{following}'>Older posts</a>" if following else ""
    return document("News", f"<main>{teasers}{more}</main>")


def home(feed: str) -> str:
    """A front page that declares a feed."""
    return document(
        "Home", "<main><p>Welcome.</p></main>", extra=f"<link rel='alternate' type='application/rss+xml' href='{feed}'>"
    )


def news_sitemap(stories: Mapping[str, str], at: str = "2026-01-05T12:00:00Z") -> str:
    """A news sitemap: titles by address."""
    urls = "".join(
        f"<url><loc>{escape(url)}</loc><news:news><news:publication_date>{at}</news:publication_date>"
        f"<news:title>{escape(title)}</news:title></news:news></url>"
        for url, title in stories.items()
    )
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )


def watched(*added: str, notices: int = 6) -> str:
    """A notice board."""
    texts = [*added, *(f"Notice {n}: the office in street {n} is closed on day {n} of May." for n in range(notices))]
    return document("Notices", f"<main><h1>Notices</h1>{''.join(f'<p>{escape(text)}</p>' for text in texts)}</main>")


def live(*entries: str) -> str:
    """A live ticker, newest entry first; each is `title: text`."""
    parts = "".join(_ticker_entry(len(entries) - n, *entry.split(": ", 1)) for n, entry in enumerate(entries))
    title = "Liveblog: storm over the coast"
    return document(title, f"<main><h1>{title}</h1>{parts}</main>")


def _ticker_entry(number: int, title: str, text: str) -> str:
    at = f"2026-01-05T{12 + number}:00:00Z"
    inner = f"<time datetime='{at}'>now</time><h3>{escape(title)}</h3><p>{escape(text)}</p>"
    return f"<div class='liveblog-entry' id='e{number}'>{inner}</div>"


def pdf(*lines: str) -> bytes:
    """A PDF of one page with these lines."""
    shown = " T* ".join(f"({line.replace('(', '').replace(')', '')}) Tj" for line in lines)
    stream = f"BT /F1 10 Tf 14 TL 40 800 Td {shown} ET".encode("latin-1")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + head + table + tail
