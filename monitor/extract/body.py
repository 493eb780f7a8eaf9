"""Which extractor's lines are the article's body."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.extract.blocks import Block, is_big, key_of, page_blocks_of
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
_SHORT_CHARS = 250
"""The precise mode gives little where a page is no usual article; then the usual mode is asked too."""
_COVERED = 0.5
"""Our own extractor has a say when it took at least that share of the core's words."""


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
    big = is_big(page.elements, blocks)
    lines = own if big else _extracted(page, own, steps)
    if big:
        steps.append(Step("extractor", "own: the page is too big for the core"))
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
    core = by_trafilatura(page.tree)
    if sum(map(len, core)) < _SHORT_CHARS:
        wider = by_trafilatura(page.tree, precise=False)
        if sum(map(len, wider)) > 2 * sum(map(len, core)):
            steps.append(
                Step("extractor", f"trafilatura's precise mode found {len(core)} lines, its usual one {len(wider)}")
            )
            core = wider
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
