"""How alike two texts are, by their words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


def word_counts(lines: Sequence[str]) -> Counter[str]:
    """The words of the lines, lower case, with their number."""
    return Counter(_WORD.findall("\n".join(lines).lower()))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Token F1, 0 to 1; two empty texts are alike."""
    if not one and not other:
        return 1.0
    common = sum((one & other).values())
    return 2.0 * common / (one.total() + other.total())
