"""Cross-checks: references between parts, rules compiled, the rules' own tests run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.config.channels import mail_channel
from monitor.config.listen import listen_of
from monitor.config.load import Config, Loaded
from monitor.config.nodes import Mapping, Node, Scalar, Sequence, find, offset_place
from monitor.config.problems import ERROR, WARNING, Place, Problem, sort_problems
from monitor.config.values import suggestion
from monitor.errors import ConfigError
from monitor.match.compile import CompiledSet, RuleCache, compile_rules
from monitor.match.engine import Engine
from monitor.match.lexicon import Lexicon
from monitor.match.samples import Culprit, SampleResult, run_samples
from monitor.model.rule import RuleProblem, RuleSpec

Path = tuple[str | int, ...]

HARMLESS = frozenset({"unknown-channel", "bad-template", "duplicate-id"})
"""Errors that do not keep a rule from watching: it tells the other channels, in our words, or is the first of two."""


@dataclass(frozen=True, slots=True)
class TestRow:
    """One of a rule's own tests: the sample as written, what is expected and what it did (`fires`, `silent`)."""

    rule: str
    sample: object
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A watchlist ready for use: `engine` has the rules that passed; `problems` are all there are, of the file too."""

    engine: Engine
    compiled: CompiledSet
    problems: tuple[Problem, ...]
    tests: tuple[TestRow, ...]
    refused: frozenset[str]
    accepted: tuple[RuleSpec, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are not mere warnings."""
        return tuple(p for p in self.problems if p.severity == ERROR)

    @property
    def fatal(self) -> tuple[Problem, ...]:
        """The errors that concern no single rule: with any of them the whole file is refused."""
        return tuple(p for p in self.errors if p.rule_id is None)


def check_config(
    loaded: Loaded, lexicon: Lexicon, *, cache: RuleCache | None = None, base: Engine | None = None, tests: bool = True
) -> Checked:
    """Compile and test the rules of a usable configuration (raises `ConfigError` otherwise).

    A rule with a problem, or one that fails its own tests, is refused alone.
    """
    config = loaded.usable()
    compiled = compile_rules(config.rules, config.concepts, lexicon, cache=cache)
    problems = [*loaded.problems, *_rule_problems(config, compiled), *_references(config)]
    refused = set(loaded.refused) | compiled.refused()
    refused |= {p.rule_id for p in problems if p.rule_id and p.severity == ERROR and p.code not in HARMLESS}
    engine = Engine(compiled, lexicon, base=base)
    rows: list[TestRow] = []
    for spec in config.rules if tests else ():
        if spec.id not in refused and (spec.fires or spec.silent):
            results = run_samples(engine, spec)
            rows += [TestRow(spec.id, r.sample.raw, r.expected, r.got) for r in results]
            failed = [_failed_test(config, spec, r) for r in results if not r.passed]
            problems += failed
            if failed:
                refused.add(spec.id)
    accepted = tuple(spec for spec in config.rules if spec.id not in refused)
    if refused:
        compiled = CompiledSet(tuple(r for r in compiled.rules if r.id not in refused), compiled.problems)
        engine = Engine(compiled, lexicon, base=base)
    return Checked(engine, compiled, sort_problems(problems), tuple(rows), frozenset(refused), accepted)


def problems_of_rules(loaded: Loaded, lexicon: Lexicon) -> tuple[Problem, ...]:
    """All problems of a file that is refused as a whole: those of its rules, too, as far as they can be read."""
    if loaded.draft is None:
        return loaded.problems
    compiled = compile_rules(loaded.draft.rules, loaded.draft.concepts, lexicon)
    return sort_problems([*loaded.problems, *_rule_problems(loaded.draft, compiled)])


def _rule_problems(config: Config, compiled: CompiledSet) -> Iterator[Problem]:
    for rule_id, problem in compiled.problems:
        place = rule_place(config, rule_id, problem)
        yield Problem(problem.code, problem.message, place, problem.severity, problem.hint, rule_id=rule_id or None)


