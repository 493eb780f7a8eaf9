from __future__ import annotations

import pytest

from monitor.config.listen import Listen, listen_of
from monitor.config.schema import WebModel
from monitor.errors import ConfigError


def _web(**values: object) -> WebModel:
    return WebModel.model_validate(values)


def test_loopback_is_open_and_nothing_else() -> None:
    for address in ("127.0.0.1:1", "localhost:1", "[::1]:1"):
        found = listen_of(_web(listen=address))
        assert found is not None
        assert found.open
    for address in ("0.0.0.0:1", "192.168.0.1:1", "[::]:1", "desk.example.org:1"):
        with pytest.raises(ConfigError, match="refusing to start"):
            listen_of(_web(listen=address))
        locked = listen_of(_web(listen=address, auth={"password": "x"}))
        assert locked is not None
        assert not locked.open


def test_an_address_that_is_none_is_a_configuration_error() -> None:
    for address in ("8787", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:99999", ":80", "127.0.0.1:²"):
        with pytest.raises(ConfigError):
            listen_of(_web(listen=address))
    assert listen_of(_web(listen="off")) is None


def test_a_proxy_header_without_a_proxy_is_refused() -> None:
    with pytest.raises(ConfigError, match="nobody"):
        listen_of(_web(listen="0.0.0.0:80", auth={"proxy_header": "X-User"}))


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:8787/"), ("::1", "http://[::1]:8787/"), ("a.b", "http://a.b:8787/")],
)
def test_the_address_can_be_typed(host: str, url: str) -> None:
    assert Listen(host, 8787, open=True).url == url
