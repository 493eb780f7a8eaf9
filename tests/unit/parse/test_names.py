from __future__ import annotations

import pytest

from monitor.parse.names import is_own, name_of


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("item", "item"),
        ("{http://purl.org/rss/1.0/}Item", "item"),
        ("{HTTP://www.w3.org/2005/Atom}entry", "entry"),
        ("{http://backend.userland.com/rss2}item", "item"),
        ("{http://purl.org/dc/elements/1.1}creator", "dc_creator"),
        ("{https://purl.org/dc/elements/1.1/}creator", "dc_creator"),
        ("{http://www.itunes.com/DTDs/PodCast-1.0.dtd}author", "itunes_author"),
        ("{urn:unknown}title", "?title"),
    ],
)
def test_names_are_comparable(tag: str, name: str) -> None:
    assert name_of(tag) == name
    assert name_of(tag) == name


def test_the_cache_is_bounded() -> None:
    for number in range(5000):
        name_of(f"{{urn:x}}n{number}")
    assert name_of("item") == "item"


def test_own_namespaces() -> None:
    assert is_own("http://www.w3.org/2005/Atom")
    assert not is_own("urn:mine")
