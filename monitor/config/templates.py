"""Templates of users: read from the files that the configuration names, and tried before they are used."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.alert.samples import try_template
from monitor.config.nodes import Mapping, Node, find
from monitor.config.problems import Place, Problem
from monitor.config.schema import ConfigModel
from monitor.model.rule import RuleSpec

HINT = "the file holds a Jinja2 template; its path starts at the configuration file"
SIZE_MAX = 200_000


@dataclass(slots=True)
class Templates:
    """Reads template files below `folder`; what is wrong becomes `problems`, what was read is added to `files`."""

    folder: Path
    files: MutableMapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def of_general(self, model: ConfigModel, root: Mapping) -> ConfigModel:
        """The configuration with the sources of the templates of channels and defaults in place of their paths."""
        channels = {
            name: channel.model_copy(
                update={"template": self._source(channel.template, root, ("channels", name, "template"))}
            )
            for name, channel in model.channels.items()
        }
        alert = model.defaults.alert
        source = self._source(alert.template, root, ("defaults", "alert", "template"))
        defaults = model.defaults.model_copy(update={"alert": alert.model_copy(update={"template": source})})
        return model.model_copy(update={"channels": channels, "defaults": defaults})

    def of_rule(self, spec: RuleSpec, node: Mapping) -> RuleSpec:
        """The rule with its own template's source; one that cannot be used is a problem, and ours takes its place."""
        path = ("alert", "template")
        if find(node, path)[2] < len(path):
            return spec  # it comes from the defaults, which have been read
        source = self._source(spec.alert.template, node, path, rule_id=spec.id)
        return replace(spec, alert=replace(spec.alert, template=source))

    def _source(self, name: str | None, root: Node, path: tuple[str, ...], rule_id: str | None = None) -> str | None:
        if name is None:
            return None
        reached, key, _ = find(root, path)
        place = (reached or key or root).place
        try:
            source = (self.folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError, ValueError) as error:
            why = getattr(error, "strerror", None) or "is not UTF-8"
            self._refuse(f"cannot read the template {name}: {why}", place, rule_id)
            return None
        self.files[str(self.folder / name)] = source
        problem = f"longer than {SIZE_MAX} characters" if len(source) > SIZE_MAX else try_template(source)
        if problem is not None:
            self._refuse(f"the template {name} cannot be used: {problem}", place, rule_id)
            return None
        return source

    def _refuse(self, message: str, place: Place, rule_id: str | None) -> None:
        self.problems.append(Problem("bad-template", message, place, hint=HINT, rule_id=rule_id))
