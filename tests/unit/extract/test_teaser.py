from __future__ import annotations

import pytest

from monitor.extract.teaser import OwnText, decide_own_text
from monitor.model.article import TextState
from monitor.model.source import FullText

LONG = "word " * 200
SHORT = "A teaser of a dozen words that says what the article is about."


def decide(text: str, *, content: bool = False, url: bool = True, full_text: FullText = FullText.AUTO) -> OwnText:
    return decide_own_text("A title of five words", text, has_content=content, has_url=url, full_text=full_text)


def test_enough_text_needs_no_page() -> None:
    assert decide(LONG) == OwnText(TextState.FULL, None, wants_page=False)


def test_a_teaser_wants_its_page_and_says_so() -> None:
    found = decide(SHORT)
    assert (found.state, found.wants_page) == (TextState.TEASER, True)
    assert found.reason is not None
    assert found.reason.code == "page-pending"


def test_nothing_but_a_title() -> None:
    assert decide("").state is TextState.TITLE


@pytest.mark.parametrize("end", ["…", "...", "[…]", "Read more", "Weiterlesen →", "Читать далее", "Lire la suite"])
def test_a_text_that_is_cut_is_a_teaser_however_long(end: str) -> None:
    assert decide(LONG + end).wants_page


def test_declared_content_counts_sooner() -> None:
    sixty = "word " * 60
    assert decide(sixty).wants_page
    assert not decide(sixty, content=True).wants_page


def test_the_user_decides() -> None:
    assert decide(LONG, full_text=FullText.ALWAYS).wants_page
    never = decide(SHORT, full_text=FullText.NEVER)
    assert (never.wants_page, never.reason and never.reason.code) == (False, "page-not-wanted")


def test_without_an_address_there_is_no_page() -> None:
    found = decide(SHORT, url=False, full_text=FullText.ALWAYS)
    assert (found.wants_page, found.reason and found.reason.code) == (False, "no-page")
