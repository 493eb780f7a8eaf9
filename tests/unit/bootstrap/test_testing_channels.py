"""A test message past the outbox."""

from __future__ import annotations

import pytest

from monitor.bootstrap.settings import channels_of
from monitor.bootstrap.testing_channels import send_test
from monitor.config.schema import ConfigModel
from monitor.testing.mailbox import Mailbox


@pytest.mark.parametrize(("language", "subject"), [("en", "News-Monitor: a test"), ("de", "News-Monitor: ein Test")])
async def test_every_recipient_gets_one_in_the_language_of_the_channel(
    language: str, subject: str, mailbox: Mailbox
) -> None:
    mail = {"to": ["a@b.example", "c@b.example"], "from": "m@b.example", "server": "127.0.0.1", "port": mailbox.port}
    model = ConfigModel.model_validate({"channels": {"desk": {"mail": mail | {"tls": "none"}, "language": language}}})
    results = await send_test(channels_of(model)["desk"], model)
    assert [(each.target, each.error) for each in results] == [("a@b.example", None), ("c@b.example", None)]
    assert [str(each.message["Subject"]) for each in mailbox.received] == [subject, subject]


async def test_what_a_service_does_not_take_is_a_result(mailbox: Mailbox) -> None:
    model = ConfigModel.model_validate({"channels": {"dead": {"to": "json://127.0.0.1:9/"}}})
    (result,) = await send_test(channels_of(model)["dead"], model)
    assert result.channel == "dead"
    assert "connection refused" in str(result.error)
