"""Channels as configured: who sends, how the connection is protected, and what is wrong with an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.config.channels import channel_of, check_channels, mail_channel, mail_spec, subscribers_channel
from monitor.config.load import load_config
from monitor.config.schema import ChannelModel, ConfigModel, MailModel
from monitor.model.subscription import CHANNEL as SUBSCRIBERS


def mail(**keys: Any) -> MailModel:
    return MailModel.model_validate({"to": "ada@example.org", "server": "smtp.example.org"} | keys)


def config(**sections: Any) -> ConfigModel:
    return ConfigModel.model_validate(sections)


@pytest.mark.parametrize(
    ("keys", "tls"),
    [
        ({}, "starttls"),
        ({"port": 465}, "ssl"),
        ({"server": "localhost"}, "none"),
        ({"server": "127.0.0.1"}, "none"),
        ({"server": "192.0.2.7"}, "starttls"),
        ({"server": "localhost", "tls": "ssl"}, "ssl"),
    ],
)
def test_the_connection_is_protected_unless_the_server_is_here(keys: dict[str, Any], tls: str) -> None:
    assert mail_spec(mail(**keys)).tls == tls


@pytest.mark.parametrize(
    ("keys", "sender"),
    [
        ({"from": "desk@example.com"}, "desk@example.com"),
        ({"user": "ada@example.com"}, "ada@example.com"),
        ({"user": "ada"}, "monitor@example.org"),
        ({"server": "example.net"}, "monitor@example.net"),
        ({"server": "192.0.2.7", "to": "Ada <ada@example.com>"}, "monitor@example.com"),
        ({"server": "localhost", "to": []}, "monitor@localhost"),
    ],
)
def test_who_writes_is_guessed_from_what_is_known(keys: dict[str, Any], sender: str) -> None:
    assert mail_spec(mail(**keys)).sender == sender


def test_every_recipient_is_a_target_of_its_own_and_each_once() -> None:
    model = ChannelModel.model_validate(
        {"mail": {"to": ["a@example.org", "b@example.org", "a@example.org"], "server": "s"}}
    )
    channel = channel_of("desk", model)
    assert [target.label for target in channel.targets] == ["a@example.org", "b@example.org"]
    assert {target.channel for target in channel.targets} == {"desk"}


def test_a_secret_that_is_missing_is_no_recipient() -> None:
    channel = channel_of("chat", ChannelModel.model_validate({"to": ["", "json://chat.example/hook"]}))
    assert channel.addresses == ("json://chat.example/hook",)


CHAT = {"to": "json://chat.example/hook"}
FIRST = {"mail": {"to": "a@example.org", "server": "one.example"}}
SECOND = {"mail": {"to": "b@example.org", "server": "two.example"}}


@pytest.mark.parametrize(
    ("channels", "named", "expected"),
    [
        ({"chat": CHAT}, None, None),
        ({"chat": CHAT, "one": FIRST, "two": SECOND}, None, "one"),
        ({"chat": CHAT, "one": FIRST, "two": SECOND}, "two", "two"),
        ({"chat": CHAT, "one": FIRST}, "chat", None),
    ],
)
def test_subscribers_get_mail_from_the_named_channel_or_the_first_that_sends_mail(
    channels: dict[str, Any], named: str | None, expected: str | None
) -> None:
    web = {"subscribe": {"enabled": True, "channel": named}} if named else {"subscribe": {"enabled": True}}
    model = config(channels=channels, web=web)
    assert mail_channel(model) == expected
    channel = subscribers_channel(model)
    assert (channel is None) == (expected is None)
    if channel is not None:
        assert (channel.id, channel.targets) == (SUBSCRIBERS, ())
        assert channel.reach.startswith("mailtos://")
        assert f"smtp={expected}.example" in channel.reach


def test_nobody_subscribes_where_that_is_off() -> None:
    assert subscribers_channel(config(channels={"one": FIRST})) is None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("channels:\n  desk:\n    mail: {server: s.example, to: nobody}\n", 3, "'nobody' is no mail address"),
        ("channels:\n  desk:\n    to: ['console://', 'nosuch://x']\n", 3, "nosuch"),
    ],
)
def test_an_address_that_cannot_work_is_named_where_it_stands(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    (problem,) = check_channels(load_config(path, {}).usable())
    assert (problem.code, problem.place.line) == ("bad-channel", line)
    assert words in problem.message
    assert problem.message.startswith('channel "desk": ')


def test_good_addresses_are_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("channels: {desk: {to: 'console://'}, box: {mail: {to: a@example.org, server: s.example.org}}}\n")
    assert check_channels(load_config(path, {}).usable()) == []
