"""Mail over STARTTLS with a login, and certificates that nobody should trust."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from monitor.deliver.apprise import AppriseSender
from monitor.deliver.mail import MailSpec, mail_addresses
from monitor.errors import DeliveryError
from monitor.testing.mailbox import end_server, free_port
from tests.contract.test_delivery_mail import PLAIN, Mailbox

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="needs the openssl program to make certificates")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, signed by itself, with its key beside it."""
    folder = tmp_path_factory.mktemp("tls")
    command = [str(OPENSSL), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "30"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", "here.key", "-out", "here.pem"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return folder / "here.pem"


def check_login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"anna", b"open sesame")
    return AuthResult(success=good, handled=good)


@contextmanager
def tls_server(handler: Any, certificate: Path) -> Iterator[int]:
    """A mail server behind STARTTLS and a login; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    port = free_port()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=port,
        ready_timeout=60,
        tls_context=context,
        require_starttls=True,
        authenticator=check_login,
        auth_required=True,
    )
    controller.start()
    try:
        yield port
    finally:
        end_server(controller)


@pytest.fixture
def serve() -> Iterator[Callable[[Path], tuple[Mailbox, int]]]:
    with ExitStack() as running:

        def start(certificate: Path) -> tuple[Mailbox, int]:
            box = Mailbox()
            return box, running.enter_context(tls_server(box, certificate))

        yield start


def address(port: int, password: str = "open sesame") -> str:
    spec = MailSpec(("desk@example.org",), "localhost", port, "anna", password, "monitor@example.org", "starttls")
    return mail_addresses(spec)[0][1]


def test_starttls_and_login(certificate: Path, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    box, port = serve(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    AppriseSender().send(address(port), PLAIN)
    assert [mail["To"] for mail in box.mails] == ["desk@example.org"]


def test_a_wrong_password_is_said_and_not_shown(certificate: Path, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _, port = serve(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(DeliveryError) as caught:
        AppriseSender().send(address(port, "n0t-the-password"), PLAIN)
    assert caught.value.code == "smtp-535"
    assert not caught.value.permanent
    assert "n0t-the-password" not in str(caught.value)


def test_a_certificate_that_nobody_vouches_for(certificate: Path, serve: Any) -> None:
    _, port = serve(certificate)
    with pytest.raises(DeliveryError) as caught:
        AppriseSender().send(address(port), PLAIN)
    assert not caught.value.permanent
    assert caught.value.message.replace("self signed", "self-signed") == "certificate: self-signed certificate"


def test_a_certificate_that_has_expired(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expired = Path(__file__).with_name("expired.pem")
    _, port = serve(expired)
    monkeypatch.setenv("SSL_CERT_FILE", str(expired))
    with pytest.raises(DeliveryError) as caught:
        AppriseSender().send(address(port), PLAIN)
    assert not caught.value.permanent
    assert caught.value.message == "certificate: certificate has expired"
