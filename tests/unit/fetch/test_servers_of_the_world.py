"""Servers as the world has them: what of their answers is read, and what the others are called."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from _pytest.mark import ParameterSet

from monitor.clock import SystemClock
from monitor.fetch.answers import name_failure
from monitor.fetch.http import FetchSettings, HttpFetcher
from monitor.model.fetched import Request
from monitor.testing import FakeWeb, Reply
from tests.unit.fetch.names import Names

NEWS = b"<rss version='2.0'><channel><item><title>Bridge</title></item></channel></rss>"
LENGTH = f"Content-Length: {len(NEWS)}"
SETTINGS = FetchSettings(allow_addresses=("127.0.0.1",), host_spacing_s=0, timeout_s=60, max_bytes=1_000_000)


def raw(*fields: str, body: bytes = NEWS, status: str = "HTTP/1.1 200 OK", nl: str = "\r\n") -> bytes:
    """An answer byte for byte; `PORT` in it stands for the server's own."""
    return nl.join([status, *fields, "", ""]).encode("latin-1") + body


def chunks(body: bytes, size: int = 7, end: bytes = b"0\r\n\r\n", form: bytes = b"%x\r\n%s\r\n") -> bytes:
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(form % (len(piece), piece) for piece in pieces) + end


def deflated(body: bytes, window: int = -15, flush: int = zlib.Z_FINISH) -> bytes:
    """Packed without the two bytes before and the sum behind (`window` as zlib has it)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return packer.compress(body) + packer.flush(flush)


def answers(what: str, answer: bytes) -> ParameterSet:
    return pytest.param(answer, id=what)


@pytest.fixture
async def fetcher() -> AsyncIterator[HttpFetcher]:
    names = Names({"127.0.0.1": ["127.0.0.1"]})
    async with HttpFetcher(SETTINGS, SystemClock(), resolver=names, obey_blocks=False) as made:
        yield made


async def outcome(fetcher: HttpFetcher, web: FakeWeb, answer: bytes) -> str:
    """The code of the failure; `read` where the whole document came."""
    web.route("/feed", Reply(NEWS))
    url = web.route("/asked", Reply(raw=answer.replace(b"PORT", str(web.port).encode())))
    fetched = await fetcher.fetch(Request(url))
    failure = name_failure(fetched)
    if failure is None:
        assert fetched.body == NEWS
    return "read" if failure is None else failure.code


READ = [
    answers("http/1.0 no length", raw(status="HTTP/1.0 200 OK")),
    answers("http/1.1 no length close", raw("Connection: close")),
    answers("http/1.1 no length no close header", raw()),
    answers("http/1.0 keepalive with length", raw("Connection: keep-alive", LENGTH, status="HTTP/1.0 200 OK")),
    answers("lf only line ends", raw(LENGTH, nl="\n")),
    answers("status without reason", raw(LENGTH, status="HTTP/1.1 200")),
    answers("status reason utf8", raw(LENGTH, status="HTTP/1.1 200 Ð\x9eÐ\x9a")),
    answers("100 continue first", b"HTTP/1.1 100 Continue\r\n\r\n" + raw(LENGTH)),
    answers("103 early hints", b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n" + raw(LENGTH)),
    answers("102 then 103 then 200", b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + raw(LENGTH)),
    answers("chunk ext", raw("Transfer-Encoding: chunked", body=chunks(NEWS, form=b"%x;x=y\r\n%s\r\n"))),
    answers("chunk uppercase hex", raw("Transfer-Encoding: Chunked", body=chunks(NEWS, 30, form=b"%X\r\n%s\r\n"))),
    answers("chunk trailing blanks", raw("Transfer-Encoding: chunked", body=chunks(NEWS, 30, form=b"%x  \r\n%s\r\n"))),
    answers("chunk zero padded", raw("Transfer-Encoding: chunked", body=chunks(NEWS, 30, form=b"0000%x\r\n%s\r\n"))),
    answers(
        "chunk with trailers", raw("Transfer-Encoding: chunked", body=chunks(NEWS, 30, end=b"0\r\nX-T: 1\r\n\r\n"))
    ),
    answers("te identity", raw("Transfer-Encoding: identity", LENGTH)),
    answers("te chunked twice", raw("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body=chunks(NEWS))),
    answers("te gzip, chunked", raw("Transfer-Encoding: gzip, chunked", body=chunks(gzip.compress(NEWS)))),
    answers("length with plus", raw(f"Content-Length: +{len(NEWS)}")),
    answers(
        "206 whole",
        raw(LENGTH, f"Content-Range: bytes 0-{len(NEWS) - 1}/{len(NEWS)}", status="HTTP/1.1 206 Partial Content"),
    ),
    answers("226 IM Used", raw(LENGTH, "IM: feed", status="HTTP/1.1 226 IM Used")),
    answers("203", raw(LENGTH, status="HTTP/1.1 203 Non-Authoritative Information")),
    answers("201", raw(LENGTH, status="HTTP/1.1 201 Created")),
    answers("202 body", raw(LENGTH, status="HTTP/1.1 202 Accepted")),
    answers("299", raw(LENGTH, status="HTTP/1.1 299 Misc")),
    answers("300 headers", raw(LENGTH, *[f"X-{i}: y" for i in range(300)])),
    answers("long header", raw(LENGTH, "Set-Cookie: " + "a" * 20000)),
    answers("header obs-fold", raw("X-A: a\r\n\tb", LENGTH)),
    answers("header no colon", raw("garbage", LENGTH)),
    answers("header blank name", raw(": x", LENGTH)),
    answers("header latin1", raw("X-A: café", LENGTH)),
    answers("header ctrl", raw("X-A: a\x01b", LENGTH)),
    answers("leading blank line", b"\r\n" + raw(LENGTH)),
    answers("two content-types", raw("Content-Type: text/html", "Content-Type: application/rss+xml", LENGTH)),
    answers("header with space in name", raw("X A: b", LENGTH)),
    answers("upgrade", raw("Upgrade: h2,h2c", "Connection: Upgrade", LENGTH)),
    answers(
        "gzip", raw("Content-Encoding: gzip", f"Content-Length: {len(gzip.compress(NEWS))}", body=gzip.compress(NEWS))
    ),
    answers("gzip no length", raw("Content-Encoding: gzip", "Connection: close", body=gzip.compress(NEWS))),
    answers("x-gzip", raw("Content-Encoding: x-gzip", "Connection: close", body=gzip.compress(NEWS))),
    answers("GZIP caps", raw("Content-Encoding: GZIP", "Connection: close", body=gzip.compress(NEWS))),
    answers("gzip undeclared", raw("Connection: close", body=gzip.compress(NEWS))),
    answers("gzip declared plain", raw("Content-Encoding: gzip", LENGTH)),
    answers(
        "gzip header twice packed once",
        raw("Content-Encoding: gzip", "Content-Encoding: gzip", "Connection: close", body=gzip.compress(NEWS)),
    ),
    answers(
        "gzip, gzip packed once", raw("Content-Encoding: gzip, gzip", "Connection: close", body=gzip.compress(NEWS))
    ),
    answers("deflate zlib", raw("Content-Encoding: deflate", "Connection: close", body=zlib.compress(NEWS))),
    answers("deflate raw", raw("Content-Encoding: deflate", "Connection: close", body=deflated(NEWS))),
    answers("deflate but gzip", raw("Content-Encoding: deflate", "Connection: close", body=gzip.compress(NEWS))),
    answers("gzip but zlib", raw("Content-Encoding: gzip", "Connection: close", body=zlib.compress(NEWS))),
    answers("identity", raw("Content-Encoding: identity", LENGTH)),
    answers("none", raw("Content-Encoding: none", LENGTH)),
    answers("utf-8 as encoding", raw("Content-Encoding: UTF-8", LENGTH)),
    answers("empty encoding", raw("Content-Encoding: ", LENGTH)),
    answers("br declared, plain", raw("Content-Encoding: br", LENGTH)),
    answers(
        "gzip junk after", raw("Content-Encoding: gzip", "Connection: close", body=gzip.compress(NEWS) + b"<!-- x -->")
    ),
    answers(
        "gzip two members",
        raw("Content-Encoding: gzip", "Connection: close", body=gzip.compress(NEWS[:50]) + gzip.compress(NEWS[50:])),
    ),
    answers("301 relative", raw("Location: feed", status="HTTP/1.1 301 Moved", body=b"")),
    answers("302 protocol relative", raw("Location: //127.0.0.1:PORT/feed", status="HTTP/1.1 302 Found", body=b"")),
    answers("302 fragment", raw("Location: /feed#top", status="HTTP/1.1 302 Found", body=b"")),
    answers("302 blanks", raw("Location:   /feed  ", status="HTTP/1.1 302 Found", body=b"")),
    answers("302 backslash", raw("Location: \\feed", status="HTTP/1.1 302 Found", body=b"")),
    answers("302 http:/", raw("Location: http:/feed", status="HTTP/1.1 302 Found", body=b"")),
    answers("302 two locations", raw("Location: /feed", "Location: /other", status="HTTP/1.1 302 Found", body=b"")),
    answers("302 amp entity", raw("Location: /feed?a=1&amp;b=2", status="HTTP/1.1 302 Found", body=b"")),
    answers("302 dots", raw("Location: ../../../feed", status="HTTP/1.1 302 Found", body=b"")),
    answers("302 default port", raw("Location: http://127.0.0.1:PORT/feed", status="HTTP/1.1 302 Found", body=b"")),
    answers("303", raw("Location: /feed", status="HTTP/1.1 303 See Other", body=b"")),
    answers("307", raw("Location: /feed", status="HTTP/1.1 307 T", body=b"")),
    answers("308", raw("Location: /feed", status="HTTP/1.1 308 P", body=b"")),
    answers(
        "302 with long html body",
        raw("Location: /feed", "Connection: close", status="HTTP/1.1 302 Found", body=b"x" * 300000),
    ),
    answers("200 with location", raw("Location: /other", LENGTH)),
    answers("201 location", raw("Location: /feed", LENGTH, status="HTTP/1.1 201 Created")),
    answers("refresh header", raw("Refresh: 0; url=/feed", "Content-Length: 0", body=b"")),
    answers(
        "refresh header with page",
        raw(
            "Refresh: 0; url=/feed",
            "Content-Type: text/html",
            "Connection: close",
            body=b"<html><body>wait</body></html>",
        ),
    ),
    answers(
        "meta refresh",
        raw(
            "Content-Type: text/html",
            "Connection: close",
            body=b"<html><head><meta http-equiv=refresh content='0;url=/feed'></head></html>",
        ),
    ),
]

REFUSED = {
    "bot-wall": [
        answers(
            "503 ddos cookie",
            raw(
                "Content-Type: text/html",
                "Connection: close",
                status="HTTP/1.1 503 S",
                body=b"<html>Checking your browser <script src='/cdn-cgi/challenge-platform/x'></script></html>",
            ),
        ),
    ],
    "client-error": [
        answers("416", raw(status="HTTP/1.1 416 Range Not Satisfiable")),
        answers("418", raw(status="HTTP/1.1 418 I'm a teapot")),
        answers("451", raw(status="HTTP/1.1 451 Unavailable For Legal Reasons")),
    ],
    "empty-body": [
        answers("200 empty", raw("Content-Length: 0", body=b"")),
        answers("gzip empty body", raw("Content-Encoding: gzip", "Content-Length: 0", body=b"")),
        answers("gzip of nothing", raw("Content-Encoding: gzip", "Connection: close", body=gzip.compress(b""))),
    ],
    "forbidden": [
        answers("403 html", raw("Connection: close", status="HTTP/1.1 403 Forbidden", body=b"<html>no</html>")),
    ],
    "headers": [
        answers("many headers", raw(LENGTH, *[f"X-{i}: {'y' * 50}" for i in range(2000)])),
    ],
    "no-content": [
        answers("204 with body", raw(LENGTH, status="HTTP/1.1 204 No Content")),
    ],
    "not-found": [
        answers(
            "404 gzip bad",
            raw("Content-Encoding: gzip", "Connection: close", status="HTTP/1.1 404 Not Found", body=b"zz"),
        ),
    ],
    "packed": [
        answers("br real", raw("Content-Encoding: br", "Connection: close", body=b"\x0b\x05\x80hello\x03")),
        answers("zstd real", raw("Content-Encoding: zstd", "Connection: close", body=b"(\xb5/\xfd\x00")),
        answers("zstd unsaid", raw("Connection: close", body=b"(\xb5/\xfd\x00")),
    ],
    "protocol": [
        answers("icy status", raw(LENGTH, status="ICY 200 OK")),
        answers("http/1.1 lower", raw(LENGTH, status="http/1.1 200 OK")),
        answers("no status line (http/0.9)", NEWS),
        answers("chunk bad size", raw("Transfer-Encoding: chunked", body=b"zz\r\n" + NEWS)),
        answers(
            "chunk lf only", raw("Transfer-Encoding: chunked", body=chunks(NEWS, 30, end=b"0\n\n", form=b"%x\n%s\n"))
        ),
        answers("chunked header but plain body", raw("Transfer-Encoding: chunked", body=NEWS)),
        answers("length huge", raw("Content-Length: 99999999999999999999")),
        answers("status 20", raw(LENGTH, status="HTTP/1.1 20 OK")),
        answers("tls alert to http", b"\x15\x03\x01\x00\x02\x02P"),
        answers("ssh banner", b"SSH-2.0-OpenSSH_9\r\n"),
        answers("utf8 bom before status", b"\xef\xbb\xbf" + raw(LENGTH)),
        answers("gzip but raw deflate", raw("Content-Encoding: gzip", "Connection: close", body=deflated(NEWS))),
        answers(
            "gzip bad crc",
            raw("Content-Encoding: gzip", "Connection: close", body=gzip.compress(NEWS)[:-8] + b"\x00" * 8),
        ),
        answers(
            "gzip leading newline", raw("Content-Encoding: gzip", "Connection: close", body=b"\n" + gzip.compress(NEWS))
        ),
        answers(
            "gzip bom before",
            raw("Content-Encoding: gzip", "Connection: close", body=b"\xef\xbb\xbf" + gzip.compress(NEWS)),
        ),
    ],
    "redirects": [
        answers("301 query only", raw("Location: ?x=1", status="HTTP/1.1 301 Moved", body=b"")),
    ],
    "reset": [
        answers("close at once", b""),
        answers("half head", b"HTTP/1.1 200 OK\r\nContent-Ty"),
    ],
    "server-error": [
        answers("520", raw(status="HTTP/1.1 520 Unknown")),
    ],
    "truncated": [
        answers("chunk without final", raw("Transfer-Encoding: chunked", body=chunks(NEWS, 30, end=b""))),
        answers("chunk final without crlf", raw("Transfer-Encoding: chunked", body=chunks(NEWS, 30, end=b"0\r\n"))),
        answers("length too long", raw(f"Content-Length: {len(NEWS) + 40}")),
        answers("gzip cut", raw("Content-Encoding: gzip", "Connection: close", body=gzip.compress(NEWS)[:-12])),
        answers(
            "gzip missing trailer", raw("Content-Encoding: gzip", "Connection: close", body=gzip.compress(NEWS)[:-8])
        ),
        answers(
            "gzip sync flush stream w/o end",
            raw("Content-Encoding: gzip", "Connection: close", body=deflated(NEWS, window=31, flush=zlib.Z_SYNC_FLUSH)),
        ),
    ],
    "unexpected-304": [
        answers("304 uncond", raw(status="HTTP/1.1 304 Not Modified", body=b"")),
    ],
    "unexpected-status": [
        answers(
            "206 part",
            raw(
                "Content-Length: 20",
                "Content-Range: bytes 0-19/500",
                body=NEWS[:20],
                status="HTTP/1.1 206 Partial Content",
            ),
        ),
        answers("300 multiple", raw(LENGTH, status="HTTP/1.1 300 Multiple Choices")),
        answers("999", raw(status="HTTP/1.1 999 Request denied")),
        answers(
            "101 switching",
            raw("Upgrade: websocket", "Connection: Upgrade", status="HTTP/1.1 101 Switching Protocols", body=b""),
        ),
        answers("301 no location", raw(LENGTH, status="HTTP/1.1 301 Moved")),
        answers("301 empty location", raw("Location: ", LENGTH, status="HTTP/1.1 301 Moved")),
    ],
    "url": [
        answers("302 https missing host", raw("Location: https://", status="HTTP/1.1 302 Found", body=b"")),
        answers("302 ftp", raw("Location: ftp://x/feed", status="HTTP/1.1 302 Found", body=b"")),
        answers("302 javascript", raw("Location: javascript:alert(1)", status="HTTP/1.1 302 Found", body=b"")),
        answers("302 feed scheme", raw("Location: feed://127.0.0.1:PORT/feed", status="HTTP/1.1 302 Found", body=b"")),
        answers("302 port rubbish", raw("Location: http://127.0.0.1:abc/feed", status="HTTP/1.1 302 Found", body=b"")),
    ],
}


@pytest.mark.parametrize("answer", READ)
async def test_what_browsers_read_is_read(fetcher: HttpFetcher, fakeweb: FakeWeb, answer: bytes) -> None:
    assert await outcome(fetcher, fakeweb, answer) == "read"


@pytest.mark.parametrize(
    ("code", "answer"),
    [pytest.param(code, *case.values, id=case.id) for code, cases in REFUSED.items() for case in cases],
)
async def test_what_cannot_be_used_has_its_name(
    fetcher: HttpFetcher, fakeweb: FakeWeb, code: str, answer: bytes
) -> None:
    assert await outcome(fetcher, fakeweb, answer) == code


async def test_a_server_that_redirects_to_itself_whatever_comes_is_given_up(
    fetcher: HttpFetcher, fakeweb: FakeWeb
) -> None:
    answer = raw("Location: /asked", "Set-Cookie: a=1", status="HTTP/1.1 302 Found", body=b"")
    assert await outcome(fetcher, fakeweb, answer) == "redirects"
