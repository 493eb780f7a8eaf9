"""The newsroom speaks real HTTP, and each kind of outlet in its own format."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from monitor.model.entry import ParsedFeed
from monitor.parse.feed import read_document
from monitor.testing.newsroom.content import Edition, Outlet, Piece, Shown, read_edition, render_article, render_feed
from monitor.testing.newsroom.server import Newsroom

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:1"
PIECE = Piece("blatt", "Feuer & Rauch am Kai", ("Am Kai brennt es. Niemand ist verletzt.", "## Später", "Es regnet."))
EDITION = Edition(
    (Outlet("blatt", "Das Blatt", "de", "rss"), Outlet("portal", "Portal", "ru", "page", portal=True)), (PIECE,)
)


def outlet(kind: str, *, teaser: bool = True) -> Outlet:
    return Outlet("blatt", "Das Blatt", "de", kind, teaser=teaser)


def shown(hours: float = 0, title: str = PIECE.title) -> Shown:
    return Shown(Piece("blatt", title, PIECE.text), NOW - timedelta(hours=hours), BASE)


@pytest.mark.parametrize("kind", ["rss", "atom", "rdf", "json"])
def test_every_kind_of_feed_is_one_that_can_be_read(kind: str) -> None:
    media, text = render_feed(outlet(kind), BASE, [shown(5, "Älter"), shown(1)])
    feed = read_document(text.encode(), url=f"{BASE}/", content_type=media, now=NOW)
    assert isinstance(feed, ParsedFeed)
    assert [(e.title, e.url) for e in feed.entries] == [
        (PIECE.title, f"{BASE}{PIECE.path}"),
        ("Älter", f"{BASE}/artikel/aelter.html"),
    ]
    assert feed.entries[0].published_at == NOW - timedelta(hours=1)


def test_a_teaser_is_the_first_sentence_and_a_full_feed_has_it_all() -> None:
    teaser, full = (render_feed(outlet("rss", teaser=t), BASE, [shown()])[1] for t in (True, False))
    assert "Am Kai brennt es." in teaser
    assert ("Niemand" in teaser, "Niemand" in full) == (False, True)


def test_a_page_of_links_leads_to_the_articles() -> None:
    media, text = render_feed(outlet("page"), BASE, [shown()])
    assert media == "text/html"
    assert f"href='{BASE}{PIECE.path}'" in text


@pytest.mark.parametrize("portal", [False, True])
def test_an_article_can_be_read_whatever_surrounds_it(portal: bool) -> None:
    page = render_article(Outlet("p", "Portal", "de", "page", portal=portal), shown())
    assert ("Anmeldung" in page) == portal
    assert "<h2>Später</h2>" in page
    assert "Feuer &amp; Rauch" in page


def test_the_edition_that_ships_has_outlets_for_all_of_its_texts() -> None:
    edition = read_edition()
    known = {each.id for each in edition.outlets}
    assert {piece.outlet for piece in (*edition.pieces, *edition.flood)} <= known
    assert len({piece.path for piece in edition.flood}) == len(edition.flood)


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    made = Newsroom(EDITION)
    await made.start()
    yield made
    await made.stop()


async def get(url: str, **headers: str) -> tuple[int, str, str | None]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.text(), answer.headers.get("ETag")


async def test_a_feed_has_validators_and_changes_with_what_is_published(newsroom: Newsroom) -> None:
    address = newsroom.address("blatt")
    _, _, tag = await get(address)
    assert tag is not None
    assert (await get(address, **{"If-None-Match": tag}))[0] == 304
    newsroom.publish(PIECE, NOW)
    status, text, _ = await get(address, **{"If-None-Match": tag})
    assert (status, "Feuer &amp; Rauch" in text) == (200, True)


async def test_an_article_is_there_once_it_is_published(newsroom: Newsroom) -> None:
    page = newsroom.address("blatt").rstrip("/") + PIECE.path
    assert (await get(page))[0] == 404
    assert newsroom.publish(PIECE, NOW).url == page
    assert "Am Kai brennt es." in (await get(page))[1]


async def test_a_newsroom_that_never_began_may_end() -> None:
    await Newsroom(EDITION).stop()
