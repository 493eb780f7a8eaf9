from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.load import load_config
from monitor.config.secrets import check_secrets

WRITTEN_OUT = {
    "channels: {a: {mail: {to: a@b.example, server: b.example, password: x}}}": "a password",
    "sources: [{id: a, feed: 'https://a.example', auth: {token: x}}]": "a token",
    "web: {auth: {password: x}}": "a password",
    "web: {auth: {password: !env P, tokens: [{name: a, token: x, scopes: [read]}]}}": "a token",
    "channels: {a: {to: ['console://', 'matrixs://u:p@b.example/#r']}}": "an address with its password or token",
    "channels: {a: {to: 'discord://418123456789/abcdefghijklmnop0123456789'}}": "an address with its password or token",
}
KEPT_ELSEWHERE = (
    "channels: {a: {mail: {to: a@b.example, server: b.example, password: !env P}}}",
    "channels: {a: {to: !env P}}",
    "channels: {a: {to: 'jsons://hooks.example.org/news-of-the-day'}}",
    "channels: {a: {to: 'json://[::1/x'}}",
    "web: {auth: {password: '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA'}}",
    "sources: [{id: a, feed: 'https://a.example'}]",
)


def found(text: str, folder: Path) -> list[tuple[str, str, int]]:
    path = folder / "config.yaml"
    path.write_text(text)
    loaded = load_config(path, {"P": "console://"})
    assert loaded.draft is not None
    return [(p.message, p.severity, p.place.line) for p in check_secrets(loaded.draft)]


@pytest.mark.parametrize("text", sorted(WRITTEN_OUT))
def test_a_secret_that_is_written_out_is_warned_of_once(text: str, tmp_path: Path) -> None:
    assert found(text, tmp_path) == [(f"{WRITTEN_OUT[text]} stands in the configuration", "warning", 1)]


@pytest.mark.parametrize("text", KEPT_ELSEWHERE)
def test_what_is_kept_elsewhere_or_is_no_secret_is_fine(text: str, tmp_path: Path) -> None:
    assert found(text, tmp_path) == []


def test_included_sources_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("sources:\n  - {id: a, feed: 'https://a.example', auth: {token: x}}\n")
    assert [line for _, _, line in found("include: [more.yaml]", tmp_path)] == [2]
