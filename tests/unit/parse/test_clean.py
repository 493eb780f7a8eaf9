from __future__ import annotations

import pytest

from monitor.parse.clean import cleaned, embedded, growth, read_prolog, repaired, rooted, sections, start_tags
from monitor.parse.direct import parse_strict


def test_forbidden_characters_and_leading_blanks_go() -> None:
    assert cleaned("\ufeff \n<a>\x00x\x0b\uffff\ud800</a>") == b"<a>x?</a>"


def test_the_prolog_is_skipped() -> None:
    data = b"<?xml version='1.0'?><!-- <rss> --><?style x?><!DOCTYPE rss [<!ENTITY nb '&#160;'>]><rss a='1'>"
    prolog = read_prolog(data)
    assert prolog is not None
    assert prolog.root == "rss"
    assert prolog.entities == {b"nb": b"&#160;"}
    assert rooted(data, prolog) == b"<rss a='1'>"


def test_there_may_be_no_root() -> None:
    assert read_prolog(b"no markup at all < really") is None
    assert read_prolog(b"<!-- never closed") is None
    assert read_prolog(b"<!DOCTYPE rss [ never closed") is None


def test_entities_that_grow_are_hostile() -> None:
    laughs = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]><r>&c;</r>'
    prolog = read_prolog(laughs)
    assert prolog is not None
    assert prolog.hostile is not None
    assert prolog.hostile.code == "hostile"


@pytest.mark.parametrize(
    "flood", ["<!ENTITY a SYSTEM" + " " * 200_000 + "<", "<!ENTITY " * 50_000, "<!ENTITY a '" * 50_000]
)
def test_floods_in_the_prolog_end(flood: str) -> None:  # a quadratic step would meet the suite's time limit
    assert read_prolog(f"<!DOCTYPE r [{flood}".encode()) is None


def test_a_flood_of_long_tags_ends() -> None:
    tags = b"".join(b"<a b=c %s>" % (b"a" * 9_900) for _ in range(200))
    assert len(repaired(tags, {})) < len(tags)


def test_many_references_to_one_entity_are_hostile() -> None:
    assert growth(b"&x;" * 100_000, {b"x": b"y" * 900}) is not None
    assert growth(b"&x;" * 100, {b"x": b"y" * 900}) is None


def test_an_unknown_default_namespace_is_dropped_and_a_known_one_kept() -> None:
    for data, expected in (
        (b'<rss xmlns="urn:mine"><a/></rss>', b"<rss><a/></rss>"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"/>', b'<feed xmlns="http://www.w3.org/2005/Atom"/>'),
    ):
        prolog = read_prolog(data)
        assert prolog is not None
        assert rooted(data, prolog) == expected


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        (b"<a>x & y</a>", "x & y"),
        (b"<a>&nbsp;&copy;&undefined;</a>", "\xa0©&undefined;"),
        (b"<a>&#0;&#x1F;&#65;</a>", "A"),
        (b"<a><![CDATA[x & &nbsp;]]></a>", "x & &nbsp;"),
        (b"<a b=1 c='2'>x</a>", "x"),
        (b'<a b="1" c=x"y>x</a>', "x"),
        (b"<a>&own;</a>", "mine <b>"),
        (b"<dc:a>x</dc:a>", "x"),
        (b"<foo:a bar:b='1'>x</foo:a>", "x"),
    ],
)
def test_repairs(broken: bytes, text: str) -> None:
    root = parse_strict(repaired(broken, {b"own": b"mine <b>"}))
    assert root is not None
    assert (root.text or "") == text


def test_sections_tell_literal_text_apart() -> None:
    assert list(sections(b"a<!--b-->c<![CDATA[d]]><!--e")) == [
        (b"a", False),
        (b"<!--b-->", True),
        (b"c", False),
        (b"<![CDATA[d]]>", True),
        (b"<!--e", False),
    ]


def test_a_feed_inside_a_page_is_found() -> None:
    prolog = embedded(b"<br/><b>Warning</b><rss version='2.0'>")
    assert prolog is not None
    assert (prolog.root, prolog.root_at) == ("rss", 19)
    assert embedded(b"<html><feed></html>") is None


def test_open_elements_are_listed() -> None:
    tags = start_tags(b'<rss v="1"><channel><title>x</title><link/><!-- <no> -->')
    assert [tag.name for tag in tags] == [b"rss", b"channel"]
    assert tags[0].tag == b'<rss v="1">'


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"<a>&#xD83D;&#xDE00;</a>", "😀"),
        (b"<a>&#55357;&#56832;</a>", "😀"),
        (b"<a>&#55000;&#57500;</a>", chr(55000) + chr(57500)),
    ],
)
def test_one_character_written_as_two_references_is_one(written: bytes, read: str) -> None:
    root = parse_strict(repaired(written, {}))
    assert root is not None
    assert root.text == read
