"""Pages that stand in place of what was asked for; a site's own pages hold the scripts of the same services."""

from __future__ import annotations

import re
from itertools import islice

FEWEST_LINKS = 30
"""Links of a site's own page; 95 of 100 have more.  A wall has its imprint and little else."""
_LINK = re.compile(rb"<a\s", re.IGNORECASE)


def is_bare(page: bytes) -> bool:
    """Whether the page has so few links that it may be a wall: a challenge, a form to log in, one for consent."""
    return sum(1 for _ in islice(_LINK.finditer(page), FEWEST_LINKS)) < FEWEST_LINKS
