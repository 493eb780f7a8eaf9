"""Article bodies that a page carries only as data of its JavaScript framework, or as JSON-LD."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from monitor.extract.blocks import fold_space
from monitor.extract.jsonld import Node, load_lenient, text_of
from monitor.extract.sanitize import html_to_text

_NEXT_CHUNK = re.compile(r'self\.__next_f\.push\(\[1,\s*("(?:[^"\\]|\\.)*")\]\)')
_FLIGHT_LINE = re.compile(r"^[0-9a-f]+:(?=[\[{])", re.MULTILINE)
_STATE = re.compile(r"(?:window\.)?(?<!_)__[A-Z_]{0,40}(?:STATE|DATA|PROPS)__\s*=\s*(?=[{\[])")
_MAX_CHARS = 4_000_000
_BODY_KEYS = (
    "articlebody",
    "body",
    "content",
    "bodyhtml",
    "contenthtml",
    "text",
    "html",
    "paragraphs",
    "blocks",
    "storybody",
    "fulltext",
)
_PARAGRAPH = 80
_MAX_STEPS = 200_000


def jsonld_body(node: Node | None) -> list[str]:
    """The lines of the article node's `articleBody`."""
    body = text_of(node.get("articleBody")) if node else ""
    if "<" in body and ">" in body:
        body = html_to_text(body)
    return [line for raw in re.split(r"[\r\n]+", body) if (line := fold_space(raw))]


def framework_body(tree: HtmlElement) -> list[str]:
    """The longest article-like run of paragraphs in the page's framework data; empty where there is none."""
    best: list[str] = []
    for data in _states(tree):
        lines = _longest_body(data)
        if sum(map(len, lines)) > sum(map(len, best)):
            best = lines
    return best


def _states(tree: HtmlElement) -> Iterator[object]:
    flight: list[str] = []
    for script in tree.iter("script"):
        text = script.text or ""
        if not text or len(text) > _MAX_CHARS or "ld+json" in (script.get("type") or ""):
            continue
        if script.get("type") == "application/json":
            yield load_lenient(text)
        elif "__next_f" in text:
            flight.extend(_flight_chunks(text))
        elif match := _STATE.search(text):
            yield _prefix(text[match.end() :])
    joined = "".join(flight)
    for match in _FLIGHT_LINE.finditer(joined):
        yield _prefix(joined[match.end() :])


def _flight_chunks(text: str) -> Iterator[str]:
    for match in _NEXT_CHUNK.finditer(text):
        try:
            yield str(json.loads(match[1]))
        except ValueError:
            continue


def _prefix(text: str) -> object:
    """The JSON value that `text` begins with."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _longest_body(data: object) -> list[str]:
    """Of all values under a key that means text, the one with the most paragraphs' worth of prose."""
    best: list[str] = []
    stack: list[tuple[str, object]] = [("", data)]
    for _ in range(_MAX_STEPS):
        if not stack:
            break
        key, value = stack.pop()
        if key.lower().replace("_", "") in _BODY_KEYS:
            lines = _prose_of(value)
            if sum(map(len, lines)) > sum(map(len, best)):
                best = lines
        if isinstance(value, Mapping):
            stack.extend((str(name), child) for name, child in value.items() if isinstance(child, (Mapping, list, str)))
        elif isinstance(value, list):
            stack.extend(("", child) for child in value if isinstance(child, (Mapping, list)))
    return best


def _prose_of(value: object) -> list[str]:
    """The lines of a text, of HTML, or of a list of blocks each with its text."""
    if isinstance(value, str):
        lines = html_to_text(value).split("\n") if "<" in value else [fold_space(line) for line in value.split("\n")]
    elif isinstance(value, list):
        lines = [line for item in value for line in _block_lines(item)]
    else:
        return []
    lines = [line for line in lines if line]
    return lines if sum(1 for line in lines if len(line) >= _PARAGRAPH) >= 2 or sum(map(len, lines)) > 400 else []


def _block_lines(item: object) -> list[str]:
    """One block of an editor's model: its text or HTML, one or two levels down."""
    if isinstance(item, str):
        return html_to_text(item).split("\n") if "<" in item else [fold_space(item)]
    if not isinstance(item, Mapping):
        return []
    for name in ("text", "html", "content", "value", "data", "body", "children", "model", "paragraph"):
        inner = item.get(name)
        if isinstance(inner, str) and inner.strip():
            return _block_lines(inner)
        if isinstance(inner, list):
            return [" ".join(line for part in inner for line in _block_lines(part))]
        if isinstance(inner, Mapping):
            return _block_lines(inner)
    return []
