"""Feeds and pages as nobody should write them: nothing is merged without evidence, nothing fails, nothing floods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.store import tables as t
from monitor.testing import Reply
from tests.scenario.conftest import Item, Newsroom, rss

REPORTS = {
    "ferry": (
        "A ferry with 212 people ran aground off Norrholm on Sunday evening. Rescuers brought everybody "
        "ashore within three hours, the coast guard said. Captain Ulla Brandt told reporters that the rudder "
        "had failed near the harbour."
    ),
    "orchestra": (
        "The orchestra of Ulmen elected Marta Goulart as its conductor after three rounds of voting. She "
        "follows Jan Petranek, who retires in June after 14 years. The first concert with her will be in the "
        "old brewery."
    ),
    "vaccine": (
        "A vaccine against fever in cattle was tried on 40 farms around Salis, veterinarians reported on "
        "Thursday. Nine animals in ten stayed healthy through the summer. Farmers hope for an approval before "
        "the next season begins."
    ),
    "budget": (
        "The parliament of Estavia passed the budget after a night of debate. Minister Jonas Feld spoke of a "
        "compromise that hurts everybody a little. Spending on schools rises by 7 percent, while 1200 posts "
        "are cut."
    ),
    "railway": (
        "The railway between Brekke and Tarnow gets a second track. Work on two bridges starts in March, "
        "planner Tor Hagen told the council. The line is closed for ten weeks, and buses replace the morning "
        "trains until then."
    ),
    "museum": (
        "The museum shows 300 clocks from four centuries, among them one made of wood for a church. Its "
        "keeper Anna Fold collected them for thirty years. The exhibition closes in November with an auction "
        "of the doubles."
    ),
}
HARVEST = (
    "Farmers began to bring in the wheat two weeks early after a hot June. The cooperative expects 40 000 "
    "tonnes, a tenth less than last year, because of the drought, its head Ines Duarte said at the "
    "market."
)
TOPICS = tuple(REPORTS)
BANNER = "We value your privacy. We and our partners store cookies on your device. Accept all or manage your choices. "
BANNER += "You can change your mind at any time at the bottom of each page, where our policy explains what we process."


def stories(newsroom: Newsroom) -> list[int]:
    """The story of each article."""
    return [row.story_id for row in newsroom.rows(t.article, "id", "story_id")]


def news(newsroom: Newsroom) -> int:
    """How many alerts there are (no channel is configured: they are listed as held), copies left out."""
    return len([row for row in newsroom.rows(t.alert) if row.state != "suppressed"])


@pytest.mark.parametrize(
    "text", ["", "Video", "...", "\u200b\u00ad\u2060", "Read more", "<p></p><br><img src='x.png'>", "🙂🙂🙂"]
)
async def test_texts_without_substance_are_articles_of_their_own(newsroom: Newsroom, text: str) -> None:
    items = [Item(f"{topic.title()} {n}", f"/news/{n}", str(n), content=text) for n, topic in enumerate(TOPICS)]
    newsroom.source("a", newsroom.web.route("/feed", rss(), rss(*items)), full_text="never")
    await newsroom.poll()
    assert (await newsroom.poll()).failed == 0
    assert len(set(stories(newsroom))) == len(TOPICS)
    assert [row.copy_of for row in newsroom.rows(t.article)] == [None] * len(TOPICS)


async def test_a_banner_in_place_of_every_text_makes_no_copies_and_no_story(newsroom: Newsroom) -> None:
    titles = ["Ferry aground off Norrholm", "Orchestra elects conductor Brandt", "Vaccine for cattle tried in Salis"]
    items = [Item(title, f"/news/{n}", str(n), content=f"<p>{BANNER}</p>") for n, title in enumerate(titles)]
    for source in ("a", "b"):
        newsroom.source(source, newsroom.web.route(f"/{source}", rss(), rss(*items)), full_text="never")
    await newsroom.poll()
    assert (await newsroom.poll()).failed == 0
    assert len(newsroom.rows(t.article)) == 3  # the same addresses in two feeds
    assert len(set(stories(newsroom))) == 3
    assert {row.copy_of for row in newsroom.rows(t.article)} == {None}


async def test_a_text_of_five_megabytes_is_one_article_and_its_copy_is_found(newsroom: Newsroom) -> None:
    huge = "\n".join(
        f"<p>Paragraph {n}: the minutes of session {n * 7} mention {n % 91} motions.</p>" for n in range(70_000)
    )
    first, second = Item("Minutes of the year", "/a", "a", content=huge), Item("The minutes", "/b", "b", content=huge)
    newsroom.source("a", newsroom.web.route("/one", rss(), rss(first)), full_text="never")
    newsroom.source("b", newsroom.web.route("/two", rss(), rss(), rss(second)), full_text="never")
    for _ in range(3):
        assert (await newsroom.poll()).failed == 0
    one, other = newsroom.rows(t.article)
    assert (one.copy_of, other.copy_of, other.story_id) == (None, one.id, one.story_id)


async def test_pages_that_redirect_in_a_loop_stay_apart(newsroom: Newsroom) -> None:
    newsroom.web.route("/x", Reply(status=302, headers={"Location": "/y"}))
    newsroom.web.route("/y", Reply(status=302, headers={"Location": "/x"}))
    items = [
        Item("Ferry aground off Norrholm", newsroom.web.url("/x"), "1", text="The ferry with 212 people is aground."),
        Item("Orchestra elects Brandt", newsroom.web.url("/y"), "2", text="Brandt will conduct from September on."),
    ]
    newsroom.source("a", newsroom.web.route("/feed", rss(), rss(*items)))
    newsroom.matcher.words = {"all": "a"}
    await newsroom.poll()
    await newsroom.poll()
    for _ in range(newsroom.settings.read_attempts + 1):
        await newsroom.read(minutes=60)
    await newsroom.poll()
    assert [row.settled for row in newsroom.rows(t.article)] == [True, True]
    assert len(set(stories(newsroom))) == 2


@pytest.mark.parametrize(
    "canonical", ["/", "https://elsewhere.example/story", "/de/", "javascript:void(0)", "http://[", ""]
)
async def test_canonical_links_that_cannot_be_true_merge_nothing(newsroom: Newsroom, canonical: str) -> None:
    items = []
    for number, topic in enumerate(TOPICS[:3]):
        body = "".join(f"<p>{sentence}.</p>" for sentence in (REPORTS[topic] * 3).split(". "))
        head = f'<title>News of the {topic}</title><link rel="canonical" href="{canonical}">'
        html = f"<html><head>{head}</head><body><article><h1>News of the {topic}</h1>{body}</article></body></html>"
        address = newsroom.web.route(f"/news/{number}", html)
        items.append(Item(f"News of the {topic}", address, str(number), text=topic))
    newsroom.source("a", newsroom.web.route("/feed", rss(), rss(*items)))
    await newsroom.poll()
    await newsroom.poll()
    await newsroom.read()
    again = Item("A later piece", newsroom.web.url("/news/9"), "9", content=HARVEST)
    newsroom.web.route("/feed", rss(again, *items))
    assert (await newsroom.poll()).new == 1
    assert len(newsroom.rows(t.article)) == 4
    assert {row.copy_of for row in newsroom.rows(t.article)} == {None}


async def test_ids_that_move_to_a_new_system_tell_nothing_again(newsroom: Newsroom) -> None:
    def items(prefix: str) -> list[Item]:
        return [Item(f"The {topic}", f"/news/{topic}", f"{prefix}{topic}", content=REPORTS[topic]) for topic in TOPICS]

    newsroom.source(
        "a", newsroom.web.route("/feed", rss(), rss(*items("old-")), rss(*items("new-")), rss(*items("x:")))
    )
    newsroom.matcher.words = {"all": "a"}
    await newsroom.poll()
    await newsroom.poll()
    before = (news(newsroom), stories(newsroom))
    await newsroom.poll()
    await newsroom.poll()
    assert (news(newsroom), stories(newsroom)) == before
    assert len(newsroom.rows(t.article)) == len(TOPICS)


@pytest.mark.parametrize("hours", [-0.2, 1, 24 * 400])
async def test_a_clock_that_jumps_brings_nothing_again(newsroom: Newsroom, hours: float) -> None:
    items = [Item(f"The {topic}", f"/news/{topic}", topic, content=REPORTS[topic]) for topic in TOPICS]
    newsroom.source("a", newsroom.web.route("/feed", rss(), rss(*items)))
    newsroom.matcher.words = {"all": "a"}
    await newsroom.poll()
    await newsroom.poll()
    before = (news(newsroom), stories(newsroom))
    newsroom.clock.set(newsroom.clock.now() + timedelta(hours=hours))
    assert (await newsroom.poll()).failed == 0
    assert (news(newsroom), stories(newsroom)) == before
    newsroom.web.route("/feed", rss(Item("The harvest", "/news/harvest", "harvest", content=HARVEST), *items))
    assert (await newsroom.poll()).failed == 0
    assert (news(newsroom) - before[0], stories(newsroom)[: len(TOPICS)]) == (1, before[1])
    assert len(newsroom.rows(t.article)) == len(TOPICS) + 1


@pytest.mark.parametrize("year", [1970, 1, 2090, 9999])
async def test_dates_that_cannot_be_true_hide_nothing_and_reach_no_old_story(newsroom: Newsroom, year: int) -> None:
    at = datetime(year, 1, 1, tzinfo=UTC)
    first = Item("Ferry aground", "/1", "1", content=REPORTS["ferry"], at=at)
    copy = Item("Ferry aground off Norrholm", "/2", "2", content=REPORTS["ferry"])
    newsroom.source("a", newsroom.web.route("/one", rss(), rss(first)))
    newsroom.source("b", newsroom.web.route("/two", rss(), rss(), rss(copy)))
    newsroom.matcher.words = {"all": "a"}
    for _ in range(3):
        assert (await newsroom.poll()).failed == 0
    one, other = newsroom.rows(t.article)
    assert (other.copy_of, other.story_id) == (one.id, one.story_id)
    assert news(newsroom) == 1
    assert abs(newsroom.rows(t.story)[0].opened_at - newsroom.clock.now()) < timedelta(days=1)
