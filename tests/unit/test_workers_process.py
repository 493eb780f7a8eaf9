"""The life of a worker process, lived in the process of the test: its jobs wait in the pipe before it begins."""

from __future__ import annotations

import resource
import signal
import socket
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from typing import Any

import pytest

from monitor.errors import WorkerError
from monitor.model.content import HELD_BYTES, Content, Spooled, whole
from monitor.workers import _Limits, _Packed, _Result, _serve, _unpacked

MB = 1_000_000
AMPLE = _Limits(memory=500 * MB, max_jobs=100, growth=500 * MB)


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def serve(limits: _Limits, *jobs: tuple[Callable[..., object], tuple[object, ...]]) -> list[tuple[bool, Any]]:
    """Whether the process can be used again, and what came of each job, until the parent is gone."""
    ours, theirs = Pipe()
    with ours, theirs:
        for job in jobs:
            _Packed.of(job).send(ours)
        with socket.socket(fileno=ours.fileno()) as end:
            end.shutdown(socket.SHUT_WR)
            end.detach()
        _serve(theirs, limits)
        theirs.close()
        assert ours.recv_bytes() == b"ready"
        return list(answers(ours.poll, lambda: _unpacked(_Packed.receive(ours))))


def answers(is_there: Callable[[], bool], receive: Callable[[], Any]) -> Iterator[Any]:
    while is_there():
        try:
            yield receive()
        except EOFError:
            return


def add(left: int, right: int) -> int:
    return left + right


def eat(size: int) -> int:
    return len(b"x" * size)


def repeat(text: str, times: int) -> str:
    return text * times


def length(document: Content) -> int:
    return len(whole(document))


def fail(error: Exception) -> None:
    raise error


def nameless() -> object:
    return lambda: None


class Odd(Exception):
    """Cannot be made anew from what it was pickled as."""

    def __init__(self, place: str, *, number: int) -> None:
        super().__init__(place)


def test_it_does_one_job_after_the_other_until_its_parent_is_gone() -> None:
    assert serve(AMPLE, (add, (1, 2)), (add, (3, 4))) == [(True, _Result(3)), (True, _Result(7))]


def test_after_its_jobs_it_says_that_it_is_used_up_and_ends() -> None:
    limits = _Limits(AMPLE.memory, 2, AMPLE.growth)
    assert [keep for keep, _ in serve(limits, (add, (1, 1)), (add, (1, 1)))] == [True, False]


def test_once_it_has_grown_it_is_used_up() -> None:
    assert [keep for keep, _ in serve(_Limits(AMPLE.memory, 100, 0), (add, (1, 1)))] == [False]


def test_a_job_that_takes_too_much_memory_is_its_last() -> None:
    ((keep, error),) = serve(_Limits(50 * MB, 100, AMPLE.growth), (eat, (200 * MB,)))
    assert not keep
    assert isinstance(error, WorkerError)
    assert (error.code, error.message) == ("memory", "took more than 50 MB")
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.getrlimit(resource.RLIMIT_AS)[1]


def test_a_body_comes_as_its_file_and_a_large_result_goes_as_one() -> None:
    body = Spooled()
    body.append(b"x" * 3 * MB)
    answered = serve(AMPLE, (length, (body,)), (repeat, ("ä", HELD_BYTES)))
    assert [result.value for _, result in answered] == [3 * MB, "ä" * HELD_BYTES]


def test_an_exception_comes_back_with_where_it_was_raised() -> None:
    ((keep, error),) = serve(AMPLE, (fail, (KeyError("x"),)))
    assert keep
    assert isinstance(error, KeyError)
    assert "in fail" in error.__notes__[0]


def test_what_cannot_be_handed_over_is_named_and_the_process_goes_on() -> None:
    (_, odd), (_, result), (keep, last) = serve(AMPLE, (fail_oddly, ()), (nameless, ()), (add, (1, 1)))
    assert (odd.code, odd.message) == ("failed", "Odd: here")
    assert (result.code, "cannot be handed over" in result.message) == ("failed", True)
    assert (keep, last) == (True, _Result(2))


def fail_oddly() -> None:
    raise Odd("here", number=1)


def test_a_parent_that_goes_before_the_answer_ends_it() -> None:
    ours, theirs = Pipe()
    with theirs:
        _Packed.of((hang_up, (ours.fileno(),))).send(ours)
        _serve(theirs, AMPLE)
    ours.close()


def hang_up(descriptor: int) -> None:
    """What the parent's death does to its end of the pipe, at the worst moment."""
    with socket.socket(fileno=descriptor) as end:
        end.shutdown(socket.SHUT_RDWR)
        end.detach()
