from __future__ import annotations

from monitor.extract.article import extract_article
from monitor.extract.live import split_live

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
