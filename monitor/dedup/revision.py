"""What an edit means, how it reads, and when to look at a page again."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.dedup.words import corrections, figures, numbers, similarity, tokens
from monitor.model.article import TextState
from monitor.model.reasons import Reason

NEW_SHINGLES = 0.30
TITLE_CHANGE = 0.5
CORRECTED_WORDS = 30
"""In shorter texts a number may be a counter: so many points, so many comments."""
READ_AGAIN_AFTER = (timedelta(minutes=5), timedelta(minutes=20), timedelta(minutes=90))
SHORT_WORDS = 120
YOUNG = timedelta(hours=24)
_BREAKING = frozenset(
    [
        "eil",
        "eilmeldung",
        "breaking",
        "live",
        "liveblog",
        "liveticker",
        "ticker",
        "urgent",
        "alerte",
        "молния",
        "срочно",
        "directo",
        "urgente",
    ]
)


@dataclass(frozen=True, slots=True)
class Version:
    """What of an article can change: plain text, one block a line."""

    title: str
    lead: str
    text: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing that a reader would notice."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Immaterial:
    """Edited, but telling nothing new."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Material:
    """Edited, and worth matching again as news."""

    reason: Reason


def same_words(old: Version, new: Version) -> bool:
    """Whether versions differ in case, spacing and punctuation at most."""
    pairs = ((old.title, new.title), (old.lead, new.lead), (old.text, new.text))
    return old == new or all(tokens(before) == tokens(after) for before, after in pairs)


def decide_revision(old: Version, new: Version) -> Unchanged | Immaterial | Material:
    """Whether `new` is another text than `old`, and whether it tells anything that `old` did not."""
    if same_words(old, new):
        return Unchanged(Reason("unchanged", "the same words"))
    before, after = numbers(f"{old.title}\n{old.lead}"), numbers(f"{new.title}\n{new.lead}")
    if before != after:
        listed = ", ".join(sorted(before ^ after))
        return Material(Reason("numbers", f"numbers in title or lead changed: {listed}"))
    if similarity(old.title, new.title) <= TITLE_CHANGE and tokens(old.title) != tokens(new.title):
        return Material(Reason("title", f"the title was “{old.title}”"))
    former, words = tokens(f"{old.lead}\n{old.text}"), tokens(f"{new.lead}\n{new.text}")
    changed = corrections(figures(old.text), figures(new.text)) if len(words) >= CORRECTED_WORDS else []
    if changed:
        listed = ", ".join(f"{one} became {other}" for one, other in changed[:3])
        return Material(Reason("correction", f"numbers were corrected: {listed}"))
    share = _new_share(former, words)
    if share >= NEW_SHINGLES:
        return Material(Reason("text", f"{share:.0%} of the text is new"))
    return Immaterial(Reason("edited", f"{share:.0%} of the text is new, the numbers in title and lead are the same"))


def _new_share(old: list[str], new: list[str]) -> float:
    size = max(1, min(4, len(old), len(new)))
    before = {tuple(old[i : i + size]) for i in range(len(old) - size + 1)}
    after = {tuple(new[i : i + size]) for i in range(len(new) - size + 1)}
    return len(after - before) / len(after) if after else 0.0


def readable_diff(old: Version, new: Version) -> str:
    """The edit sentence by sentence: `-` and `+` lines, two unchanged ones around them; "" when none differs.

    Blocks may be whole articles, in which a changed number would be lost.  `...` stands for what is left out.
    """
    hunks: list[list[str]] = []
    for line in difflib.unified_diff(_sentences(old), _sentences(new), n=2, lineterm=""):
        if line.startswith("@@"):
            hunks.append([])
        elif hunks:
            hunks[-1].append(line)
    return "\n...\n".join("\n".join(hunk) for hunk in hunks)


_SENTENCE_END = re.compile(r"(?<=[.!?…][\s\"”“»«’)])\s*(?=\S)|(?<=[。！？])(?=\S)")


def _sentences(version: Version) -> list[str]:
    head = [version.title] + ([version.lead] if version.lead and version.lead not in version.text else [])
    blocks = [*head, *(block for block in version.text.splitlines() if block.strip())]
    return [sentence.strip() for block in blocks for sentence in _SENTENCE_END.split(block)]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of an article's page when it has been read; `reads` counts the readings so far."""

    title: str
    words: int
    first_seen_at: datetime
    reads: int
    text_state: TextState = TextState.FULL
    live: bool = False
    published_at: datetime | None = None


def next_reading(article: Reading, now: datetime) -> datetime | None:
    """When to read the page again, or None: only young pages that are short, breaking, live or partly readable.

    5, 20 and 90 minutes after the first sight; a reading that an outage delayed follows after a minute.
    """
    step = article.reads - 1
    if not 0 <= step < len(READ_AGAIN_AFTER) or not unfinished(article):
        return None
    born = min(article.published_at or article.first_seen_at, article.first_seen_at)
    if now - born >= YOUNG:
        return None
    return max(article.first_seen_at + READ_AGAIN_AFTER[step], now + timedelta(minutes=1))


def unfinished(article: Reading) -> bool:
    """Whether a page is likely to fill up under the same address."""
    partly = article.text_state is not TextState.FULL
    return partly or article.live or article.words < SHORT_WORDS or is_breaking(article.title)


def is_breaking(title: str) -> bool:
    """Whether a title is marked as a flash ("+++ Eil +++", "BREAKING:")."""
    return not _BREAKING.isdisjoint(tokens(title)[:3]) or "+++" in title
