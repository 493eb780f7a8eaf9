from __future__ import annotations

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch.websub import is_signed, parse_links

ALGORITHMS = st.sampled_from(["sha1", "sha256", "sha384", "sha512"])
SECRETS = st.text(min_size=1, max_size=80).filter(lambda s: s.isprintable())


def sign(algorithm: str, body: bytes, secret: str) -> str:
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


@given(ALGORITHMS, st.binary(max_size=300), SECRETS)
def test_what_the_hub_signed_is_taken(algorithm: str, body: bytes, secret: str) -> None:
    assert is_signed(sign(algorithm, body, secret), body, secret)


@given(ALGORITHMS, st.binary(max_size=300), st.binary(max_size=300), SECRETS, SECRETS)
def test_another_body_or_secret_is_not(algorithm: str, body: bytes, other: bytes, secret: str, wrong: str) -> None:
    signature = sign(algorithm, body, secret)
    assert is_signed(signature, other, secret) == (other == body)
    assert is_signed(signature, body, wrong) == (wrong == secret)


@given(st.text(max_size=200), st.binary(max_size=50))
def test_no_other_header_is_a_signature(header: str, body: bytes) -> None:
    genuine = {f"{name}={hmac.new(b's', body, name).hexdigest()}" for name in hashlib.algorithms_guaranteed & {"sha1"}}
    assert not is_signed(header, body, "s") or header in genuine


@given(ALGORITHMS, st.binary(max_size=50), SECRETS, st.integers(1, 40))
def test_a_part_of_a_signature_is_none(algorithm: str, body: bytes, secret: str, cut: int) -> None:
    assert not is_signed(sign(algorithm, body, secret)[:-cut], body, secret)


@given(st.text(max_size=300))
def test_any_link_header_can_be_read(header: str) -> None:
    for target, rels in parse_links(header):
        assert rels
        assert target == target.strip()
