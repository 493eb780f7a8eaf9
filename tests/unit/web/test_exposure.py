from __future__ import annotations

import pytest

from monitor.config.listen import Listen
from monitor.web.exposure import host_name, known_hosts


def test_the_page_answers_under_its_own_names_and_those_it_is_known_by_outside() -> None:
    listen = Listen("192.0.2.1", 8787, open=False)
    outside = known_hosts(listen, "https://news.example/desk", None, "https://hooks.example:8443/")
    assert outside == {"localhost", "127.0.0.1", "::1", "192.0.2.1", "news.example", "hooks.example"}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("news.example:8787", "news.example"),
        ("[::1]:80", "::1"),
        ("NEWS.example", "news.example"),
        ("", ""),
        ("[::1", ""),
    ],
)
def test_a_host_header_is_read_without_its_port_and_nonsense_is_no_name(header: str, name: str) -> None:
    assert host_name(header) == name
