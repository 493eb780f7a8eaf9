from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.parse.closing import with_texts_closed


@pytest.mark.parametrize(
    ("item", "closed"),
    [
        ("<item><title>A<link>u</link></item>", "<item><title>A</title><link>u</link></item>"),
        ("<item><link>u</link><title>A</item>", "<item><link>u</link><title>A</title></item>"),
        ("<item><title>A<link>u<guid>1</item>", "<item><title>A</title><link>u</link><guid>1</guid></item>"),
        ("<item><title>A<title><link>u</link>", "<item><title>A</title><title></title><link>u</link>"),
        ('<entry><title>A<link href="u"/></entry>', '<entry><title>A</title><link href="u"/></entry>'),
        ('<entry><link href="u"><title>A</title>', '<entry><link href="u"></link><title>A</title>'),
        ("<item><dc:date>now<title>A</title></item>", "<item><dc:date>now</dc:date><title>A</title></item>"),
        (
            "<item><title><![CDATA[a <b> & <link>]]><link>u</link>",
            "<item><title><![CDATA[a <b> & <link>]]></title><link>u</link>",
        ),
        ("<item><title>A", "<item><title>A</title>"),
        ("<item><description>a <b>b</b><pubDate>now</pubDate>",
         "<item><description>a <b>b</b></description><pubDate>now</pubDate>"),
    ],
)  # fmt: skip
def test_a_text_that_never_closes_ends_where_the_next_one_begins(item: str, closed: str) -> None:
    assert with_texts_closed(item.encode()) == closed.encode()


@pytest.mark.parametrize(
    "item",
    [
        b"",
        b"no tags at all",
        b"<item><title>A</title><media:title>B</media:title><link>u</link></item>",
        b"<item><title/><description>a <p>b</p></description></item>",
        b"<item><!-- <title> --><b>bold</item>",
        b"<details><summary>S</summary><p></details>",
    ],
)
def test_what_closes_stays_as_it_is(item: bytes) -> None:
    assert with_texts_closed(item) == item


@given(
    st.lists(st.sampled_from(["<title>", "</title>", "<link/>", "<b>", "</item>", "<guid>", "x", "<![CDATA[", "]]>"]))
)
def test_what_has_been_closed_needs_no_more(parts: list[str]) -> None:
    closed = with_texts_closed("".join(parts).encode())
    assert with_texts_closed(closed) == closed
    for name in (b"title", b"guid"):
        assert closed.count(b"</" + name) >= b"".join(part.encode() for part in parts).count(b"</" + name)
