"""docs/dependencies.md from the lock and the metadata of what is installed: `python -m tests.docs.dependencies`."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
PAGE = ROOT / "docs" / "dependencies.md"
HEAD = """# Dependencies

What `requirements.lock` holds, extras included: the software bill of materials.  Made by
`python -m tests.docs.dependencies` from the lock and the metadata of the installed packages; a test holds it equal to
the lock.

| package | version | licence |
|---|---|---|
"""
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_CLASSIFIER = "License :: OSI Approved :: "


def locked(text: str) -> dict[str, tuple[str, int]]:
    """Version and number of hashes by package."""
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in text.splitlines():
        if pin := _PIN.match(line):
            name = pin.group(1).lower()
            found[name] = (pin.group(2), 0)
        elif "--hash=sha256:" in line and name:
            version, hashes = found[name]
            found[name] = (version, hashes + line.count("--hash=sha256:"))
    return found


def licence(name: str) -> str:
    """What the package says about itself, in a few words."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "not installed here"
    classified = [c.removeprefix(_CLASSIFIER) for c in about.get_all("Classifier") or () if c.startswith(_CLASSIFIER)]
    fields = [*(about.get_all("License-Expression") or ()), ", ".join(classified), *(about.get_all("License") or ())]
    said = next((text for text in fields if text), "see the package")
    return said.strip().splitlines()[0][:60].replace("|", "/")


def page() -> str:
    """The whole page."""
    rows = (
        f"| {name} | {version} | {licence(name)} |\n" for name, (version, _) in sorted(locked(LOCK.read_text()).items())
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page())
