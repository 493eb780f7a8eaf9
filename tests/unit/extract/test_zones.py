from __future__ import annotations

import pytest
from lxml.html import HtmlElement, fragment_fromstring

from monitor.extract.zones import Zone, zone_of


@pytest.mark.parametrize(
    ("element", "zone"),
    [
        ("<div itemprop='articleBody'></div>", Zone.BODY),
        ("<div hidden></div>", Zone.HIDDEN),
        ("<div style='color: red; display : none'></div>", Zone.HIDDEN),
        ("<div style='visibility:hidden'></div>", Zone.HIDDEN),
        ("<div style='display: block'></div>", Zone.NONE),
        ("<div role='navigation'></div>", Zone.NAV),
        ("<h2></h2>", Zone.HEADING),
        ("<hr>", Zone.NONE),
        ("<div id='comments'></div>", Zone.COMMENTS),
        ("<main class='has-sidebar sidebar'></main>", Zone.NONE),
    ],
)
def test_an_element_says_what_part_it_opens(element: str, zone: Zone) -> None:
    found = fragment_fromstring(element)
    assert isinstance(found, HtmlElement)
    assert zone_of(found) == zone
