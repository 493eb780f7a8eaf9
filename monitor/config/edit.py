"""Changing the YAML that people edit, keeping their comments and their layout.

Every change is made on a copy, read back and checked before it replaces the file: an edit of ours can never leave a
file that does not load.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from monitor.config.build import slug
from monitor.config.load import Loaded, included, load_config
from monitor.errors import ConfigError

Change = Callable[[CommentedMap], bool]
"""Changes a document in place; False when it does not hold what is to be changed."""


class EditRefused(ConfigError):
    """The file was not changed."""

    code = "edit-refused"


def add_sources(path: Path, sources: Sequence[Mapping[str, Any]]) -> Path:
    """Append sources to the configuration; the file that was changed.  Raises `EditRefused`."""

    def change(document: CommentedMap) -> bool:
        _list(document, "sources").extend(_quoted(source) for source in sources)
        return True

    return _edit([path], change)


def set_source(path: Path, source_id: str, key: str, value: Any) -> Path:
    """Set a key of a source, or take it away (`None`), in whichever file has it; that file.  Raises `EditRefused`."""

    def change(document: CommentedMap) -> bool:
        item = _item(document, "sources", source_id)
        if item is None:
            return False
        if value is None:
            item.pop(key, None)
        else:
            item[key] = value
        return True

    return _edit(_files(path), change, missing=f"no source {source_id!r} in the configuration")


def rule_text(path: Path, rule_id: str) -> str | None:
    """A rule as its author wrote it, comments and all, as keys and values; None where there is none of that id."""
    for file in _files(path):
        item = _item(_read(file)[1], "watchlist", rule_id)
        if item is not None:
            out = StringIO()
            _yaml().dump(item, out)
            return out.getvalue()
    return None


def put_rule_text(path: Path, rule_id: str | None, text: str) -> Path:
    """Put a rule as written in the place of the one of that id, or append it (None); the file that was changed.

    Its comments are those of `text`.  Raises `EditRefused`.
    """
    try:
        rule = _yaml().load(text)
    except YAMLError as error:
        raise EditRefused(f"the rule cannot be read as YAML: {error}") from error
    if not isinstance(rule, CommentedMap):
        raise EditRefused("a rule consists of keys and values")

    def replace(document: CommentedMap) -> bool:
        rules = document.get("watchlist") or []
        at = next((n for n, item in enumerate(rules) if isinstance(item, Mapping) and _id_of(item) == rule_id), None)
        if at is None:
            return False
        rules[at] = rule
        return True

    def append(document: CommentedMap) -> bool:
        _list(document, "watchlist").append(rule)
        return True

    if rule_id is None:
        return _edit([path], append)
    return _edit(_files(path), replace, missing=f"no rule {rule_id!r} in the configuration")


def add_sample(path: Path, rule_id: str, expected: str, sample: str | Mapping[str, Any]) -> Path:
    """Add a text to a rule's tests (`fires` or `silent`); the file that was changed.

    The rule may fail its tests afterwards: that is what the sample is for.  Raises `EditRefused`.
    """

    def change(document: CommentedMap) -> bool:
        rule = _item(document, "watchlist", rule_id)
        if rule is None:
            return False
        tests = rule.setdefault("tests", CommentedMap())
        _list(tests, expected).append(_quoted(sample))
        return True

    return _edit(_files(path), change, missing=f"no rule {rule_id!r} in the configuration")


def snippet(value: Mapping[str, Any]) -> str:
    """A rule or source as YAML, to be pasted where the file cannot be written."""
    out = StringIO()
    _yaml().dump([_quoted(value)], out)
    return out.getvalue()


def _edit(files: Sequence[Path], change: Change, *, missing: str = "nothing to change") -> Path:
    for file in files:
        old, document = _read(file)
        if change(document):
            out = StringIO()
            _yaml().dump(document, out)
            _write(files[0], file, old, out.getvalue())
            return file
    raise EditRefused(missing)


def _write(root: Path, file: Path, old: str, new: str) -> None:
    before = load_config(root)
    place = file.resolve()  # a link stays one
    # Beside the file, so that the replacement is one step on the same disk.
    fresh = place.with_name(f".{place.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600, exist_ok=False)
        fresh.write_text(new, encoding="utf-8")
        _make_alike(fresh, place)
        fresh.replace(place)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise EditRefused(f"cannot write {file}: {error.strerror}", remedy="paste the change by hand") from error
    after = load_config(root)
    if before.config is not None and after.config is None:
        file.write_text(old, encoding="utf-8")
        raise EditRefused(f"the change would break the file: {_first(after)}")


def _make_alike(fresh: Path, file: Path) -> None:
    """Who could read and write the file goes on to do so: the service reads what only root may change."""
    ours, theirs = fresh.stat(), file.stat()
    if os.geteuid() == 0 and ours.st_uid != theirs.st_uid:
        os.chown(fresh, theirs.st_uid, -1)
    if ours.st_gid != theirs.st_gid:
        os.chown(fresh, -1, theirs.st_gid)
    fresh.chmod(theirs.st_mode & 0o777)


def _first(loaded: Loaded) -> str:
    return loaded.errors[0].words if loaded.errors else "it cannot be read"


def _read(file: Path) -> tuple[str, CommentedMap]:
    try:
        text = file.read_text(encoding="utf-8")
        document = _yaml().load(text)
    except (OSError, YAMLError) as error:
        raise EditRefused(f"cannot read {file}: {error}") from error
    if document is None:
        document = CommentedMap()
    if not isinstance(document, CommentedMap):
        raise EditRefused(f"{file} does not consist of keys and values")
    return text, document


def _files(path: Path) -> list[Path]:
    """The configuration and what it includes; the root first."""
    return [path, *_included(path)]


def _included(path: Path) -> Iterator[Path]:
    _, document = _read(path)
    patterns = document.get("include") or []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        yield from (file for file in included(path.parent, str(pattern)) if os.access(file, os.R_OK))


def _item(document: CommentedMap, section: str, wanted: str) -> CommentedMap | None:
    items = document.get(section) or []
    return next((item for item in items if isinstance(item, CommentedMap) and _id_of(item) == wanted), None)


def _id_of(item: Mapping[str, Any]) -> str:
    return str(item.get("id") or slug(str(item.get("name", ""))))


def _list(document: CommentedMap, key: str) -> CommentedSeq:
    if not isinstance(document.get(key), CommentedSeq):
        document[key] = CommentedSeq(document[key] if isinstance(document.get(key), list) else [])
    found: CommentedSeq = document[key]
    return found


def _quoted(value: Any) -> Any:
    """Texts in single quotes, so that YAML reads nothing else into them."""
    if isinstance(value, Mapping):
        return CommentedMap({key: _quoted(item) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return CommentedSeq([_quoted(item) for item in value])
    if isinstance(value, str) and not value.replace("-", "").replace("_", "").isalnum():
        return SingleQuotedScalarString(value)
    return value


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 150
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
