"""What the stages hand to each other: values, not things that change behind somebody's back."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import ModuleType

import pytest

import monitor.model
from monitor.model import websub
from monitor.model.alert import AlertKind, Channel, Target
from monitor.model.content import Spooled
from monitor.model.fetched import Fetched
from monitor.model.message import Item, Message, RuleBlock, StoryBlock
from monitor.model.reasons import Reason
from monitor.model.settled import RuleBook, RuleFacts
from monitor.model.subscription import (
    Subscription,
    SubscriptionKind,
    SubscriptionState,
    audience_name,
    audience_rule,
    is_own_rule,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NAMES = [each.name for each in pkgutil.iter_modules(monitor.model.__path__)]
MODULES = [importlib.import_module(f"monitor.model.{name}") for name in NAMES]


def classes_of(module: ModuleType) -> list[type]:
    return [each for _, each in inspect.getmembers(module, inspect.isclass) if each.__module__ == module.__name__]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.__name__).rpartition(".")[2])
def test_every_value_is_frozen_and_says_what_it_is(module: ModuleType) -> None:
    for each in classes_of(module):
        assert inspect.getdoc(each), f"{each.__name__} has no description"
        if is_dataclass(each):
            assert each.__dataclass_params__.frozen, f"{each.__name__} can be changed"  # type: ignore[attr-defined]
            assert "__slots__" in vars(each), f"{each.__name__} has no slots"
            assert all(field.type for field in fields(each))
        else:
            assert issubclass(each, Enum) or each is Spooled


def test_a_channel_whose_recipients_are_rows_makes_their_addresses() -> None:
    reach = "mailtos://mail.example:587?from=desk%40example.org"
    channel = Channel("web.subscribe", (Target("web.subscribe", "k1", "a"),), (), reach=reach)
    assert channel.address_of("Ada <ada@example.org>") == f"{reach}&to=Ada%20%3Cada%40example.org%3E"
    assert (channel.has("k1"), channel.has("k2")) == (True, False)
    assert "mail.example" not in repr(channel)


def answer(body: bytes, spooled: Spooled | None = None) -> Fetched:
    return Fetched("u", "u", 200, (("etag", "one"), ("etag", "two")), body, (), NOW, 0.1, spooled=spooled)


def test_an_answer_is_whole_whether_it_was_held_or_spooled() -> None:
    spooled = Spooled()
    spooled.append(b"whole body")
    assert (answer(b"body").content, answer(b"body").size) == (b"body", 4)
    assert (answer(b"whole", spooled).content, answer(b"whole", spooled).size) == (spooled, 10)


def test_the_first_header_of_a_name_counts() -> None:
    assert (answer(b"").header("etag"), answer(b"").header("date")) == ("one", None)


def test_a_message_tells_each_article_once_in_order() -> None:
    def item(number: int) -> Item:
        return Item(number, "", "")

    story = StoryBlock(items=(item(2), item(1)))
    message = Message("k", AlertKind.DIGEST, 1, "t", items=(item(1), item(3)), blocks=(RuleBlock("a", "A", (story,)),))
    assert message.article_ids == (1, 3, 2)


def test_a_reason_reads_as_its_words() -> None:
    assert str(Reason("far", "too far away")) == "too far away"


def test_the_rule_of_a_subscription_is_in_force_without_being_written_down() -> None:
    book = RuleBook({"port": RuleFacts("port", "Port", 3, NOW)})
    found = book.get("port")
    assert found is not None
    assert (found.version, book.get("gone")) == (3, None)
    own = book.get("subscription:7")
    assert own is not None
    assert (own.version, own.founding) == (1, False)


@pytest.mark.parametrize(
    ("kind", "subject", "rule_id", "own"),
    [
        (SubscriptionKind.RULE, "port", "port", False),
        (SubscriptionKind.STORY, "12", "subscription:7", True),
        (SubscriptionKind.SEARCH, "quay AND fire", "subscription:7", True),
    ],
)
def test_a_subscription_hears_a_rule(kind: SubscriptionKind, subject: str, rule_id: str, own: bool) -> None:
    found = Subscription(7, kind, subject, "a@example.org", "en", SubscriptionState.ACTIVE, "", NOW)
    assert (found.rule_id, is_own_rule(found.rule_id)) == (rule_id, own)


def test_the_subscribers_of_a_rule_have_a_name_that_no_channel_has() -> None:
    assert audience_rule(audience_name("port")) == "port"
    assert audience_rule("desk") is None


@pytest.mark.parametrize(
    ("state", "lease_s", "pushes"),
    [
        (websub.SubscriptionState.VERIFIED, 60, True),
        (websub.SubscriptionState.ASKED, 60, True),
        (websub.SubscriptionState.VERIFIED, 0, False),
        (websub.SubscriptionState.VERIFIED, None, False),
        (websub.SubscriptionState.LEAVING, 60, False),
        (websub.SubscriptionState.DENIED, 60, False),
    ],
)
def test_a_hub_pushes_while_the_lease_that_it_granted_lasts(
    state: websub.SubscriptionState, lease_s: float | None, pushes: bool
) -> None:
    until = None if lease_s is None else NOW + timedelta(seconds=lease_s)
    found = websub.Subscription("hub", "topic", "callback", "secret", state, until)
    assert found.pushes_at(NOW) == pushes
