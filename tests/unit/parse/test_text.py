from __future__ import annotations

import pytest

from monitor.parse.text import LONGEST_TITLE, fold, headline_of, mended, plain, words_of


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("Plain  title\n with folds", "Plain title with folds"),
        ("<b>Bold</b> &amp; <i>nice</i>", "Bold & nice"),
        ("AT&amp;amp;T", "AT&T"),
        ("&lt;b&gt;Bold&lt;/b&gt;", "Bold"),
        ("a < b and c > d", "a < b and c > d"),
        ("Using the <video> element", "Using the <video> element"),
        ("Vec<String> explained", "Vec<String> explained"),
        ("one<br>two<br/>three", "one two three"),
        ("caf&eacute; &#8211; caf&#xE9;", "café – café"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<script>alert(1)</script>News", "News"),
        ('<img src="x.png" alt="A picture">', "A picture"),
        ("<b></b>", "<b></b>"),
        ("a<!-- note -->b", "a b"),
        ("bell\x07 and \x1b[31mred", "bell and [31mred"),
        ("\u202eevil\u202c", "evil"),
        ("&#0; &#55296; &nosuch;", "\ufffd \ufffd &nosuch;"),
        ("", ""),
    ],
)
def test_titles_become_one_line_of_plain_text(markup: str, title: str) -> None:
    assert plain(markup) == title


def test_titles_are_bounded() -> None:
    assert len(plain("word " * 1_000_000)) <= LONGEST_TITLE


def test_words_drop_markup_and_comments() -> None:
    assert (
        words_of("<p>One <b>two</b></p><!-- three --><![CDATA[four]]> &lt;i&gt;five&lt;/i&gt;") == "One two four five"
    )


@pytest.mark.parametrize("run", ["<!--", "<![CDATA[", "<", "<a", "</", "&", "&#9", "<!-- --><!--", '<a b="'])
def test_hostile_runs_end(run: str) -> None:  # a quadratic step would meet the suite's time limit
    for markup in (run * 50_000, f"{run * 50_000} --> ]]> >"):
        assert isinstance(plain(markup), str)
        assert isinstance(words_of(markup), str)


def test_huge_references_do_not_raise() -> None:
    assert words_of("&#" + "9" * 10_000 + "; end") == "\ufffd end"


def test_a_missing_title_is_made_of_the_first_words() -> None:
    made = headline_of("<p>" + "Some words of a story. " * 20 + "</p>")
    assert made.startswith("Some words")
    assert made.endswith("…")
    assert len(made) <= 101


def test_text_encoded_twice_is_mended() -> None:
    assert mended("Grüße".encode().decode("latin-1")) == "Grüße"
    assert mended("don\x92t") == "don’t"
    assert mended("Grüße") == "Grüße"


ENDINGS = """BEYONCÉ’S NEW ALBUM | Viel Spaß… | Wie groß“ | PERÚ… | AMANHû | IKEA PÅ™ | CAFÉ®
È… vero | café’” | IRMÃ’S | OÙ… | ÉTÉ» | «ÉTÉ» | JOSÉ” | 3×½ | EL MENÚ»
LA FORÊT» | Größe 10² | À la carte | TEST» | Ein Fuß™ | PARÍS – “PERÚ”"""


@pytest.mark.parametrize("text", [text.strip() for text in ENDINGS.replace("\n", "|").split("|")])
def test_a_last_letter_and_what_follows_it_are_no_character(text: str) -> None:
    assert mended(text) == text


TWICE = """don’t | café | Müller | École | été | déjà vu | voilà | à la carte | Ålesund
Århus | Szczęście już | Życie | São Paulo | Привет, мир | Καλημέρα | שלום
مرحبا | 日本語のニュース | 한국어 | 😀 smile | “quoted” | 20°C | ½ price | 4 × 4
Ștefan și țara | güneş | ÉCOLE À PARIS | Łódź | Čeština | €100 | naïve
Sébastien | Béla | coûter | größer… | PERÚ…"""


@pytest.mark.parametrize("text", [text.strip() for text in TWICE.replace("\n", "|").split("|")])
@pytest.mark.parametrize("codec", ["latin-1", "cp1252"])
def test_characters_of_any_script_are_put_together_again(text: str, codec: str) -> None:
    packed = text.encode().decode(codec, "surrogateescape")
    packed = "".join(chr(ord(each) - 0xDC00) if "\udc80" <= each <= "\udcff" else each for each in packed)
    assert mended(packed) == text
    assert mended(f"„10 – 20“ {packed}\xa0…") == f"„10 – 20“ {text}\xa0…"


def test_a_letter_that_stands_for_itself_shows_that_nothing_was_encoded_twice() -> None:
    assert mended("fünf Ã¼ber") == "fünf Ã¼ber"


def test_fold_removes_what_cannot_be_seen() -> None:
    assert fold(" a\u200bb\x00 \u2028c ") == "ab c"
