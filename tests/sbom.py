"""The bill of materials of a release, as CycloneDX: `make sbom` writes dist/news-monitor-VERSION.cdx.json.

cyclonedx-py lists what `requirements.lock` holds, with its hashes; added are what packages say of their licence and
what needs what.  It says nothing of where this machine gets its packages from: a package is named by its purl alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from monitor import __version__
from tests.docs.dependencies import LOCK, ROOT, licence, locked

TARGET = ROOT / "dist" / f"news-monitor-{__version__}.cdx.json"
SPEC = "1.6"
EXTRAS = ("", "postgresql", "browser")
"""Ours, which the lock holds too."""

Licences = Callable[[str], dict[str, Any]]
Needs = Callable[[str], Iterable[str]]


def main() -> int:
    """Write, check, say where."""
    text = json.dumps(completed(json.loads(_listed()), licence_of, needs_of), indent=2, sort_keys=True) + "\n"
    missing = set(locked(LOCK.read_text())) - {part["name"].lower() for part in json.loads(text)["components"]}
    if missing:
        print(f"not in the list: {', '.join(sorted(missing))}", file=sys.stderr)
        return 1
    _validate(text)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {len(json.loads(text)['components'])} packages, CycloneDX {SPEC}")
    return 0


def completed(bom: dict[str, Any], licence_of: Licences, needs_of: Needs) -> dict[str, Any]:
    """The tool's list with licences and the graph of what needs what, without addresses of a registry.

    `licence_of` and `needs_of` are asked with the name of a package; the latter with that of the whole, too.
    """
    parts = bom["components"]
    refs: dict[str, list[str]] = {}
    for part in parts:
        refs.setdefault(part["name"], []).append(part["bom-ref"])
    whole = bom["metadata"]["component"]
    graph = [
        {
            "ref": part["bom-ref"],
            "dependsOn": sorted({ref for name in needs_of(part["name"]) for ref in refs.get(name, ())}),
        }
        for part in (*parts, whole)
    ]
    return bom | {"components": [_told(part, licence_of(part["name"])) for part in parts], "dependencies": graph}


def _told(part: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    hashes = [
        reference | {"url": part["purl"], "comment": "any of the files that the lock allows"}
        for reference in part.get("externalReferences", ())
    ]
    kept = {key: value for key, value in part.items() if key not in ("description", "externalReferences")}
    return kept | {"licenses": [said]} | ({"externalReferences": hashes} if hashes else {})


def licence_of(name: str) -> dict[str, Any]:
    """What a package says of its licence: an SPDX expression, or its own words."""
    try:
        said = metadata.metadata(name).get_all("License-Expression")
    except metadata.PackageNotFoundError:  # one for another platform
        said = None
    return {"expression": said[0]} if said else {"license": {"name": licence(name)}}


def needs_of(name: str) -> list[str]:
    """The packages that one asks for here, without extras of its own; of ours, those as well."""
    extras = EXTRAS if name == "news-monitor" else ("",)
    try:
        asked = [Requirement(text) for text in metadata.requires(name) or ()]
    except metadata.PackageNotFoundError:
        return []
    wanted = (r for r in asked if r.marker is None or any(r.marker.evaluate({"extra": extra}) for extra in extras))
    return [canonicalize_name(requirement.name) for requirement in wanted]


def _listed() -> str:
    """What cyclonedx-py makes of the lock; neither time nor chance is in it."""
    tool = Path(sys.executable).with_name("cyclonedx-py")
    command = [str(tool), "requirements", "--pyproject", "pyproject.toml", "--sv", SPEC, "--of", "JSON"]
    command += ["--output-reproducible", "-o", "-", LOCK.name]
    environ = {**os.environ, "PYTHONWARNINGS": "ignore"}  # that the graph is missing: it is added afterwards
    return subprocess.run(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, check=True).stdout


def _validate(text: str) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    fault = JsonStrictValidator(SchemaVersion.from_version(SPEC)).validate_str(text)
    if fault is not None:
        raise SystemExit(f"this is no CycloneDX {SPEC}: {fault}")


if __name__ == "__main__":
    sys.exit(main())
