"""What a request came back with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.content import Content, Spooled, size_of
from monitor.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Credentials:
    """Basic (`user`, `password`) or bearer (`token`) authentication; never sent to another origin."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One GET, or a POST of `form` (url-encoded; its redirects are not followed).

    `etag` and `last_modified` are echoed byte for byte, and only to `validators_url` if that is given.  `render`: the
    page is loaded in a browser.  `spool`: a body too large to be held may stay in a file.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    validators_url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    auth: Credentials | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    verify_tls: bool = True
    check_robots: bool = False
    timeout_s: float | None = None
    max_bytes: int | None = None
    form: bytes | None = field(default=None, repr=False)
    render: bool = False
    spool: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """A redirect that was followed: the status that sent us on and where it sent us."""

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """The outcome of one request: an answer, or the reason why there is none.

    `problem` is set when no complete answer was had (refused, timed out, broken off, too large, address not
    allowed, robots).  A complete answer with an error status has `status` and no `problem`; deciding what a status
    means is `fetch.schedule`'s job.  `headers` have lower-case names, in order.  `body` is decompressed; of a spooled
    one it is the beginning, and `content` is the whole either way.
    `conditional`: validators went with the request that was answered.  `blocked_until`: nothing was asked (problem
    `postponed`), since the host wants to be left alone until then.
    """

    url: str
    final_url: str
    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    hops: tuple[Hop, ...]
    started_at: datetime
    elapsed_s: float
    problem: Reason | None = None
    conditional: bool = False
    blocked_until: datetime | None = None
    spooled: Spooled | None = None

    @property
    def content(self) -> Content:
        """The whole body."""
        return self.body if self.spooled is None else self.spooled

    @property
    def size(self) -> int:
        """Bytes of the whole body."""
        return size_of(self.content)

    def header(self, name: str) -> str | None:
        """The first header of that lower-case name, or None."""
        return next((value for key, value in self.headers if key == name), None)
