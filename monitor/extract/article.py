"""A page -> the article and nothing but the article.

One parse; `read_page | read_metadata | core extractor | fill | trim | standfirst | verdict`, each with its `Step`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.extract import failures, pdf, plaintext
from monitor.extract.blocks import Block, page_blocks_of
from monitor.extract.body import Body, read_body
from monitor.extract.kind import looks_like
from monitor.extract.live import is_live
from monitor.extract.metadata import Metadata, read_metadata
from monitor.extract.page import Page, read_page
from monitor.extract.pagination import next_page
from monitor.extract.selector import select_elements
from monitor.extract.standfirst import find_standfirst
from monitor.extract.trim import trim
from monitor.model.article import Extracted, Step, TextState
from monitor.model.reasons import Reason
from monitor.model.source import ArticleSelectors

_DEFAULT = ArticleSelectors()


def extract_article(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    selectors: ArticleSelectors = _DEFAULT,
    title_hint: str | None = None,
    now: datetime | None = None,
) -> Extracted:
    """The article of a fetched document: an HTML page, a PDF, a plain-text dump.

    `url` is where the body came from, `content_type` its header, `title_hint` what the feed or listing called it, `now`
    bounds dates.  Never raises; whatever stands in the way is `text_state` with its `text_reason`.
    """
    kind = looks_like(body, content_type=content_type)
    if kind == "pdf":
        return pdf.extract_pdf(body, title_hint=title_hint, now=now)
    if kind == "text":
        return plaintext.extract_dump(body, content_type=content_type, title_hint=title_hint, now=now)
    if kind != "html":
        return failed(failures.not_a_page(kind), title=title_hint or "", stage="kind")
    page = read_page(body, url=url, content_type=content_type)
    if isinstance(page, Reason):
        return failed(page, title=title_hint or "", stage="parse")
    return extract_page(page, selectors=selectors, title_hint=title_hint, now=now)


def failed(reason: Reason, *, title: str, stage: str) -> Extracted:
    """An article of which nothing but perhaps the title is known."""
    return Extracted(
        title=title, text="", text_state=TextState.TITLE, text_reason=reason, steps=(Step(stage, str(reason)),)
    )


def extract_page(
    page: Page, *, selectors: ArticleSelectors = _DEFAULT, title_hint: str | None = None, now: datetime | None = None
) -> Extracted:
    """The article of a parsed page."""
    steps: list[Step] = []
    _apply_removals(page, selectors, steps)
    blocks = page_blocks_of(page.tree)
    meta = read_metadata(page, blocks, title_hint=title_hint, now=now)
    meta = _with_selected_title(page, meta, selectors)
    steps += [Step(stage, verdict) for stage, verdict in meta.verdicts]
    body = read_body(page, blocks, meta, selectors)
    steps += body.steps
    lines, lead = _finish(body, blocks, meta, steps)
    live = is_live(page, meta)
    state, reason = failures.judge(page, blocks, meta, lines)
    if reason:
        steps.append(Step("verdict", f"{state}: {reason}"))
    keeps = reason is None or reason.code in failures.KEEP_TEXT
    return Extracted(
        title=meta.title,
        text="\n".join(lines) if keeps else "",
        lead=lead if keeps else None,
        authors=meta.authors,
        published_at=meta.date.at if meta.date else None,
        published_at_local=meta.date.local if meta.date else None,
        language=meta.language,
        image=meta.image,
        canonical_url=meta.canonical_url,
        section=meta.section,
        text_state=state,
        text_reason=reason,
        live=live,
        next_url=next_page(page),
        steps=tuple(steps),
    )


def _apply_removals(page: Page, selectors: ArticleSelectors, steps: list[Step]) -> None:
    for selector in selectors.remove:
        found = [element for element in select_elements(page.tree, selector) if element is not page.tree]
        for element in found:
            element.drop_tree()
        steps.append(Step("remove", f"{selector}: {len(found)} taken out"))


def _with_selected_title(page: Page, meta: Metadata, selectors: ArticleSelectors) -> Metadata:
    if selectors.title is None:
        return meta
    for element in select_elements(page.tree, selectors.title):
        title = " ".join(element.text_content().split())
        if title:
            return replace(meta, title=title)
    return meta


def _finish(body: Body, blocks: list[Block], meta: Metadata, steps: list[Step]) -> tuple[list[str], str | None]:
    """Trimmed lines with the standfirst in its place, and the standfirst."""
    trimmed = trim(body.lines, titles=meta.titles, blocks=blocks, agreed=body.agreed)
    steps += [Step("trim", f"{why}: {line[:80]}") for why, line in trimmed.removed]
    lines = list(trimmed.lines)
    if body.selected:
        return lines, None
    found = find_standfirst(blocks, lines, title=meta.title, description=meta.description)
    if found is None:
        return lines, None
    steps.append(Step("standfirst", f"{'added' if found.missing else 'present'}: {found.why}"))
    return ([found.text, *lines] if found.missing else lines), found.text
