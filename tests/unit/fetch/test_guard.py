from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from monitor.fetch.guard import AddressGuard, BodyCaps, check_url, join, may_carry_credentials
from monitor.model.reasons import Reason

REFUSED = [
    ("10.1.2.3", "private"),
    ("172.31.255.255", "private"),
    ("192.168.0.1", "private"),
    ("127.0.0.1", "loopback"),
    ("169.254.169.254", "link-local"),
    ("100.64.0.1", "carrier-grade NAT"),
    ("0.0.0.0", "unspecified"),
    ("168.63.129.16", "cloud platform"),
    ("64:ff9b::a83f:8110", "cloud platform"),
    ("::127.0.0.1", "reserved"),
    ("::ffff:0:127.0.0.1", "reserved"),
    ("5f00::1", "reserved"),
    ("224.0.0.1", "multicast"),
    ("255.255.255.255", "reserved"),
    ("198.18.0.1", "benchmarking"),
    ("192.0.2.1", "documentation"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("fe80::1%eth0", "link-local"),
    ("fd00::1", "unique local"),
    ("fec0::1", "site-local"),
    ("ff02::1", "multicast"),
    ("::ffff:8.8.8.8", "IPv4-mapped"),
    ("::ffff:127.0.0.1", "IPv4-mapped"),
    ("64:ff9b::a9fe:a9fe", "link-local"),
    ("64:ff9b:1::1", "local NAT64"),
    ("2002:7f00:1::", "6to4"),
    ("2001:0:4136:e378::1", "reserved"),
    ("2001:db8::1", "documentation"),
    ("4000::1", "reserved"),
]


@pytest.mark.parametrize(("address", "kind"), REFUSED)
def test_addresses_that_are_not_public_are_refused_by_name(address: str, kind: str) -> None:
    reason = AddressGuard().decide(address)
    assert reason is not None
    assert reason.code == "address"
    assert kind in reason.text
    assert "fetch.allow_addresses" in reason.text


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "172.32.0.1", "100.128.0.1"])
def test_public_addresses_pass(address: str) -> None:
    assert AddressGuard().decide(address) is None


def test_what_is_no_address_is_refused() -> None:
    assert AddressGuard().decide("localhost") is not None


def test_allowed_addresses_and_networks_open_exactly_themselves() -> None:
    guard = AddressGuard.parse(["127.0.0.1", "127.0.1.0/24", "fd12::/16"])
    assert [guard.decide(each) is None for each in ("127.0.0.1", "127.0.1.77", "fd12::5")] == [True] * 3
    assert [guard.decide(each) is None for each in ("127.0.0.2", "127.0.0.169", "::1", "fd13::5")] == [False] * 4


def test_an_allowed_address_may_be_reached_in_its_mapped_form() -> None:
    assert AddressGuard.parse(["127.0.0.1"]).decide("::ffff:127.0.0.1") is None


def test_a_wrong_network_is_named() -> None:
    with pytest.raises(ValueError, match="10/8"):
        AddressGuard.parse(["10/8 "])


@given(st.ip_addresses())
def test_every_address_is_decided_and_an_open_guard_refuses_none(address: object) -> None:
    reason = AddressGuard().decide(str(address))
    assert reason is None or reason.code == "address"
    assert AddressGuard.parse(["0.0.0.0/0", "::/0"]).decide(str(address)) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed.xml",
        "ftp://example.org/feed",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///feed",
        "http://exa mple.org/",
        "http://exa%00mple.org/",
        "http://a..b/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://127.0.0.01/",
        "http://127.0.0.1./",
        "http://127.0.0.256/",
        "http://10.0.0.0.1/",
        "http://" + "a" * 70 + "/",
        "http://" + "a." * 130 + "/",
        "http://h\\@evil.example/",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://[::1/",
        "http://example.org/\x00",
        "http://example.org/a\r\nHost: evil",
        "http://example.org/" + "a" * 9_000,
    ],
)
def test_what_cannot_be_asked_for_is_refused_as_url(url: str) -> None:
    checked = check_url(url)
    assert isinstance(checked, Reason)
    assert checked.code == "url"


def test_printable_ascii_is_left_byte_for_byte() -> None:
    url = "https://example.org/a%7Eb%2fc?q=%c3%a4&x=[1]&sig=a+b=="
    assert str(check_url(url)) == url


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "0.0.0.0", "255.255.255.255", "9.example.org", "1.x0", "3com.com", "a.1b"]
)
def test_hosts_may_be_numbers_and_have_some(host: str) -> None:
    assert getattr(check_url(f"http://{host}/"), "host", None) == host


def test_other_characters_are_quoted() -> None:
    assert str(check_url(" https://bücher.example/über uns ")) == "https://xn--bcher-kva.example/%C3%BCber%20uns"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "http://h/b"),
        ("b", "http://h/x/b"),
        ("//other/b", "http://other/b"),
        ("https://h/b", "https://h/b"),
        ("?q", "http://h/x/a?q"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_locations_are_joined(location: str, target: str) -> None:
    assert join("http://h/x/a", location) == target


ODD = "http:// https:// // / 127.0.0.1 [::1] [ ] @ : 80 99999 %zz %00 \\ .. ? # ü xn-- . localhost ① é.com mailto:x"
pieces = st.sampled_from([*ODD.split(), " ", "\t", "\udcff", "a" * 70])


@given(st.lists(pieces, max_size=6).map("".join) | st.text())
def test_no_location_breaks_the_check(location: str) -> None:
    checked = check_url(join("http://h/x", location))
    if isinstance(checked, URL):
        assert checked.scheme in {"http", "https"}
        assert checked.host
        assert checked.raw_path_qs.isascii()


@pytest.mark.parametrize(
    ("origin", "target", "may"),
    [
        ("http://h/a", "http://h/b", True),
        ("http://h/a", "http://H:80/b", True),
        ("http://h/a", "https://h/b", True),
        ("https://h/a", "http://h/b", False),
        ("http://h:8080/a", "https://h/b", False),
        ("http://h/a", "http://h:81/b", False),
        ("http://h/a", "http://sub.h/b", False),
    ],
)
def test_credentials_stay_at_their_origin_or_its_https_twin(origin: str, target: str, may: bool) -> None:
    assert may_carry_credentials(URL(origin), URL(target)) is may


def test_caps_tell_a_bomb_from_a_large_document() -> None:
    caps = BodyCaps(max_bytes=15_000_000, max_ratio=100)
    assert caps.decide(wire=900, unpacked=900_000) is None
    assert (caps.decide(wire=9_000, unpacked=1_100_000) or Reason("", "")).code == "bomb"
    assert caps.decide(wire=1_000_000, unpacked=15_000_000) is None
    assert (caps.decide(wire=1_000_000, unpacked=15_000_001) or Reason("", "")).code == "too-large"
