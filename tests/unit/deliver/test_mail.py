from __future__ import annotations

import pytest

from monitor.deliver.mail import apprise_target, targets_of


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("ntfys://ntfy.example.org/my-secret-topic", "ntfys://ntfy.example.org"),
        ("json://localhost:8080/hook/s3cr3t", "json://localhost"),
        ("slack://TOKENA/TOKENB/TOKENC", "slack://"),
        ("mailto://", "mailto://"),
    ],
)
def test_a_label_names_the_service_and_no_secret(address: str, label: str) -> None:
    assert apprise_target(address).label == label


def test_each_recipient_once() -> None:
    one, two = "json://localhost/one", "json://localhost/two"
    targets, addresses = targets_of("hook", [(apprise_target(each), each) for each in (one, two, one)])
    assert addresses == (one, two)
    assert {target.channel for target in targets} == {"hook"}
    assert len({target.key for target in targets}) == 2
