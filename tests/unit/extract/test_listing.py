from __future__ import annotations

import json

import pytest

from monitor.extract.listing import Listing, extract_links, matches
from monitor.model.source import LinkSelectors

URL = "https://kurier.example/"
HEADLINES = [
    "Neuer Vertrag für den Hafen unterschrieben",
    "Stadtrat streitet über das Theater am Markt",
    "Brücke nach sieben Monaten wieder offen",
    "Mehr Züge fahren ab Herbst an die Küste",
    "Forscher finden seltene Orchidee im Moor",
    "Verein rettet das alte Freibad im Süden",
]


def slug(headline: str) -> str:
    return "-".join(word.lower() for word in headline.split())


def home() -> bytes:
    cards = "".join(
        f'<article class="teaser"><h2><a href="/2026/03/0{at}/{slug(head)}">{head}</a></h2>'
        f'<time datetime="2026-03-0{at}">x</time>'
        f'<a href="/autor/eva-muster" class="byline">Eva Muster</a></article>'
        for at, head in enumerate(HEADLINES, 1)
    )
    menu = '<nav><a href="/politik">Politik</a><a href="/abo">Jetzt abonnieren und sofort weiterlesen</a></nav>'
    foot = (
        '<footer><a href="/datenschutz">Hinweise zum Schutz der Daten</a><a href="mailto:a@b.example">Post</a></footer>'
    )
    return (
        f'<html><body>{menu}<main>{cards}<a rel="next" href="/?seite=2">Weiter</a></main>{foot}</body></html>'.encode()
    )


def test_story_links_are_told_from_menus_and_bylines() -> None:
    listing = extract_links(home(), url=URL)
    assert [link.title for link in listing.links] == HEADLINES
    assert listing.problems == ()
    assert listing.next_url == "https://kurier.example/?seite=2"


def test_each_link_says_why() -> None:
    listing = extract_links(home(), url=URL)
    assert "in a heading" in listing.links[0].why
    assert any("in a menu" in link.why for link in listing.rejected)


def test_dates_beside_links_are_read() -> None:
    first = extract_links(home(), url=URL).links[0]
    assert first.published_at is not None
    assert first.published_at.date().isoformat() == "2026-03-01"


def test_fewer_links_than_asked_for_is_a_problem() -> None:
    listing = extract_links(home(), url=URL, min_links=20)
    assert [problem.code for problem in listing.problems] == ["too-few-links"]


def test_selectors_override_the_heuristic() -> None:
    selectors = LinkSelectors(
        items="//article", url=".//h2/a", title=".//h2", date=".//time/@datetime", exclude="orchidee"
    )
    listing = extract_links(home(), url=URL, selectors=selectors)
    assert [link.title for link in listing.links] == [head for head in HEADLINES if "Orchidee" not in head]
    assert listing.links[0].published_at is not None
    assert listing.how == "selectors"


def test_a_selector_that_matches_nothing_is_a_problem() -> None:
    listing = extract_links(home(), url=URL, selectors=LinkSelectors(items="//section[@class='gone']"))
    assert [problem.code for problem in listing.problems] == ["selector-matches-nothing"]


def test_an_item_list_of_the_page_is_trusted() -> None:
    items = ",".join(f'{{"@type":"ListItem","url":"/k/{at}","name":"Beitrag {at}"}}' for at in range(5))
    data = f'{{"@type":"ItemList","itemListElement":[{items}]}}'
    body = f'<html><body><script type="application/ld+json">{data}</script>x</body></html>'
    listing = extract_links(body.encode(), url=URL)
    assert listing.how == "ItemList"
    assert len(listing.links) == 5


def test_a_page_without_stories_says_so() -> None:
    assert [p.code for p in extract_links(b"<html><body>hello</body></html>", url=URL).problems] == ["no-story-links"]
    assert [p.code for p in extract_links(b"", url=URL).problems] == ["empty"]


def test_patterns_are_parts_or_globs() -> None:
    assert matches("https://a.example/news/1", "/news/")
    assert matches("https://a.example/news/1", "https://*/news/*")
    assert not matches("https://a.example/blog/1", "*/news/*")