def rule_place(config: Config, rule_id: str, problem: RuleProblem) -> Place:
    """Where a rule's problem stands in the files."""
    return locate(config, rule_id, problem.path, problem.start, problem.end)


def locate(config: Config, rule_id: str, path: Path, start: int = 0, end: int | None = None) -> Place:
    """The place of characters `start` to `end` of the value that `path` leads to, within a rule or a concept."""
    node: Node | None
    if path and path[0] == "concepts":
        node, rest = config.concept_nodes.get(str(path[1])), path[2:]
    else:
        node, rest = config.rule_nodes.get(rule_id), path
    reached, key, _ = find(node, rest)
    if "terms" in rest and key is not None:
        return offset_place(key, start, end)
    reached = _only_item(reached)
    if isinstance(reached, Scalar):
        return offset_place(reached, start, end)
    return (reached or key or node or config.root).place


def _only_item(node: Node | None) -> Node | None:
    """One item may stand for a list of one, and a list of one for its item."""
    return node.items[0] if isinstance(node, Sequence) and len(node.items) == 1 else node


def _failed_test(config: Config, spec: RuleSpec, result: SampleResult) -> Problem:
    must = "fire" if result.expected == "fires" else "stay silent"
    reached, _, _ = find(config.rule_nodes.get(spec.id), result.path)
    culprit = result.culprits[0] if result.culprits else None
    place = (reached or config.rule_nodes[spec.id]).place
    if isinstance(reached, Scalar) and culprit is not None and culprit.found in reached.text:
        start = reached.text.index(culprit.found)
        place = offset_place(reached, start, start + len(culprit.found))
    elif isinstance(reached, Scalar):
        place = offset_place(reached, 0, len(reached.text))
    note = "the rule is refused until it passes; the daemon keeps the last version that did"
    return Problem(
        "test-failed",
        f"must {must} on",
        place,
        hint=_because(config, spec, result, culprit),
        rule_id=spec.id,
        note=note,
    )


def _because(config: Config, spec: RuleSpec, result: SampleResult, culprit: Culprit | None) -> str | None:
    if result.expected == "silent" and culprit is not None:
        written = locate(config, spec.id, culprit.origin.path, culprit.origin.start, culprit.origin.end)
        return f"matched by {culprit.term} ({written.file}:{written.line}:{written.column})"
    if result.verdict.held:
        cue = result.verdict.held[0].cue
        return f"held as {result.verdict.held[0].label}" + (f' by "{cue.text}"' if cue else "")
    return result.verdict.reason.text if result.verdict.reason else None


def _references(config: Config) -> Iterator[Problem]:
    """Names that lead nowhere: channels of rules, of defaults and of the monitor itself, and sources of rules."""
    known = tuple(config.model.channels)
    for spec in config.rules:
        yield from _channels_of_rule(config, spec, known)
        yield from _sources_of_rule(config, spec)
    model = config.model
    general: list[tuple[Path, tuple[str, ...]]] = [
        (("defaults", "alert", "to"), model.defaults.alert.to or ()),
        (("alerts", "ops"), model.alerts.ops),
        (("alerts", "heartbeat_to"), (model.alerts.heartbeat_to,) if model.alerts.heartbeat_to else ()),
        (("alerts", "canary_to"), (model.alerts.canary_to,) if model.alerts.canary_to else ()),
        (("web", "subscribe", "channel"), (model.web.subscribe.channel,) if model.web.subscribe.channel else ()),
    ]
    for name, channel in model.channels.items():
        general.append((("channels", name, "fallback"), (channel.fallback,) if channel.fallback else ()))
    for path, names in general:
        for name in names:
            if name not in known:
                yield _unknown_channel(name, _name_place(config.root, path, name), known, None)
    yield from _page(config)
    yield from _pushes(config)
    yield from _subscribe(config)


def _page(config: Config) -> Iterator[Problem]:
    """An address that cannot be listened on, or that others can reach while nothing asks who they are."""
    try:
        listen_of(config.model.web)
    except ConfigError as error:
        reached, _, _ = find(config.root, ("web", "auth" if error.code == "web-proxy" else "listen"))
        yield Problem(error.code, error.message, (reached or config.root).place, ERROR, error.remedy)


