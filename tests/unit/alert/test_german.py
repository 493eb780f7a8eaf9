"""What deciders really say has its German, with what varies in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.alert.fire import AbsenceFacts, BurstFacts, decide_absence, decide_burst
from monitor.alert.german import HEALTH, SENTENCES, health_in, reason_in
from monitor.fetch.answers import name_failure, name_page
from monitor.fetch.health import decide_offline
from monitor.model.fetched import Fetched
from monitor.model.reasons import Reason
from monitor.model.rule import FireAbsence, FireBurst, RuleSpec
from monitor.model.source import Health
from tests.unit.match.rules import MEETING, verdict

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def answers() -> Iterator[Reason]:
    """What is said of every status, and of pages that came in place of a feed."""
    for status in (200, 204, 301, 304, 401, 402, 403, 404, 407, 410, 418, 429, 500, 503):
        fetched = Fetched("https://h/", "https://h/", status, (), b"", (), NOW, 0.1)
        named = name_failure(fetched)
        assert named is not None, status
        yield named
    unreadable = Reason("not-a-feed", "the answer could not be read as a feed")
    page = Fetched("https://h/", "https://h/", 200, (), b"", (), NOW, 0.1)
    for body in (b"<input type=password>", b"didomi", b"captcha-delivery.com", b"<p>"):
        yield name_page(replace(page, body=body), unreadable)


@pytest.mark.parametrize("reason", list(answers()), ids=lambda reason: reason.code)
def test_every_answer_of_a_server_has_its_german(reason: Reason) -> None:
    german = reason_in("de", reason.text)
    assert german != reason.text
    assert [part for part in reason.text.split() if part.strip("();,").isdigit()] == [
        part for part in german.split() if part.strip("();,").isdigit()
    ] or any(char.isdigit() for char in german)
    assert reason_in("en", reason.text) == reason.text


def test_what_deciders_of_volume_say() -> None:
    burst = FireBurst(articles=5, times_baseline=1.0, sources=2, within_s=3600.0)
    facts = BurstFacts(groups=9, sources=3, history=(1,), watching_since=NOW - timedelta(days=9), armed=True)
    assert reason_in("de", decide_burst(burst, facts, NOW).reason.text).startswith("9 Artikel aus 3 Quellen binnen 1 h")
    absence = FireAbsence(after_s=86_400.0)
    quiet = decide_absence(absence, AbsenceFacts(NOW - timedelta(days=2)), NOW)
    assert reason_in("de", quiet.reason.text).startswith("seit ")
    blind = decide_absence(absence, AbsenceFacts(NOW - timedelta(days=2), ((NOW - timedelta(days=2), NOW),)), NOW)
    assert reason_in("de", blind.reason.text).startswith("nicht zu sagen")


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("first poll of Nordblick: undated", "erster Abruf von Nordblick: ohne Datum"),
        ("more to r:5, told with the digest", "mehr zu r:5, in der Sammelmeldung"),
        ("joins the next update to r:5; brings 7, Kiew", "kommt in die nächste Folgemeldung zu r:5; bringt 7, Kiew"),
        ("wire copy (93 % of the text) of r:5", "Agenturkopie (93 % des Textes) von r:5"),
        ("held by a guard: »könnte«", "von einem guard zurückgehalten: »könnte«"),
        ("only 62 characters of text were found", "nur 62 Zeichen Text gefunden"),
        ("77% of the text is new", "77% des Textes sind neu"),
        ("5% of the text is new, the numbers in title and lead are the same", "5% des Textes sind neu, die Zahlen in"),
    ],
)
def test_why_it_was_told_and_what_became_of_the_text(english: str, german: str) -> None:
    assert reason_in("de", english).startswith(german)


def test_being_offline() -> None:
    offline = decide_offline([(f"h{n}", "dns") for n in range(4)])
    assert offline is not None
    assert "keiner von 4 Servern" in reason_in("de", offline.text)


@pytest.mark.parametrize("within", ["sentence", "paragraph", 5])
def test_why_a_rule_fired(within: Any) -> None:
    event = RuleSpec("r", "r", event=replace(MEETING, within=within))
    for rule in ("Putin", event):
        reason = verdict(rule, "Putin and Biden meet.").reason
        assert reason is not None
        assert reason_in("de", reason.text) != reason.text


def test_a_reason_without_german_stays_as_it_is() -> None:
    assert reason_in("de", "something new") == "something new"
    assert reason_in("fr", "timed out") == "timed out"


def test_all_states_of_health_have_a_word() -> None:
    assert HEALTH.keys() == {health.value for health in Health}
    assert (health_in("de", "failing"), health_in("en", "failing")) == ("gestört", "failing")


def test_german_uses_no_value_that_is_not_there() -> None:
    for english, german in SENTENCES.items():
        for number in range(5):
            assert f"{{{number}}}" not in german or f"{{{number}}}" in english, english
