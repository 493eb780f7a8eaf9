"""Words of rules as the forms that are searched."""

from __future__ import annotations

import pytest

from monitor.model.rule import ConceptSpec, RuleSpec
from tests.unit.match.rules import compiled, doc, fires

EXPELLED = "Berlin weist zwei Diplomaten aus."


@pytest.mark.parametrize("lists", [{"any": ("ausweisen",)}, {"by_language": {"de": ("ausweisen",)}}])
def test_a_verb_in_a_concept_is_found_with_its_particle_far_away(lists: dict[str, object]) -> None:
    concept = ConceptSpec("expel", None, **lists)  # type: ignore[arg-type]  # one of its two kinds of lists
    assert fires("$expel", doc(EXPELLED, language="de"), {"expel": concept})
    assert not fires("$expel", doc("Er weist den Weg.", language="de"), {"expel": concept})


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        (r"/Größe\w+/", "regex-ascii"),
        (r"/\bсуд/", "regex-ascii"),
        (r"/\bhalt/", None),
        (r"/h.l./", "regex-anchor"),
        (r"/\pL+halt/", None),
    ],
)
def test_a_pattern_that_does_less_than_it_seems_is_a_warning(pattern: str, code: str | None) -> None:
    found = [problem for _, problem in compiled(RuleSpec("r", "r", match=pattern)).problems]
    assert [problem.code for problem in found] == ([code] if code else [])
    assert all(problem.severity == "warning" and problem.hint for problem in found)


def test_a_pattern_that_cannot_be_is_an_error() -> None:
    found = [problem for _, problem in compiled(RuleSpec("r", "r", match=r"/halt(?=en)/")).problems]
    assert [(problem.code, problem.severity) for problem in found] == [("bad-regex", "error")]
