"""The bill of materials: what is added to the tool's list."""

from __future__ import annotations

import json
from typing import Any

from tests.sbom import completed, licence_of, needs_of

LISTED: dict[str, Any] = {
    "components": [
        {
            "bom-ref": "1",
            "name": name,
            "purl": f"pkg:pypi/{name}@1",
            "description": "requirements line 1",
            "externalReferences": [{"type": "distribution", "url": f"https://index.example/{name}/", "hashes": []}],
        }
        for name in ("alpha",)
    ]
    + [{"bom-ref": number, "name": "beta", "purl": "pkg:pypi/beta@2"} for number in ("2", "3")],
    "metadata": {"component": {"bom-ref": "whole", "name": "ours"}},
}
NEEDS = {"ours": ["alpha", "not-for-this-platform"], "alpha": ["beta", "beta"]}


def made() -> dict[str, Any]:
    return completed(LISTED, lambda _: {"expression": "MIT"}, lambda name: NEEDS.get(name, ()))


def test_no_registry_is_named_and_the_hashes_stay() -> None:
    assert "index.example" not in json.dumps(made())
    (reference,) = made()["components"][0]["externalReferences"]
    assert reference["url"] == "pkg:pypi/alpha@1"
    assert reference["hashes"] == []


def test_it_says_what_needs_what_with_every_version_that_the_lock_has() -> None:
    graph = {row["ref"]: row["dependsOn"] for row in made()["dependencies"]}
    assert graph == {"whole": ["1"], "1": ["2", "3"], "2": [], "3": []}


def test_every_part_has_a_licence() -> None:
    assert all(part["licenses"] == [{"expression": "MIT"}] for part in made()["components"])
    assert licence_of("aiohttp") == {"expression": "Apache-2.0 AND MIT"}
    assert licence_of("no-such-package-here") == {"license": {"name": "not installed here"}}


def test_needs_are_those_of_this_platform_without_extras_of_others() -> None:
    assert "yarl" in needs_of("aiohttp")
    assert "brotli" not in needs_of("aiohttp"), "an extra"
    assert needs_of("no-such-package-here") == []
