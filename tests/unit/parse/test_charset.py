from __future__ import annotations

import gzip

import pytest

from monitor.parse.charset import codec_of, decode, unpacked

TEXT = "Grüße – ‘Ünïcode’"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("Windows-874", "cp874"),
        ("dos-874", "cp874"),
        ("win-1251", "cp1251"),
        ("x-cp1250", "cp1250"),
        ("windows-31j", "cp932"),
        ("KS_C_5601-1989", "cp949"),
        ("iso-8859-8-i", "iso8859-8"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("koi8", "koi8-r"),
    ],
)
def test_labels_that_browsers_know(label: str, codec: str) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize("label", ["punycode", "idna", "undefined", "base64", "unicode_escape", "raw-unicode-escape"])
def test_what_is_no_charset_of_pages_is_passed_over(label: str) -> None:
    assert codec_of(label) is None
    assert decode("<a>Größe</a>".encode("latin-1"), content_type=f"text/xml; charset={label}").text == "<a>Größe</a>"


def test_a_header_of_blanks_ends() -> None:  # a quadratic step would meet the suite's time limit
    assert decode(b"<a/>", content_type="text/xml; charset=" + " " * 200_000 + "!").text == "<a/>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_unicode_is_recognised_whatever_is_declared(encoding: str) -> None:
    body = f"<?xml version='1.0' encoding='iso-8859-1'?><a>{TEXT}</a>".encode(encoding)
    assert TEXT in decode(body, content_type="text/xml; charset=windows-1251").text


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("iso-8859-1", "cp1252"),
        ("gb2312", "gb18030"),
        ("shift_jis", "shift_jis"),
        ("koi8-r", "koi8-r"),
        ("windows-1251", "cp1251"),
        ("big5", "big5"),
        ("iso-8859-9", "cp1254"),
    ],
)
def test_declared_encodings(declared: str, codec: str) -> None:
    text = {
        "koi8-r": "Привет, мир",
        "cp1251": "Привет",
        "shift_jis": "日本語の記事",
        "gb18030": "中文新闻",
        "big5": "中文新聞",
    }.get(codec, "Grüße")
    body = f'<?xml version="1.0" encoding="{declared}"?><a>{text}</a>'.encode(codec)
    assert text in decode(body).text
    assert text in decode(f"<a>{text}</a>".encode(codec), content_type=f'text/xml; charset="{declared}"').text


def test_latin_1_means_windows_1252() -> None:
    assert decode(b"<?xml version='1.0' encoding='ISO-8859-1'?>\x93quoted\x94").text.endswith("“quoted”")


def test_seven_bit_escapes_are_believed_when_declared() -> None:
    body = '<?xml version="1.0" encoding="iso-2022-jp"?><a>日本</a>'.encode("iso-2022-jp")
    assert "日本" in decode(body).text


def test_utf_8_wins_over_a_wrong_header() -> None:
    assert decode("Grüße".encode(), content_type="text/xml; charset=iso-8859-1").text == "Grüße"


def test_a_few_bad_bytes_are_replaced_alone() -> None:
    decoded = decode("Grüße und mehr Grüße und Öl".encode() * 5 + b"\xff!")
    assert decoded.replaced
    assert decoded.text.endswith("Öl\ufffd!")


def test_a_cut_character_is_dropped_quietly() -> None:
    decoded = decode("Grüß".encode()[:-1])
    assert (decoded.text, decoded.replaced) == ("Grü", False)


def test_an_override_wins() -> None:
    assert decode("Привет".encode("cp1251"), content_type="text/xml; charset=utf-8", encoding="cp1251").text == "Привет"


def test_nonsense_labels_are_ignored() -> None:
    assert codec_of("no-such-charset") is None
    assert codec_of("windows-99999") is None
    assert codec_of("base64") is None
    assert decode(b"plain", content_type="text/xml; charset=x-user-defined", encoding="nonsense").text == "plain"


def test_gzip_files_are_unpacked_within_bounds() -> None:
    assert unpacked(gzip.compress(b"<rss/>")) == b"<rss/>"
    assert len(unpacked(gzip.compress(b" " * 20_000_000))) == 15_000_000
    assert unpacked(b"\x1f\x8b\x08broken") == b"\x1f\x8b\x08broken"
    assert unpacked(gzip.compress(gzip.compress(b"<rss/>"))) == b"<rss/>"


RUSSIAN = "<title>Правительство объявило о новых мерах поддержки</title>"


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r"])
@pytest.mark.parametrize("claimed", ["utf-8", "windows-1252"])
def test_cyrillic_that_says_it_is_something_impossible(encoding: str, claimed: str) -> None:
    body = f"<?xml version='1.0' encoding='{claimed}'?>{RUSSIAN}".encode(encoding)
    read = decode(body, content_type="text/xml; charset=utf-8")
    assert (RUSSIAN in read.text) == (claimed == "utf-8")  # what could be true is believed


@pytest.mark.parametrize(
    "text", ["L’été à Orléans : une soirée très élégante", "Größe, Fuß, Übermut", "Η κυβέρνηση ανακοίνωσε νέα μέτρα"]
)
def test_other_letters_are_not_taken_for_cyrillic(text: str) -> None:
    encoding = "cp1253" if "Η" in text else "cp1252"
    assert decode(f"<a>{text}</a>".encode(encoding)).encoding == "cp1252"


def test_the_default_of_servers_does_not_hide_what_a_document_says() -> None:
    body = f"<?xml version='1.0' encoding='koi8-r'?>{RUSSIAN}".encode("koi8-r")
    assert RUSSIAN in decode(body, content_type="text/xml; charset=iso-8859-1").text


def test_bytes_that_are_in_no_declared_encoding_are_replaced() -> None:
    body = b"<?xml version='1.0' encoding='shift_jis'?><a>\x81 \x81 \x81 </a>"
    read = decode(body, content_type="text/xml; charset=euc-jp")
    assert (read.encoding, read.replaced) == ("euc_jp", True)


def test_a_character_that_the_end_cut_in_two_is_dropped_in_any_encoding() -> None:
    body = "<?xml version='1.0' encoding='shift_jis'?><a>東京".encode("cp932")
    assert decode(body[:-1]).text.endswith("東")
