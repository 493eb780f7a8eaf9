"""Reading config.yaml and what it includes: all problems at once, each with file, line, column and remedy."""

from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field, replace
from glob import glob
from pathlib import Path
from typing import Any

from monitor.config.build import concept_spec, rule_id, rule_spec, slug, source_spec
from monitor.config.nodes import Mapping, Node, Scalar, Sequence, read_yaml
from monitor.config.problems import ERROR, WARNING, Place, Problem, format_problem, sort_problems
from monitor.config.schema import ConfigModel
from monitor.config.templates import Templates
from monitor.config.values import Values, is_nothing, suggestion, validate
from monitor.config.watchlist import ConceptModel, RuleModel
from monitor.errors import ConfigError
from monitor.model.rule import ConceptSpec, RuleSpec
from monitor.model.source import SourceSpec

DRAFT = "draft"
"""The file that a rule stands in while it is being written."""

SHARED_KEYS = ("concepts", "sources", "watchlist")
"""What an included file may hold."""


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration that can be used; rules that cannot be are in `refused`, alone."""

    path: Path
    model: ConfigModel
    database: str
    sources: tuple[SourceSpec, ...]
    concepts: MappingType[str, ConceptSpec]
    rules: tuple[RuleSpec, ...]
    rule_nodes: MappingType[str, Mapping] = field(repr=False)
    concept_nodes: MappingType[str, Node] = field(repr=False)
    source_nodes: MappingType[str, Mapping] = field(repr=False)
    root: Mapping = field(repr=False)

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return self.path.parent

    def named(self, kind: str) -> frozenset[str]:
        """The names of its rules, sources or tags; `kind` is one of them, in the singular."""
        if kind == "tag":
            return frozenset(tag for source in self.sources for tag in source.tags)
        return frozenset(spec.id for spec in (self.rules if kind == "rule" else self.sources))

    def without_places(self) -> Config:
        """The same without the trees of the files, for a configuration that has been checked and is in force.

        `model` does without the sources, which are in `sources`.
        """
        root = Mapping((), self.root.place)
        model = self.model.model_copy(update={"sources": ()})
        return replace(self, model=model, rule_nodes={}, concept_nodes={}, source_nodes={}, root=root)

    def plain(self, node: Node) -> Any:
        """What the person wrote there as dict, list or str; secrets stay unread."""
        return Values({}, self.folder).of(node)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a file.  `config` is None when the whole file is refused."""

    config: Config | None
    problems: tuple[Problem, ...]
    files: MappingType[str, str] = field(repr=False)
    """Every file that was read, by its shown name: for excerpts, and to notice changes."""
    refused: frozenset[str] = frozenset()
    """Rules that are refused, by id."""
    includes: tuple[str, ...] = ()
    """The patterns of `include:`, relative to the first file: a new file that fits is a change."""
    draft: Config | None = field(default=None, repr=False)
    """What could be read of a file that is refused as a whole: its rules can be checked all the same."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are not mere warnings."""
        return tuple(p for p in self.problems if p.severity == ERROR)

    def usable(self) -> Config:
        """The configuration; raises `ConfigError` with all problems when the whole file is refused."""
        if self.config is None:
            raise self.refusal(self.errors)
        return self.config

    def refusal(self, problems: Iterable[Problem]) -> ConfigError:
        """The error that shows these problems in the user's own lines."""
        shown = "\n".join(format_problem(problem, self.files) for problem in problems)
        return ConfigError(f"the configuration is refused\n{shown}", remedy="monitor check shows every problem")


def _other_encoding(name: str, error: UnicodeDecodeError) -> Problem:
    """The first byte that is none of UTF-8, at its place."""
    before = error.object[: error.start]
    column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
    place = Place(name, before.count(b"\n") + 1, column)
    guess = error.object[error.start : error.start + 1].decode("cp1252", errors="replace")
    message = f"cannot read {name}: it is not UTF-8 ({guess!r} in Latin-1?)"
    return Problem("no-file", message, place, hint="save it as UTF-8")


