"""`make docs`: write the generated pages (`--pages`: only those), then the documentation as HTML into site/."""

from __future__ import annotations

import subprocess
import sys

from tests.docs.reference import DOCS, PAGES


def main() -> int:
    """Write what is generated; build the site."""
    for name, make in PAGES.items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(make(), encoding="utf-8")
    if "--pages" in sys.argv[1:]:
        return 0
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q"], cwd=DOCS.parent, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
