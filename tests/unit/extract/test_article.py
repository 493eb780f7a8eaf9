from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.extract.article import extract_article
from monitor.model.article import Extracted, TextState
from monitor.model.source import ArticleSelectors

URL = "https://kurier.example/politik/2026/hafen-vertrag-4711.html"
BODY = (
    "Die Stadt und der Betreiber haben den Vertrag am Montag nach langem Streit unterschrieben, teilte das Amt mit.",
    "Er gilt zehn Jahre und sieht vor, dass die alten Kräne bis zum Herbst ersetzt werden, sagte eine Sprecherin.",
    "Die Gewerkschaft begrüßte die Einigung, forderte aber Zusagen für die vierhundert Beschäftigten am Nordkai.",
    "Der Rat stimmt in zwei Wochen ab; eine Mehrheit gilt nach Angaben mehrerer Fraktionen als sicher.",
)


def page(middle: str = "", *, head: str = "", before: str = "", after: str = "") -> bytes:
    paragraphs = "".join(f"<p>{text}</p>" for text in BODY)
    return f"""<!DOCTYPE html><html lang="de-DE"><head><title>Neuer Vertrag für den Hafen | Kurier</title>
    <meta property="og:site_name" content="Kurier">
    <meta property="article:published_time" content="2026-03-05T08:15:00+01:00">
    {head}</head><body><nav><ul><li><a href="/politik">Politik</a></li></ul></nav>
    <main><article><h1>Neuer Vertrag für den Hafen</h1>{before}
    <div class="article-body">{paragraphs}{middle}</div></article></main>{after}
    <footer>Impressum und Kontakt</footer></body></html>""".encode()


def read(body: bytes, **options: object) -> Extracted:
    return extract_article(body, url=URL, **options)  # type: ignore[arg-type]


def test_an_article_is_its_headline_and_its_paragraphs() -> None:
    article = read(page())
    assert article.title == "Neuer Vertrag für den Hafen"
    assert article.text.split("\n") == list(BODY)
    assert article.text_state is TextState.FULL
    assert article.text_reason is None
    assert article.language == "de"


def test_the_date_keeps_the_pages_own_offset() -> None:
    article = read(page())
    assert article.published_at == datetime(2026, 3, 5, 7, 15, tzinfo=UTC)
    assert article.published_at_local == "2026-03-05T08:15:00+01:00"


def test_a_standfirst_between_headline_and_text_is_kept_as_the_lead() -> None:
    lead = "Zehn Jahre lang soll der Betreiber die Anlagen am Nordkai führen."
    article = read(page(before=f'<div class="teaser-text">{lead}</div>'))
    assert article.lead == lead
    assert article.text.split("\n")[0] == lead


def test_subheads_are_lines_of_their_own() -> None:
    article = read(page("<h2>Was als Nächstes geschieht</h2><p>" + BODY[0].replace("Montag", "Dienstag") + "</p>"))
    assert "Was als Nächstes geschieht" in article.text.split("\n")


@pytest.mark.parametrize(
    "scrap",
    [
        '<figure><img src="a.jpg"><figcaption>Kräne am Nordkai im Morgenlicht.</figcaption></figure>',
        '<p><a href="/x">Lesen Sie auch: Wie der Hafen wurde, was er ist</a></p>',
        '<div class="newsletter-box"><p>Jeden Morgen das Wichtigste aus der Stadt in Ihrem Postfach.</p></div>',
        "<p>Foto: Stadtarchiv</p>",
        '<div class="share-bar">Teilen</div>',
    ],
)
def test_what_stands_around_the_text_is_left_out(scrap: str) -> None:
    assert read(page(scrap)).text.split("\n") == list(BODY)


def test_a_dialog_or_ticker_around_the_article_is_left_out() -> None:
    widgets = '<div class="modal"><p>Registrierung abgeschlossen! Bitte den Link in der Nachricht anklicken.</p></div>'
    assert "Registrierung" not in read(page(after=widgets)).text


def test_a_wrapper_named_like_a_margin_is_no_margin() -> None:
    body = page().replace(b"<main>", b'<main class="layout"><section class="premium-teaser card">')
    assert read(body).text.split("\n") == list(BODY)


def test_a_body_that_is_only_json_ld_fills_the_gap() -> None:
    text = "\\n".join(BODY)
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{text}",}}</script>'
    empty = (
        f"<html><head><title>Neuer Vertrag für den Hafen</title>{head}</head><body><div id=root></div></body></html>"
    )
    article = read(empty.encode())
    assert article.text.split("\n") == list(BODY)
    assert any(step.stage == "fill" for step in article.steps)


