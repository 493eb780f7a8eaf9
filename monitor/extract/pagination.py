"""The next page of an article or a listing."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from monitor.extract.blocks import fold_space
from monitor.extract.page import Page, host_of

_NEXT_TEXT = re.compile(
    r"^\W*(?:next(?: page)?|nächste(?: seite)?|weiter|page suivante|suivante?|siguiente|successiva|avanti|"
    r"volgende|nästa|neste|næste|seuraava|następna|další|следующая|далее|older(?: posts)?|ältere|>|»|›|→)\W*$",
    re.IGNORECASE,
)
_PAGE_KEY = re.compile(
    r"p|pg|page|paged|pagina|page_?(?:no|num|number)|seite|side|sida|strana|str|start|offset|from", re.IGNORECASE
)
_PAGE_NUMBER = re.compile(r"0{0,3}\d{1,3}", re.ASCII)
_NUMBER = re.compile(r"(?<!\d)(\d{1,3})(?!\d)")


def next_page(page: Page, *, listing: bool = False) -> str | None:
    """The address that the page calls its next: `rel=next`, or a link named so whose address is this one, counted on.

    An article's next page lies under the article's own address; what merely follows in the site (`rel=next` between
    articles, as blogs have it) is no next page.  For a listing older entries are.
    """
    for href, text, rel in _links(page):
        address = page.absolute(href)
        if address is None or address == page.url or host_of(address) != host_of(page.url):
            continue
        named = "next" in rel or bool(_NEXT_TEXT.match(text))
        if named and (listing or counts_on(page.url, address)):
            return address
    return None


def _links(page: Page) -> list[tuple[str, str, list[str]]]:
    found: list[tuple[str, str, list[str]]] = []
    for element in page.tree.iter("link", "a"):
        href = element.get("href")
        if not href:
            continue
        rel = (element.get("rel") or "").lower().split()
        text = ""
        if element.tag == "a":
            text = fold_space(element.text_content())[:40] or (element.get("aria-label") or element.get("title") or "")
        found.append((href, text, rel))
    return sorted(found, key=lambda link: "next" not in link[2])


def counts_on(url: str, address: str) -> bool:
    """`address` is `url` with a page number added or raised by one."""
    one, other = urlsplit(url), urlsplit(address)
    path, other_path = one.path.rstrip("/"), other.path.rstrip("/")
    if path == other_path:
        old, new = dict(parse_qsl(one.query)), dict(parse_qsl(other.query))
        changed = [(name, value) for name, value in new.items() if old.get(name) != value]
        if len(changed) != 1 or not _PAGE_KEY.fullmatch(changed[0][0]):
            return False
        number, before = _page_number(changed[0][1]), _page_number(old.get(changed[0][0], ""))
        return number is not None and (before is None or number == before + 1)
    return _number_after(path, other_path)


def _page_number(value: str) -> int | None:
    return int(value) if _PAGE_NUMBER.fullmatch(value) else None


def _number_after(path: str, other: str) -> bool:
    stem, other_stem = re.sub(r"\.\w{2,5}$", "", path), re.sub(r"\.\w{2,5}$", "", other)
    if other_stem.startswith(stem):
        tail = other_stem[len(stem) :]
        return bool(re.fullmatch(r"[/,_-]?(?:page|seite|p|s)?[/,_-]?\d{1,3}", tail, re.IGNORECASE))
    numbers, others = _NUMBER.findall(stem), _NUMBER.findall(other_stem)
    if _NUMBER.sub("#", stem) != _NUMBER.sub("#", other_stem) or not numbers:
        return False
    return numbers[:-1] == others[:-1] and int(others[-1]) == int(numbers[-1]) + 1
