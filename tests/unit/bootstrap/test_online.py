from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult

from monitor.bootstrap.online import check_online, room_left
from monitor.config.load import load_config
from monitor.config.problems import Place
from monitor.testing import FakeWeb, Reply
from monitor.testing.mailbox import Mailbox, free_port
from monitor.web.views.push import HERE

FETCH = "fetch: {allow_addresses: [127.0.0.1], host_spacing: 0}\n"


async def codes(folder: Path, text: str) -> list[tuple[str, int]]:
    path = folder / "config.yaml"
    path.write_text(FETCH + text)
    problems = await check_online(load_config(path).usable())
    return [(p.code, p.place.line) for p in problems if p.code != "disk-low"]


async def test_all_is_well(tmp_path: Path, fakeweb: FakeWeb) -> None:
    date = format_datetime(datetime.now(UTC), usegmt=True)
    url = fakeweb.route("/feed", Reply("<rss/>", headers={"Date": date}))
    mailbox = Mailbox()
    mailbox.start()
    try:
        mail = f"{{to: a@b.example, from: m@b.example, server: 127.0.0.1, port: {mailbox.port}, tls: none}}"
        text = f"sources: [{{id: a, feed: '{url}'}}]\nchannels: {{desk: {{mail: {mail}}}}}\n"
        assert await codes(tmp_path, text) == []
        assert not mailbox.received
    finally:
        mailbox.stop()


async def test_each_source_has_its_place(tmp_path: Path, fakeweb: FakeWeb) -> None:
    good = fakeweb.route("/feed", Reply("<rss/>"))
    text = f"sources:\n  - {{id: a, feed: '{good}'}}\n  - {{id: b, feed: '{fakeweb.url('/none')}'}}\n"
    text += "  - {id: c, feed: 'http://127.0.0.1:9/'}\n"
    assert await codes(tmp_path, text) == [("source-status", 4), ("source-unreachable", 5)]


async def test_nothing_answers(tmp_path: Path) -> None:
    text = "sources:\n  - {id: a, feed: 'http://127.0.0.1:9/a'}\n  - {id: b, feed: 'http://127.0.0.1:9/b'}\n"
    assert await codes(tmp_path, text) == [("no-network", 2)]


async def test_a_wrong_clock_shows_in_date_headers(tmp_path: Path, fakeweb: FakeWeb) -> None:
    date = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    url = fakeweb.route("/feed", Reply("<rss/>", headers={"Date": date}))
    assert await codes(tmp_path, f"sources: [{{id: a, feed: '{url}'}}]\n") == [("clock-skew", 1)]


async def test_a_database_server_that_is_not_there(tmp_path: Path) -> None:
    text = f"database: 'postgresql+psycopg:///none?host={tmp_path}'\n"
    assert await codes(tmp_path, text) == [("database-unusable", 2)]


async def test_a_dead_mail_server(tmp_path: Path) -> None:
    mail = "{to: a@b.example, from: m@b.example, server: 127.0.0.1, port: 9, tls: none}"
    assert await codes(tmp_path, f"channels:\n  desk: {{mail: {mail}}}\n") == [("channel-unreachable", 3)]


async def test_a_server_that_cannot_log_in_refuses(tmp_path: Path) -> None:
    mailbox = Mailbox()
    mailbox.start()
    try:
        where = f"server: 127.0.0.1, port: {mailbox.port}, tls: none, user: u, password: p"
        found = await codes(tmp_path, f"channels: {{desk: {{mail: {{to: a@b.example, from: m@b.example, {where}}}}}}}")
    finally:
        mailbox.stop()
    assert [code for code, _ in found] == ["channel-unreachable"]


async def test_services_of_chats_are_reached_without_a_message(tmp_path: Path, fakeweb: FakeWeb) -> None:
    good, dead = f"json://127.0.0.1:{fakeweb.port}/x", "json://127.0.0.1:9/x"
    text = f"channels:\n  good: {{to: '{good}'}}\n  dead: {{to: ['{good}', '{dead}']}}\n  here: {{to: 'console://'}}\n"
    assert await codes(tmp_path, text) == [("channel-unreachable", 4)]
    assert fakeweb.requests == []


async def test_the_address_for_hubs_leads_to_the_page(tmp_path: Path, fakeweb: FakeWeb) -> None:
    text = f"websub: {{enabled: true, callback: '{fakeweb.url('/monitor')}'}}\n"
    assert await codes(tmp_path, text) == [("websub-unreachable", 2)]
    fakeweb.route("/monitor/push/", "somebody else")
    assert await codes(tmp_path, text) == [("websub-unreachable", 2)]
    fakeweb.route("/monitor/push/", HERE)
    assert await codes(tmp_path, text) == []


async def test_a_secret_that_others_can_read(tmp_path: Path) -> None:
    secret = tmp_path / "address"
    secret.write_text("console://")
    secret.chmod(0o644)
    text = "channels: {hook: {to: !file address}}\n"
    assert await codes(tmp_path, text) == [("secret-exposed", 2)]
    secret.chmod(0o600)
    assert await codes(tmp_path, text) == []


@pytest.mark.parametrize(("free", "code"), [(10, "disk-full"), (900_000_000, "disk-low"), (2_000_000_000, None)])
def test_room_is_made_before_it_is_needed(free: int, code: str | None) -> None:
    found = [p.code for p in room_left(free, Path("var"), Place("config.yaml", 1, 1))]
    assert found == ([code] if code else [])


async def test_a_wrong_password_is_told_from_a_dead_server(tmp_path: Path) -> None:
    def nobody(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    port = free_port()
    server = Controller(
        Sink(), hostname="127.0.0.1", port=port, ready_timeout=60, authenticator=nobody, auth_require_tls=False
    )
    server.start()
    try:
        where = f"server: 127.0.0.1, port: {port}, tls: none, user: u, password: p"
        text = f"channels:\n  desk: {{mail: {{to: a@b.example, from: m@b.example, {where}}}}}\n"
        assert await codes(tmp_path, text) == [("channel-refused", 3)]
    finally:
        server.stop()


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
async def test_a_server_without_encryption_is_not_used_as_one_with(tls: str, tmp_path: Path) -> None:
    mailbox = Mailbox()
    mailbox.start()
    try:
        where = f"server: 127.0.0.1, port: {mailbox.port}, tls: {tls}"
        text = f"channels:\n  desk: {{mail: {{to: a@b.example, from: m@b.example, {where}}}}}\n"
        assert await codes(tmp_path, text) == [("channel-unreachable", 3)]
    finally:
        mailbox.stop()


async def test_dates_that_say_nothing_say_nothing_about_the_clock(tmp_path: Path, fakeweb: FakeWeb) -> None:
    url = fakeweb.route("/feed", Reply("<rss/>", headers={"Date": "some day"}))
    assert await codes(tmp_path, f"sources: [{{id: a, feed: '{url}'}}]\n") == []
