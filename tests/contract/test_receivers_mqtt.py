"""A message on a topic of a real MQTT broker, where one is installed, seen by a subscriber.

python -m venv .bench/mqtt && .bench/mqtt/bin/pip install amqtt; and paho-mqtt, which Apprise sends with, beside Apprise
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import queue
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.alert.render import render
from monitor.deliver.apprise import AppriseSender
from monitor.errors import DeliveryError
from monitor.testing.mailbox import free_port
from tests.contract.test_delivery_mail import NOW, STYLE, alert

ROOT = Path(__file__).parents[2]
BROKER = Path(os.environ.get("MONITOR_MQTT", ROOT / ".bench" / "mqtt" / "bin" / "amqtt"))
START_S = 60.0
TOPIC = "desk/alerts"

pytestmark = [
    pytest.mark.skipif(not BROKER.exists(), reason="no MQTT broker: .bench/mqtt has no amqtt (see the first lines)"),
    pytest.mark.skipif(importlib.util.find_spec("paho") is None, reason="Apprise speaks MQTT only beside paho-mqtt"),
]

CONFIG = """\
listeners: {{default: {{type: tcp, bind: "127.0.0.1:{port}"}}}}
plugins: {{amqtt.plugins.authentication.AnonymousAuthPlugin: {{allow_anonymous: true}}}}
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a running broker."""
    folder, port = tmp_path_factory.mktemp("mqtt"), free_port()
    (folder / "broker.yaml").write_text(CONFIG.format(port=port))
    process = subprocess.Popen(
        [str(BROKER), "-c", "broker.yaml"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.skip("the MQTT broker did not start in time")


@pytest.fixture
def seen(port: int) -> Iterator[queue.Queue[str]]:
    """What a subscriber of the topic receives."""
    mqtt = importlib.import_module("paho.mqtt.client")  # without types, and not always there
    heard: queue.Queue[str] = queue.Queue()
    ready: queue.Queue[bool] = queue.Queue()

    def take(_client: Any, _userdata: Any, message: Any) -> None:
        heard.put(message.payload.decode())

    subscriber = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    subscriber.on_message = take
    subscriber.on_subscribe = lambda *_told: ready.put(True)
    subscriber.on_connect = lambda client, *_told: client.subscribe(TOPIC, qos=1)
    subscriber.connect("127.0.0.1", port)
    subscriber.loop_start()
    ready.get(timeout=START_S)
    yield heard
    subscriber.disconnect()
    subscriber.loop_stop()


def test_the_message_is_seen_by_a_subscriber(port: int, seen: queue.Queue[str]) -> None:
    sender, address = AppriseSender(), f"mqtt://127.0.0.1:{port}/{TOPIC}?qos=1"
    sender.send(address, render(alert(), sender.shape(address), STYLE, NOW))
    text = seen.get(timeout=START_S)
    assert "Kreml: Putin und Biden sprachen per Video" in text
    assert "https://nordblick.example/kreml-video" in text


def test_a_broker_that_is_away_is_tried_again() -> None:
    sender, address = AppriseSender(), f"mqtt://127.0.0.1:{free_port()}/{TOPIC}"
    with pytest.raises(DeliveryError) as caught:
        sender.send(address, render(alert(), sender.shape(address), STYLE, NOW))
    assert not caught.value.permanent
