from __future__ import annotations

from monitor.model.entry import FeedHints
from monitor.parse.channel import hints_of, read_channel
from monitor.parse.direct import parse_strict

URL = "https://paper.example/feed.xml"


def hints(inner: str) -> FeedHints:
    root = parse_strict(
        '<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel>{inner}</channel></rss>".encode()
    )
    assert root is not None
    return hints_of(read_channel(root), URL)


def test_title_link_and_language() -> None:
    root = parse_strict(
        b"<rss><channel><title> The &lt;b&gt;Paper&lt;/b&gt; </title><link>https://paper.example/</link>"
        b"<language>de_at</language><image><title>no</title></image></channel></rss>"
    )
    assert root is not None
    channel = read_channel(root)
    assert (channel.clean_title, channel.link, channel.clean_language) == (
        "The Paper",
        "https://paper.example/",
        "de-AT",
    )


def test_atom_links_by_relation() -> None:
    root = parse_strict(
        b'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><link rel="self" href="/f"/>'
        b'<link href="https://paper.example/"/><link rel="prev-archive" href="/f?page=2"/>'
        b'<link rel="hub" href="//hub.example/"/></feed>'
    )
    assert root is not None
    channel = read_channel(root)
    assert (channel.link, channel.language) == ("https://paper.example/", "fr")
    found = hints_of(channel, URL)
    assert found.self_url == "https://paper.example/f"
    assert found.next_url == "https://paper.example/f?page=2"
    assert found.hub == "https://hub.example/"


def test_rhythm() -> None:
    found = hints("<ttl>90</ttl><sy:updatePeriod> Daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>")
    assert found.ttl_s == 5400
    assert found.update_every_s == 21600
    assert hints("<sy:updatePeriod>weekly</sy:updatePeriod>").update_every_s == 7 * 86400


def test_skipped_hours_and_days() -> None:
    found = hints(
        "<skipHours><hour>0</hour><hour>24</hour><hour>7</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
    )
    assert found.skip_hours == {0, 7}
    assert found.skip_days == {6}


def test_nonsense_is_ignored() -> None:
    every_hour = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    found = hints(
        "<ttl>soon</ttl><sy:updatePeriod>never</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>"
        f"<skipHours>{every_hour}<hour>99</hour><hour>x</hour><hour>²</hour></skipHours><skipDays><day>Caturday</day></skipDays>"
    )
    assert found == FeedHints()
    assert hints("<ttl>-5</ttl>").ttl_s is None
    assert hints("<ttl>inf</ttl>").ttl_s is None
    assert hints("<ttl>99999999999</ttl>").ttl_s is None


def test_hours_that_are_none_are_passed_over() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in ("03", "24", "25", "0" * 5_000, "-1", "²", ""))
    assert hints(f"<skipHours>{hours}</skipHours>").skip_hours == {0, 3}
