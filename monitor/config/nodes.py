"""YAML read as text with places: every scalar stays what the person wrote, and knows where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from monitor.config.mistakes import explain_syntax, mangled_line
from monitor.config.problems import Place, Problem

SECRET_TAGS = ("!env", "!file")
_OTHERS_SECRETS = ("!secret", "!env_var", "!environ", "!vault", "!password", "!include", *SECRET_TAGS)
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]*")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: its text, the place of its first character (after a quote), and the raw text it came from."""

    text: str
    place: Place
    raw: str = field(repr=False, default="")
    """The file's text from the start of the node to its end, quotes and indentation included."""
    plain: bool = True
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the file's order."""

    items: tuple[tuple[Scalar, Node], ...]
    place: Place

    def get(self, key: str) -> Node | None:
        """The value of `key`, or None."""
        return next((value for name, value in self.items if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        """The key itself, for its place."""
        return next((name for name, _ in self.items if name.text == key), None)


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class _Reader:
    file: str
    text: str
    problems: list[Problem] = field(default_factory=list)
    lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = self.text.splitlines()  # once: every value asks for its own

    def place(self, mark: yaml.Mark, length: int = 1) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1, max(1, length))

    def node(self, node: yaml.Node) -> Node:
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return Sequence(tuple(self.item(n) for n in node.value), self.place(node.start_mark))
        assert isinstance(node, yaml.MappingNode)  # noqa: S101 - the third and last kind
        return self.mapping(node)

    def item(self, node: yaml.Node) -> Node:
        """An item of a list; `- Minister: talks go on` was meant as a text, though YAML sees a key."""
        if isinstance(node, yaml.MappingNode) and not node.flow_style and len(node.value) == 1:
            key = node.value[0][0]
            if isinstance(key, yaml.ScalarNode) and not _IDENTIFIER.fullmatch(key.value):
                self.mangled(node.start_mark.line, node.start_mark.column, f'"{key.value}:" is read as a key')
                return Scalar(key.value, self.place(key.start_mark))
        return self.node(node)

    def scalar(self, node: yaml.ScalarNode) -> Scalar:
        raw = self.text[node.start_mark.index : node.end_mark.index]
        tag = node.tag if node.tag.startswith("!") else None
        if tag is not None and tag not in SECRET_TAGS:
            self.foreign_tag(node, tag)
        if not node.style and tag is None:
            self.check_comment(node)
        place = self.place(node.start_mark, len(raw.splitlines()[0]) if raw else 1)
        return Scalar(node.value, place, raw, not node.style, tag)

    def foreign_tag(self, node: yaml.ScalarNode, tag: str) -> None:
        """Other programs name their secrets otherwise; any other value that begins with ! wants quotes."""
        if tag.lower() in _OTHERS_SECRETS:
            hint = "secrets come from the environment with !env NAME, from a file with !file PATH"
            self.problems.append(Problem("yaml", f"{tag} is not known here", self.place(node.start_mark), hint=hint))
        else:
            self.mangled(node.start_mark.line, node.start_mark.column, f"{tag} is read by YAML as a type")

    def check_comment(self, node: yaml.ScalarNode) -> None:
        line = self.lines[node.end_mark.line] if node.value else ""
        rest = line[node.end_mark.column :]
        # A quote or operator before the " #" shows that the line was meant as an expression.
        if re.match(r"\s+#\S", rest) and re.search(r"\b(AND|OR|NOT|NEAR)\b|\$\w", node.value):
            self.mangled(node.start_mark.line, node.start_mark.column, "YAML takes everything after ' #' as a comment")

    def mapping(self, node: yaml.MappingNode) -> Mapping:
        seen: dict[str, Scalar] = {}
        items: list[tuple[Scalar, Node]] = []
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.mangled(key_node.start_mark.line, key_node.start_mark.column, "a key must be a single word")
                continue
            key = self.scalar(key_node)
            if key.text in seen:
                first = seen[key.text].place
                message = f'the key "{key.text}" stands here twice; the first is in line {first.line}'
                self.problems.append(Problem("duplicate-key", message, key.place, hint="keep one of them"))
            seen[key.text] = key
            items.append((key, self.node(value_node)))
        return Mapping(tuple(items), self.place(node.start_mark))

    def mangled(self, line: int, column: int, why: str) -> None:
        self.problems.append(mangled_line(self.file, self.text, line, column, why))


def read_yaml(file: str, text: str) -> tuple[Node | None, list[Problem]]:
    """The tree of a YAML text and what is wrong with it; (None, problems) when it cannot be read at all.

    An empty file is (None, []).  Aliases and anchors are plain YAML and allowed; nesting is bounded by PyYAML's own
    recursion, whose overflow is reported like any other error.
    """
    reader = _Reader(file, text)
    try:
        root = yaml.compose(text, Loader=_Loader)
        tree = None if root is None else reader.node(root)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position)
        place = Place(file, line + 1, error.position - text.rfind("\n", 0, error.position))
        return None, [Problem("yaml", f"a character that YAML forbids: {error.reason}", place, hint="remove it")]
    except yaml.MarkedYAMLError as error:
        return None, [explain_syntax(file, text, error)]
    except RecursionError:
        return None, [Problem("yaml", "nested too deeply, or an alias that contains itself", Place(file, 1, 1))]
    return tree, reader.problems


