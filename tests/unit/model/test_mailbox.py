from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.mailbox import Mailbox, ascii_address, mailbox_problem, read_mailbox


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("anna@example.org", Mailbox("anna@example.org")),
        (" Anna@Example.ORG. ", Mailbox("Anna@example.org")),
        ("o'brien@example.org", Mailbox("o'brien@example.org")),
        ("root@localhost", Mailbox("root@localhost")),
        ("anna@blätter.example", Mailbox("anna@xn--bltter-cua.example")),
        ("Anna Ärger <anna@example.org>", Mailbox("anna@example.org", "Anna Ärger")),
        ("Xaver <anna@example.org>", Mailbox("anna@example.org", "Xaver")),
        ("<anna@example.org>", Mailbox("anna@example.org")),
        ('"Ärger, \\"die\\" Anna" <anna@example.org>', Mailbox("anna@example.org", 'Ärger, "die" Anna')),
    ],
)
def test_a_mailbox_as_people_write_it(text: str, mailbox: Mailbox) -> None:
    assert read_mailbox(text) == mailbox
    assert mailbox_problem(text) is None
    assert read_mailbox(str(mailbox)) == mailbox


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nobody", "'nobody' is no mail address"),
        ("a@", "'a@' is no mail address"),
        ("@example.org", "is no mail address"),
        ("a b@example.org", "is no mail address"),
        ("mailto:a@example.org", "is no mail address"),
        ("a@b.org\r\nBcc: c@d.org", "is no mail address"),
        ("Anna\r\nBcc <a@b.org>", "is no mail address"),
        ("x" * 65 + "@example.org", "is no mail address"),
        ("a@" + "x" * 64 + ".org", "is no mail address"),
        ("a@" + "x." * 130 + "org", "is no mail address"),
        ("a@example.org, b@example.org", "2 addresses: write them as a list, [a@example.org, b@example.org]"),
        ("a@b.org; B <b@b.org>; c@b.org", "are 3 addresses"),
        ("Ärger, Anna <a@example.org>", "a name with a comma in it stands in double quotes"),
        ("bäd@example.org", "only ASCII letters can stand before the @"),
        ("a@straße.example", "write the domain as its registry does"),
    ],
)
def test_what_is_no_single_address_says_why(text: str, why: str) -> None:
    assert read_mailbox(text) is None
    assert why in (mailbox_problem(text) or "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Anna <a b@example.org>", "is no mail address"),
        ("Xaver <a b@example.org>", "is no mail address"),
        ("a b, c d", "is no mail address"),
        ('"Anna"@straße.example', "is no mail address"),
        ("<@straße.example>", "is no mail address"),
        ("X@straße.example", ": write the domain as its registry does (xn--…)"),
        ("anna@büro@example.org", ": only ASCII letters can stand before the @"),
    ],
)
def test_no_other_mistake_is_named(text: str, why: str) -> None:
    assert mailbox_problem(text) == f"{text!r}{why if why.startswith(':') else ' ' + why}"


def test_an_address_may_be_as_long_as_servers_take() -> None:
    longest = f"a@{'x.' * 124}org1"
    assert (len(longest), ascii_address(longest)) == (254, longest)
    assert ascii_address(f"b{longest}") is None


def test_an_address_without_a_name_stands_alone() -> None:
    assert str(Mailbox("anna@example.org")) == "anna@example.org"


@given(st.text(max_size=80))
def test_whatever_is_typed_an_address_is_one_line_of_ascii(typed: str) -> None:
    address = ascii_address(typed)
    assert address is None or (address.isascii() and address.isprintable() and address.count("@") == 1)


@given(st.text(st.characters(blacklist_categories=("C", "Z")), max_size=40).map(str.strip))
def test_a_name_is_read_as_it_was_written(name: str) -> None:
    mailbox = Mailbox("anna@example.org", name)
    assert read_mailbox(str(mailbox)) == mailbox
