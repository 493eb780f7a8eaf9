from __future__ import annotations

import re

from tests.docs.dependencies import LOCK, PAGE, locked


def test_every_locked_package_has_hashes() -> None:
    found = locked(LOCK.read_text())
    assert len(found) > 30
    assert [name for name, (_, hashes) in found.items() if not hashes] == []


def test_the_list_is_that_of_the_lock() -> None:
    listed = dict(re.findall(r"^\| (\S+) \| (\S+) \| .+ \|$", PAGE.read_text(), re.MULTILINE))
    listed.pop("package", None)
    assert listed == {name: version for name, (version, _) in locked(LOCK.read_text()).items()}


def test_what_is_looked_up_by_hand_is_of_the_versions_that_are_locked() -> None:
    _, _, section = (PAGE.parent / "security.md").read_text().partition("## Dependencies")
    listed = dict(re.findall(r"^\| ([a-z0-9-]+) \| (\d\S*) \|", section, re.MULTILINE))
    assert len(listed) > 10
    assert {name: locked(LOCK.read_text())[name][0] for name in listed} == listed