@dataclass(slots=True)
class _Loader:
    path: Path
    values: Values
    files: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    concepts: dict[str, tuple[Node, Scalar]] = field(default_factory=dict)
    rules: list[Node] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)
    sources: list[Node] = field(default_factory=list)

    def shown(self, path: Path) -> str:
        here = Path.cwd()
        # A service stands at the root, from where a relative path looks as if its slash were missing.
        from_here = here != here.parent and path.is_relative_to(here)
        return str(path.relative_to(here) if from_here else path)

    def read(self, path: Path) -> Mapping | None:
        name = self.shown(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            hint = "monitor init writes one; --config names another"
            self.problems.append(Problem("no-file", f"{name} does not exist", Place(name, 1, 1), hint=hint))
            return None
        except UnicodeDecodeError as error:
            self.problems.append(_other_encoding(name, error))
            return None
        except OSError as error:
            hint = "it must be a file that the monitor may read"
            message = f"cannot read {name}: {error.strerror or error}"
            self.problems.append(Problem("no-file", message, Place(name, 1, 1), hint=hint))
            return None
        if not text.strip() and path == self.path:
            # As an editor leaves it for a moment, or a full disk for longer: nobody means to watch nothing any more.
            hint = "monitor init writes one; a comment alone means that nothing is watched"
            self.problems.append(Problem("empty-file", f"{name} is empty", Place(name, 1, 1), hint=hint))
            return None
        self.files[name] = text
        tree, problems = read_yaml(name, text)
        self.problems += problems
        if tree is None and not problems:
            return Mapping((), Place(name, 1, 1))
        if tree is not None and not isinstance(tree, Mapping):
            self.problems.append(Problem("yaml", "the file must consist of keys and values", tree.place))
            return None
        return tree

    def gather(self, tree: Mapping) -> None:
        """Take a file's concepts, rules and sources; the first of two concepts with one name counts."""
        concepts = tree.get("concepts")
        for key, node in concepts.items if isinstance(concepts, Mapping) else ():
            if key.text in self.concepts:
                first = self.concepts[key.text][1].place
                message = f'the concept "{key.text}" is defined twice; the first is in {first.file}:{first.line}'
                self.problems.append(Problem("duplicate-id", message, key.place))
            else:
                self.concepts[key.text] = (node, key)
        for name, items in (("watchlist", self.rules), ("sources", self.sources)):
            listed = tree.get(name)
            if isinstance(listed, Sequence):
                items.extend(listed.items)

    def include(self, tree: Mapping) -> None:
        """Read what `include:` names; a pattern that finds nothing is a warning."""
        node = tree.get("include")
        patterns = node.items if isinstance(node, Sequence) else (node,) if isinstance(node, Scalar) else ()
        for pattern in patterns:
            if not isinstance(pattern, Scalar) or is_nothing(pattern):
                continue
            self.includes.append(pattern.text)
            paths = included(self.path.parent, pattern.text)
            if not paths:
                message = f"include: no file fits {pattern.text}"
                self.problems.append(Problem("no-file", message, pattern.place, WARNING))
            for path in paths:
                if path == self.path:
                    continue  # `*.yaml` finds the file itself, too
                below = self.read(path)
                if below is not None:
                    self.check_included(below)
                    self.gather(below)

    def take_draft(self, rule_id: str | None, text: str) -> None:
        """Put a rule as it is being written in the place of the one of that id."""
        self.files[DRAFT] = text
        node, problems = read_yaml(DRAFT, text)
        self.problems += [replace(problem, rule_id=rule_id or DRAFT) for problem in problems]
        self.rules = [rule for rule in self.rules if rule_id is None or _name_of(rule) != rule_id]
        if isinstance(node, Mapping):
            self.rules.append(node)
        elif not problems:
            message = "a rule consists of keys and values, such as id: and match:"
            self.problems.append(Problem("bad-value", message, Place(DRAFT, 1, 1), rule_id=rule_id or DRAFT))

    def check_included(self, tree: Mapping) -> None:
        for key, _ in tree.items:
            if key.text not in SHARED_KEYS:
                hint = suggestion(key.text, SHARED_KEYS)
                message = f'an included file cannot hold "{key.text}"'
                self.problems.append(Problem("unknown-key", message, key.place, hint=hint))


def included(folder: Path, pattern: str) -> list[Path]:
    """The files that a pattern of `include:` names in the order of their names; a relative one starts at `folder`."""
    names = glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207 - Path.glob refuses absolute and odd patterns
    found = (folder / name for name in names)
    return sorted(path for path in found if path.is_file())


def load_config(path: Path, environ: MappingType[str, str] | None = None) -> Loaded:
    """Read a configuration and what it includes.

    Never raises for what stands in the files.  A rule with a problem is refused alone; any other error refuses the
    whole (`Loaded.config` is None), but for a missing secret, which the caller may judge.
    """
    path = Path(path).absolute()
    loader = _Loader(path, Values(os.environ if environ is None else environ, path.parent))
    tree = loader.read(path)
    if tree is None:
        return Loaded(None, sort_problems(loader.problems), loader.files)
    loader.gather(tree)
    loader.include(tree)
    return _assemble(loader, tree)


def load_draft(path: Path, rule_id: str | None, text: str) -> Loaded:
    """As `load_config`, with a rule as `text` in place of the one of that id (None: beside all others).

    Nothing is written; places within the draft are in a file called `DRAFT`.
    """
    path = Path(path).absolute()
    loader = _Loader(path, Values(os.environ, path.parent))
    tree = loader.read(path)
    if tree is None:
        return Loaded(None, sort_problems(loader.problems), loader.files)
    loader.gather(tree)
    loader.include(tree)
    loader.take_draft(rule_id, text)
    return _assemble(loader, tree)


def _assemble(loader: _Loader, tree: Mapping) -> Loaded:
    values, problems = loader.values, loader.problems
    value = values.of(tree)
    general: dict[str, Any] = {k: v for k, v in value.items() if k not in ("concepts", "watchlist")}
    for name in ("concepts", "watchlist", "sources", "channels"):
        _check_shape(tree, name, problems)
    general["sources"] = [values.of(node) for node in loader.sources]
    merged = _with_sources(tree, loader.sources)
    model = validate(ConfigModel, merged, general)
    general_model = ConfigModel() if isinstance(model, list) else model
    if isinstance(model, list):
        problems += model
    templates = Templates(loader.path.parent, loader.files, problems)
    general_model = templates.of_general(general_model, tree)
    sources, source_nodes = _sources(general_model, loader)
    concepts = _concepts(loader)
    rules, rule_nodes, refused = _rules(loader, general_model, templates)
    problems += values.problems
    fatal = [p for p in problems if p.severity == ERROR and p.rule_id is None and p.code != "secret-missing"]
    config = Config(
        path=loader.path,
        model=general_model,
        database=_database(general_model.database, loader.path.parent),
        sources=sources,
        concepts=concepts,
        rules=rules,
        rule_nodes=rule_nodes,
        concept_nodes={name: node for name, (node, _) in loader.concepts.items()},
        source_nodes=source_nodes,
        root=tree,
    )
    whole = None if fatal else config
    includes = tuple(loader.includes)
    return Loaded(whole, sort_problems(problems), loader.files, frozenset(refused), includes, config)


def _check_shape(tree: Mapping, name: str, problems: list[Problem]) -> None:
    node = tree.get(name)
    wanted = Mapping if name in ("concepts", "channels") else Sequence
    if node is not None and not is_nothing(node) and not isinstance(node, wanted):
        words = "keys and values" if wanted is Mapping else "a list: begin each item with '- '"
        problems.append(Problem("bad-value", f"{name} must be {words}", node.place))


def _with_sources(tree: Mapping, sources: list[Node]) -> Mapping:
    """The tree with the sources of all files in place of its own, so that places are found in any of them."""
    key = tree.key("sources") or Scalar("sources", tree.place)
    items = tuple((k, v) for k, v in tree.items if k.text != "sources")
    return Mapping((*items, (key, Sequence(tuple(sources), key.place))), tree.place)


def _sources(model: ConfigModel, loader: _Loader) -> tuple[tuple[SourceSpec, ...], dict[str, Mapping]]:
    specs: list[SourceSpec] = []
    nodes: dict[str, Mapping] = {}
    for source, node in zip(model.sources, loader.sources, strict=False):
        spec = source_spec(source, model)
        place = _key_place(node, "id", "name")
        if not spec.id:
            hint = "give the source an id: of small letters"
            loader.problems.append(Problem("bad-id", f"no id can be made from {spec.name!r}", place, hint=hint))
        elif spec.id in nodes:
            first = nodes[spec.id].place
            message = f'two sources have the id "{spec.id}"; the first is in {first.file}:{first.line}'
            loader.problems.append(Problem("duplicate-id", message, place, hint="give one of them another id:"))
        elif isinstance(node, Mapping):
            nodes[spec.id] = node
            specs.append(spec)
    return tuple(specs), nodes


def _concepts(loader: _Loader) -> dict[str, ConceptSpec]:
    found = {}
    for name, (node, key) in loader.concepts.items():
        model = validate(ConceptModel, node, loader.values.of(node))
        if isinstance(model, list):
            loader.problems += model
        elif not name.replace("_", "").replace("-", "").isalnum():
            loader.problems.append(Problem("bad-id", f"{name!r} is no name for a concept", key.place))
        else:
            found[name] = concept_spec(name, model)
    return found


def _rules(
    loader: _Loader, config: ConfigModel, templates: Templates
) -> tuple[tuple[RuleSpec, ...], dict[str, Mapping], set[str]]:
    specs: list[RuleSpec] = []
    nodes: dict[str, Mapping] = {}
    refused: set[str] = set()
    for number, node in enumerate(loader.rules):
        name = _name_of(node) or f"#{number + 1}"
        model = validate(RuleModel, node, loader.values.of(node), rule_id=name)
        if isinstance(model, list):
            refused.add(name)
            loader.problems += model
            if isinstance(node, Mapping):
                nodes.setdefault(name, node)
            continue
        identity = rule_id(model)
        place = _key_place(node, "id", "name")
        if not identity or identity in nodes:
            twice = f'two rules have the id "{identity}"; the first counts'
            message = twice if identity else f"no id can be made from {model.name!r}"
            hint = "give this one another id: of small letters"
            loader.problems.append(Problem("duplicate-id", message, place, hint=hint, rule_id=identity or name))
            continue
        assert isinstance(node, Mapping)  # noqa: S101 - it validated as keys and values
        nodes[identity] = node
        specs.append(templates.of_rule(rule_spec(model, config.defaults.alert), node))
    return tuple(specs), nodes, refused


def _name_of(node: Node) -> str | None:
    if not isinstance(node, Mapping):
        return None
    for key in ("id", "name"):
        value = node.get(key)
        if isinstance(value, Scalar) and value.text:
            return value.text if key == "id" else slug(value.text)
    return None


def _key_place(node: Node, *keys: str) -> Place:
    for key in keys:
        value = node.get(key) if isinstance(node, Mapping) else None
        if value is not None:
            return value.place
    return node.place


def _database(url: str, folder: Path) -> str:
    """Relative SQLite paths start at the configuration file."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith("sqlite:////") and url != "sqlite:///:memory:":
        return prefix + str((folder / url.removeprefix(prefix)).resolve())
    return url
