"""The first configuration: sources of the shipped catalogue, ready-made rules or words of one's own, a channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monitor.bootstrap.catalogue import CatalogueFeed, ready_made
from monitor.bootstrap.first_rule import FirstRule, first_rule
from monitor.errors import MonitorError, UsageError
from monitor.match.lexicon import MAIN_LANGUAGES


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be watched and who is told.

    `topics` are names of ready-made rules or words of the person's own; `messages` is the language of what is sent.
    `secret` is what must not stand in config.yaml: the mail password, or the whole address of a chat.
    """

    feeds: tuple[CatalogueFeed, ...]
    topics: tuple[str, ...]
    messages: str = "en"
    mail: str | None = None
    server: str = "localhost"
    port: int | None = None
    user: str | None = None
    chat: bool = False
    secret: str | None = field(default=None, repr=False)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those of the sources."""
        return tuple(dict.fromkeys(feed.language for feed in self.feeds))

    @property
    def languages_without_rules(self) -> tuple[str, ...]:
        """Those that ready-made rules have no words in."""
        return tuple(language for language in self.languages if language not in MAIN_LANGUAGES)


def messages_language(languages: Sequence[str], locale: str) -> str:
    """German where the person speaks it or reads it first, else English: messages are written in these two."""
    return "de" if "de" in (locale, *languages[:1]) else "en"


class WouldOverwrite(MonitorError):
    """A file is there already."""

    code = "would-overwrite"


class CannotWrite(MonitorError):
    """A file cannot be written; what was written before it is gone again."""

    code = "cannot-write"


def refuse_overwriting(paths: Sequence[Path]) -> None:
    """Raises `WouldOverwrite` for the first file that is there."""
    for path in paths:
        if path.exists():
            raise WouldOverwrite(f"{path} is there already", remedy="move it away, or name another with --config")


def write_files(folder: Path, name: str, plan: Plan) -> list[Path]:
    """Write rules, secret and configuration: all of them or none.

    Raises `WouldOverwrite` before anything is written, `CannotWrite`, `UsageError` for words that make no rule.
    """
    made = ready_made()
    rules = _own_rules([topic for topic in plan.topics if topic not in made])
    texts = {
        folder / "watchlists" / f"{topic}.yaml": made[topic].read_text(encoding="utf-8")
        for topic in plan.topics
        if topic in made
    }
    secret = folder / "secrets" / "channel"
    if plan.secret:
        texts[secret] = plan.secret + "\n"
    # The configuration comes last: as long as it is not there, nothing has begun.
    texts[folder / name] = config_text(plan, rules)
    refuse_overwriting(list(texts))
    _write_all(texts, private=secret)
    return [folder / name, *(path for path in texts if path != folder / name)]


def _write_all(texts: Mapping[Path, str], *, private: Path) -> None:
    begun: list[Path] = []
    try:
        for path, text in texts.items():
            secret = path == private
            path.parent.mkdir(mode=0o700 if secret else 0o777, parents=True, exist_ok=True)
            path.touch(mode=0o600 if secret else 0o666, exist_ok=False)
            begun.append(path)
            path.write_text(text, encoding="utf-8")
    except BaseException as error:
        for written in begun:
            written.unlink(missing_ok=True)
        if isinstance(error, OSError):
            remedy = "nothing was written; name another place with --config"
            raise CannotWrite(f"{path} cannot be written: {error.strerror}", remedy=remedy) from error
        raise


def _own_rules(topics: Sequence[str]) -> list[FirstRule]:
    rules: list[FirstRule] = []
    for words in topics:
        rule = first_rule(words, [rule.id for rule in rules])
        if rule is None:
            raise UsageError(f"there is no word to look for in {words!r}", remedy="name a topic, or words of your own")
        rules.append(rule)
    return rules


def config_text(plan: Plan, own: Sequence[FirstRule]) -> str:
    """A short configuration with comments."""
    name = "desk" if plan.mail or plan.chat else "screen"
    lines = [
        "# What is watched and who is told.  `monitor check` explains every mistake in it.",
        "database: 'sqlite:///var/monitor.db'",
        f"language: {plan.messages}                                # of the messages: en | de",
        "",
        "channels:",
        f"  {name}: {_channel(plan)}",
        "",
        f"defaults: {{every: 10m, alert: {{to: [{name}]}}}}",
        "",
        f"sources:{'' if plan.feeds else ' []'}                     # add more with: monitor sources add ADDRESS",
        *(_source(feed) for feed in plan.feeds),
        "",
    ]
    if plan.languages_without_rules:
        # Beside the main ones, which the tests of ready-made rules speak.
        lines += [f"articles: {{languages: [{', '.join((*MAIN_LANGUAGES, *plan.languages_without_rules))}]}}", ""]
    if len(own) < len(plan.topics):
        lines += [
            "include: ['watchlists/*.yaml']              # ready-made rules with their tests: yours to change",
            "",
        ]
    if own:
        lines += ["watchlist:", *(line for rule in own for line in _rule(rule))]
    return "\n".join(lines).rstrip() + "\n"


def _channel(plan: Plan) -> str:
    if plan.chat:
        return "{to: !file secrets/channel}"
    if plan.mail is None:
        return "{to: 'console://'}                # prints alerts in the terminal"
    login = f", user: {_quoted(plan.user)}" if plan.user else ""
    login += ", password: !file secrets/channel" if plan.secret else ""
    port = f", port: {plan.port}" if plan.port else ""
    return f"{{mail: {{to: {_quoted(plan.mail)}, server: {_quoted(plan.server)}{port}{login}}}}}"


def _source(feed: CatalogueFeed) -> str:
    tags = ", ".join([feed.language, *feed.topics])
    return f"  - {{name: {_quoted(feed.name)}, feed: {_quoted(feed.feed)}, tags: [{tags}]}}"


def _rule(rule: FirstRule) -> Iterator[str]:
    together = "              # all words in one sentence" if " NEAR/s " in rule.match else ""
    yield f"  - id: {rule.id}"
    yield f"    name: {_quoted(rule.name)}"
    yield f"    match: {_quoted(rule.match)}{together}"
    if rule.sample is not None:
        yield f"    tests: {{fires: [{_quoted(rule.sample)}]}}"


def _quoted(text: str | None) -> str:
    return "'" + (text or "").replace("'", "''") + "'"
