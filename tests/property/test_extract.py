"""Laws of the extraction: it never raises, gaps have reasons, links are absolute, the same page twice adds nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extract.article import extract_article
from monitor.extract.charset import decode_page
from monitor.extract.kind import sniff
from monitor.extract.listing import extract_links
from monitor.extract.sanitize import html_to_text
from monitor.extract.watch import Additions, added_blocks, page_blocks

URL = "https://kurier.example/a/b"
TAGS = (
    "p",
    "div",
    "h1",
    "h2",
    "a href='/x/y-z-1'",
    "article",
    "nav",
    "script",
    "li",
    "table",
    "tr",
    "td",
    "br",
    "time",
    "!--",
    "/",
)
MARKUP = st.lists(
    st.one_of(
        st.sampled_from([f"<{tag}>" for tag in TAGS]),
        st.sampled_from([f"</{tag.split()[0]}>" for tag in TAGS]),
        st.text(max_size=80),
        st.just("A sentence that is long enough to be taken for a paragraph of an article, it ends here. "),
    ),
    max_size=40,
).map("".join)
SOME = settings(max_examples=60)


@SOME
@given(st.one_of(st.binary(max_size=2000), MARKUP.map(lambda text: text.encode("utf-8", "replace"))))
def test_nothing_raises_and_every_gap_has_a_reason(body: bytes) -> None:
    article = extract_article(body, url=URL)
    assert article.text or article.text_reason
    assert all(line.strip() for line in article.text.split("\n")) or not article.text
    listing = extract_links(body, url=URL)
    assert listing.links or listing.problems
    assert all(link.url.startswith(("http://", "https://")) for link in (*listing.links, *listing.rejected))
    assert sniff(body, url=URL) in {"feed", "sitemap", "listing", "article", "pdf", "text", "image", "other"}


@SOME
@given(MARKUP)
def test_a_page_watched_twice_adds_nothing(markup: str) -> None:
    blocks = page_blocks(markup.encode("utf-8", "replace"), url=URL)
    change = added_blocks(blocks.hashes, blocks)
    assert blocks.problem or (isinstance(change, Additions) and change.blocks == ())


@SOME
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=300))
def test_valid_utf8_is_decoded_as_such(text: str) -> None:
    assert decode_page(("x" + text).encode()) == "x" + text


@SOME
@given(MARKUP)
def test_text_is_folded_line_by_line(markup: str) -> None:
    assert all(line == " ".join(line.split()) for line in html_to_text(markup).split("\n"))
