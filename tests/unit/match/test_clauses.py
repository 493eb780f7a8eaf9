from __future__ import annotations

import pytest

from monitor.match.clauses import Kind, split_clauses


@pytest.mark.parametrize(
    ("language", "text", "kinds"),
    [
        ("de", "Die EU erwägt, Sanktionen zu verhängen", [Kind.MAIN, Kind.INFINITIVE]),
        ("de", "Er sagt, dass er kommt, weil er will", [Kind.MAIN, Kind.COMPLEMENT, Kind.ADVERBIAL]),
        ("de", "Er ging, um zu essen", [Kind.MAIN, Kind.ADVERBIAL]),
        ("de", "Der Mann, der kam, ging", [Kind.MAIN, Kind.RELATIVE, Kind.CONTINUATION]),
        ("en", "They warned that it could fall", [Kind.MAIN, Kind.COMPLEMENT]),
        ("en", "If it rains, we stay", [Kind.CONDITION, Kind.CONTINUATION]),
        ("en", "The women that he met left", [Kind.MAIN, Kind.RELATIVE]),
        ("en", "He threatened to leave and stayed", [Kind.MAIN, Kind.COORDINATION]),
        ("en", "He came, but left", [Kind.MAIN, Kind.CONTRAST]),
        ("ru", "Он требует, чтобы министр ушел", [Kind.MAIN, Kind.COMPLEMENT]),
        ("ru", "Не признав вины, он ушел", [Kind.ADVERBIAL, Kind.CONTINUATION]),
        ("en", "Without waiting, they left", [Kind.ADVERBIAL, Kind.CONTINUATION]),
        ("fr", "En mai il a démissionné, dit-on", [Kind.MAIN, Kind.CONTINUATION]),
        ("fr", "Il exige que le ministre parte", [Kind.MAIN, Kind.COMPLEMENT]),
    ],
)
def test_kinds(language: str, text: str, kinds: list[Kind]) -> None:
    assert [clause.kind for clause in split_clauses(text, language)] == kinds


def test_a_complement_is_governed_and_inherits() -> None:
    main, complement = split_clauses("Die EU erwägt, Sanktionen zu verhängen", "de")
    assert main.governor is None
    assert complement.governor == 0
    assert complement.inherits


def test_a_continuation_belongs_to_the_clause_before_the_relative_one() -> None:
    *_, last = split_clauses("Der Mann, der kam, ging", "de")
    assert last.governor == 0


def test_a_coordinated_statement_of_its_own_does_not_inherit() -> None:
    assert not split_clauses("He threatened to leave and stayed home", "en")[1].inherits
    assert split_clauses("He threatened to leave and sell", "en")[1].inherits


def test_numbers_are_not_cut() -> None:
    assert len(split_clauses("Es kostet 3,5 Millionen um 12:30", "de")) == 1


def test_nothing_has_no_clauses() -> None:
    assert split_clauses(" … ", "de") == ()