def chosen(body: str, **selectors: str) -> Listing:
    return extract_links(f"<html><body>{body}</body></html>".encode(), url=URL, selectors=LinkSelectors(**selectors))


ROWS = (
    "<div class='row'><h2><a href='/1'>One</a></h2><a href='/more'>more</a>"
    "<time>soon</time><time>2026-03-01</time><b> </b><b>Eins</b></div>"
    "<div class='row'><a href='mailto:x@y.example'>Mail</a></div>"
    "<a class='row' href='/2'>Two</a>"
)


def test_an_item_is_its_link_or_holds_it_and_its_heading_s_goes_first() -> None:
    found = chosen(ROWS, items=".row")
    assert [(link.url, link.title) for link in found.links] == [(f"{URL}1", "One"), (f"{URL}2", "Two")]
    assert (found.how, found.problems) == ("selectors", ())


def test_title_and_date_are_where_the_selectors_say() -> None:
    first, second = chosen(ROWS, items=".row", title="b", date="time").links
    assert (first.title, second.title) == ("Eins", "Two")
    assert (first.published_at and first.published_at.date().isoformat(), second.published_at) == ("2026-03-01", None)


def test_without_items_every_element_that_the_selector_finds_is_a_link() -> None:
    assert [link.url for link in chosen(ROWS, url="a").links] == [f"{URL}1", f"{URL}more", f"{URL}2"]
    assert [link.url for link in chosen(ROWS, url="//a/@href").links] == [f"{URL}1", f"{URL}more", f"{URL}2"]
    assert [(link.url, link.title) for link in chosen(ROWS, url="h2").links] == [(f"{URL}1", "One")]


def test_each_selector_that_matches_nothing_is_named() -> None:
    assert [p.text for p in chosen(ROWS, items=".nothing", url="a").problems] == [
        "links.items '.nothing' matches nothing on the page"
    ]
    assert [p.text for p in chosen(ROWS, url=".nothing").problems] == [
        "links.url '.nothing' matches nothing on the page"
    ]


def test_the_next_page_of_a_list_may_be_selected() -> None:
    body = f"{ROWS}<a class='older' href='/?p=2'>weiter</a>"
    assert chosen(body, items=".row", next=".older").next_url == f"{URL}?p=2"
    assert chosen(body, items=".row", next="//a[@class='older']/@href").next_url == f"{URL}?p=2"
    assert chosen(body, items=".row", next=".gone").next_url is None


def test_addresses_may_be_wanted_or_unwanted_and_what_is_left_out_says_why() -> None:
    found = chosen(ROWS, url="a", include="/*", exclude="more")
    assert found.links == ()
    assert {link.why for link in found.rejected} == {"not in include: /*"}
    found = chosen(ROWS, url="a", include="kurier", exclude="*more")
    assert [link.url for link in found.links] == [f"{URL}1", f"{URL}2"]
    assert [(link.url, link.why) for link in found.rejected] == [(f"{URL}more", "in exclude: *more")]


def test_a_page_that_is_none_has_no_links_but_a_reason() -> None:
    assert [p.code for p in extract_links(b"", url=URL).problems] == ["empty"]


def test_a_page_that_only_a_browser_can_read_says_so() -> None:
    body = "<div id='root'></div><noscript>You need to enable JavaScript to run this app.</noscript>"
    scripts = "<script src='/static/main.js'></script>" * 3
    assert "needs-javascript" in [p.code for p in chosen(body + scripts).problems]


def test_where_hardly_anything_looks_like_a_story_the_largest_group_of_one_shape_does() -> None:
    body = "".join(f"<p><a href='/x/notice-of-day-{n}'>Notice of today</a></p>" for n in range(4))
    found = extract_links(f"<html><body>{body}<a href='/y'>Why</a></body></html>".encode(), url=URL)
    assert len(found.links) == 4
    assert all("largest group of one shape" in link.why or link.score >= 4 for link in found.links)


