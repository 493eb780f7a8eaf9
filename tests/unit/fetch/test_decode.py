from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.fetch.decode import BadAnswer, Body
from monitor.fetch.guard import BodyCaps
from monitor.model.content import HELD_BYTES, Content, Spooled, digest_of, whole

GZIP = b"\x1f\x8b"
CAPS = BodyCaps(max_bytes=15_000_000, max_ratio=100)


def unpack(encoding: str, data: bytes, *, piece: int = 1_000, caps: BodyCaps = CAPS) -> bytes:
    body = Body(encoding, caps)
    for start in range(0, len(data), piece):
        body.feed(data[start : start + piece])
    return whole(body.finish())


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("", bytes),
        ("identity", bytes),
        ("utf-8", bytes),
        ("gzip", gzip.compress),
        ("X-GZIP", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("deflate", gzip.compress),
        ("identity, gzip", gzip.compress),
    ],
)
@given(data=st.binary(max_size=5_000), piece=st.integers(1, 700))
def test_every_encoding_comes_back_whatever_the_pieces(encoding: str, pack: object, data: bytes, piece: int) -> None:
    assert callable(pack)
    assume(pack is not bytes or not data.startswith(GZIP))
    assert unpack(encoding, pack(data), piece=piece) == data


def test_several_gzip_members_are_one_body() -> None:
    for piece in (1, 7, 1_000):
        assert unpack("gzip", gzip.compress(b"one ") + gzip.compress(b"two"), piece=piece) == b"one two"


def test_padding_after_the_last_member_is_ignored() -> None:
    assert unpack("gzip", gzip.compress(b"news") + b"\0" * 100) == b"news"


def test_an_empty_answer_is_empty_whatever_its_encoding() -> None:
    assert unpack("gzip", b"") == b""


def code_of(encoding: str, data: bytes, caps: BodyCaps = CAPS) -> str:
    with pytest.raises(BadAnswer) as caught:
        unpack(encoding, data, caps=caps)
    assert caught.value.reason.text
    return caught.value.reason.code


def test_what_cannot_be_unpacked_is_named() -> None:
    assert code_of("br", b"whatever") == "packed"
    assert code_of("gzip, deflate", b"whatever") == "packed"
    assert code_of("gzip", b"plain text") == "protocol"


def test_a_packed_answer_that_ends_early_is_truncated() -> None:
    assert code_of("gzip", gzip.compress(b"news" * 1_000)[:-9]) == "truncated"
    assert code_of("deflate", zlib.compress(b"news" * 1_000)[:-9]) == "truncated"


def test_many_members_are_a_bomb() -> None:
    assert code_of("gzip", gzip.compress(b"") * 1_100) == "bomb"


def test_a_bomb_costs_little_memory() -> None:
    bomb = gzip.compress(b" " * 100_000_000)
    tracemalloc.start()
    try:
        assert code_of("gzip", bomb) == "bomb"
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


def test_a_plain_body_over_the_cap_is_too_large() -> None:
    assert code_of("", b"x" * 200_000, BodyCaps(100_000, 100)) == "too-large"


def test_gzip_that_nobody_mentioned_is_unpacked() -> None:
    assert unpack("", gzip.compress(b"<urlset/>")) == b"<urlset/>"


@given(size=st.integers(65_530, 65_545), repeats=st.integers(1, 3))
def test_raw_deflate_ends_where_it_ends(size: int, repeats: int) -> None:
    data = b"a" * (size * repeats)
    assert unpack("deflate", raw_deflate(data), piece=10_000) == data


def spooled(data: bytes, encoding: str = "") -> Content:
    body = Body(encoding, CAPS, spool=True)
    body.feed(data)
    return body.finish()


def test_what_is_too_large_to_be_held_is_spooled() -> None:
    noise = random.Random(1).randbytes(HELD_BYTES)
    assert spooled(noise) == noise
    for data, encoding in ((noise + b"!", ""), (gzip.compress(noise + b"!"), "gzip")):
        found = spooled(data, encoding)
        assert isinstance(found, Spooled)
        assert (whole(found), digest_of(found)) == (noise + b"!", digest_of(noise + b"!"))


def test_a_full_folder_for_temporary_files_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(BadAnswer) as caught:
        spooled(b"x" * (HELD_BYTES + 1))
    assert caught.value.code == "no-space"
    assert "No such file" in caught.value.reason.text


TEXT = b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><rss/>"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
def test_a_text_that_is_marked_as_packed_is_a_text(encoding: str) -> None:
    assert unpack(encoding, TEXT) == TEXT
    assert unpack(encoding, b'{"version": "https://jsonfeed.org/version/1.1"}').startswith(b"{")


@pytest.mark.parametrize("encoding", ["aws-chunked", "text/xml", "ISO-8859-1", "8bit", "null", "chunked"])
def test_what_is_no_coding_means_nothing(encoding: str) -> None:
    assert unpack(encoding, TEXT) == TEXT
    assert unpack(f"{encoding}, gzip", gzip.compress(TEXT)) == TEXT


def test_packings_that_are_named_twice_are_undone_once() -> None:
    assert unpack("gzip, gzip", gzip.compress(TEXT)) == TEXT
    assert gzip.decompress(unpack("gzip, x-gzip", gzip.compress(gzip.compress(TEXT)))) == TEXT


def test_one_packing_may_be_taken_for_the_other() -> None:
    assert unpack("gzip", zlib.compress(TEXT)) == TEXT


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, deflate"])
def test_what_we_cannot_undo_is_refused(encoding: str) -> None:
    with pytest.raises(BadAnswer, match=r"not asked for.*Accept-Encoding: identity") as caught:
        unpack(encoding, b"\x1b\x03\x00\xf8" * 20)
    assert caught.value.code == "packed"


def test_zstandard_is_known_by_its_mark_where_no_header_says_it() -> None:
    with pytest.raises(BadAnswer, match="packed as zstd"):
        unpack("", b"\x28\xb5\x2f\xfd\x20\x03" * 20)
