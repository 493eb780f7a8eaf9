from __future__ import annotations

import pytest

from monitor.model.walls import FEWEST_LINKS, is_bare


@pytest.mark.parametrize("link", [b"<a href=/x>", b"<A\nHREF=/x>"])
def test_a_page_is_bare_below_so_many_links(link: bytes) -> None:
    assert is_bare(b"<html>" + link * (FEWEST_LINKS - 1))
    assert not is_bare(b"<html>" + link * FEWEST_LINKS)


def test_other_elements_are_no_links() -> None:
    assert is_bare(b"<article><abbr><area>" * 100)
