"""What items say, and in which of a hundred ways."""

from __future__ import annotations

import pytest

from tests.unit.parse.kinds import (
    ATOM,
    DC,
    ENCODED,
    ITUNES,
    MEDIA,
    RSS1,
    SITE,
    XHTML,
    atom,
    check,
    entry,
    item,
    kind,
    rss,
)

KINDS = [
    kind("relative link no base", rss(item(link="/1")), count=1, url=f"{SITE}1"),
    kind(
        "relative link channel link elsewhere",
        rss(item(link="story/1"), head="").replace(f"<link>{SITE}</link>", "<link>https://other.example/news/</link>"),
        count=1,
        url="https://other.example/news/story/1",
    ),
    kind(
        "xml:base chain",
        atom(
            entry(link="<link href='1'/>").replace("<entry>", "<entry xml:base='b/'>"),
            root="xml:base='https://base.example/a/'",
        ),
        count=1,
        url="https://base.example/a/b/1",
    ),
    kind(
        "xml:base on link",
        atom(entry(link="<link xml:base='https://b.example/x/' href='1'/>")),
        count=1,
        url="https://b.example/x/1",
    ),
    kind(
        "xml:base on channel rss",
        rss(item(link="1")).replace("<channel>", "<channel xml:base='https://b.example/x/'>"),
        count=1,
        url="https://b.example/x/1",
    ),
    kind("protocol relative link", rss(item(link="//cdn.example/1")), count=1, url="https://cdn.example/1"),
    kind("link with newline and blanks", rss(item(link=f"\n   {SITE}a\n  b  \n")), count=1, url=f"{SITE}ab"),
    kind("link with spaces inside", rss(item(link=f"{SITE}a b.html")), count=1, url=f"{SITE}a%20b.html"),
    kind(
        "link without scheme", rss(item(link="paper.example/1")), title="Bridge", url=f"{SITE}paper.example/1", count=1
    ),
    kind("www link", rss(item(link="www.paper.example/1")), count=1, url="https://www.paper.example/1"),
    kind("link http:// doubled", rss(item(link=f"http://{SITE}1")), count=1, url=f"{SITE}1"),
    kind("link missing slash", rss(item(link="https:/paper.example/1")), count=1, url=f"{SITE}1"),
    kind("link three slashes", rss(item(link="https:///paper.example/1")), count=1, url=f"{SITE}1"),
    kind("link backslashes", rss(item(link="https:\\\\paper.example\\1")), count=1, url=f"{SITE}1"),
    kind(
        "link javascript, guid url",
        rss(item(f"<guid>{SITE}1</guid>", link="javascript:void(0)")),
        count=1,
        url=f"{SITE}1",
    ),
    kind("link mailto", rss(item(link="mailto:a@b.example")), count=1, url=None),
    kind(
        "link empty, guid permalink",
        rss(item(f"<guid isPermaLink='true'>{SITE}1</guid>", link="")),
        count=1,
        url=f"{SITE}1",
    ),
    kind(
        "guid isPermaLink false url, no link",
        rss(f"<item><title>B</title><guid isPermaLink='false'>{SITE}1</guid></item>"),
        title="B",
        url=None,
        count=1,
    ),
    kind(
        "guid isPermaLink False caps",
        rss(f"<item><title>B</title><link>{SITE}1</link><guid isPermaLink='False'>https://other/</guid></item>"),
        count=1,
        url=f"{SITE}1",
        id="https://other/",
    ),
    kind(
        "guid relative permalink true",
        rss("<item><title>B</title><guid isPermaLink='true'>/1</guid></item>"),
        count=1,
        url=f"{SITE}1",
    ),
    kind(
        "guid number",
        rss(f"<item><title>B</title><guid isPermaLink='true'>4711</guid><link>{SITE}1</link></item>"),
        count=1,
        url=f"{SITE}1",
        id="4711",
    ),
    kind("guid whitespace", rss(item("<guid>\n  abc \n</guid>")), count=1, id="abc"),
    kind("guid empty", rss(item("<guid></guid>")), count=1, id=None),
    kind("two guids", rss(item("<guid>a</guid><guid>b</guid>")), title="Bridge", url=f"{SITE}1", count=1),
    kind(
        "two links",
        rss(f"<item><title>B</title><link>{SITE}1</link><link>{SITE}2</link></item>"),
        title="B",
        url=f"{SITE}2",
        count=1,
    ),
    kind(
        "link with comments child",
        rss(f"<item><title>B</title><link><!-- c -->{SITE}1</link></item>"),
        count=1,
        url=f"{SITE}1",
    ),
    kind(
        "self-closed link with text after",
        rss(f"<item><title>B</title><link/>{SITE}1<guid isPermaLink='false'>z</guid></item>"),
        count=1,
        url=f"{SITE}1",
    ),
    kind("link href attr in rss", rss(f"<item><title>B</title><link href='{SITE}1'/></item>"), count=1, url=f"{SITE}1"),
    kind("link in url element", rss(f"<item><title>B</title><url>{SITE}1</url></item>"), count=1, url=f"{SITE}1"),
    kind(
        "origLink feedburner",
        rss(
            item(
                f"<f:origLink xmlns:f='http://rssnamespace.org/feedburner/ext/1.0'>{SITE}orig</f:origLink>",
                link="https://feeds.example/~r/x/1",
            )
        ),
        title="Bridge",
        url="https://feeds.example/~r/x/1",
        count=1,
    ),
    kind(
        "atom several alternates lang",
        atom(
            entry(
                link=f"<link rel='alternate' hreflang='de' href='{SITE}de'/><link rel='alternate' type='text/html' "
                f"href='{SITE}1'/>"
            )
        ),
        title="Bridge",
        url=f"{SITE}de",
        count=1,
    ),
    kind(
        "atom only enclosure link",
        atom(entry(link=f"<link rel='enclosure' type='audio/mpeg' href='{SITE}a.mp3'/>")),
        count=1,
        enclosures=(f"{SITE}a.mp3",),
    ),
    kind("atom only self link", atom(entry(link=f"<link rel='self' href='{SITE}1'/>")), count=1, url=f"{SITE}1"),
    kind(
        "atom link rel IANA uri",
        atom(entry(link=f"<link rel='http://www.iana.org/assignments/relation/alternate' href='{SITE}1'/>")),
        count=1,
        url=f"{SITE}1",
    ),
    kind("atom id url no link", atom(f"<entry><title>B</title><id>{SITE}1</id></entry>"), count=1, url=f"{SITE}1"),
    kind(
        "atom content src",
        atom(f"<entry><title>B</title><id>x</id><content src='{SITE}1' type='text/html'/></entry>"),
        count=1,
        url=f"{SITE}1",
    ),
    kind("atom link text not href", atom(entry(link=f"<link>{SITE}1</link>")), count=1, url=f"{SITE}1"),
    kind(
        "idn link",
        rss(item(link="https://bücher.example/straße")),
        title="Bridge",
        url="https://bücher.example/straße",
        count=1,
    ),
    kind(
        "link fragment identity", rss(item(link=f"{SITE}live#p1") + item(title="Two", link=f"{SITE}live#p2")), count=2
    ),
    kind("link with html entities twice", rss(item(link=f"{SITE}1?a=1&amp;amp;b=2")), count=1, url=f"{SITE}1?a=1&b=2"),
    kind(
        "link userinfo",
        rss(item(link="https://u:p@paper.example/1")),
        title="Bridge",
        url="https://u:p@paper.example/1",
        count=1,
    ),
    kind(
        "content:encoded and description",
        rss(
            item(
                f"<description>Short</description><c:encoded xmlns:c='{ENCODED}'>&lt;p&gt;Long text&lt;/p&gt;</"
                "c:encoded>"
            )
        ),
        count=1,
        summary="Short",
        content="<p>Long text</p>",
    ),
    kind(
        "content:encoded first",
        rss(
            item(
                f"<c:encoded xmlns:c='{ENCODED}'>&lt;p&gt;Long text&lt;/p&gt;</c:encoded><description>Short</"
                "description>"
            )
        ),
        count=1,
        summary="Short",
        content="<p>Long text</p>",
    ),
    kind(
        "content:encoded empty",
        rss(item(f"<description>Short</description><c:encoded xmlns:c='{ENCODED}'/>")),
        count=1,
        summary="Short",
    ),
    kind(
        "fulltext yandex",
        rss(
            item(
                "<description>Short</description><y:full-text xmlns:y='http://news.yandex.ru'>Long text of it</"
                "y:full-text>"
            )
        ),
        count=1,
        summary="Short",
        content="Long text of it",
    ),
    kind(
        "turbo content",
        rss(
            item(
                "<description>Short</description><t:content xmlns:t='http://turbo.yandex.ru'><![CDATA[<p>Long "
                "text</p>]]></t:content>"
            )
        ),
        count=1,
        content="<p>Long text</p>",
    ),
    kind(
        "content in xhtml body",
        rss(item(f"<body xmlns='{XHTML}'><p>Long text</p></body>")),
        count=1,
        content="<p>Long text</p>",
    ),
    kind(
        "description raw html children",
        rss(item("<description><p>One <b>two</b></p></description>")),
        count=1,
        summary="<p>One <b>two</b></p>",
    ),
    kind(
        "atom content base64",
        atom(entry("<content type='application/octet-stream'>SGVsbG8gd29ybGQ=</content>")),
        count=1,
        content="Hello world",
    ),
    kind(
        "atom content xml svg",
        atom(
            entry(
                "<content type='image/svg+xml'><svg xmlns='http://www.w3.org/2000/svg'><text>hi</text></svg></content>"
            )
        ),
        count=1,
        title="Bridge",
    ),
    kind(
        "media description only",
        rss(
            item(
                f"<m:group xmlns:m='{MEDIA}'><m:title>MT</m:title><m:description>Desc</m:description>"
                f"<m:thumbnail url='{SITE}t.jpg'/></m:group>"
            )
        ),
        count=1,
        summary="Desc",
        image=f"{SITE}t.jpg",
    ),
    kind(
        "media content video with thumb",
        rss(
            item(
                f"<m:content xmlns:m='{MEDIA}' url='{SITE}v.mp4' type='video/mp4'><m:thumbnail url='{SITE}t.jpg'/"
                "></m:content>"
            )
        ),
        count=1,
        image=f"{SITE}t.jpg",
    ),
    kind(
        "media title does not win",
        rss(f"<item><m:title xmlns:m='{MEDIA}'>Caption</m:title><title>Bridge</title><link>{SITE}1</link></item>"),
        count=1,
        title="Bridge",
    ),
    kind(
        "media content title nested",
        rss(
            f"<item><m:content xmlns:m='{MEDIA}' url='{SITE}i.jpg' medium='image'><m:title>Caption</m:title>"
            f"</m:content><title>Bridge</title><link>{SITE}1</link></item>"
        ),
        count=1,
        title="Bridge",
        image=f"{SITE}i.jpg",
    ),
    kind(
        "image element in item nested title",
        rss(
            f"<item><image><url>{SITE}i.jpg</url><title>Logo</title><link>{SITE}</link></image>"
            f"<title>Bridge</title><link>{SITE}1</link></item>"
        ),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
        image=f"{SITE}i.jpg",
    ),
    kind(
        "channel image title first",
        rss(
            item(), head=f"<image><title>Logo</title><url>{SITE}l.png</url><link>https://logo.example/</link></image>"
        ).replace("<title>Paper</title>", "", 1)
        + "",
        count=1,
        title="Bridge",
        url=f"{SITE}1",
    ),
    kind(
        "textinput in channel",
        rss(item(), head=f"<textInput><title>Search</title><link>{SITE}s</link></textInput>"),
        count=1,
        feed_title="Paper",
        feed_url=f"{SITE}",
    ),
    kind(
        "source in item",
        rss(item("<source url='https://o.example/f'>Other</source>")),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
    ),
    kind(
        "atom source in entry",
        atom(
            entry(
                "<source><title>Other</title><id>o</id><link href='https://o.example/'/>"
                "<updated>2020-01-01T00:00:00Z</updated></source><updated>2026-03-02T10:00:00Z</updated>"
            )
        ),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
        id="tag:paper.example,2026:1",
        updated="2026-03-02T10:00:00Z",
    ),
    kind(
        "atom source before title",
        atom(
            "<entry><source><title>Other</title><id>o</id><link href='https://o.example/'/></source>"
            f"<title>Bridge</title><id>1</id><link href='{SITE}1'/></entry>"
        ),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
        id="1",
    ),
    kind(
        "itunes podcast",
        rss(
            f"<item><title>Ep</title><i:title xmlns:i='{ITUNES}'>Ep short</i:title><i:author "
            f"xmlns:i='{ITUNES}'>Ada</i:author><enclosure url='{SITE}a.mp3' length='1' type='audio/mpeg'/>"
            "<guid isPermaLink='false'>g</guid></item>"
        ),
        count=1,
        title="Ep",
        authors=("Ada",),
        enclosures=(f"{SITE}a.mp3",),
        url=f"{SITE}a.mp3",
    ),
    kind(
        "enclosure url with space",
        rss(item(f"<enclosure url='{SITE}a b.mp3' type='audio/mpeg'/>")),
        count=1,
        enclosures=(f"{SITE}a%20b.mp3",),
    ),
    kind("author email", rss(item("<author>ada@paper.example (Ada L.)</author>")), count=1, authors=("Ada L.",)),
    kind(
        "author empty and dc",
        rss(item(f"<author/><dc:creator xmlns:dc='{DC}'>Ada</dc:creator>")),
        count=1,
        authors=("Ada",),
    ),
    kind("author nested in rss", rss(item("<author><name>Ada</name></author>")), count=1, authors=("Ada",)),
    kind(
        "atom author inherited",
        atom(entry(), head="<author><name>Desk</name></author>"),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind(
        "categories",
        rss(item("<category>A</category><category domain='x'>B</category><category/>")),
        count=1,
        categories=("A", "B"),
    ),
    kind(
        "slash comments not content",
        rss(
            item(
                f"<sl:comments xmlns:sl='{RSS1}modules/slash/'>5</sl:comments><comments>{SITE}1#c</comments>"
                f"<w:commentRss xmlns:w='http://wellformedweb.org/CommentAPI/'>{SITE}1/feed</w:commentRss>"
            )
        ),
        count=1,
        url=f"{SITE}1",
    ),
    kind(
        "thr:total geo",
        atom(
            entry(
                "<thr:total xmlns:thr='http://purl.org/syndication/thread/1.0'>3</thr:total><g:point "
                "xmlns:g='http://www.georss.org/georss'>1 2</g:point>"
            )
        ),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind(
        "deleted-entry tombstone",
        atom(
            "<at:deleted-entry xmlns:at='http://purl.org/atompub/tombstones/1.0' ref='tag:x' "
            "when='2026-01-01T00:00:00Z'/>" + entry()
        ),
        count=1,
        title="Bridge",
    ),
    kind(
        "pubDate in cdata",
        rss(item("<pubDate><![CDATA[Mon, 02 Mar 2026 10:00:00 GMT]]></pubDate>")),
        count=1,
        published="2026-03-02T10:00:00Z",
    ),
    kind(
        "two pubDates first empty",
        rss(item("<pubDate/><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>")),
        count=1,
        published="2026-03-02T10:00:00Z",
    ),
    kind(
        "PubDate cap",
        rss(item("<PubDate>Mon, 02 Mar 2026 10:00:00 GMT</PubDate>")),
        count=1,
        published="2026-03-02T10:00:00Z",
    ),
    kind(
        "dc:date in rss",
        rss(item(f"<dc:date xmlns:dc='{DC}'>2026-03-02T10:00:00Z</dc:date>")),
        count=1,
        published="2026-03-02T10:00:00Z",
    ),
    kind(
        "atom rfc822 updated",
        atom(entry("<updated>Mon, 02 Mar 2026 10:00:00 GMT</updated>")),
        count=1,
        updated="2026-03-02T10:00:00Z",
    ),
    kind(
        "atom pubDate",
        atom(entry("<pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>")),
        count=1,
        published="2026-03-02T10:00:00Z",
    ),
    kind(
        "pubdate rubbish, dc good",
        rss(item(f"<pubDate>soon</pubDate><dc:date xmlns:dc='{DC}'>2026-03-02T10:00:00Z</dc:date>")),
        count=1,
        published="2026-03-02T10:00:00Z",
    ),
    kind("pubdate as attribute", rss(item("<pubDate datetime='2026-03-02T10:00:00Z'/>")), count=1, title="Bridge"),
    kind(
        "a10:updated",
        rss(item("<a10:updated>2026-03-02T10:00:00Z</a10:updated>"), root=f"xmlns:a10='{ATOM}'"),
        count=1,
        published="2026-03-02T10:00:00Z",
    ),
    kind(
        "date + time elements",
        rss(item("<pubDate>02.03.2026</pubDate><pubTime>10:00</pubTime>")),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind("lastmod element", rss(item("<lastmod>2026-03-02T10:00:00Z</lastmod>")), count=1, title="Bridge"),
    kind(
        "future pubdate",
        rss(item("<pubDate>Mon, 02 Mar 2036 10:00:00 GMT</pubDate>")),
        count=1,
        published="2026-05-01T12:00:00Z",
    ),
    kind("ttl huge", rss(item(), head="<ttl>99999999999999999999</ttl>"), count=1, ttl=None),
    kind("ttl negative", rss(item(), head="<ttl>-5</ttl>"), count=1, ttl=None),
    kind("ttl text", rss(item(), head="<ttl>60 minutes</ttl>"), title="Bridge", url=f"{SITE}1", count=1),
    kind("ttl inf", rss(item(), head="<ttl>inf</ttl>"), count=1, ttl=None),
    kind("ttl nan", rss(item(), head="<ttl>nan</ttl>"), count=1, ttl=None),
    kind("ttl zero", rss(item(), head="<ttl>0</ttl>"), count=1, ttl=None),
    kind("ttl unicode digits", rss(item(), head="<ttl>６０</ttl>"), title="Bridge", url=f"{SITE}1", count=1),
    kind(
        "skiphours all",
        rss(item(), head="<skipHours>" + "".join(f"<hour>{h}</hour>" for h in range(24)) + "</skipHours>"),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind(
        "skiphours rubbish",
        rss(item(), head="<skipHours><hour>x</hour><hour>²</hour><hour>-1</hour><hour>99</hour></skipHours>"),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind(
        "sy zero freq",
        rss(item(), head="<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>"),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind(
        "sy rubbish",
        rss(
            item(),
            head="<sy:updatePeriod>\n fortnightly </sy:updatePeriod><sy:updateFrequency>often</sy:updateFrequency>",
        ),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind("xml:lang", atom(entry(), root="xml:lang='de-at'"), count=1, feed_language="de-AT"),
    kind("language rubbish", rss(item(), head="<language>English (US)</language>"), count=1, feed_language=None),
    kind("language underscore", rss(item(), head="<language>pt_br</language>"), count=1, feed_language="pt-BR"),
    kind(
        "picture that says nothing of itself",
        rss(item(f"<m:content xmlns:m='{MEDIA}' url='{SITE}i.jpg?w=1'/>")),
        image=f"{SITE}i.jpg?w=1",
    ),
    kind(
        "film that says nothing of itself",
        rss(item(f"<m:content xmlns:m='{MEDIA}' url='{SITE}i.mp4'/>")),
        image=None,
    ),
    kind(
        "film whose address ends like a picture's",
        rss(item(f"<m:content xmlns:m='{MEDIA}' type='video/mp4' url='{SITE}i.jpg'/>")),
        image=None,
    ),
    kind(
        "text in a division of XHTML",
        rss(item(f"<description>Short</description><x:div xmlns:x='{XHTML}'><p>Long text</p></x:div>")),
        summary="Short",
        content="<p>Long text</p>",
    ),
    kind(
        "author with a link around the name",
        rss(item("<author>by <a href='/ann'>Ann B</a></author>")),
        authors=("by Ann B",),
    ),
    kind("author that is a link", rss(item("<author><a href='/ann'>Ann B</a></author>")), authors=("Ann B",)),
    kind("author without a name", atom(entry("<author><uri>https://a.example</uri></author>")), authors=()),
    kind("author in square brackets", rss(item("<author>a@b.example [Ann B]</author>")), authors=("Ann B",)),
    kind("author as an address", rss(item("<author>mailto:a@b.example</author>")), authors=("a@b.example",)),
    kind(
        "author with a link to write to",
        rss(item("<author>&lt;a href='mailto:a@b.example'&gt;Ann B&lt;/a&gt;</author>")),
        authors=("Ann B",),
    ),
    kind(
        "only a subtitle says what it is about",
        rss(item(f"<i:subtitle xmlns:i='{ITUNES}'>About bridges</i:subtitle>")),
        summary="About bridges",
    ),
    kind(
        "description and author of another shop",
        rss(
            item("<g:author>Ann</g:author><g:description>About bridges</g:description>"),
            root="xmlns:g='http://www.google.com/schemas/play-podcasts/1.0'",
        ),
        authors=("Ann",),
        summary="About bridges",
    ),
    kind(
        "a picture is no address of an article",
        rss(f"<item><title>B</title><enclosure type='image/png' url='{SITE}i.png'/></item>"),
        url=None,
        image=f"{SITE}i.png",
    ),
    kind(
        "a recording may be",
        rss(
            f"<item><title>B</title><enclosure type='image/png' url='{SITE}i.png'/>"
            f"<enclosure type='audio/mpeg' url='{SITE}a.mp3'/></item>"
        ),
        url=f"{SITE}a.mp3",
    ),
]


@pytest.mark.parametrize(("document", "content_type", "expected"), KINDS)
def test_kinds_of_items(document: str | bytes, content_type: str | None, expected: dict[str, object]) -> None:
    check(document, content_type, expected)