def test_a_body_that_is_only_framework_data_fills_the_gap() -> None:
    blocks = ",".join(f'{{"type":"p","text":"{text}"}}' for text in BODY)
    data = f'{{"props":{{"pageProps":{{"article":{{"body":[{blocks}]}}}}}}}}'
    script = f'<script id="__NEXT_DATA__" type="application/json">{data}</script>'
    body = f'<html><body><div id="__next"></div>{script}</body></html>'
    assert read(body.encode()).text.split("\n") == list(BODY)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (
            b"<html><title>Just a moment...</title><body><p>Checking your browser</p></body></html>",
            "bot-wall",
        ),
        (b"<html><head><title>404 Not Found</title></head><body><h1>404 page not found</h1></body></html>", "soft-404"),
        (
            b"<html><h1>Cookies</h1><p>Wir und unsere Partner verwenden Cookies.</p><button>Ja</button></html>",
            "consent-page",
        ),
        (
            b"<html><body><form><p>Log in with your password to go on.</p><input type=password></form></body></html>",
            "login-page",
        ),
        (
            b"<html><body><script src=/a.js></script><noscript>Please enable JavaScript.</noscript></body></html>",
            "needs-javascript",
        ),
        (b"\x89PNG\r\n\x1a\n0000", "image"),
        (b"%PDF-1.7 broken", "pdf-broken"),
        (b"<html><body>" + b"<div>" * 50_000 + b"<p>x</p></body></html>", "too-deep"),
        (b"<html><body>" + b"<i></i>" * 100_001 + b"</body></html>", "too-large"),
        (b"<html>" + b" " * 11_000_000 + b"</html>", "too-large"),
    ],
)
def test_what_stands_in_the_way_of_a_text_is_named(body: bytes, code: str) -> None:
    article = read(body)
    assert article.text_reason is not None
    assert article.text_reason.code == code
    assert article.text_state is not TextState.FULL


def test_the_part_before_a_paywall_is_a_teaser() -> None:
    head = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>'
    article = read(page("<p>Weiterlesen mit dem Abo</p>", head=head))
    assert article.text_state is TextState.TEASER
    assert article.text_reason is not None
    assert article.text_reason.code == "paywall"
    assert BODY[0] in article.text


def test_selectors_of_the_configuration_win() -> None:
    selectors = ArticleSelectors(body="//div[@class='article-body']/p[1]", title="//title", remove=("//nav",))
    article = read(page(), selectors=selectors)
    assert article.text == BODY[0]
    assert article.title == "Neuer Vertrag für den Hafen | Kurier"


def test_the_next_page_of_an_article_is_found() -> None:
    body = page().replace(b"</article>", b'<a href="/politik/2026/hafen-vertrag-4711.html?page=2">Weiter</a></article>')
    assert read(body).next_url == f"{URL}?page=2"


def test_a_link_to_the_next_article_is_no_next_page() -> None:
    body = page().replace(b"</article>", b'<a rel="next" href="/sport/2026/derby-4712.html">Weiter</a></article>')
    assert read(body).next_url is None


def test_a_dump_and_its_page_give_the_same() -> None:
    above = (
        "Anmeldung erfolgreich!",
        "",
        "Neuer Vertrag für den Hafen der Stadt",
        "",
        "© Agentur / Bild",
        "05.03.2026",
    )
    text = (BODY[0], BODY[1], "", "Was die Gewerkschaft sagt", "", BODY[2], BODY[3])
    dump = "\n".join((*above, "Abonnieren", *text, "Ticker", "0", "Live", "Лента новостей"))
    article = extract_article(dump.encode(), url="file:///dump.txt")
    assert article.title == "Neuer Vertrag für den Hafen der Stadt"
    assert article.published_at_local == "2026-03-05"
    assert article.text.split("\n") == [BODY[0], BODY[1], "Was die Gewerkschaft sagt", BODY[2], BODY[3]]


def test_latin_pages_without_a_charset_are_read() -> None:
    body = page().decode().replace("<p>", "<p>").encode("cp1252")
    assert "begrüßte" in read(body).text


def test_each_stage_says_its_verdict() -> None:
    stages = {step.stage for step in read(page("<p>Foto: Stadtarchiv</p>")).steps}
    assert {"title", "authors", "date", "extractor", "trim"} <= stages


def test_a_removal_that_names_the_whole_page_takes_nothing_away() -> None:
    article = read(page(), selectors=ArticleSelectors(remove=("html", "nav")))
    assert article.text.split("\n") == list(BODY)
    assert [step.verdict for step in article.steps if step.stage == "remove"] == [
        "html: 0 taken out",
        "nav: 1 taken out",
    ]


def test_halves_of_characters_in_a_pages_data_are_left_out() -> None:
    """JSON can bring them, and no database takes them."""
    data = (
        '{"@type": "NewsArticle", "headline": "Der neue Vertrag \\ud83d", "articleSection": "Stadt\\ud83d",'
        ' "author": {"name": "Ada \\udc00Berg"}, "image": ["https://kurier.example/\\ud83d.jpg"]}'
    )
    head = f"<title></title><script type='application/ld+json'>{data}</script>"
    article = read(page(head=head).replace(b"<h1>", b"<h2>").replace(b"</h1>", b"</h2>"))
    assert (article.section, article.authors, article.image) == ("Stadt", ("Ada Berg",), "https://kurier.example/.jpg")
    assert "\ud83d" not in article.title