def _pushes(config: Config) -> Iterator[Problem]:
    """What keeps hubs from reaching the page; polling works all the same."""
    section, web = config.model.websub, config.model.web
    if not section.enabled:
        return
    address = section.callback or web.public_url
    reached, _, _ = find(config.root, ("websub",))
    place = (reached or config.root).place
    if address is None:
        hint = "set websub.callback to an address of this machine that can be reached from outside"
        yield Problem("websub-callback", "hubs have no address to push to, so none is asked", place, WARNING, hint)
        return
    if not address.startswith("https://"):
        hint = "put the page behind a web server with https; many hubs push to nothing else"
        yield Problem("websub-plain", f"hubs push to {address} without encryption", place, WARNING, hint)
    if web.listen == "off":
        hint = "set web.listen, unless another process of this database serves the page"
        yield Problem("websub-no-page", "the page that takes the pushes is off (web.listen)", place, WARNING, hint)


def _subscribe(config: Config) -> Iterator[Problem]:
    """Subscriptions by mail need a mailbox that sends, and an address that their links can lead to."""
    web = config.model.web
    if not web.subscribe.enabled:
        return
    lacks = []
    if mail_channel(config.model) is None:
        lacks.append(("a channel with mail: that sends", "name one in web.subscribe.channel"))
    if web.public_url is None:
        lacks.append(("web.public_url, for the links in its mails", "write the address that readers open"))
    reached, _, _ = find(config.root, ("web", "subscribe", "enabled"))
    for what, hint in lacks:
        yield Problem("bad-subscribe", f"web.subscribe needs {what}", (reached or config.root).place, ERROR, hint)


def _channels_of_rule(config: Config, spec: RuleSpec, known: tuple[str, ...]) -> Iterator[Problem]:
    node = config.rule_nodes[spec.id]
    own: list[tuple[Path, Iterable[str]]] = [(("alert", "to"), spec.alert.to)]
    if spec.alert.escalate:
        own.append((("alert", "escalate", "to"), spec.alert.escalate.to))
    own += [(("alert", "routes", n, "to"), route.to) for n, route in enumerate(spec.alert.routes)]
    for path, names in own:
        if find(node, path)[2] < len(path):
            continue  # it comes from the defaults, which are checked once
        for name in names:
            if name not in known:
                yield _unknown_channel(name, _name_place(node, path, name), known, spec.id)
    if not spec.alert.to and not spec.alert.routes:
        hint = "add alert: {to: [CHANNEL]} here or in defaults"
        yield Problem("no-recipient", "nobody is told", node.place, WARNING, hint, spec.id)


def _sources_of_rule(config: Config, spec: RuleSpec) -> Iterator[Problem]:
    from fnmatch import fnmatchcase  # noqa: PLC0415 - only for rules with where: source

    node = config.rule_nodes[spec.id]
    names = [word for s in config.sources for word in (s.id, s.name, *s.tags)]
    for glob in spec.where.source:
        wanted = glob.lstrip("!").casefold()
        if not any(fnmatchcase(name.casefold(), wanted) for name in names) and config.sources:
            place = _name_place(node, ("where", "source"), glob)
            message = f"no source has the id, name or tag {glob.lstrip('!')}"
            severity = WARNING
            yield Problem("no-source", message, place, severity, suggestion(wanted, names), spec.id)


def _unknown_channel(name: str, place: Place, known: tuple[str, ...], rule_id: str | None) -> Problem:
    return Problem("unknown-channel", f'there is no channel "{name}"', place, ERROR, suggestion(name, known), rule_id)


def _name_place(node: Node, path: Path, name: str) -> Place:
    reached, key, _ = find(node, path)
    items = reached.items if isinstance(reached, Sequence) else (reached,)
    for item in items:
        if isinstance(item, Scalar) and item.text == name:
            return offset_place(item, 0, len(name))
    found = reached if isinstance(reached, (Scalar, Mapping, Sequence)) else key
    return (found or node).place
