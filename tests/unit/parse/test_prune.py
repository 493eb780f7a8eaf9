from __future__ import annotations

from monitor.parse.prune import find_items, hash_of, without

DOCUMENT = (
    b"<rss><channel><!-- <item>no</item> --><item>one</item>\n"
    b'<rss:item a="1"><![CDATA[</item><item>]]></rss:item><ITEM/></channel></rss>'
)


def test_items_are_found_outside_comments_and_cdata() -> None:
    items = find_items(DOCUMENT, b"item")
    assert [DOCUMENT[start:end] for start, end in items.spans] == [
        b"<item>one</item>",
        b'<rss:item a="1"><![CDATA[</item><item>]]></rss:item>',
        b"<ITEM/>",
    ]
    assert items.regular
    assert items.open_at is None


def test_the_rest_is_left() -> None:
    items = find_items(DOCUMENT, b"item")
    assert without(DOCUMENT, items.spans[1:]).endswith(b"<item>one</item>\n</channel></rss>")


def test_a_prefix_at_one_item_hides_none_of_the_others() -> None:
    for named in (b"<item>a</item>", b"<rss:item>a</rss:item>", b"<RSS:Item/>"):
        document = b"<c><item>one</item><!-- <rss:item> -->%s<item>two</item></c>" % named
        items = find_items(document, b"item")
        assert [document[start:end] for start, end in items.spans] == [b"<item>one</item>", named, b"<item>two</item>"]
        assert items.regular


def test_names_that_only_begin_alike_are_no_items() -> None:
    assert find_items(b"<items><itemize/></items>", b"item").spans == ()


def test_nested_items_are_irregular() -> None:
    assert not find_items(b"<item>a<item>b</item></item>", b"item").regular
    assert not find_items(b"</item><item></item>", b"item").regular


def test_an_item_without_an_end_is_reported() -> None:
    items = find_items(b"<c><item>a</item><item>b", b"item")
    assert len(items.spans) == 1
    assert items.open_at == 17
    assert find_items(b"<c><item><![CDATA[", b"item").open_at == 3
    assert find_items(b"<c><item ", b"item").open_at == 3
    assert find_items(b"<c><item></item", b"item").open_at == 3
    assert find_items(b"<c><rss:item", b"item").open_at == 3


def test_hashes_ignore_line_ends_only() -> None:
    assert hash_of(b"a\r\nb") == hash_of(b"a\nb")
    assert hash_of(b"a b") != hash_of(b"a  b")
