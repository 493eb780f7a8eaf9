from __future__ import annotations

import pytest

from monitor.extract.charset import decode_page

TEXT = "<html><body>Größe, Straße, “quoted” — Übermut</body></html>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_pages_decode_without_a_declaration(encoding: str) -> None:
    assert decode_page(TEXT.encode(encoding)).removeprefix("\ufeff") == TEXT


def test_valid_utf8_goes_before_a_wrong_declaration() -> None:
    assert decode_page(TEXT.encode(), "text/html; charset=iso-8859-1") == TEXT


def test_the_declared_encoding_is_used_where_utf8_fails() -> None:
    text = "<html><meta charset=windows-1251><body>Новости дня</body></html>"
    assert decode_page(text.encode("cp1251")) == text


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    body = (TEXT * 50).encode() + b"\xff"
    assert decode_page(body).startswith(TEXT)


def test_characters_that_xml_forbids_are_taken_out() -> None:
    assert decode_page(b"a\x00b\x0bc") == "abc"


def test_japanese_mail_encoding_is_valid_utf8_and_yet_meant() -> None:
    text = "<html><meta charset=iso-2022-jp><body>橋が開通</body></html>"
    assert decode_page(text.encode("iso-2022-jp")) == text


@pytest.mark.parametrize("label", ["base64", "hex", "idna", "punycode", "undefined", "unicode_escape"])
def test_what_is_no_charset_of_pages_is_passed_over(label: str) -> None:
    assert decode_page(TEXT.encode("cp1252"), f"text/html; charset={label}") == TEXT
    page = "<html><meta charset=windows-1251><body>Новости дня</body></html>"
    assert decode_page(page.encode("cp1251"), f"text/html; charset={label}") == page
