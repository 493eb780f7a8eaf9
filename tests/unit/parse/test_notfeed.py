from __future__ import annotations

import pytest

from monitor.parse.notfeed import not_a_feed


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (b"", "empty-body"),
        (b" \n\t ", "empty-body"),
        (b"<!DOCTYPE html><html><body><h1>Our blog</h1></body></html>", "html"),
        (b"<html><body><form><input type='password'></form></body></html>", "login-page"),
        (b"<html><head><title>Sign in - Paper</title></head></html>", "login-page"),
        (b"<html><head><title>Just a moment...</title></head></html>", "bot-wall"),
        (b"<html><body>Are you a robot? Solve the captcha.</body></html>", "bot-wall"),
        (b"<html><head><title>Your privacy and cookies</title></head></html>", "consent-page"),
        (b"<opml version='2.0'><head/><body/></opml>", "opml"),
        (b"<html>" + b"<A HREF='/news'>News</A>" * 30 + b"<form><input type='password'> captcha</form>", "html"),
        (b"%PDF-1.7", "not-a-feed"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not-a-feed"),
    ],
)
def test_documents_that_are_no_feeds_are_named(page: bytes, code: str) -> None:
    answer = not_a_feed(page)
    assert answer.reason.code == code
    assert answer.reason.text
