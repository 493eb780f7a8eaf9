from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.extract.sanitize import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain  text", "plain text"),
        ("one\ntwo", "one\ntwo"),
        ("<p>One</p><p>Two <b>bold</b> words</p>", "One\nTwo bold words"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("<ul><li>x<li>y</ul><script>alert(1)</script>", "x\ny"),
        ("one<br>two<br><br>three", "one two\nthree"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_html_becomes_one_block_a_line(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_importing_the_package_does_not_load_trafilatura() -> None:
    modules = ", ".join(f"monitor.extract.{name}" for name in ("sanitize", "listing", "watch", "kind", "site"))
    code = f"import sys, {modules}; sys.exit('trafilatura' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("html", ["<!doctype html>", "<html", "<head></head>", "<!-- <html> -->", "\x00<\x01"])
def test_what_holds_nothing_is_empty_text(html: str) -> None:
    assert html_to_text(html).strip() in ("", "<")
