"""Metrics, alert rules and dashboard: documented, and about metrics that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from monitor.store.canary import CanaryState
from monitor.store.health import Figures
from monitor.web.metrics import METRICS, exposition

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"\bmonitor_[a-z0-9_]+")
RULES = ROOT / "deploy/prometheus/alerts.yaml"
TRIED = RULES.with_name("alerts_test.yaml")
LABELS = {
    "monitor_sources": "health",
    "monitor_deliveries": "state",
    "monitor_alerts_24h": "state",
    "monitor_rules": "status",
}


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def expressions() -> list[str]:
    board = json.loads((ROOT / "deploy/grafana/dashboard.json").read_text())
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def test_the_documented_metrics_are_the_programs() -> None:
    table = re.findall(r"^\| `(\w+)` \| (.+) \|$", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE)
    assert dict(table) == METRICS


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_rule_is_whole(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"[A-Z]\w+", rule["alert"])
    assert re.fullmatch(r"\d+[smhd]", rule.get("for", "0s"))
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert set(rule["annotations"]) == {"summary", "action"}
    _check(rule["expr"])


def test_alert_names_are_unique() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))


def test_every_alert_rule_is_tried_with_figures_that_it_must_and_must_not_tell() -> None:
    told: dict[str, set[bool]] = {rule["alert"]: set() for rule in rules()}
    for case in yaml.safe_load(TRIED.read_text())["tests"]:
        for step in case.get("alert_rule_test", ()):
            told[step["alertname"]].add(bool(step["exp_alerts"]))
    assert {name for name, answers in told.items() if answers != {True, False}} == set()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_tells_what_it_must() -> None:
    done = subprocess.run(["promtool", "test", "rules", str(TRIED)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_finds_nothing_wrong_with_the_page() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    figures = Figures(
        articles_24h=3, newest_at=now, sources={"ok": 3, "failing": 1}, alerts_24h={"told": 1}, deliveries={"retry": 1},
        waiting_since=now, rules={"active": 2}, workers=1, canary=CanaryState(now, 2.5, missing=False, problem=None),
    )  # fmt: skip
    page = exposition(figures, streams=1, now=now)
    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("expression", expressions())
def test_every_panel_shows_what_exists(expression: str) -> None:
    _check(expression)


def test_every_metric_has_its_panel() -> None:
    assert {name for expression in expressions() for name in NAME.findall(expression)} == set(METRICS)


def test_the_language_of_the_rules_is_checked() -> None:
    for wrong in ("sum(monitor_sources", "monitor_sources >", "rate(monitor_sources)", "totals(monitor_sources)"):
        with pytest.raises(ValueError, match=r"\S"):
            promql_parser.parse(wrong)


def _check(expression: str) -> None:
    """It parses, and its metrics and labels exist: what `promtool check rules` would find, and more."""
    promql_parser.parse(expression)
    used = NAME.findall(expression)
    assert used
    assert set(used) <= set(METRICS)
    for name, labels in re.findall(r"(monitor_\w+)\{([^}]*)\}", expression):
        for label, operator in re.findall(r"(\w+)(=~|!~|!=|=)\"", labels):
            assert label == LABELS[name]
            assert operator
