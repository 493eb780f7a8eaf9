"""CSS or XPath as users write them in the configuration."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from lxml import etree
from lxml.html import HtmlElement

_XPATH = re.compile(
    r"^\s*(?:\.?\.?/|\(|\./|(?:ancestor|child|descendant|following|parent|preceding|self|attribute)[\w-]*::|"
    r"(?:normalize-space|string|concat|id)\()"
)
_ATTRIBUTE = re.compile(r"^(?P<selector>.*\S)\s*@(?P<name>[\w:-]+)\s*$", re.DOTALL)

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_CALL = re.compile(r"(?<![\w:-])(?:[\w-]+::)?([\w-]+(?::[\w-]+)?)\s*\(")
# XPath 1.0: node tests (2.3), the core function library (4), and the operators that may stand before a parenthesis.
_FUNCTIONS = frozenset(
    """node text comment processing-instruction last position count id local-name namespace-uri name string concat
    starts-with contains substring-before substring-after substring string-length normalize-space translate boolean
    not true false lang number sum floor ceiling round and or div mod""".split()  # noqa: SIM905 - reads better
)

Found: TypeAlias = HtmlElement | str


def check_selector(text: str) -> str | None:
    """What is wrong with a selector, for people; None if it can be used."""
    if not text.strip():
        return "the selector is empty"
    try:
        _compile(text)
    except ValueError as error:
        return str(error)
    return _unknown_function(text) if _XPATH.match(text) else None


def _unknown_function(text: str) -> str | None:
    """libxml2 looks functions up only when an element is there to apply them to, so they are checked here."""
    for name in _CALL.findall(_QUOTED.sub("''", text)):
        if name not in _FUNCTIONS and not name.startswith("re:"):
            return f"{text!r} is no XPath that can be used: there is no function {name}()"
    return None


def select(root: HtmlElement, text: str) -> list[Found]:
    """Elements (or strings, for `css@attribute` and XPath that ends in an attribute) that the selector finds.

    Nothing for a selector that is none: the configuration refuses those when it is loaded.
    """
    try:
        return _compile(text)(root)
    except (ValueError, etree.XPathError):
        return []


def select_elements(root: HtmlElement, text: str) -> list[HtmlElement]:
    """Only the elements that the selector finds."""
    return [found for found in select(root, text) if isinstance(found, HtmlElement)]


@lru_cache(maxsize=1024)
def _compile(text: str) -> Callable[[HtmlElement], list[Found]]:
    if _XPATH.match(text):
        return _xpath(text.strip(), text)
    match = _ATTRIBUTE.match(text)
    selector, attribute = (match["selector"], match["name"]) if match else (text.strip(), None)
    return _css(selector, attribute)


def _css(selector: str, attribute: str | None) -> Callable[[HtmlElement], list[Found]]:
    from lxml.cssselect import CSSSelector, SelectorError  # noqa: PLC0415  # only where a source has a CSS selector

    try:
        path = CSSSelector(selector, translator="html").path
    except SelectorError as error:
        raise ValueError(f"{selector!r} is no CSS selector: {error}") from error
    return _xpath(f"({path})/@{attribute}" if attribute else path, selector)


def _xpath(path: str, written: str) -> Callable[[HtmlElement], list[Found]]:
    try:
        compiled = etree.XPath(path, namespaces={"re": "http://exslt.org/regular-expressions"})
    except etree.XPathSyntaxError as error:
        raise ValueError(f"{written!r} is no XPath: {error}") from error

    def run(root: HtmlElement) -> list[Found]:
        result = compiled(root)
        if isinstance(result, list):
            return [
                item if isinstance(item, HtmlElement) else str(item)
                for item in result
                if isinstance(item, (HtmlElement, str))
            ]
        return [str(result)] if isinstance(result, str) and result else []

    return run
