from __future__ import annotations

from monitor.extract.plaintext import extract_dump
from monitor.model.article import TextState

ONE = "The council voted on the new harbour after a debate that went on for more than nine hours on Monday."
TWO = "“We have what we wanted,” said the head of the union, who had asked for guarantees for all workers."
THREE = "The first cranes are to be replaced in autumn, and the last of them in the spring of next year."


def test_menus_before_and_widgets_after_are_left_out() -> None:
    above = "Home\nPolitics\nSport\n\nHarbour: council votes for the new contract\n\nPhoto: City archive"
    dump = f"{above}\n{ONE}\n\n{TWO}\n\n{THREE}\nShare\nComments\n0\nLoading"
    article = extract_dump(dump.encode())
    assert article.title == "Harbour: council votes for the new contract"
    assert article.text.split("\n") == [ONE, TWO, THREE]


def test_short_lines_between_paragraphs_are_subheads_unless_they_are_buttons() -> None:
    dump = f"Harbour: council votes for the contract\n\n{ONE}\n\nWhat the union says\n\n{TWO}\nAdvertisement\n{THREE}\n"
    assert extract_dump(dump.encode()).text.split("\n") == [ONE, "What the union says", TWO, THREE]


def test_lines_in_another_script_are_left_out() -> None:
    dump = f"Harbour: council votes for the contract\n\n{ONE}\n\nЗаголовок материала\n\n{TWO}\n"
    assert extract_dump(dump.encode()).text.split("\n") == [ONE, TWO]


def test_the_date_above_the_text_is_read_in_its_usual_forms() -> None:
    for line in ("08.12.2021, 00:12", "00:12 08.12.2021", "Published 2021-12-08T00:12"):
        article = extract_dump(f"Harbour: council votes for the contract\n{line}\n\n{ONE}\n{TWO}".encode())
        assert article.published_at_local == "2021-12-08T00:12:00", line


def test_a_text_without_paragraphs_is_no_article() -> None:
    article = extract_dump(b"Home\nSport\nLogin")
    assert article.text_state is TextState.TITLE
    assert article.text_reason is not None


def test_the_densest_run_of_paragraphs_is_the_article() -> None:
    menu = "\n".join(f"Item {n}" for n in range(10))
    dump = f"Harbour: council votes for the contract\n\n{ONE}\n{TWO}\n{menu}\n{THREE}"
    assert extract_dump(dump.encode()).text.split("\n") == [ONE, TWO]


def test_what_cannot_be_a_date_or_stands_in_a_text_is_none_and_the_next_line_is_asked() -> None:
    long = "2021-12-01 " + "words of a paragraph without an end " * 10
    dump = f"Harbour: council votes for the contract\n{long}\n31.02.2021\n08.12.2021\n\n{ONE}\n{TWO}"
    assert extract_dump(dump.encode()).published_at_local == "2021-12-08"
