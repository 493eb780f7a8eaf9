"""A stored article as paragraphs with the passages that counted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from monitor.model.match import Evidence
from monitor.store.pages import Hit
from monitor.web.rendering import TEXT_MAX, marked

_WORDS = re.compile(r"\S+\s*")
DIFF_PIECES_MAX = 4000
"""Words of both texts, else paragraphs, that are compared: that takes the square of their number."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Title, standfirst and paragraphs, marked."""

    title: Markup
    lead: Markup
    paragraphs: tuple[Markup, ...]
    cut: bool


def paragraphs(text: str) -> tuple[str, ...]:
    """The blocks of a stored text."""
    return tuple(line for line in text.splitlines() if line.strip())


def shown(title: str, lead: str, text: str, evidence: Sequence[Mapping[str, Any]]) -> Shown:
    """A text with its marks; a very long one is cut."""
    blocks = paragraphs(text[:TEXT_MAX])
    return Shown(
        marked(title, _in(evidence, "title", 0)),
        marked(lead, _in(evidence, "lead", 0)),
        tuple(marked(block, _in(evidence, "body", at)) for at, block in enumerate(blocks)),
        len(text) > TEXT_MAX,
    )


def evidence_of(hits: Iterable[Hit], revision: int) -> list[Mapping[str, Any]]:
    """The passages of all matches of a revision, those that a guard took too."""
    found: list[Mapping[str, Any]] = []
    for hit in hits:
        if hit.revision == revision:
            found += hit.evidence
            for group in hit.held:
                found += group.get("evidence", ())
    return found


def plain_evidence(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Evidence as it stands in the database."""
    return [
        {"field": e.field, "paragraph": e.paragraph, "start": e.start, "end": e.end, "text": e.text, "term": e.term}
        for e in evidence
    ]


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """What changed, as (`same | gone | new`, text): by word, by paragraph in long texts, as a whole in extreme ones."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > DIFF_PIECES_MAX:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if len(old) + len(new) > DIFF_PIECES_MAX:
        old, new = [before], [after]
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(old[a:b])))
        if kind in ("delete", "replace"):
            found.append(("gone", "".join(old[a:b])))
        if kind in ("insert", "replace"):
            found.append(("new", "".join(new[c:d])))
    return found


def _in(evidence: Sequence[Mapping[str, Any]], field: str, paragraph: int) -> list[Mapping[str, Any]]:
    return [e for e in evidence if e["field"] == field and (field != "body" or e["paragraph"] == paragraph)]
