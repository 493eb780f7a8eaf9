"""Searching for words in all their forms: through the vocabulary, while those are few enough."""

from __future__ import annotations

import pytest

from monitor.model.reasons import Reason
from monitor.store.articles import NewRevision, add_revisions
from monitor.store.search import FORMS_MAX, AllOf, AnyOf, Begins, Formed, Wanted, candidates
from monitor.store.unit import Database
from monitor.store.vocabulary import file_words, words_beginning
from tests.contract import rows
from tests.contract.rows import NOW


def store(database: Database, *texts: str) -> list[int]:
    with database.unit() as connection:
        ids = [rows.article(connection, "x") for _ in texts]
        pairs = zip(ids, texts, strict=True)
        new = [NewRevision(n, 1, "x", "", text, material=True, reason=Reason("r", "r")) for n, text in pairs]
        add_revisions(connection, new, NOW)
        file_words(connection, [("go", "goes"), ("go", "went"), ("gold", "gold"), ("fish", "goldfish")], upto=len(ids))
    return ids


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Formed("go", ("go",)), {"goes", "went"}),
        (Formed(None, ("go",)), {"goes", "went"}),
        (Formed("swim", ("swim",)), set()),
        (Formed(None, ("swim",)), set()),
        (Formed("gol", (), "gol"), {"gold"}),
        (Formed("wen", (), "xyz"), {"went"}),
        (Formed(None, (), "", "ol"), {"gold"}),
        (AllOf((Formed("go", ("go",)), Begins("home"))), {"went"}),
        (AnyOf((Formed("go", ("go",)), Begins("gold"))), {"goes", "went", "gold"}),
        (None, {"goes", "went", "gold"}),
    ],
)
def test_a_word_is_found_in_all_of_its_forms(database: Database, wanted: Wanted | None, found: set[str]) -> None:
    texts = {"goes": "she goes out", "went": "she went home", "gold": "all that is gold"}
    ids = dict(zip(store(database, *texts.values()), texts, strict=True))
    with database.reading() as connection:
        assert {ids[article] for _, article in candidates(connection, wanted, limit=9)} == found


def test_more_words_than_one_statement_takes_are_all_filed(database: Database) -> None:
    pairs = [(f"key{n}", f"word{n}") for n in range(1201)]
    with database.unit() as connection:
        file_words(connection, pairs, upto=1)
        file_words(connection, pairs, upto=2)
    with database.reading() as connection:
        assert words_beginning(connection, "key", limit=2000) == sorted(word for _, word in pairs)


def test_pages_of_what_was_found_follow_each_other(database: Database) -> None:
    ids = store(database, "quay one", "quay two", "quay three")
    with database.reading() as connection:
        for wanted in (Begins("quay"), None):
            first = candidates(connection, wanted, limit=2)
            rest = candidates(connection, wanted, limit=2, before=first[-1][0])
            assert [article for _, article in first + rest] == ids[::-1]


def test_where_too_many_words_would_do_any_text_may_come(database: Database) -> None:
    ids = store(database, "she goes out", "all that is gold")
    many = Formed("go", ("go",))
    with database.unit() as connection:
        file_words(connection, [("go", f"go{n}") for n in range(FORMS_MAX)], upto=9)

        def found(wanted: Wanted) -> list[int]:
            return [article for _, article in candidates(connection, wanted, limit=9)]

        assert found(many) == found(AllOf((many,))) == found(AnyOf((many, Begins("gold")))) == ids[::-1]
        assert found(AllOf((many, Begins("gold")))) == [ids[1]]
        assert found(Formed("go", (), "go")) == ids[::-1], "the index takes the beginning"
