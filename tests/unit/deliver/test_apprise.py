from __future__ import annotations

import subprocess
import sys
import tempfile

import pytest
from apprise.plugins import N_MGR

from monitor.deliver.apprise import COMMON, LONG_BODY_MAX, AppriseSender, _load_service, explain_address
from monitor.errors import DeliveryError
from monitor.model.message import Form, Markup


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("no address at all", "begins with its service"),
        ("nosuchservice://token", "Apprise knows no service nosuchservice://"),
        ("slack://", "invalid Slack"),
        ("mailto://user:pass@example.org?to=a@example.org,b@example.org", "more than one recipient"),
        ("mailto://user:pass@example.org?to=a@example.org&cc=b@example.org", "more than one recipient"),
    ],
)
def test_why_an_address_cannot_be_used(address: str, words: str) -> None:
    assert words in (explain_address(address) or "")


@pytest.mark.parametrize("address", ["console://", "json://localhost/hook", "ntfy://localhost/topic"])
def test_addresses_that_can_be_used(address: str) -> None:
    assert explain_address(address) is None


def test_a_shape_of_an_address_that_cannot_be_used() -> None:
    with pytest.raises(DeliveryError) as caught:
        AppriseSender().shape("nosuchservice://s3cr3t-token")
    assert caught.value.permanent
    assert "s3cr3t" not in caught.value.message


def test_what_services_take() -> None:
    sender = AppriseSender()
    mail, hook = sender.shape("mailto://user:pass@example.org"), sender.shape("json://localhost")
    assert (mail.form, mail.markup, mail.body_max) == (Form.MAIL, Markup.HTML, LONG_BODY_MAX)
    assert (hook.form, hook.markup, hook.body_max) == (Form.WEBHOOK, Markup.TEXT, LONG_BODY_MAX)
    chat = sender.shape("tgram://123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI/12345")
    assert chat.form is Form.CHAT
    assert 0 < chat.body_max <= 4096


LOADED = """
import sys
from apprise.plugins import N_MGR
from monitor.deliver.apprise import explain_address
assert explain_address("json://localhost/hook") is None
print(len(list(N_MGR.plugins())), "slack" in N_MGR)
assert "invalid Slack" in explain_address("slack://")
print(len(list(N_MGR.plugins())), "slack" in N_MGR)
assert explain_address("gotify://localhost/token") is None
print(len(list(N_MGR.plugins())) > 100, "json" in N_MGR)
"""


def test_common_services_are_loaded_one_by_one_and_all_of_them_for_another() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False", "2", "True", "True", "True"]


def test_all_services_are_loaded_where_no_folder_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    _load_service.__wrapped__("json")
    assert "gotify" in N_MGR


def test_where_common_services_live_is_where_apprise_has_them() -> None:
    AppriseSender().shape("gotify://localhost/token")
    for scheme, module in COMMON.items():
        assert N_MGR[scheme].__module__.split(".")[2] == module
