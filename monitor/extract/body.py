"""Which extractor's lines are the article's body."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.extract.blocks import Block, key_of, page_blocks_of
from monitor.extract.core import by_trafilatura
from monitor.extract.framework import framework_body, jsonld_body
from monitor.extract.metadata import Metadata
from monitor.extract.own import by_container
from monitor.extract.page import Page
from monitor.extract.selector import select_elements
from monitor.extract.textscore import likeness, word_counts
from monitor.model.article import Step
from monitor.model.source import ArticleSelectors

_FILL_CHARS = 400
"""A JSON body of fewer characters is a summary."""
_COVERED = 0.5
"""Our own extractor has a say when it took at least that share of the core's words."""
MAX_ELEMENTS = 40_000
"""More would take the core seconds; our own linear extractor reads such pages."""


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of the body before trimming; `selected`: a selector of the user chose them."""

    lines: tuple[str, ...]
    steps: tuple[Step, ...]
    selected: bool = False
    agreed: frozenset[str] = frozenset()
    """Keys of the lines that our own extractor takes for the article."""


def read_body(page: Page, blocks: list[Block], meta: Metadata, selectors: ArticleSelectors) -> Body:
    """The body by the user's selector, else by the extractors, filled from embedded data where they found little."""
    steps: list[Step] = []
    if selectors.body is not None:
        lines = _selected(page, selectors.body)
        steps.append(Step("body selector", f"{len(lines)} lines" if lines else "matches nothing"))
        if lines:
            return Body(tuple(lines), tuple(steps), selected=True)
    own = by_container(blocks)
    lines = _extracted(page, own, steps)
    filled = _filled(page, meta, lines, steps)
    return Body(tuple(filled), tuple(steps), agreed=_agreed(filled, own))


def _agreed(lines: list[str], own: list[str]) -> frozenset[str]:
    """The keys of the lines that our own extractor takes too; all, where it looked elsewhere in the page."""
    counts, own_counts = word_counts(lines), word_counts(own)
    covered = (counts & own_counts).total()
    seen = own if covered >= _COVERED * counts.total() else lines
    return frozenset(key_of(line) for line in seen)


def _selected(page: Page, selector: str) -> list[str]:
    return [block.text for element in select_elements(page.tree, selector) for block in page_blocks_of(element)]


def _extracted(page: Page, own: list[str], steps: list[Step]) -> list[str]:
    elements = sum(1 for _ in page.tree.iter())
    if elements > MAX_ELEMENTS:
        steps.append(Step("extractor", f"own: {elements} elements are too many for the core"))
        return own
    core = by_trafilatura(page.tree)
    agreement = likeness(word_counts(core), word_counts(own))
    steps.append(Step("extractor", f"trafilatura: {len(core)} lines, own agrees to {agreement:.2f}"))
    return core or own


def _filled(page: Page, meta: Metadata, lines: list[str], steps: list[Step]) -> list[str]:
    """Embedded bodies only fill gaps: taken first they lose subheads and lists (measured: 3.6 points)."""
    have = sum(map(len, lines))
    for stage, found in (
        ("JSON-LD", jsonld_body(meta.node)),
        ("framework", framework_body(page.tree) if have < _FILL_CHARS else []),
    ):
        size = sum(map(len, found))
        if size >= _FILL_CHARS and have < size / 2:
            steps.append(Step("fill", f"{stage}: {size} characters in place of {have}"))
            return found
    return lines
