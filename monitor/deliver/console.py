"""`console://`: alerts in the terminal, for demonstrations and tests."""

from __future__ import annotations

import sys
from typing import TextIO

from monitor.model.message import Form, Markup, Rendered, Shape

SCHEME = "console://"
SHAPE = Shape(Form.CONSOLE, Markup.TEXT, title_max=300, body_max=20_000)


def print_message(rendered: Rendered, stream: TextIO | None = None) -> None:
    """Write title and body; the renderer has taken control characters out."""
    out = stream or sys.stdout
    out.write(f"{rendered.title}\n{rendered.body}\n\n")
    out.flush()