def find(node: Node | None, path: tuple[str | int, ...]) -> tuple[Node | None, Scalar | None, int]:
    """Follow `path` as far as it goes: the node reached, the last key passed, and how many steps fitted.

    Steps that fit nowhere are passed over: a validator names branches of a union that the file does not have.
    """
    last_key: Scalar | None = None
    fitted = 0
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str):
            below = node.get(step)
            if below is not None:
                last_key, fitted = node.key(step), fitted + 1
                node = below
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node, last_key, fitted = node.items[step], None, fitted + 1
    return node, last_key, fitted


def offset_place(scalar: Scalar, offset: int, end: int | None = None) -> Place:
    """Where character `offset` of a scalar's value stands in the file, through quotes, folds and block indentation."""
    raw_index = _align(scalar, offset)
    before = scalar.raw[:raw_index]
    newlines = before.count("\n")
    column = raw_index - before.rfind("\n") if newlines else scalar.place.column + raw_index
    length = 1 if end is None else max(1, min(end - offset, len(scalar.raw) - raw_index))
    return Place(scalar.place.file, scalar.place.line + newlines, column, length)


def _align(scalar: Scalar, offset: int) -> int:
    """The index in `raw` of value character `offset`: both are walked together, skipping what YAML adds."""
    raw, value = scalar.raw, scalar.text
    index = 0
    if raw[:1] in "|>":
        index = raw.find("\n") + 1
    elif raw[:1] in ("'", '"'):
        index = 1
    for position, wanted in enumerate(value):
        if wanted in " \n" and index < len(raw) and raw[index] in " \n":
            index = _skip_blanks(raw, index, wanted, value, position)
        else:
            while index < len(raw) and raw[index] != wanted:
                index += 1
        if position == offset:
            return min(index, max(len(raw) - 1, 0))
        index += 1
        if wanted == "'" and raw[:1] == "'" and raw[index : index + 1] == "'":
            index += 1
    return min(index, max(len(raw) - 1, 0))


def _skip_blanks(raw: str, index: int, wanted: str, value: str, position: int) -> int:
    """At a blank of the value: a fold in the file (newline and indentation) counts as that one blank."""
    end = index
    while end < len(raw) and raw[end] in " \n":
        end += 1
    if "\n" not in raw[index:end]:
        return index
    blanks = 0
    while position + blanks < len(value) and value[position + blanks] in " \n":
        blanks += 1
    return end - 1 if blanks == 1 or wanted == " " else max(index, end - blanks)
