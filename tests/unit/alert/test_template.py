from __future__ import annotations

import pytest

from monitor.alert.template import MAX_OUTPUT, TemplateProblem, TooMuch, fill, unknown_names

VALUES = {"items": [{"title": "<b>x</b>"}] * 50, "title": "t" * 500}


def test_values_are_escaped_in_html_only() -> None:
    source = "{% for item in items %}{{ item.title }}{% endfor %}"
    assert "&lt;b&gt;" in fill(source, VALUES, html=True)
    assert "<b>" in fill(source, VALUES, html=False)


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in title %}{% for b in title %}{% for c in title %}{% endfor %}{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for a in items recursive %}{{ loop(items) }}{% endfor %}",
        "{{ 'x' * 10000000000 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ '%99999999999d' % 1 }}",
        "{{ title.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{% for i in range(1000000) %}x{% endfor %}",
        "{{ title | center(100000000000) }}",
        "{{ 'a'.ljust(100000000000) }}",
        "{{ '{:>100000000000}'.format(1) }}",
        "{{ ['a'] | batch(100000000000, 'x') | list }}",
        "{{ 1.5 | round(100000000000, 'ceil') }}",
        "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a ~ a %}" * 40 + "{{ a | length }}",
        "{% include 'other' %}",
        "{{ nothing }}",
        "{% for a in items %}",
        "{{ title.format(title) }}{{ '{0.__class__}'.format(title) }}",
    ],
)
def test_hostile_and_broken_templates_are_refused(source: str) -> None:
    with pytest.raises(TemplateProblem):
        fill(source, VALUES, html=False)


def test_unknown_names_are_found() -> None:
    assert unknown_names("{{ titel }} {% for item in items %}{{ item.x }}{% endfor %}", frozenset(VALUES)) == ("titel",)
    with pytest.raises(TemplateProblem, match="line 2"):
        unknown_names("fine\n{% if %}", frozenset())


def test_numbers_may_be_added() -> None:
    assert fill("{{ 1 + 2 }}", VALUES, html=False) == "3"
    with pytest.raises(TemplateProblem, match=r"\+ is not for templates"):
        fill("{{ title + title }}", VALUES, html=False)


def test_a_template_that_writes_without_end_is_stopped() -> None:
    with pytest.raises(TooMuch, match="writes more than"):
        fill("x" * (MAX_OUTPUT + 1), VALUES, html=False)
