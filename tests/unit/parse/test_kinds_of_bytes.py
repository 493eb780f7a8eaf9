"""Charsets, packed and broken documents, pages in place of feeds, sitemaps and JSON."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.unit.parse.kinds import IMAGE, SITE, TWO, VIDEO, XHTML, atom, check, feed_of, item, kind, rss

PLAIN = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
NEWS = "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"

KINDS = [
    kind(
        "declared utf-16 bytes utf-8",
        rss(item(title="Brücke"), start="<?xml version='1.0' encoding='utf-16'?>").encode(),
        count=1,
        title="Brücke",
    ),
    kind(
        "utf16le no bom",
        rss(item(title="Brücke"), start="<?xml version='1.0' encoding='utf-16'?>").encode("utf-16-le"),
        count=1,
        title="Brücke",
    ),
    kind("utf16be no bom no decl", rss(item(title="Brücke"), start="").encode("utf-16-be"), count=1, title="Brücke"),
    kind(
        "utf16 bom, header utf-8",
        rss(item(title="Brücke")).encode("utf-16"),
        "text/xml; charset=utf-8",
        count=1,
        title="Brücke",
    ),
    kind("utf32 bom", rss(item(title="Brücke")).encode("utf-32"), count=1, title="Brücke"),
    kind(
        "utf-8 bom declared latin1",
        b"\xef\xbb\xbf" + rss(item(title="Brücke"), start="<?xml version='1.0' encoding='iso-8859-1'?>").encode(),
        count=1,
        title="Brücke",
    ),
    kind(
        "cp1252 declared latin1",
        rss(item(title="“Bridge”"), start="<?xml version='1.0' encoding='iso-8859-1'?>").encode("cp1252"),
        count=1,
        title="“Bridge”",
    ),
    kind(
        "cp1252 declared utf-8",
        rss(item(title="“Brücke” – 5 €"), start="<?xml version='1.0' encoding='utf-8'?>").encode("cp1252"),
        count=1,
        title="“Brücke” – 5 €",
    ),
    kind(
        "cp1251 declared",
        rss(item(title="Мост открыт"), start="<?xml version='1.0' encoding='windows-1251'?>").encode("cp1251"),
        count=1,
        title="Мост открыт",
    ),
    kind(
        "cp1251 'cp-1251'",
        rss(item(title="Мост открыт"), start="<?xml version='1.0' encoding='cp-1251'?>").encode("cp1251"),
        count=1,
        title="Мост открыт",
    ),
    kind(
        "cp1251 declared utf-8 header",
        rss(item(title="Мост открыт сегодня утром"), start="<?xml version='1.0' encoding='windows-1251'?>").encode(
            "cp1251"
        ),
        "text/xml; charset=utf-8",
        count=1,
        title="Мост открыт сегодня утром",
    ),
    kind(
        "cp1251 undeclared",
        rss(item(title="Мост открыт сегодня утром для всех"), start="<?xml version='1.0'?>").encode("cp1251"),
        count=1,
        title="Мост открыт сегодня утром для всех",
    ),
    kind(
        "cp1251 header only charset caps",
        rss(item(title="Мост открыт"), start="<?xml version='1.0'?>").encode("cp1251"),
        "text/xml;charset=WINDOWS-1251",
        count=1,
        title="Мост открыт",
    ),
    kind(
        "cp1251 declared iso-8859-1 by header default",
        rss(item(title="Мост открыт"), start="<?xml version='1.0' encoding='windows-1251'?>").encode("cp1251"),
        "text/xml; charset=iso-8859-1",
        count=1,
        title="Мост открыт",
    ),
    kind(
        "koi8-r",
        rss(item(title="Мост открыт"), start="<?xml version='1.0' encoding='koi8-r'?>").encode("koi8-r"),
        count=1,
        title="Мост открыт",
    ),
    kind(
        "gb2312 decl gb18030 bytes",
        rss(item(title="大桥开通镕"), start="<?xml version='1.0' encoding='gb2312'?>").encode("gb18030"),
        count=1,
        title="大桥开通镕",
    ),
    kind(
        "big5",
        rss(item(title="大橋開通"), start="<?xml version='1.0' encoding='big5'?>").encode("big5"),
        count=1,
        title="大橋開通",
    ),
    kind(
        "shift_jis cp932",
        rss(item(title="橋①開通"), start="<?xml version='1.0' encoding='Shift_JIS'?>").encode("cp932"),
        count=1,
        title="橋①開通",
    ),
    kind(
        "euc-jp",
        rss(item(title="橋が開通"), start="<?xml version='1.0' encoding='EUC-JP'?>").encode("euc_jp"),
        count=1,
        title="橋が開通",
    ),
    kind(
        "iso-2022-jp",
        rss(item(title="橋が開通"), start="<?xml version='1.0' encoding='ISO-2022-JP'?>").encode("iso2022_jp"),
        count=1,
        title="橋が開通",
    ),
    kind(
        "euc-kr",
        rss(item(title="다리 개통"), start="<?xml version='1.0' encoding='euc-kr'?>").encode("euc_kr"),
        count=1,
        title="다리 개통",
    ),
    kind(
        "ks_c_5601",
        rss(item(title="다리 똠"), start="<?xml version='1.0' encoding='ks_c_5601-1987'?>").encode("cp949"),
        count=1,
        title="다리 똠",
    ),
    kind(
        "windows-1256 arabic",
        rss(item(title="افتتاح الجسر"), start="<?xml version='1.0' encoding='windows-1256'?>").encode("cp1256"),
        count=1,
        title="افتتاح الجسر",
    ),
    kind(
        "windows-1255 hebrew",
        rss(item(title="הגשר נפתח"), start="<?xml version='1.0' encoding='windows-1255'?>").encode("cp1255"),
        count=1,
        title="הגשר נפתח",
    ),
    kind(
        "iso-8859-9 turkish",
        rss(item(title="Köprü açıldı"), start="<?xml version='1.0' encoding='iso-8859-9'?>").encode("iso8859-9"),
        count=1,
        title="Köprü açıldı",
    ),
    kind(
        "iso-8859-2",
        rss(item(title="Most został otwarty łąka"), start="<?xml version='1.0' encoding='iso-8859-2'?>").encode(
            "iso8859-2"
        ),
        count=1,
        title="Most został otwarty łąka",
    ),
    kind(
        "tis-620",
        rss(item(title="สะพานเปิด"), start="<?xml version='1.0' encoding='tis-620'?>").encode("tis-620"),
        count=1,
        title="สะพานเปิด",
    ),
    kind(
        "unknown encoding name",
        rss(item(title="Brücke"), start="<?xml version='1.0' encoding='utf8mb4'?>").encode(),
        count=1,
        title="Brücke",
    ),
    kind(
        "encoding utf8",
        rss(item(title="Brücke"), start="<?xml version='1.0' encoding='UTF8'?>").encode(),
        count=1,
        title="Brücke",
    ),
    kind(
        "encoding empty",
        rss(item(title="Brücke"), start="<?xml version='1.0' encoding=''?>").encode(),
        count=1,
        title="Brücke",
    ),
    kind(
        "double-encoded utf-8", rss(item(title="Brücke".encode().decode("latin-1"))).encode(), count=1, title="Brücke"
    ),
    kind("double-encoded cp1252", rss(item(title="it’s".encode().decode("cp1252"))).encode(), count=1, title="it’s"),
    kind(
        "mixed utf-8 and latin1 items",
        rss(item(title="Brücke") + "@@")
        .encode()
        .replace(b"@@", item(title="Straße", link=SITE + "2").encode("latin-1")),
        count=2,
        title="Brücke",
    ),
    kind(
        "few bad bytes",
        rss(item(title="Brücke über den Fluss geöffnet für Fußgänger@@")).encode().replace(b"@@", b"\xff"),
        title="Brücke über den Fluss geöffnet für Fußgänger�",
        url=f"{SITE}1",
        count=1,
    ),
    kind("nul bytes", rss(item(title="Bri\x00dge")).encode(), count=1, title="Bridge"),
    kind("control chars", rss(item(title="Bri\x08\x1edge")).encode(), count=1, title="Bridge"),
    kind("surrogates pair refs", rss(item(title="A &#55357;&#56832; B")), count=1, title="A 😀 B"),
    kind(
        "cesu-8",
        rss(item(title="A @@ B")).encode().replace(b"@@", b"\xed\xa0\xbd\xed\xb8\x80"),
        title="A 😀 B",
        url=f"{SITE}1",
        count=1,
    ),
    kind("gzip body", gzip.compress(rss(item()).encode()), count=1, title="Bridge"),
    kind("gzip twice", gzip.compress(gzip.compress(rss(item()).encode())), count=1, title="Bridge"),
    kind("gzip trailing junk", gzip.compress(rss(item()).encode()) + b"\x00\x00\x00\x00junk", count=1, title="Bridge"),
    kind("truncated in title", rss(TWO)[: rss(TWO).index("Two") + 1], count=1, title="Bridge", problems=["truncated"]),
    kind(
        "truncated in cdata",
        rss(item() + "<item><title>Two</title><description><![CDATA[abc"),
        titles=["Bridge", "Two"],
    ),
    kind("missing closing channel", rss(TWO).replace("</channel>", ""), count=2),
    kind("missing closing rss", rss(TWO).replace("</rss>", ""), count=2),
    kind(
        "items not closed",
        rss(f"<item><title>A</title><link>{SITE}1</link><item><title>B</title><link>{SITE}2</link>"),
        titles=["A", "B"],
    ),
    kind(
        "mismatched tags",
        rss(f"<item><title>A</titel><link>{SITE}1</link></item>" + item(title="Two", link=SITE + "2")),
        count=2,
    ),
    kind(
        "title not closed",
        rss(f"<item><title>A<link>{SITE}1</link></item>" + item(title="Two", link=SITE + "2")),
        titles=["A", "Two"],
    ),
    kind(
        "unquoted attrs",
        rss(item(f"<enclosure url={SITE}a.mp3 type=audio/mpeg />")),
        count=1,
        enclosures=(f"{SITE}a.mp3",),
    ),
    kind("duplicate attrs", rss(item(f"<enclosure url='{SITE}a.mp3' url='x' />")), count=1, title="Bridge"),
    kind("attr without value", rss(item("<guid isPermaLink>x</guid>")), count=1, title="Bridge"),
    kind(
        "html void tags in desc", rss(item("<description>One<br>two<img src=x></description>")), count=1, title="Bridge"
    ),
    kind(
        "unescaped html in desc with entities",
        rss(item("<description><p>One&nbsp;two<br>three</p></description>")),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
    ),
    kind(
        "closing tag space",
        rss(item()).replace("</item>", "</item >").replace("</title>", "</title >"),
        count=1,
        title="Bridge",
    ),
    kind("namespace prefix digit", rss(item("<1x:y>z</1x:y>")), count=1, title="Bridge"),
    kind("xmlns empty prefix decl", rss(item(), root="xmlns:dc=''"), count=1, title="Bridge"),
    kind("xmlns reserved", rss(item(), root="xmlns:xml='foo'"), count=1, title="Bridge"),
    kind("attribute with lt", rss(item("<media:content url='a' title='1 < 2'/>")), count=1, title="Bridge"),
    kind("huge attr", rss(item("<x a='" + "y" * 20000 + "'/>")), count=1, title="Bridge"),
    kind("deep nesting", rss(item("<d>" * 300 + "</d>" * 300)), titles=["Bridge"]),
    kind(
        "html 200",
        "<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>x</body></html>",
        refused="html",
    ),
    kind(
        "cf challenge", "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>", refused="bot-wall"
    ),
    kind("login", "<html><body><form><input type=password></form></body></html>", refused="login-page"),
    kind("empty", "", refused="empty-body"),
    kind("whitespace", " \n ", refused="empty-body"),
    kind("plain text error", "Error establishing a database connection", refused="not-a-feed"),
    kind("json error", '{"error":"not found"}', refused="not-a-feed"),
    kind("pdf", b"%PDF-1.4 ...", refused="not-a-feed"),
    kind("empty rss", rss(""), count=0, kind="rss"),
    kind("rss root only", "<rss version='2.0'/>", count=0),
    kind("rss no channel", "<rss version='2.0'></rss>", count=0),
    kind("atom empty", atom(""), count=0, kind="atom"),
    kind("form with items", "<ui><widget><item><name>x</name></item><item/></widget></ui>", refused="not-a-feed"),
    kind("xml error doc", "<?xml version='1.0'?><error><code>AccessDenied</code></error>", refused="not-a-feed"),
    kind(
        "s3 ListBucket", "<?xml version='1.0'?><ListBucketResult><Key>a</Key></ListBucketResult>", refused="not-a-feed"
    ),
    kind("svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", refused="not-a-feed"),
    kind(
        "news sitemap",
        f"<?xml version='1.0'?><urlset {PLAIN} {NEWS}><url><loc>{SITE}1</loc><news:news>"
        "<news:publication><news:name>Paper</news:name><news:language>en</news:language></"
        "news:publication><news:publication_date>2026-03-02T10:00:00Z</news:publication_date>"
        "<news:title>Bridge</news:title></news:news></url></urlset>",
        count=1,
        title="Bridge",
        url=f"{SITE}1",
        published="2026-03-02T10:00:00Z",
        language="en",
        kind="sitemap",
    ),
    kind(
        "sitemap image video hreflang",
        f"<urlset {PLAIN} xmlns:image='{IMAGE}' xmlns:video='{VIDEO}' xmlns:xhtml='{XHTML}'><url>"
        f"<loc>{SITE}new-bridge-opened</loc><image:image><image:loc>{SITE}i.jpg</image:loc></image:image>"
        f"<video:video><video:title>Video</video:title><video:content_loc>{SITE}v.mp4</video:content_loc>"
        f"</video:video><xhtml:link rel='alternate' hreflang='de' href='{SITE}de'/><lastmod>2026-03-02</"
        "lastmod></url></urlset>",
        count=1,
        title="new bridge opened",
        url=f"{SITE}new-bridge-opened",
        image=f"{SITE}i.jpg",
        updated="2026-03-02T00:00:00Z",
    ),
    kind("sitemap no ns", f"<urlset><url><loc>{SITE}a-b-c</loc></url></urlset>", count=1, url=f"{SITE}a-b-c"),
    kind(
        "sitemap https ns",
        f"<urlset xmlns='https://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{SITE}a-b-c</loc></url></urlset>",
        count=1,
        url=f"{SITE}a-b-c",
    ),
    kind(
        "sitemap n: news undeclared prefix",
        f"<urlset {PLAIN}><url><loc>{SITE}1</loc><news:news><news:title>Bridge</news:title>"
        "<news:publication_date>2026-03-02T10:00:00Z</news:publication_date></news:news></url></urlset>",
        count=1,
        title="Bridge",
        published="2026-03-02T10:00:00Z",
    ),
    kind(
        "sitemap prefixed n",
        f"<urlset {PLAIN} xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>{SITE}1</"
        "loc><n:news><n:title>Bridge</n:title><n:publication_date>2026-03-02</n:publication_date></"
        "n:news></url></urlset>",
        count=1,
        title="Bridge",
        published="2026-03-02T00:00:00Z",
    ),
    kind(
        "sitemap loc cdata nl",
        f"<urlset {PLAIN}><url><loc>\n <![CDATA[ {SITE}1?a=1&b=2 ]]>\n</loc></url></urlset>",
        count=1,
        url=f"{SITE}1?a=1&b=2",
    ),
    kind(
        "sitemap loc ampersand",
        f"<urlset {PLAIN}><url><loc>{SITE}1?a=1&b=2</loc></url></urlset>",
        count=1,
        url=f"{SITE}1?a=1&b=2",
    ),
    kind(
        "sitemap bom gz",
        gzip.compress(
            b"\xef\xbb\xbf" + f"<?xml version='1.0'?><urlset {PLAIN}><url><loc>{SITE}1</loc></url></urlset>".encode()
        ),
        title="1",
        url=f"{SITE}1",
        count=1,
    ),
    kind(
        "sitemap index",
        f"<sitemapindex {PLAIN}><sitemap><loc>{SITE}s1.xml.gz</loc><lastmod>2026-03-02</lastmod></"
        "sitemap></sitemapindex>",
        count=1,
        url=f"{SITE}s1.xml.gz",
        kind="sitemapindex",
    ),
    kind(
        "sitemap prefixed root",
        f"<sm:urlset xmlns:sm='http://www.sitemaps.org/schemas/sitemap/0.9'><sm:url><sm:loc>{SITE}1</"
        "sm:loc></sm:url></sm:urlset>",
        count=1,
        url=f"{SITE}1",
    ),
    kind(
        "sitemap title cdata entities",
        f"<urlset {PLAIN} {NEWS}><url><loc>{SITE}1</loc><news:news><news:title><![CDATA[Bridge &amp; "
        "road]]></news:title></news:news></url></urlset>",
        count=1,
        title="Bridge & road",
    ),
    kind("json 1.1", feed_of(), count=1, title="Bridge", url=f"{SITE}1", content="<p>Long</p>", kind="json"),
    kind("json bom", "\ufeff" + feed_of(), title="Bridge", url=f"{SITE}1", count=1),
    kind("json utf16", feed_of().encode("utf-16"), count=1, title="Bridge"),
    kind("json number id", feed_of(items=[{"id": 1, "url": SITE + "1", "title": "Bridge"}]), count=1, id="1"),
    kind("json no items", feed_of(items=[]), count=0),
    kind("json items null", feed_of(items=None), refused="not-a-feed"),
    kind("json id missing", feed_of(items=[{"url": SITE + "1", "title": "Bridge"}]), count=1, url=f"{SITE}1"),
    kind(
        "json null fields",
        feed_of(
            items=[
                {
                    "id": "1",
                    "url": None,
                    "title": None,
                    "content_text": "Some words",
                    "tags": None,
                    "authors": None,
                    "date_published": None,
                }
            ]
        ),
        count=1,
        title="Some words",
    ),
    kind(
        "json relative url",
        feed_of(home_page_url=f"{SITE}x/", items=[{"id": "1", "url": "1", "title": "Bridge"}]),
        count=1,
        url=f"{SITE}x/1",
    ),
    kind(
        "json author string",
        feed_of(items=[{"id": "1", "url": SITE + "1", "title": "B", "author": "Ada"}]),
        count=1,
        authors=("Ada",),
    ),
    kind(
        "json authors strings",
        feed_of(items=[{"id": "1", "url": SITE + "1", "title": "B", "authors": ["Ada", "Bob"]}]),
        count=1,
        authors=("Ada", "Bob"),
    ),
    kind(
        "json tags string",
        feed_of(items=[{"id": "1", "url": SITE + "1", "title": "B", "tags": "x, y"}]),
        title="B",
        url=f"{SITE}1",
        count=1,
    ),
    kind(
        "json epoch date",
        feed_of(items=[{"id": "1", "url": SITE + "1", "title": "B", "date_published": 1772445600}]),
        count=1,
        published="2026-03-02T10:00:00Z",
    ),
    kind(
        "json epoch ms",
        feed_of(items=[{"id": "1", "url": SITE + "1", "title": "B", "date_published": 1772445600000}]),
        count=1,
        published="2026-03-02T10:00:00Z",
    ),
    kind("json trailing comma", feed_of()[:-1] + ",}", title="Bridge", url=f"{SITE}1", count=1),
    kind("json single quotes", "{'version':'1','items':[]}", refused="not-a-feed"),
    kind("json NaN", feed_of().replace('"Bridge"', "NaN"), title="nan", url=f"{SITE}1", count=1),
    kind(
        "json truncated",
        feed_of(items=[{"id": "1", "url": SITE + "1", "title": "A"}, {"id": "2", "url": SITE + "2", "title": "B"}])[
            :-20
        ],
        count=1,
        problems=["truncated"],
    ),
    kind(
        "json escaped html entity title",
        feed_of(items=[{"id": "1", "url": SITE + "1", "title": "A &amp; B"}]),
        count=1,
        title="A & B",
    ),
    kind(
        "json title with lt",
        feed_of(items=[{"id": "1", "url": SITE + "1", "title": "1 < 2 <b>"}]),
        title="1 < 2",
        url=f"{SITE}1",
        count=1,
    ),
    kind("json in html content-type", feed_of(), "text/html", title="Bridge", url=f"{SITE}1", count=1),
    kind("json list root", json.dumps([{"title": "x"}]), refused="not-a-feed"),
    kind("json wp rest", json.dumps([{"id": 1, "title": {"rendered": "x"}, "link": SITE + "1"}]), refused="not-a-feed"),
    kind("json as jsonp", "callback(" + feed_of() + ");", title="Bridge", url=f"{SITE}1", count=1),
    kind(
        "json activitystreams",
        json.dumps(
            {"@context": "https://www.w3.org/ns/activitystreams", "type": "OrderedCollection", "orderedItems": []}
        ),
        refused="not-a-feed",
    ),
    kind(
        "sitemap in plain text",
        f"{SITE}1\n{SITE}a-bridge?x=1&y=2\n",
        kind="sitemap",
        titles=["1", "a bridge"],
        url=f"{SITE}1",
    ),
    kind("one address and no more", f"{SITE}1\n", refused="not-a-feed"),
    kind("text that begins with an address", f"{SITE}1\nis where it was", refused="not-a-feed"),
    kind(
        "JSON with the names of RSS",
        json.dumps(
            {
                "status": "ok",
                "items": [
                    {
                        "title": "Bridge",
                        "link": f"{SITE}1",
                        "guid": "g",
                        "pubDate": "2026-03-02 10:00:00",
                        "description": "Short",
                    }
                ],
            }
        ),
        count=1,
        url=f"{SITE}1",
        id="g",
        published="2026-03-02T10:00:00Z",
        summary="Short",
        problems=["untidy-json"],
    ),
    kind(
        "JSON with items of something else",
        json.dumps({"items": [{"type": ["h-feed"]}], "rels": {}}),
        refused="not-a-feed",
    ),
]


@pytest.mark.parametrize(("document", "content_type", "expected"), KINDS)
def test_kinds_of_bytes(document: str | bytes, content_type: str | None, expected: dict[str, object]) -> None:
    check(document, content_type, expected)
