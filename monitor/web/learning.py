"""From a wrong hit to a test of its rule: the sentence that matched must leave the rule silent."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.config.checks import check_config
from monitor.config.edit import EditRefused, add_sample, snippet
from monitor.config.load import load_config
from monitor.config.problems import Problem
from monitor.errors import UsageError
from monitor.store.alert_lists import AlertLine
from monitor.store.alerts import passages_in
from monitor.web.context import WebContext


@dataclass(frozen=True, slots=True)
class Learnt:
    """What became of it.  `file` is None where the configuration cannot be written: then `paste` is what to add."""

    rule_id: str
    sentence: str
    file: str | None
    failing: tuple[Problem, ...] = ()
    paste: str = ""


def sentence_of(context: WebContext, alert: AlertLine) -> str | None:
    """The first passage that made the alert."""
    with context.database.reading() as connection:
        passages = passages_in(connection, alert.id)
    return next((passage.text for _, group in passages for passage in group), None)


def learn(context: WebContext, alert: AlertLine) -> Learnt:
    """Add the alert's sentence to its rule's `silent` tests.  Raises `UsageError` where there is nothing to learn."""
    sentence = sentence_of(context, alert)
    if alert.rule is None or sentence is None:
        raise UsageError("this alert has no sentence that a rule could learn from")
    try:
        file = add_sample(context.path, alert.rule, "silent", sentence)
    except EditRefused as error:
        paste = snippet({"tests": {"silent": [sentence]}})
        return Learnt(alert.rule, sentence, None, paste=f"# {error.message}\n{paste}")
    loaded = load_config(context.path)
    checked = check_config(loaded, context.lexicon, cache=context.cache)
    failing = tuple(p for p in checked.errors if p.rule_id == alert.rule and p.code == "test-failed")
    return Learnt(alert.rule, sentence, file.name, failing)
