from __future__ import annotations

import os
import pickle

import pytest

from monitor.model.content import HELD_BYTES, Spooled, digest_of, size_of, whole


def test_a_spooled_body_reads_like_its_bytes() -> None:
    pieces = [b"<rss>", b"x" * HELD_BYTES, b"</rss>"]
    spooled = Spooled()
    for piece in pieces:
        spooled.append(piece)
    said = b"".join(pieces)
    assert (whole(spooled), size_of(spooled), digest_of(spooled)) == (said, len(said), digest_of(said))
    assert spooled.start == said[:HELD_BYTES]
    assert whole(said) is said
    assert size_of(said) == len(said)


def test_its_file_is_gone_with_it() -> None:
    spooled = Spooled()
    descriptor = spooled.fileno()
    assert os.fstat(descriptor).st_nlink == 0
    del spooled
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_it_is_never_pickled() -> None:
    with pytest.raises(TypeError, match="goes to another process as its file"):
        pickle.dumps(Spooled())


def test_without_room_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(FileNotFoundError):
        Spooled()
