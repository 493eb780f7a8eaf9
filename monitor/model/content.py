"""What an answer carried: bytes in memory or, where they are too many to be held, a file.

The file has no name: it is gone with its last reference, and after a crash, too.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import NoReturn

import xxhash

HELD_BYTES = 256_000
"""Larger bodies are spooled where the request allows it; nearly all feeds are smaller."""


class Spooled:
    """A body in a file: a new one, or the file that `descriptor` stands for, which it takes over.

    `OSError` when there is no room for a new file or for what is appended.
    """

    __slots__ = ("_descriptor", "_hash", "size")

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = _nameless_file() if descriptor is None else descriptor
        self._hash = xxhash.xxh3_128()
        self.size = os.fstat(self._descriptor).st_size

    @property
    def digest(self) -> str:
        """The name of the bytes that were appended."""
        return self._hash.hexdigest()

    @property
    def start(self) -> bytes:
        """The beginning: enough to recognise what came in place of a document."""
        return os.pread(self._descriptor, HELD_BYTES, 0)

    def fileno(self) -> int:
        """The descriptor of the file."""
        return self._descriptor

    def append(self, data: bytes) -> None:
        """Write on.  The page cache takes it at once: that costs less than receiving it did."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self.size += len(data)
        self._hash.update(data)

    def read(self) -> bytes:
        """All of it."""
        return os.pread(self._descriptor, self.size, 0)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a spooled body goes to another process as its file")

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)


Content = bytes | Spooled


def whole(content: Content) -> bytes:
    """All bytes of a body."""
    return content.read() if isinstance(content, Spooled) else content


def size_of(content: Content) -> int:
    """How many bytes a body has."""
    return content.size if isinstance(content, Spooled) else len(content)


def digest_of(content: Content) -> str:
    """The name of a body's bytes; equal names are taken as equal bodies."""
    return content.digest if isinstance(content, Spooled) else xxhash.xxh3_128_hexdigest(content)


def _nameless_file() -> int:
    descriptor, name = tempfile.mkstemp(prefix="news-monitor-")
    Path(name).unlink()
    return descriptor
