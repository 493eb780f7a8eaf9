from __future__ import annotations

from monitor.extract.article import extract_article
from monitor.extract.live import LiveEntry, Ticker, as_ticker, split_live

URL = "https://kurier.example/liveblog-hafen"


def test_entries_come_from_json_ld() -> None:
    updates = ",".join(
        f'{{"headline":"Stand {at}","articleBody":"Text {at}","datePublished":"2026-03-05T0{at}:00:00Z"}}'
        for at in range(3)
    )
    data = f'{{"@type":"LiveBlogPosting","liveBlogUpdate":[{updates}]}}'
    body = f'<html><body><script type="application/ld+json">{data}</script>x</body></html>'
    entries = split_live(body.encode(), url=URL)
    assert [entry.title for entry in entries] == ["Stand 0", "Stand 1", "Stand 2"]
    assert entries[1].published_at is not None
    assert extract_article(body.encode(), url=URL).live


def test_entries_come_from_repeated_parts_with_times() -> None:
    parts = "".join(
        f'<div class="liveblog-entry" id="e{at}"><time datetime="2026-03-05T0{at}:00:00Z">{at}</time>'
        f"<h3>Stand {at}</h3><p>Text {at}.</p></div>"
        for at in range(3)
    )
    entries = split_live(f"<html><body><main>{parts}</main></body></html>".encode(), url=URL)
    assert [(entry.id, entry.title, entry.text) for entry in entries] == [
        (f"e{at}", f"Stand {at}", f"Text {at}.") for at in range(3)
    ]


def test_a_plain_article_has_no_entries() -> None:
    assert split_live(b"<html><body><p>One.</p></body></html>", url=URL) == ()


def ticker(*texts: str, text: str = "", lead: str | None = None) -> Ticker:
    found = as_ticker([LiveEntry("", f"Title {said}", said, None) for said in texts], text=text, lead=lead)
    assert found is not None
    return found


def test_a_ticker_is_a_text_whose_entries_are_known() -> None:
    made = ticker("a", "b\nc", "d", lead="What it is about")
    assert made.lines == ("What it is about", "Title a", "a", "Title b\nc", "b", "c", "Title d", "d")
    assert made.parts == ((0, 1), (1, 3), (3, 6), (6, 8))


def test_only_what_was_added_or_reworded_is_new() -> None:
    before = set(ticker("a", "b", "c").lines)
    assert ticker("a", "b", "c").added(before) == ()
    assert ticker("new", "a", "b", "c").added(before) == ((0, 2),)
    assert ticker("a", "b, corrected", "c").added(before) == ((2, 4),)


def test_two_entries_are_no_ticker() -> None:
    assert as_ticker([LiveEntry("", "A", "a", None), LiveEntry("", "B", "b", None)]) is None


def test_what_stands_before_the_entries_is_kept() -> None:
    text = "What we know\nThree ferries stay in port\nTitle a\na\nTitle b\nb"
    made = ticker("a", "b", "c", text=text, lead="What we know")
    assert made.lines[:3] == ("What we know", "Three ferries stay in port", "Title a")
    assert made.parts[0] == (0, 2)


def test_times_outside_of_entries_and_second_times_inside_make_no_entry() -> None:
    parts = "".join(
        f"<li><span class='post'>x</span></li><div class='post'><p><time>now</time></p>"
        f"<p><time datetime='2026-03-05T0{at}:00:00Z'>{at}</time></p><p>Text {at}.</p></div>"
        for at in range(3)
    )
    page = f"<html><body><p><time datetime='2026-03-05'>today</time></p><main>{parts}</main></body></html>".encode()
    entries = split_live(page, url=URL)
    assert [(entry.text, entry.published_at and entry.published_at.hour) for entry in entries] == [
        (f"Text {at}.", at) for at in range(3)
    ]


def test_a_page_is_live_by_its_name_only_where_it_has_entries() -> None:
    parts = "".join(f"<div class='post'><time>{at}:00</time><p>Text {at}.</p></div>" for at in range(3))
    assert extract_article(f"<html><body><main>{parts}</main></body></html>".encode(), url=URL).live
    assert not extract_article(
        f"<html><body><main>{parts}</main></body></html>".encode(), url="https://a.example/x"
    ).live
    assert not extract_article(b"<html><body><main><p>Text.</p></main></body></html>", url=URL).live
