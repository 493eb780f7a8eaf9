from __future__ import annotations

import socket

import pytest

from monitor.fetch.resolver import Resolver


async def test_names_of_the_hosts_file_are_found_and_others_are_not() -> None:
    resolver = Resolver()
    try:
        found = await resolver.resolve("localhost", 80, family=socket.AF_INET)
        assert {each["host"] for each in found} == {"127.0.0.1"}
        assert found[0]["port"] == 80
        with pytest.raises(OSError, match=r".+"):
            await resolver.resolve("no-such-host.invalid", 80, family=socket.AF_UNSPEC)
    finally:
        await resolver.close()
