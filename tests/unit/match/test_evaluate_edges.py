"""Which words account for what a rule found, and what is left of it when some of them do not count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.match.evaluate import Evaluation, Finding
from monitor.match.spans import Span
from monitor.match.text import PARAGRAPH_STEP
from monitor.model.article import Document
from monitor.model.match import How
from monitor.model.rule import EventSpec, RuleSpec
from tests.unit.match.rules import doc, engine, fires, found, scored, verdict


def evaluation(rule: RuleSpec | str, document: Document | str) -> Evaluation:
    spec = rule if isinstance(rule, RuleSpec) else RuleSpec("r", "r", match=rule)
    made = engine(spec)
    text = doc(document, language="fr") if isinstance(document, str) else document
    return Evaluation(made.rule("r"), made.scan("r", text))


def places(finding: Finding) -> list[list[int]]:
    """The words of each group, counted through the paragraphs as 0, 1, … 1000, 1001, …"""
    return [[hit.at // PARAGRAPH_STEP * 1000 + hit.at % PARAGRAPH_STEP for hit in one.hits] for one in finding.groups]


def groups(rule: RuleSpec | str, document: Document | str) -> list[list[int]]:
    return places(evaluation(rule, document).finding())


# --- logic ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        ("(a b) OR c", "a x b", [[0], [2]]),
        ("(a b) OR c", "c", [[0]]),
        ("(a b) OR c", "a", []),
        ("(a b) OR c", "b c a", [[2], [0], [1]]),
        ("a (b OR c)", "a c b", [[0], [2], [1]]),
        ("a NOT (b c)", "a b", [[0]]),
        ("a NOT (b c)", "c a b", []),
        ("a NOT (b OR c)", "a c", []),
        ("COUNT>=2(a)", "a x a x a", [[0], [2], [4]]),
        ("COUNT>=2(a NEAR/1 b)", "a b x a b", [[0, 1], [3, 4]]),
        ("COUNT>=2(a NEAR/1 b)", "a b x a x b", []),
        ("COUNT>=2(a OR b)", "a x b", [[0], [2]]),
    ],
)
def test_each_way_in_which_an_expression_holds_adds_its_words(
    expression: str, text: str, expected: list[list[int]]
) -> None:
    assert groups(expression, text) == expected


def held(rule: RuleSpec | str, text: str, *guarded: int) -> list[list[int]] | None:
    """The groups when none counts that begins at a guarded word; None where nothing is left."""
    finding = evaluation(rule, text).finding(lambda span: span.first not in guarded)
    return places(finding) if finding.held else None


@pytest.mark.parametrize(
    ("expression", "guarded", "expected"),
    [
        ("a", (0,), [[3]]),
        ("a", (0, 3), None),
        ("a b", (0,), [[3], [1]]),
        ("a b", (1,), None),
        ("b OR c", (1,), [[2]]),
        ("b OR c", (1, 2), None),
        ("a NOT d", (4,), None),  # what is guarded is said, and so excludes
        ("a NOT x", (0,), [[3]]),
        ("COUNT>=2(a)", (), [[0], [3]]),
        ("COUNT>=2(a)", (0,), None),
        ("(b c) OR d", (1,), [[4]]),
    ],
)
def test_what_is_guarded_does_not_count(
    expression: str, guarded: tuple[int, ...], expected: list[list[int]] | None
) -> None:
    assert held(expression, "a b c a d", *guarded) == expected


def test_a_guarded_event_or_score_does_not_hold() -> None:
    event = RuleSpec("r", "r", event=EventSpec(("a",), "b"))
    assert held(event, "A b. B a.") == [[0, 1], [2, 3]]
    assert held(event, "A b. B a.", 0) == [[2, 3]]
    assert held(event, "A b. B a.", 0, 2) is None
    weighed = scored(2, {"a": 1, "b": 1})
    assert held(weighed, "a b a") == [[0], [2], [1]]
    assert held(weighed, "a b a", 0) == [[2], [1]]
    assert held(weighed, "a b a", 0, 1) is None


def test_conditions_on_the_article() -> None:
    article = replace(doc("a b", language="fr"), sources=("dw",))
    assert groups("a source:dw", article) == [[0]]
    assert not fires("a source:bbc", article)
    assert not fires("a NOT source:dw", article)
    assert groups("a NOT source:bbc", article) == [[0]]
    assert groups("a NOT source:bbc", doc("a", language="fr")) == [[0]], "from nowhere"
    assert groups("a NOT source:dw", doc("a", language="fr")) == [[0]], "from nowhere"


def test_nothing_found_is_nothing() -> None:
    assert evaluation("a", "b").finding() == Finding(False)
    assert evaluation("NOT b AND a", "a").finding().score is None


# --- distances ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        ("a NEAR/2 b", "a b x x a x b", [[0, 1], [4, 6]]),
        ("(a b) NEAR/2 c", "a c b", [[0, 1, 2]]),
        ("(a b) NEAR/2 c", "c c", []),
        ("c NEAR/2 (a b)", "a c b", [[0, 1, 2]]),
        ("c NEAR/2 (a b)", "a c x x b", []),
        ("c NEAR/9 (a b)", "c a", []),
        ("(a b) NEAR/2 (c d)", "b a c d", [[0, 1, 2, 3]]),
        ("(a b) NEAR/2 (c d)", "a b c x x x d", []),
        ("(a b) NEAR/3 (c d)", "b c a d", [[0, 1, 2, 3]]),
        ("(a b) BEFORE/3 c", "a b c", [[0, 1, 2]]),
        ("(a b) BEFORE/3 c", "a c b", []),
        ("a BEFORE/3 (b c)", "a c b", [[0, 1, 2]]),
        ("a BEFORE/3 (b c)", "b a c", []),
        ("(a b) NEAR/1 c", "a c b x x a c b", [[0, 1, 2], [5, 6, 7]]),
    ],
)
def test_the_words_of_a_distance(expression: str, text: str, expected: list[list[int]]) -> None:
    assert groups(expression, text) == expected


def test_parts_of_both_sides_stay_near_the_first_of_the_left_ones() -> None:
    assert groups("(a b) NEAR/2 (c d)", "d x a c b") == [[0, 2, 3, 4]]
    assert groups("(a b) NEAR/2 (c d)", "d x b c a") == []


@pytest.mark.parametrize(
    ("first", "second", "near"), [("a", "b", False), ("a.", "b", False), ("x a", "b", False), ("a b", "", True)]
)
def test_sentences_of_different_paragraphs_are_different(first: str, second: str, *, near: bool) -> None:
    assert fires("a NEAR/s b", doc(first, second, language="fr")) is near
    assert fires(RuleSpec("r", "r", event=EventSpec(("a",), "b", "sentence")), doc(first, second)) is near


def test_each_sentence_has_a_number_of_its_own() -> None:
    text = doc("Un a. Un b. Un c.", "Un d. Un e.", language="fr")
    sentences = evaluation("a", text)
    numbers = [sentences.sentence_of(at) for at in (0, 2, 4, PARAGRAPH_STEP, PARAGRAPH_STEP + 2)]
    assert numbers == sorted(set(numbers))


# --- verbs in two words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Berlin weist Diplomaten aus.", [[1, 3]]),
        ("Aus Berlin weist man Diplomaten.", []),
        ("Aus, sagt Berlin und weist ihn hin.", []),
        ("Man weist ihn ab und weist sie aus.", [[5, 7]]),
        ("Berlin weist sie aus, Paris weist ihn aus.", [[1, 3], [5, 7]]),
        ("Aus, rief er, aus. Berlin weist sie aus.", [[5, 7]]),
        ("Berlin weist sie aus Versehen aus.", [[1, 5]]),
        ("Er weist hin. Es ist aus.", []),
        ("Berlin weist sie aus und Paris schweigt.", [[1, 3]]),
        ("Berlin weist sie aus dem Land.", []),
        ("weist aus", [[0, 1]]),
        (f"Berlin weist {'sehr ' * 24}aus.", [[1, 26]]),
        (f"Berlin weist {'sehr ' * 25}aus.", []),
    ],
)
def test_a_verb_goes_with_the_particle_that_closes_its_clause(text: str, expected: list[list[int]]) -> None:
    finding = evaluation("ausweisen", doc(text, language="de")).finding()
    assert places(finding) == expected
    assert {hit.how for span in finding.groups for hit in span.hits} <= {How.INFLECTED}


def test_the_verb_of_a_later_paragraph_has_its_own_particle() -> None:
    text = doc("Berlin weist sie aus.", "Paris weist ihn aus.", language="de")
    assert groups("ausweisen", text) == [[1, 3], [1001, 1003]]
    assert groups("ausweisen", doc("Berlin weist", "sie aus.", language="de")) == []


# --- patterns -------------------------------------------------------------------------------------------------------


def spans_of(pattern: str, *paragraphs: str, title: str = "") -> list[tuple[int, int, str]]:
    """First and last word of each match (paragraphs as in `places`), and its letters."""
    text = doc(*paragraphs, title=title, language="fr")
    made = evaluation(pattern, text)

    def word(at: int) -> int:
        return at // PARAGRAPH_STEP * 1000 + at % PARAGRAPH_STEP

    def letters(span: Span) -> str:
        (hit,) = span.hits
        assert hit.chars is not None
        assert hit.how is How.REGEX
        return made.scan.analysed.paragraphs[span.paragraph].text[slice(*hit.chars)]

    return [(word(span.first), word(span.last), letters(span)) for span in made.finding().groups]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("/b+/", "a bb c b", [(1, 1, "bb"), (3, 3, "b")]),
        ("/b c/", "a b c d", [(1, 2, "b c")]),
        ("/a b c d/", "a b c d", [(0, 3, "a b c d")]),
        ("/b /", "a b c d", [(1, 1, "b ")]),
        ("/ c/", "a b c d", [(2, 2, " c")]),
        ("/[ab]/", "ab", [(0, 0, "a")]),  # two matches in one word are one passage
        ("/x*/", "a xx b", [(1, 1, "xx")]),
        ("/b../", "a bcd e", [(1, 1, "bcd")]),
        ("/a|d/", "a b c d", [(0, 0, "a"), (3, 3, "d")]),
        ("/c$/", "a b c", [(2, 2, "c")]),
    ],
)
def test_a_match_covers_the_words_that_it_touches(
    pattern: str, text: str, expected: list[tuple[int, int, str]]
) -> None:
    assert spans_of(pattern, text) == expected


def test_every_paragraph_is_searched_and_only_the_field_that_was_named() -> None:
    assert spans_of("/b/", "b", "a", "a b", title="b") == [
        (0, 0, "b"),
        (1000, 1000, "b"),
        (3001, 3001, "b"),
    ]
    assert spans_of("title:/b/", "b", title="a b") == [(1, 1, "b")]
    assert spans_of("body:/b/", "a b", title="b") == [(1001, 1001, "b")]
    assert spans_of("title:/b/", "b", title="a") == []


def test_a_thousand_matches_of_a_paragraph_are_looked_at() -> None:
    assert len(spans_of("/b/", "b " * 999)) == 999
    assert len(spans_of("/b/", "b " * 1001)) == 1000


def test_a_pattern_keeps_its_distance_in_words() -> None:
    assert fires("/b c/ NEAR/1 d", "a b c d")
    assert not fires("/b c/ NEAR/1 d", "a b c x d")
    assert fires("a NEAR/1 /b c/", "a b c")


# --- what does not count --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ignore", "text", "expected"),
    [
        (("a b",), "a b a", [[2]]),
        (("a b",), "a c", [[0]]),
        (("x",), "a", [[0]]),
        (('"a b"~2',), "a x b a", [[3]]),
        (('"a b"~2', "b a"), "a x b a", []),
        (('"a b"~1',), "a a b", [[0]]),
    ],
)
def test_words_of_an_ignored_phrase_count_nowhere(
    ignore: tuple[str, ...], text: str, expected: list[list[int]]
) -> None:
    assert groups(RuleSpec("r", "r", match="a", ignore=ignore), text) == expected


def test_a_passage_with_one_ignored_word_does_not_count() -> None:
    rule = RuleSpec("r", "r", match='"a b"', ignore=("b c",))
    assert groups(rule, "a b c") == []
    assert groups(rule, "a b a") == [[0, 1]]


def test_the_parts_of_a_compound_are_no_words_of_a_phrase() -> None:
    assert fires("Sanktion", doc("Sanktionspolitik", language="de"))
    assert not fires('"neue Sanktion"', doc("neue Sanktionspolitik", language="de"))


# --- scores ---------------------------------------------------------------------------------------------------------


def test_scores_weigh_title_and_text_apart() -> None:
    rule = scored(1, {"a": 2, "b": 1}, title_factor=3)
    assert verdict(rule, doc("a b", title="a", language="fr")).score == 2 * (3 + 1) + 1
    assert verdict(rule, doc("a b", language="fr")).score == 3
    assert verdict("a", doc("a", language="fr")).score is None


def test_the_best_hits_are_counted_up_to_the_cap() -> None:
    rule = scored(1, {"Sanktion": 2}, cap=1)
    both = doc("Sanktionspolitik und Sanktionen", language="de")
    assert verdict(rule, both).score == 2
    assert found(rule, both) == ["Sanktionen"]


def test_a_group_of_match_and_score_is_shown_once() -> None:
    assert groups(scored(1, {"a": 1, "b": 1}, match="a"), "b a") == [[1], [0]]


def test_the_threshold_itself_is_enough() -> None:
    assert fires(scored(2, {"a": 2}), "a")
    assert not fires(scored(2.1, {"a": 2}), "a")