def test_a_list_that_the_page_declares_is_trusted_in_any_of_its_forms() -> None:
    items: list[object] = [
        {"@type": "ListItem", "url": "/a/1", "name": "One"},
        {"@type": "ListItem", "item": {"@id": "/a/2", "headline": "Two"}},
        {"@type": "ListItem", "item": "/a/3"},
        {"@type": "ListItem", "item": "https://other.example/4"},
        "noise",
        {"@type": "ListItem", "url": "/a/5"},
        {"@type": "ListItem", "url": "/a/6"},
    ]
    crumbs = {"@type": ["ItemList", "BreadcrumbList"], "itemListElement": items}
    graph = [{"@type": "ItemList", "itemListElement": items}, crumbs, {"@type": "ItemList", "itemListElement": "x"}]
    script = f"<script type='application/ld+json'>{json.dumps({'@graph': graph})}</script>"
    found = extract_links(f"<html><body>{script}<a href='/a/1'>x</a></body></html>".encode(), url=URL)
    assert found.how == "ItemList"
    assert {link.url for link in found.links} == {f"{URL}a/{n}" for n in (1, 2, 3, 5, 6)}


def test_the_next_page_is_the_first_address_that_its_selector_finds() -> None:
    page = home().replace(b"</main>", b"<a class='more'>More</a><a class='more' href='/archiv'>Archiv</a></main>")
    assert (
        extract_links(page, url=URL, selectors=LinkSelectors(next="a.more")).next_url == "https://kurier.example/archiv"
    )
    assert extract_links(page, url=URL, selectors=LinkSelectors(next=".none")).next_url is None


def test_where_little_looks_like_a_story_the_largest_group_of_like_links_is_taken() -> None:
    likes = "".join(f"<p><a href='/n/{at}.html'>{head}</a></p>" for at, head in enumerate(HEADLINES))
    other = "<p><a href='/ueber/uns/und/alle'>Wer wir sind und was wir tun</a></p>"
    listing = extract_links(f"<html><body>{likes}{other}</body></html>".encode(), url=URL)
    assert [link.title for link in listing.links] == HEADLINES
    assert all("largest group" in link.why for link in listing.links)


@pytest.mark.parametrize("address", ["/n{}", "/n{}.html", "/meldung{}", "/a/x{}y"])
def test_short_numbers_behind_letters_are_of_one_shape(address: str) -> None:
    likes = "".join(f"<li><a href='{address.format(at)}'>{head}</a></li>" for at, head in enumerate(HEADLINES))
    menu = "<nav><a href='/wetter'>Das Wetter von morgen</a><a href='/sport'>Der Sport der Woche</a></nav>"
    listing = extract_links(f"<html><body>{menu}<ul>{likes}</ul></body></html>".encode(), url=URL)
    assert [link.title for link in listing.links] == HEADLINES


def dated_items(*dates: str) -> bytes:
    items = "".join(
        f"<li class='n'><a href='/n/{at}'>{head}</a>{date}</li>"
        for at, (head, date) in enumerate(zip(HEADLINES, dates, strict=False))
    )
    return f"<html><body><ul>{items}</ul></body></html>".encode()


def test_a_date_for_people_is_handed_on_as_it_is_shown() -> None:
    page = dated_items(
        "<i>by Ann</i><i>  1 March\n 2026</i>", "<i></i><i>2026-03-02</i>", f"<i>{'x' * 200}</i>", "<b>soon</b>"
    )
    listing = extract_links(page, url=URL, selectors=LinkSelectors(items="li.n", date="i"))
    assert [(link.shown_date, str(link.published_at)[:10]) for link in listing.links] == [
        ("by Ann", "None"),
        ("", "2026-03-02"),
        ("", "None"),
        ("", "None"),
    ]
    last = extract_links(page, url=URL, selectors=LinkSelectors(items="li.n", date="i:last-of-type"))
    assert last.links[0].shown_date == "1 March 2026"


def test_the_time_in_a_card_is_its_date_for_machines_or_for_people_unless_there_are_many() -> None:
    shown, said = "<time>vor 2 Stunden</time>", "<time datetime='2026-03-02'>x</time>"
    listing = extract_links(dated_items(shown, said, shown * 4, ""), url=URL)
    found = {link.title: link for link in (*listing.links, *listing.rejected)}
    dates = [(found[head].shown_date, str(found[head].published_at)[:10]) for head in HEADLINES[:4]]
    assert dates == [("vor 2 Stunden", "None"), ("", "2026-03-02"), ("", "None"), ("", "None")]
