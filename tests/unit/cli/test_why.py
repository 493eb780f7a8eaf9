from __future__ import annotations

import io
from datetime import UTC, datetime

from monitor.cli.output import Printer
from monitor.cli.why import _show_matches

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def shown(trace: dict[str, object]) -> str:
    out = io.StringIO()
    _show_matches(trace, Printer(out))
    return out.getvalue()


def test_a_match_names_rule_version_text_revision_engine_and_what_was_fetched() -> None:
    match = {"rule_id": "quay", "rule_version": 3, "revision": 2, "fired": True, "engine": "7"}
    body = {"revision": 2, "url": "https://x.example/1", "sha256": "ab" * 32, "fetched_at": NOW}
    lines = shown({"matches": [{**match, "author": "ada", "accepted_at": NOW}], "bodies": [body]}).splitlines()
    assert lines == [
        "match     quay v3 on revision 2: fired (engine 7)",
        "          that version of the rule is in force since 2026-03-01T12:00:00Z by ada",
        "evidence  revision 2, fetched 2026-03-01T12:00:00Z from https://x.example/1",
        "          SHA-256 " + "ab" * 32,
    ]


def test_no_match_is_said() -> None:
    assert shown({"matches": [], "bodies": []}) == "match     no rule has matched it\n"


def test_a_subscribers_own_rule_has_no_version_on_record() -> None:
    match = {"rule_id": "reader:1", "rule_version": 1, "revision": 1, "fired": False, "engine": "7"}
    said = shown({"matches": [{**match, "author": None, "accepted_at": None}], "bodies": []})
    assert said == "match     reader:1 v1 on revision 1: held by a guard (engine 7)\n"
