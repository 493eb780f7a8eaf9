from __future__ import annotations

from monitor.extract.listing import extract_links, matches
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
