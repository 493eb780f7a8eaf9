"""Laws of reading feeds: pruning changes nothing, cutting leaves a prefix, no bytes make it raise."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extract.discover import find_feeds
from monitor.model.entry import Entry, NotAFeed, ParsedFeed
from monitor.parse.charset import decode
from monitor.parse.dates import parse_date
from monitor.parse.feed import read_document, read_quickly
from monitor.parse.links import absolute
from monitor.parse.text import plain, words_of

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
URL = "https://paper.example/feed.xml"

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40)
MARKUP = st.sampled_from(
    ["", "<b>x</b>", "&nbsp;", " & ", "<br>", "<![CDATA[ <i>y</i> ]]>", "<!-- <item> -->", "<x:y/>"]
)
ITEM = st.builds(
    lambda title, body, odd, number: (
        f"<item><title>{html.escape(title)}</title><guid>{number}</guid><link>/{number}</link>"
        f"<description>{html.escape(body)}{odd}</description></item>"
    ),
    TEXT,
    TEXT,
    MARKUP,
    st.integers(0, 10**9),
)
FEED = st.lists(ITEM, max_size=8).map(
    lambda items: f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{"".join(items)}</channel></rss>'
)


_TOKENS = """
< > & &# ; <! <![ ]]> <!-- --> <? [ ' " = é x <a </a> <title> </title> <item> </item> <entry> </category> </textinput>
<name> <media:rating> </media:thumbnail> <gml:pos>1 <width> <link/href="http://[x"/> <svg> </svg> xml:base="http://["
<content/mode="base64">é <!DOCTYPE <!ENTITY CDATA[ <pubDate> 2024-
"""
PIECES = st.lists(
    st.sampled_from([" ", *(token.replace("/href", " href").replace("/mode", " mode") for token in _TOKENS.split())]),
    max_size=25,
).map(lambda pieces: "".join(pieces).encode())


def entries(body: bytes, known: frozenset[str] = frozenset()) -> tuple[Entry, ...]:
    feed = read_document(body, url=URL, known=known, now=NOW)
    return feed.entries if isinstance(feed, ParsedFeed) else ()


@given(FEED, st.data())
@settings(max_examples=150)
def test_pruning_leaves_the_other_entries_as_they_were(text: str, data: st.DataObject) -> None:
    feed = read_document(text.encode(), url=URL, now=NOW)
    assert isinstance(feed, ParsedFeed)
    known = frozenset(data.draw(st.sets(st.sampled_from(feed.item_hashes or ("none",)))))
    pruned = read_document(text.encode(), url=URL, known=known, now=NOW)
    assert isinstance(pruned, ParsedFeed)
    assert pruned.entries == tuple(entry for entry in feed.entries if entry.item_hash not in known)
    assert pruned.item_hashes == feed.item_hashes


@given(FEED, st.data())
@settings(max_examples=150)
def test_a_cut_document_gives_a_prefix(text: str, data: st.DataObject) -> None:
    body = text.encode()
    part = entries(body[: data.draw(st.integers(0, len(body)))])
    assert part == entries(body)[: len(part)]


@given(FEED)
@settings(max_examples=80)
def test_encodings_do_not_matter(text: str) -> None:
    whole = entries(text.encode())
    assert entries(text.encode("utf-16")) == whole
    assert entries(b"\xef\xbb\xbf\n " + text.encode()) == whole
    assert entries(text.replace('"1.0"', '"1.0" encoding="gb18030"', 1).encode("gb18030")) == whole


@given(FEED)
@settings(max_examples=80)
def test_the_quick_reading_is_the_whole_reading_or_none(text: str) -> None:
    quick = read_quickly(text.encode(), url=URL, now=NOW)
    assert quick is None or quick == read_document(text.encode(), url=URL, now=NOW)


@given(st.one_of(st.binary(max_size=300), PIECES))
@settings(max_examples=400)
def test_no_bytes_make_it_raise(body: bytes) -> None:
    for document in (body, b"<rss><channel><item>" + body + b"</item></channel></rss>", b'{"items": [' + body):
        assert isinstance(read_document(document, url=URL, now=NOW), ParsedFeed | NotAFeed)
    assert isinstance(find_feeds(body, url=URL), tuple)


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "latin-1", "shift_jis", "utf-16", "hz", "nonsense"]))
def test_decoding_never_raises(body: bytes, declared: str) -> None:
    assert isinstance(decode(body, content_type=f"text/xml; charset={declared}").text, str)


@given(st.text(max_size=60))
def test_date_texts_never_raise_and_never_lie_ahead(text: str) -> None:
    found = parse_date(text, now=NOW)
    assert found is None or found <= NOW


@given(st.integers(40_000_000, 1_777_000_000), st.integers(-12 * 4, 14 * 4))
def test_written_dates_are_read_back(seconds: int, quarters: int) -> None:
    local = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    offset = timedelta(minutes=15 * quarters)
    sign, minutes = ("-" if quarters < 0 else "+"), abs(15 * quarters)
    zone = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    wanted = min((local - offset).replace(tzinfo=UTC), NOW)
    assert parse_date(f"{local.isoformat()}{zone}", now=NOW) == wanted
    assert parse_date(local.strftime("%a, %d %b %Y %H:%M:%S ") + zone.replace(":", ""), now=NOW) == wanted
    assert parse_date(local.strftime("%B %d, %Y %I:%M:%S %p ") + zone, now=NOW) == wanted


@given(st.text(max_size=200))
def test_titles_are_one_line_without_control_characters(text: str) -> None:
    title = plain(text)
    assert title == title.strip()
    assert not any(ord(char) < 32 or char in "\x7f\u2028\u2029\u202e" for char in title)
    assert isinstance(words_of(text), str)


@given(st.text(max_size=80), st.text(max_size=40))
def test_links_are_absolute_or_none(link: str, base: str) -> None:
    found = absolute(link, base, URL)
    assert found is None or found.lower().startswith(("http://", "https://"))
