from __future__ import annotations

import io

import pytest

from monitor.deliver.apprise import AppriseSender
from monitor.deliver.console import SHAPE, print_message
from monitor.model.message import Markup, Rendered

MESSAGE = Rendered("Title", "Body", Markup.TEXT)


def test_title_and_body_with_a_blank_line_after() -> None:
    out = io.StringIO()
    print_message(MESSAGE, out)
    assert out.getvalue() == "Title\nBody\n\n"


def test_the_sender_prints_what_goes_to_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    sender = AppriseSender()
    assert sender.shape("console://") == SHAPE
    sender.send("console://", MESSAGE)
    assert capsys.readouterr().out == "Title\nBody\n\n"
