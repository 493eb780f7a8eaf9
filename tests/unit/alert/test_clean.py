from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alert.clean import cut_at_word, for_chat, plain, safe_url


@pytest.mark.parametrize(
    "hostile",
    [
        "@everyone",
        "@here",
        "<!channel>",
        "<@U123>",
        "<https://evil|click>",
        "[x](http://evil)",
        "**b**",
        "`c`",
        "_i_",
    ],
)
def test_no_mention_or_markup_survives_for_chats(hostile: str) -> None:
    assert hostile not in for_chat(hostile)


def test_a_line_does_not_begin_as_a_quotation() -> None:
    assert not for_chat("> q").startswith(">")


@pytest.mark.parametrize(
    "ordinary", ["Putin und Biden sprachen", "snake_case bleibt", "3,5 % mehr – sagt er", "Ёлка и 中文", "A & B: C/D"]
)
def test_ordinary_text_stays_as_it_is(ordinary: str) -> None:
    assert for_chat(plain(ordinary)) == ordinary


@given(st.text(max_size=300))
def test_cleaned_text_is_one_printable_line(text: str) -> None:
    cleaned = plain(text)
    assert "\n" not in cleaned
    assert "\r" not in cleaned
    assert "\x1b" not in cleaned
    assert "\u202e" not in cleaned
    assert plain(cleaned) == cleaned


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        ("javascript:alert(1)", ""),
        ("https://a.example/\r\nX: y", "https://a.example/%0D%0AX:%20y"),
        ('https://a.example/"><script>', "https://a.example/%22%3E%3Cscript%3E"),
        ("https://ä.example/ü", "https://%C3%A4.example/%C3%BC"),
        ("http://[::1", ""),
        ("/relative", ""),
        ("https://a.example/" + "ข่าว" * 150, "https://a.example/" + "%E0%B8%82%E0%B9%88%E0%B8%B2%E0%B8%A7" * 150),
        ("https://a.example/" + "x" * 8_000, ""),
    ],
)
def test_addresses(url: str, safe: str) -> None:
    assert safe_url(url) == safe


@given(st.text(max_size=200), st.integers(1, 100))
def test_cutting_keeps_within_the_limit(text: str, limit: int) -> None:
    cut = cut_at_word(text, limit)
    assert len(cut) <= limit
    assert len(text) > limit or cut == text


def test_cutting_ends_with_a_word() -> None:
    assert cut_at_word("Putin und Biden sprachen lange", 20) == "Putin und Biden…"
