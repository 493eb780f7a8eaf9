"""Pages as sites of the world have them, and the feeds that they name."""

from __future__ import annotations

import pytest
from _pytest.mark import ParameterSet

from monitor.extract.discover import find_feeds

SITE = "https://paper.example/"
URL = f"{SITE}news/index.html"


def names(what: str, html: str | bytes, *feeds: str) -> ParameterSet:
    """A page and the addresses of its feeds, below `SITE` unless they are whole."""
    return pytest.param(html, tuple(feed if "://" in feed else SITE + feed for feed in feeds), id=what)


def page(head: str = "", body: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def declared(href: str, media: str = "application/rss+xml", rel: str = "alternate", title: str = "") -> str:
    named = f"title='{title}'" if title else ""
    return f"<link rel='{rel}' type='{media}' href='{href}' {named}>"


PAGES = [
    names("plain", page(declared("/feed")), "feed"),
    names("fragment alone", page(declared("#") + declared("#feed") + declared("/feed")), "feed"),
    names("comments on this article", page(body="<a href='feed/'>RSS feed for comments on this post</a>")),
    names("entity plus", page('<link rel="alternate" type="application/rss&#43;xml" href="/index.xml">'), "index.xml"),
    names("relative dot", page(declared("./feed.xml", "application/atom+xml")), "news/feed.xml"),
    names(
        "json feed + wp-json",
        page(declared("/wp-json/wp/v2/posts/1", "application/json") + declared("/feed.json", "application/feed+json")),
        "feed.json",
    ),
    names(
        "hugo index.json",
        page(declared("/index.xml") + declared("/index.json", "application/json")),
        "index.xml",
        "index.json",
    ),
    names("uppercase", page("<LINK REL='ALTERNATE' TYPE='APPLICATION/RSS+XML' HREF='/feed'>"), "feed"),
    names("rel feed", page("<link rel=feed href=/f>"), "f"),
    names("rel alternate feed", page(declared("/f", rel="alternate feed")), "f"),
    names("rel home alternate", page(declared("/f", rel="home alternate")), "f"),
    names("base", page("<base href='https://cdn.example/x/'>" + declared("f.xml")), "https://cdn.example/x/f.xml"),
    names("base target only", page("<base target='_blank'>" + declared("f.xml")), "news/f.xml"),
    names("base after link", page(declared("f.xml") + "<base href='/b/'>"), "b/f.xml"),
    names("protocol relative", page(declared("//feeds.example/x.rss")), "https://feeds.example/x.rss"),
    names("feed scheme", page(declared("feed://paper.example/f.rss")), "http://paper.example/f.rss"),
    names("feed:https", page(declared("feed:https://paper.example/f.rss")), "f.rss"),
    names("charset type", page(declared("/f", "application/rss+xml; charset=utf-8")), "f"),
    names("text/xml w/ title", page(declared("/x", "text/xml", title="RSS feed")), "x"),
    names("text/xml path", page(declared("/rss.xml", "text/xml")), "rss.xml"),
    names("application/rdf+xml", page(declared("/index.rdf", "application/rdf+xml")), "index.rdf"),
    names("application/x.atom+xml", page(declared("/a", "application/x.atom+xml")), "a"),
    names("application/rss", page(declared("/a", "application/rss")), "a"),
    names("text/rss", page(declared("/a", "text/rss")), "a"),
    names("text/rss+xml", page(declared("/a", "text/rss+xml")), "a"),
    names(
        "application/xml rss path",
        page(declared("/feeds/posts/default?alt=rss", "application/xml")),
        "feeds/posts/default?alt=rss",
    ),
    names("no type, feed path", page("<link rel=alternate href=/feed>"), "feed"),
    names(
        "hreflang alternates ignored",
        page(
            "<link rel=alternate hreflang=de href=/de/><link rel=alternate hreflang=x-default href=/>"
            + declared("/feed")
        ),
        "feed",
    ),
    names(
        "amp/mobile ignored",
        page(
            "<link rel=amphtml href=/amp><link rel=alternate media='only screen and (max-width: 640px)' "
            "href='https://m.paper.example/'>" + declared("/feed")
        ),
        "feed",
    ),
    names(
        "oembed ignored",
        page(
            declared("https://paper.example/oembed?url=x&format=xml", "text/xml+oembed")
            + declared("https://paper.example/wp-json/oembed/1.0/embed?url=x", "application/json+oembed")
            + declared("/feed")
        ),
        "feed",
    ),
    names(
        "comments ignored",
        page(
            declared("/feed", title="Paper &raquo; Feed")
            + declared("/comments/feed/", title="Paper &raquo; Comments Feed")
        ),
        "feed",
    ),
    names(
        "article comments feed",
        page(
            declared("/story/feed/", title="Paper &raquo; Bridge opens Comments Feed")
            + declared("/feed/", title="Paper")
        ),
        "feed/",
    ),
    names("comments first", page(declared("/comments/feed/") + declared("/feed/")), "feed/"),
    names(
        "ios-app alternate",
        page(
            "<link rel=alternate href='ios-app://1/http/paper.example'><link rel=alternate href='android-app://x'>"
            + declared("/feed")
        ),
        "feed",
    ),
    names(
        "activity+json ignored",
        page(declared("/users/x", "application/activity+json") + declared("/users/x.rss")),
        "users/x.rss",
    ),
    names(
        "mf2/other xml ignored",
        page(
            declared("/osd.xml", "application/opensearchdescription+xml", rel="search")
            + declared("/rsd.xml", "application/rsd+xml", rel="EditURI")
            + declared("/feed")
        ),
        "feed",
    ),
    names(
        "sitemap link ignored",
        page("<link rel=sitemap type=application/xml href=/sitemap.xml>" + declared("/feed")),
        "feed",
    ),
    names("in body", page("", declared("/feed")), "feed"),
    names("link in comment", page("<!-- " + declared("/old") + " -->" + declared("/feed")), "feed"),
    names("link in noscript", page("<noscript>" + declared("/feed") + "</noscript>"), "feed"),
    names(
        "link in script text",
        page(
            "<script>var a=\"<link rel='alternate' type='application/rss+xml' href='/no'>\";</script>"
            + declared("/feed")
        ),
        "feed",
    ),
    names("conditional comment", page("<!--[if IE]>" + declared("/ie") + "<![endif]-->" + declared("/feed")), "feed"),
    names("duplicate", page(declared("/feed") + declared("/feed")), "feed"),
    names("duplicate fragment", page(declared("/feed") + declared("/feed#x")), "feed"),
    names("empty href", page(declared("") + declared("/feed")), "feed"),
    names("href newline", page(declared("\n /feed \n")), "feed"),
    names("href amp entity", page(declared("/?feed=rss2&amp;cat=3")), "?feed=rss2&cat=3"),
    names("href space", page(declared("/my feed.xml")), "my%20feed.xml"),
    names("idn path", page(declared("/feed/é")), "feed/é"),
    names("title attr", page(declared("/feed", title="A &amp; B")), "feed"),
    names("single quote/unquoted", page("<link rel=alternate type=application/rss+xml href=/feed>"), "feed"),
    names("missing rel type rss", page("<link type='application/rss+xml' href='/feed'>"), "feed"),
    names("rel alternative typo", page(declared("/feed", rel="alternative")), "feed"),
    names(
        "rel Alternate stylesheet",
        page("<link rel='alternate stylesheet' type='text/css' href='/x.css'>" + declared("/feed")),
        "feed",
    ),
    names("rel subscription", page(declared("/feed", rel="subscription"))),
    names(
        "a with type",
        page(
            "",
            "<a rel='alternate' type='application/rss+xml' href='/categories/blog/index.xml'><i class='fa "
            "fa-rss'></i></a>",
        ),
        "categories/blog/index.xml",
    ),
    names("a RSS text", page("", "<a href='/rss-info'>RSS</a>"), "rss-info"),
    names("a img alt RSS", page("", "<a href='/export.php?x=1'><img src=x alt='RSS'></a>"), "export.php?x=1"),
    names("a aria-label RSS", page("", "<a href='/syndicate' aria-label='RSS feed'><svg/></a>"), "syndicate"),
    names("a title RSS", page("", "<a href='/syndicate' title='RSS'><i/></a>"), "syndicate"),
    names("a svg title", page("", "<a href='/syndicate'><svg><title>RSS</title></svg></a>"), "syndicate"),
    names("a feed path", page("", "<a href='/feed/'>Subscribe</a>"), "feed/"),
    names("area", page("", "<map><area href='/rss.xml' alt='RSS'></map>"), "rss.xml"),
    names("a article about rss", page("", "<a href='/2026/03/rss-is-not-dead-yet-again'>Why RSS is not dead</a>")),
    names("a feedback", page("", "<a href='/feedback'>Feedback</a><a href='/newsfeed-settings'>x</a>")),
    names(
        "a facebook feed share",
        page("", "<a href='https://www.facebook.com/sharer.php?u=https://paper.example/feed/'>Share</a>"),
        "feed/",
    ),
    names(
        "a feedly button",
        page(
            "", "<a href='https://feedly.com/i/subscription/feed%2Fhttps%3A%2F%2Fpaper.example%2Ffeed.xml'>Feedly</a>"
        ),
        "feed.xml",
    ),
    names(
        "a google reader add",
        page("", "<a href='http://add.my.yahoo.com/rss?url=https://paper.example/feed.xml'>My Yahoo</a>"),
        "feed.xml",
    ),
    names(
        "feedburner link",
        page("", "<a href='https://feeds.feedburner.com/paper'>Subscribe</a>"),
        "https://feeds.feedburner.com/paper",
    ),
    names(
        "blogger",
        page(
            declared("https://b.example/feeds/posts/default", "application/atom+xml")
            + declared("https://b.example/feeds/posts/default?alt=rss")
            + declared("https://www.blogger.com/feeds/1/posts/default", "application/atom+xml", rel="service.post")
            + declared("https://b.example/feeds/123/comments/default", "application/atom+xml")
        ),
        "https://b.example/feeds/posts/default",
        "https://b.example/feeds/posts/default?alt=rss",
    ),
    names("no html tags", declared("/feed"), "feed"),
    names(
        "xhtml",
        "<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'><head>"
        + declared("/feed")[:-1]
        + "/></head><body/></html>",
        "feed",
    ),
    names(
        "youtube like",
        page(declared("https://www.youtube.com/feeds/videos.xml?channel_id=UC1", title="RSS")),
        "https://www.youtube.com/feeds/videos.xml?channel_id=UC1",
    ),
    names(
        "github commits",
        page(
            declared(
                "https://github.com/a/b/commits/main.atom", "application/atom+xml", title="Recent Commits to b:main"
            )
        ),
        "https://github.com/a/b/commits/main.atom",
    ),
    names(
        "spanish comentarios",
        page(declared("/feed/") + declared("/comentarios/feed/", title="Periódico &raquo; Feed de los comentarios")),
        "feed/",
    ),
    names(
        "russian comments",
        page(declared("/feed/") + declared("/story/feed/", title="Газета &raquo; Лента комментариев")),
        "feed/",
    ),
    names(
        "polish comments",
        page(declared("/feed/") + declared("/story/feed/", title="Gazeta &raquo; Kanał z komentarzami")),
        "feed/",
    ),
    names(
        "turkish comments",
        page(declared("/feed/") + declared("/story/feed/", title="Gazete &raquo; yorum akışı")),
        "feed/",
    ),
    names(
        "dutch reacties",
        page(declared("/feed/") + declared("/story/feed/", title="Krant &raquo; reacties feed")),
        "feed/",
    ),
    names(
        "japanese", page(declared("/feed/") + declared("/story/feed/", title="新聞 &raquo; コメントフィード")), "feed/"
    ),
    names("chinese", page(declared("/feed/") + declared("/story/feed/", title="报 &raquo; 评论 Feed")), "feed/"),
    names(
        "french",
        page(declared("/feed/") + declared("/x/feed/", title="Journal &raquo; Flux des commentaires")),
        "feed/",
    ),
    names(
        "italian", page(declared("/feed/") + declared("/x/feed/", title="Giornale &raquo; Feed dei commenti")), "feed/"
    ),
    names("swedish", page(declared("/feed/") + declared("/x/feed/", title="Tidning &raquo; Kommentarsflöde")), "feed/"),
    names("danish", page(declared("/feed/") + declared("/x/feed/", title="Avis &raquo; Kommentar-feed")), "feed/"),
    names("czech", page(declared("/feed/") + declared("/x/feed/", title="Noviny &raquo; RSS komentářů")), "feed/"),
    names("greek", page(declared("/feed/") + declared("/x/feed/", title="Εφ &raquo; Ροή Σχολίων")), "feed/"),
    names(
        "hungarian",
        page(declared("/feed/") + declared("/x/feed/", title="Lap &raquo; hozzászólás hírcsatorna")),
        "feed/",
    ),
    names("finnish", page(declared("/feed/") + declared("/x/feed/", title="Lehti &raquo; kommenttien syöte")), "feed/"),
    names("arabic", page(declared("/feed/") + declared("/x/feed/", title="صحيفة &raquo; خلاصة التعليقات")), "feed/"),
    names("vietnamese", page(declared("/feed/") + declared("/x/feed/", title="Báo &raquo; Dòng bình luận")), "feed/"),
    names("korean", page(declared("/feed/") + declared("/x/feed/", title="신문 &raquo; 댓글 피드")), "feed/"),
    names("hebrew", page(declared("/feed/") + declared("/x/feed/", title="עיתון &raquo; פיד תגובות")), "feed/"),
    names(
        "podcast", page(declared("/podcast.xml", title="Podcast") + declared("/feed.xml")), "podcast.xml", "feed.xml"
    ),
    names("opml link", page(declared("/feeds.opml", "text/x-opml") + declared("/feed")), "feed"),
    names("template unrendered", page(declared("{{ feed_url }}") + declared("/feed")), "feed"),
    names("data uri", page(declared("data:text/xml,x") + declared("/feed")), "feed"),
    names("anchor with its type", page(body="<a type='application/atom+xml' href='/updates'>Updates</a>"), "updates"),
    names("anchor rel=feed", page(body="<a rel='feed' href='/updates'>Updates</a>"), "updates"),
    names(
        "an anchor with its type goes before one that only says so",
        page(body="<a href='/x'>RSS</a><a rel=alternate type='application/rss+xml' href='/all'>2</a>"),
        "all",
        "x",
    ),
    names("class of the link", page(body="<a class='btn rss-link' href='/n/all'></a>"), "n/all"),
    names("class of its icon", page(body="<a href='/n/all'><i class='fa fa-rss'></i></a>"), "n/all"),
    names("file of its picture", page(body="<a href='/n/all'><img src='/img/feed-icon-14x14.png'></a>"), "n/all"),
    names("a class that only begins so", page(body="<a class='rssi' href='/n/all'></a>")),
    names("in French", page(body="<a href='/n/all'>S'abonner au flux RSS</a>"), "n/all"),
    names("in Japanese", page(body="<a href='/n/all'>RSSフィード</a>"), "n/all"),
    names("in Russian", page(body="<a href='/n/all'>RSS-лента</a>"), "n/all"),
    names("a headline about it", page(body="<a href='/2026/rss-is-back'>RSS is back</a>")),
    names("a longer headline", page(body="<a href='/1234'>Readers find their way back to RSS</a>")),
    names(
        "podcast schemes",
        page(body="<a href='itpc://paper.example/p'>1</a><a href='pcast:paper.example/q'>2</a>"),
        "http://paper.example/p",
        "http://paper.example/q",
    ),
    names(
        "escaped inside the address of a reader",
        page(body="<a href='https://reader.example/i/subscription/feed%2Fhttps%3A%2F%2Fpaper.example%2Ffeed'>+</a>"),
        "feed",
    ),
    names(
        "in the fragment of a reader's address",
        page(body="<a href='https://reader.example/#/subscribe?feeds=https%3A%2F%2Fpaper.example%2Ffeed'>+</a>"),
        "feed",
    ),
    names("in the page's own charset", page(declared("/für-alle.rss"), "").encode("latin-1"), "für-alle.rss"),
    names("in UTF-16", page(declared("/f")).encode("utf-16"), "f"),
]


@pytest.mark.parametrize(("html", "feeds"), PAGES)
def test_the_feeds_of_a_page(html: str | bytes, feeds: tuple[str, ...]) -> None:
    assert tuple(link.url for link in find_feeds(html, url=URL)) == feeds


@pytest.mark.parametrize(
    ("headers", "feeds"),
    [
        pytest.param(
            [("Link", '</feed.atom>; rel="alternate"; type="application/atom+xml"')], ("feed.atom",), id="header"
        ),
        pytest.param(
            [
                ("link", "</a>; rel=alternate; type=application/rss+xml, </s.css>; rel=preload; as=style"),
                ("Link", '</b>;type="application/atom+xml";rel="alternate"'),
            ],
            ("a", "b"),
            id="header multi",
        ),
        pytest.param([("Link", "</a,b>; rel=alternate; type=application/rss+xml")], ("a,b",), id="header comma in url"),
        pytest.param(
            [("Link", '</a>; title="x; y, z"; rel=alternate; type=application/rss+xml')],
            ("a",),
            id="header title quote",
        ),
        pytest.param(
            [("Link", "<https://hub.example/>; rel=hub, <https://paper.example/feed>; rel=self")],
            (),
            id="header hub ignored",
        ),
        pytest.param([("Link", '< /a > ; rel = alternate ; type = "application/rss+xml"')], ("a",), id="header blanks"),
    ],
)
def test_the_feeds_of_a_link_header(headers: list[tuple[str, str]], feeds: tuple[str, ...]) -> None:
    assert tuple(link.url for link in find_feeds("", url=URL, headers=headers)) == tuple(SITE + feed for feed in feeds)
