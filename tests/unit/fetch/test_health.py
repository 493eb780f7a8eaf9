from __future__ import annotations

from dataclasses import replace

from monitor.fetch.health import decide_offline, told
from monitor.model.reasons import Reason
from monitor.model.source import Health, PollMemory

NEW = PollMemory()
OK = replace(NEW, health=Health.OK)
FAILING = replace(NEW, health=Health.FAILING, reason=Reason("dns", "no such name"))


def test_only_changes_are_told() -> None:
    assert told(NEW, OK) == ()
    assert told(OK, OK) == ()
    assert told(FAILING, replace(FAILING, reason=Reason("timeout", "x"))) == ()
    assert told(OK, FAILING) == (Reason("failing", "no such name"),)
    (recovered,) = told(FAILING, OK)
    assert recovered.code == "recovered"
    assert "no such name" in recovered.text


def test_this_machine_is_offline_when_no_host_answers_at_all() -> None:
    down = [("a", "dns"), ("b", "timeout"), ("c", "refused")]
    offline = decide_offline(down)
    assert offline is not None
    assert offline.code == "offline"
    assert offline.text.startswith("none of 3 hosts could be reached")
    assert decide_offline(down[:2]) is None
    assert decide_offline([("a", "dns")] * 9) is None
    assert decide_offline([*down, ("d", None)]) is None
    assert decide_offline([*down, ("d", "tls")]) is None
    assert decide_offline([]) is None
