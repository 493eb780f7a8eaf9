from __future__ import annotations

import io

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from monitor.extract.article import extract_article
from monitor.extract.pdf import MAX_PAGES, MAX_PDF_BYTES, join_lines
from monitor.model.article import TextState

URL = "https://amt.example/a.pdf"


def pdf(*lines: str, password: str | None = None) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    content = DecodedStreamObject()
    rows = "".join(f"({line}) Tj 0 -14 Td " for line in lines)
    content.set_data(f"BT /F1 11 Tf 50 780 Td {rows} ET".encode("latin-1"))
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    page[NameObject("/Contents")] = writer._add_object(content)
    writer.add_metadata({"/Title": "Warning about the river", "/CreationDate": "D:20260305081500+01'00'"})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_the_text_of_a_pdf_is_read() -> None:
    article = extract_article(pdf("The river will rise above its banks on Friday night,", "the office said."), url=URL)
    assert article.title == "Warning about the river"
    assert article.text == "The river will rise above its banks on Friday night, the office said."
    assert article.published_at_local == "2026-03-05T08:15:00+01:00"


def test_a_locked_pdf_and_a_scan_say_so() -> None:
    for body, code in ((pdf("x" * 80, password="secret"), "pdf-encrypted"), (pdf(), "pdf-scan")):
        article = extract_article(body, url=URL)
        assert article.text_state is TextState.TITLE
        assert article.text_reason is not None
        assert article.text_reason.code == code


def test_broken_lines_and_running_heads_are_mended() -> None:
    page = "Office of Rivers\nReport\nIn town {0} the water rose nine metres over-\nnight and fell in {0}.\n{0}\n"
    lines = join_lines([page.format(at) for at in (1, 2, 3)])
    assert lines[0].startswith("In town 1 the water rose nine metres overnight")
    assert "Office of Rivers" not in " ".join(lines)


def test_a_pdf_of_many_megabytes_is_not_read() -> None:
    article = extract_article(b"%PDF-1.7" + b" " * (MAX_PDF_BYTES + 1), url=URL)
    assert article.text_reason is not None
    assert article.text_reason.code == "too-large"


def test_only_the_first_pages_of_a_long_pdf_are_read() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf("The river will rise above its banks on Friday night.")))
    for _ in range(MAX_PAGES + 5):
        writer.add_page(writer.pages[0])
    out = io.BytesIO()
    writer.write(out)
    assert extract_article(out.getvalue(), url=URL).text.count("river") <= MAX_PAGES


def test_a_blank_line_ends_a_paragraph() -> None:
    assert join_lines(["The water rose nine metres,\nand it fell.\n\nThe town is safe."]) == [
        "The water rose nine metres, and it fell.",
        "The town is safe.",
    ]


def test_a_pdf_need_not_say_when_it_was_made() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf("The river will rise above its banks on Friday night, they said.")))
    writer.add_metadata({"/CreationDate": "last week"})
    out = io.BytesIO()
    writer.write(out)
    article = extract_article(out.getvalue(), url=URL)
    assert (article.text[:9], article.published_at) == ("The river", None)
