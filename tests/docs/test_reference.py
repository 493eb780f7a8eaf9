"""Nothing stays undocumented, and what is generated is up to date."""

from __future__ import annotations

import pytest

from tests.docs.codes import collect
from tests.docs.reference import DOCS, known_codes, pages


@pytest.mark.parametrize("name", sorted(pages()))
def test_generated_pages_are_up_to_date(name: str) -> None:
    remedy = "run: python -m tests.docs.build --pages"
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], remedy


def test_every_code_has_cause_and_remedy() -> None:
    found = {code.name: code.module for code in collect()}
    missing = sorted(set(found) - set(known_codes()))
    where = [f"{name} ({found[name]})" for name in missing]
    assert not missing, f"describe them in docs/reference/codes.yaml: {where}"
    assert not sorted(set(known_codes()) - set(found)), "described, but shown nowhere"


def test_every_setting_and_option_has_words() -> None:
    for name, begin in (("reference/settings.md", "| `"), ("reference/commands.md", "| `-")):
        bare = [line for line in pages()[name].splitlines() if line.startswith(begin) and line.endswith("|  |")]
        assert bare == []
