"""A message in the room of a real Matrix homeserver, where one is installed.

python -m venv .bench/synapse && .bench/synapse/bin/pip install matrix-synapse
"""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from monitor.alert.render import Style, render
from monitor.deliver.apprise import AppriseSender
from monitor.errors import DeliveryError
from monitor.testing.mailbox import free_port
from tests.contract.test_delivery_mail import NOW, STYLE, alert

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("MONITOR_SYNAPSE", ROOT / ".bench" / "synapse" / "bin" / "python"))
PASSWORD = "open sesame"
START_S = 60.0

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(),
    reason="no Matrix homeserver: .bench/synapse has no matrix-synapse (see the module's first lines)",
)

CONFIG = """\
server_name: localhost
pid_file: homeserver.pid
listeners:
  - {{port: {port}, type: http, tls: false, bind_addresses: ["127.0.0.1"], resources: [{{names: [client]}}]}}
database: {{name: sqlite3, args: {{database: homeserver.db}}}}
log_config: log.yaml
media_store_path: media
registration_shared_secret: for-this-test-alone
macaroon_secret_key: for-this-test-alone-too
signing_key_path: localhost.signing.key
report_stats: false
trusted_key_servers: []
"""
LOG = "version: 1\nhandlers: {file: {class: logging.FileHandler, filename: homeserver.log}}\nroot: {handlers: [file]}\n"


@dataclass(frozen=True)
class Homeserver:
    """A running server with a user `monitor` and a room that it is in."""

    port: int
    token: str
    room: str

    def address(self, password: str = PASSWORD) -> str:
        # Rooms of version 12 and newer have no server in their id: hsreq=no keeps Apprise from adding one.
        return f"matrix://monitor:{quote(password)}@127.0.0.1:{self.port}/{quote(self.room, safe='')}?hsreq=no"

    def messages(self) -> list[dict[str, Any]]:
        """What people see in the room, oldest first."""
        path = f"/rooms/{quote(self.room, safe='')}/messages?dir=b&limit=20"
        events = ask(self.port, "GET", path, token=self.token)["chunk"]
        return [event["content"] for event in reversed(events) if event["type"] == "m.room.message"]


def ask(port: int, method: str, path: str, body: object = None, token: str = "") -> dict[str, Any]:
    """The client API of the server."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/_matrix/client/v3{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}"} if token else {},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


@pytest.fixture(scope="module")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    folder, port = tmp_path_factory.mktemp("synapse"), free_port()
    (folder / "homeserver.yaml").write_text(CONFIG.format(port=port))
    (folder / "log.yaml").write_text(LOG)
    command = [str(PYTHON), "-m", "synapse.app.homeserver", "-c", "homeserver.yaml"]
    made = subprocess.run([*command, "--generate-keys"], cwd=folder, capture_output=True, timeout=START_S, check=False)
    if made.returncode:
        pytest.skip(f"matrix-synapse does not run here: {made.stderr.decode()[-300:]}")
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        register = [str(PYTHON.parent / "register_new_matrix_user"), "-c", "homeserver.yaml", "--no-admin"]
        register += ["-u", "monitor", "-p", PASSWORD, f"http://127.0.0.1:{port}"]
        subprocess.run(register, cwd=folder, capture_output=True, timeout=START_S, check=True)
        who = {"type": "m.id.user", "user": "monitor"}
        login = ask(port, "POST", "/login", {"type": "m.login.password", "identifier": who, "password": PASSWORD})
        token = login["access_token"]
        room = ask(port, "POST", "/createRoom", {"name": "desk"}, token)["room_id"]
        yield Homeserver(port, token, room)
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
        else:
            return
    pytest.skip("matrix-synapse did not start in time")


def test_the_message_is_seen_in_the_room(homeserver: Homeserver) -> None:
    sender = AppriseSender()
    address = homeserver.address()
    sender.send(address, render(alert(), sender.shape(address), STYLE, NOW))
    (seen,) = homeserver.messages()
    assert "Kreml: Putin und Biden sprachen per Video" in seen["body"]
    assert "https://nordblick.example/kreml-video" in seen["body"]


def test_mentions_and_markup_of_a_headline_do_nothing_there(homeserver: Homeserver) -> None:
    sender = AppriseSender()
    address = homeserver.address()
    hostile = alert("@room <b>bold</b> [x](javascript:alert(1)) @monitor:localhost")
    sender.send(address, render(hostile, sender.shape(address), Style("en"), NOW))
    seen = homeserver.messages()[-1]
    assert "@room" not in seen["body"]
    assert "<b>bold" not in seen.get("formatted_body", "")
    assert "javascript:" not in seen.get("formatted_body", "")


def test_a_wrong_password_is_said_and_not_shown(homeserver: Homeserver) -> None:
    sender = AppriseSender()
    address = homeserver.address("n0t-the-password")
    rendered = render(alert(), sender.shape(address), STYLE, NOW)
    with pytest.raises(DeliveryError) as caught:
        sender.send(address, rendered)
    assert "n0t-the-password" not in str(caught.value)
