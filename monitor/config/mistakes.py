"""What people get wrong in YAML, in their words: a place where the mistake was made, and the line as it was meant."""

from __future__ import annotations

import re

import yaml

from monitor.config.problems import Place, Problem

_KEY = re.compile(r"^(?P<lead>\s*(?:-\s+)*)(?:(?P<key>[a-z][\w-]*):\s+)?(?P<value>\S.*?)\s*$")
_FLOW_TOKEN = re.compile(r"(?<=[\s\[{,])[!*&%@`][^\s,\]}]+")
_NO_SPACE = re.compile(r"^\s*(?:-\s+)?[a-z_]\w*(?P<colon>:)[^\s/]|^\s*(?P<dash>-)[^\s-]")
_COLONS = re.compile(r"(?:^|[{,-])\s*[a-z_]\w*:\s+(?P<value>[^'\"\[{\s][^,}]*?:\s[^,}]*)")
_ESCAPE = re.compile(r'\\[^0abtnvfre "/\\N_LPxuU]')
"""A backslash that double quotes have no meaning for."""
_CLOSES = {"{": "}", "[": "]"}


def explain_syntax(file: str, text: str, error: yaml.MarkedYAMLError) -> Problem:
    """Why the text is no YAML.  The reader stumbles late: what it was reading when it did leads back to the mistake."""
    mark = error.problem_mark or error.context_mark
    assert mark is not None  # noqa: S101 - the reader names the place of whatever it refuses
    lines = text.splitlines()
    why, doing = error.problem or "", error.context or ""
    begun = error.context_mark or mark
    shown = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in shown[: mark.column + 1]:
        hint = "YAML wants spaces"
        return Problem("yaml", "a tab indents this line", Place(file, mark.line + 1, mark.column + 1), hint=hint)
    if "quoted scalar" in doing and "end of stream" in why:
        return _unclosed(file, lines, begun, "quote")
    if "flow" in doing and (mark.line > begun.line or shown[mark.column : mark.column + 1] in "}]"):
        return _unclosed(file, lines, begun, "bracket")
    for number in (mark.line, begun.line, mark.line - 1):
        found = _in_line(file, lines[number], number) if 0 <= number < len(lines) else None
        if found is not None:
            return found
    if not shown[: mark.column].strip() or "simple key" in doing or "mapping values" in why:
        found = _indented(file, lines, mark.line, begun.line if "simple key" in doing else mark.line)
        if found is not None:
            return found
    return mangled_line(file, text, mark.line, mark.column, why.replace("\n", " "))


def _unclosed(file: str, lines: list[str], mark: yaml.Mark, what: str) -> Problem:
    line, column = _opened(lines, mark)
    opened = lines[line][column]
    place = Place(file, line + 1, column + 1)
    return Problem(
        "yaml", f"this {what} is never closed", place, hint=f"add {_CLOSES.get(opened, opened)} where it ends"
    )


def _opened(lines: list[str], mark: yaml.Mark) -> tuple[int, int]:
    """Line and column of what was opened: where nothing follows a bracket, the parser names the end of the text."""
    if mark.line < len(lines) and mark.column < len(lines[mark.line]):
        return mark.line, mark.column
    brackets = ((number, max(line.rfind("["), line.rfind("{"))) for number, line in enumerate(lines))
    return max(place for place in brackets if place[1] >= 0)


def _in_line(file: str, line: str, number: int) -> Problem | None:
    """A mistake that one line shows by itself."""
    missing = _NO_SPACE.match(line)
    if missing:
        what = "colon" if missing["colon"] else "dash"
        place = Place(file, number + 1, missing.start(what) + 1)
        return Problem("yaml", f"a space is missing after this {what}", place, hint="YAML needs one")
    value = (_KEY.match(line) or {"value": ""})["value"]
    inner = value[1:-1]
    if len(value) > 2 and value[0] == value[-1] == "'" and "'" in inner.replace("''", ""):
        place = Place(file, number + 1, line.index(value) + 2 + inner.index("'"))
        hint = f"double it: '{inner.replace(chr(39), chr(39) * 2)}'"
        return Problem("yaml", "the apostrophe ends the text that began with one", place, hint=hint)
    if len(value) > 2 and value[0] == value[-1] == '"' and _ESCAPE.search(inner):
        place = Place(file, number + 1, line.index(value) + 2 + inner.index("\\"))
        return Problem("yaml", "double quotes read a backslash as their own", place, hint=f"use single ones: '{inner}'")
    colons = _COLONS.search(line)
    if colons:
        place = Place(file, number + 1, colons.start("value") + 1)
        hint = f"put it in single quotes: '{colons['value'].strip()}'"
        return Problem("yaml", "a text with a colon and a space is read as a key", place, hint=hint)
    return None


def _indented(file: str, lines: list[str], number: int, begun: int) -> Problem | None:
    """A line that does not stand where its neighbours do, or is neither key nor item."""
    if begun < number or number >= len(lines):
        place = Place(file, begun + 1, len(lines[begun]) - len(lines[begun].lstrip()) + 1)
        return Problem(
            "yaml", "this is neither a key with its value nor an item of a list", place, hint="write key: value"
        )
    above = next((line for line in reversed(lines[:number]) if line.strip() and not line.lstrip().startswith("#")), "")
    column = len(re.match(r"\s*(?:-\s+)*", above)[0])  # type: ignore[index]  # it fits any text
    own = len(lines[number]) - len(lines[number].lstrip())
    if own == column or not above:
        return None
    way = "further" if own > column else "less"
    hint = f"begin it in column {column + 1}, like the key above, if it belongs beside that"
    return Problem(
        "yaml", f"this line is indented {way} than the one above", Place(file, number + 1, own + 1), hint=hint
    )


def mangled_line(file: str, text: str, line: int, column: int, why: str) -> Problem:
    """A problem for a line whose value YAML does not read as text, with the line correctly quoted as the remedy."""
    lines = text.splitlines()
    shown = lines[line] if line < len(lines) else ""
    hint = _quoted(shown)
    return Problem("yaml", f"not readable as YAML: {why}", Place(file, line + 1, column + 1), hint=hint)


def _quoted(line: str) -> str | None:
    """The remedy: the value of that line in single quotes, or the one word of a flow list that needs them."""
    match = _KEY.match(line)
    if match is None or match["value"].startswith("'"):
        return None
    if match["value"][0] in "[{":
        token = _FLOW_TOKEN.search(line)
        return f"put single quotes around it: '{token[0]}'" if token else None
    quoted = "'" + match["value"].replace("'", "''") + "'"
    key = f"{match['key']}: " if match["key"] else ""
    return f"write it in single quotes: {match['lead'].strip()}{' ' if match['lead'].strip() else ''}{key}{quoted}"
