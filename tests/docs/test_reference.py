"""Nothing stays undocumented, and what is generated is up to date."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.docs.codes import collect
from tests.docs.reference import DOCS, PAGES, known_codes

WHY = (
    "monitor.alert.decide",
    "monitor.alert.fire",
    "monitor.alert.mute",
    "monitor.alert.route",
    "monitor.match.judge",
    "monitor.loops.courier",
    "monitor.loops.dispatch",
    "monitor.loops.tell",
)
"""What decides whether somebody is told."""


@cache
def made(name: str) -> str:
    return PAGES[name]()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_up_to_date(name: str) -> None:
    remedy = "run: python -m tests.docs.build --pages"
    assert (DOCS / name).read_text(encoding="utf-8") == made(name), remedy


def test_every_code_has_cause_and_remedy() -> None:
    found = {code.name: code.module for code in collect()}
    missing = sorted(set(found) - set(known_codes()))
    where = [f"{name} ({found[name]})" for name in missing]
    assert not missing, f"describe them in docs/reference/codes.yaml: {where}"
    assert not sorted(set(known_codes()) - set(found)), "described, but shown nowhere"


def test_whatever_keeps_an_alert_back_stands_on_the_page_that_explains_it() -> None:
    page = (DOCS / "explanation" / "why.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", page))
    reasons = {code.name for code in collect() if code.kind == "reason" and code.module in WHY}
    assert sorted(reasons - asked - {"fired"}) == []
    named = {code for line in page.splitlines() if line.startswith("| ") for code in _codes_in(line)}
    assert sorted(named - set(known_codes())) == [], "named, and unknown to the program"


def _codes_in(line: str) -> list[str]:
    cells = line.split("|")
    return re.findall(r"`([a-z-]+)`", cells[2]) if len(cells) > 3 else []


def test_every_setting_and_option_has_words() -> None:
    for name, begin in (("reference/settings.md", "| `"), ("reference/commands.md", "| `-")):
        bare = [line for line in made(name).splitlines() if line.startswith(begin) and line.endswith("|  |")]
        assert bare == []
