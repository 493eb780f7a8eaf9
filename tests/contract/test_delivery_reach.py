"""Services are reached without a message: name, port, certificate."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.deliver.reach import Endpoint, endpoint_of, reach
from monitor.testing import FakeWeb

OPENSSL = shutil.which("openssl")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        ("json://hook.example:8080/x", Endpoint("hook.example", 8080, tls=False)),
        ("jsons://u:p@hook.example/x", Endpoint("hook.example", 443, tls=True)),
        ("jsons://hook.example/x?verify=no", Endpoint("hook.example", 443, tls=True, verify=False)),
        ("matrixs://u:p@matrix.example/#room", Endpoint("matrix.example", 443, tls=True)),
        ("ntfy://topic", Endpoint("ntfy.sh", 443, tls=True)),
        ("ntfy://ntfy.example/topic", Endpoint("ntfy.example", 80, tls=False)),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", Endpoint("api.telegram.org", 443, tls=True)),
        ("console://", None),
        ("nobody://knows", None),
        ("mailto://u:p@example.org", None),
    ],
)
def test_where_an_address_leads(address: str, endpoint: Endpoint | None) -> None:
    assert endpoint_of(address) == endpoint


def test_behind_a_proxy_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert endpoint_of("jsons://hook.example/x") is None
    assert endpoint_of("jsons://inside.example/x") is not None


def test_a_port_that_nobody_listens_on_and_a_name_that_nobody_has(fakeweb: FakeWeb) -> None:
    assert reach(Endpoint("127.0.0.1", fakeweb.port, tls=False)) is None
    assert reach(Endpoint("127.0.0.1", 9, tls=False)) == "127.0.0.1:9 cannot be reached (Connection refused)"
    assert reach(Endpoint("", 9, tls=False)) is not None


def greet(server: socket.socket) -> None:
    with server.accept()[0] as visitor:
        visitor.sendall(b"220 mail.example ESMTP\r\n")


def test_a_server_that_speaks_something_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        greeting = threading.Thread(target=greet, args=(server,))
        greeting.start()
        why = reach(Endpoint("127.0.0.1", server.getsockname()[1], tls=True))
        greeting.join()
    assert why is not None
    assert "does not speak TLS" in why or "cannot be reached" in why


def made(folder: Path, *more: str) -> Path:
    command = [str(OPENSSL), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", *more]
    subprocess.run([*command, "-keyout", "k.pem", "-out", "c.pem"], cwd=folder, capture_output=True, check=True)
    return folder / "c.pem"


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[FakeWeb, Path]]:
    certificate = made(tmp_path, "-days", "30", "-addext", "subjectAltName=DNS:localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / "k.pem")
    with FakeWeb(tls=context) as web:
        yield web, certificate


@pytest.mark.skipif(OPENSSL is None, reason="needs the openssl program to make certificates")
def test_what_is_wrong_with_a_certificate(secure: tuple[FakeWeb, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    web, certificate = secure
    here = Endpoint("localhost", web.port, tls=True)
    assert "signed by itself" in (reach(here) or "")
    assert reach(Endpoint("localhost", web.port, tls=True, verify=False)) is None
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert reach(here) is None
    assert "for another" in (reach(Endpoint("127.0.0.1", web.port, tls=True)) or "")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.parent))
    assert "signed by" in (reach(here) or "")
