"""How documents are built and what stands around their items."""

from __future__ import annotations

import json

import pytest

from tests.unit.parse.kinds import ATOM, DC, RDF, RSS1, SITE, TWO, XHTML, atom, check, entry, item, kind, rss

KINDS = [
    kind(
        "atom ns https",
        atom(entry(), namespace="https://www.w3.org/2005/Atom"),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
        kind="atom",
    ),
    kind("atom ns trailing slash", atom(entry(), namespace=f"{ATOM}/"), count=1, title="Bridge", url=f"{SITE}1"),
    kind(
        "atom ns lowercase",
        atom(entry(), namespace="http://www.w3.org/2005/atom"),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
    ),
    kind("atom no ns", "<feed><title>Paper</title>" + entry() + "</feed>", count=1, title="Bridge", url=f"{SITE}1"),
    kind(
        "atom prefixed all",
        f"<a:feed xmlns:a='{ATOM}'><a:title>Paper</a:title><a:entry><a:title>Bridge</a:title><a:link "
        f"a:href='{SITE}1'/><a:id>x</a:id><a:updated>2026-03-02T10:00:00Z</a:updated></a:entry></a:feed>",
        count=1,
        title="Bridge",
        url=f"{SITE}1",
        id="x",
    ),
    kind(
        "atom ns:href attributes",
        atom(entry(link=f"<link xmlns:ns='{ATOM}' ns:href='{SITE}1' ns:rel='alternate' ns:type='text/html'/>")),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
    ),
    kind(
        "rss default ns atom", rss(item(), root=f"xmlns='{ATOM}'"), count=1, title="Bridge", url=f"{SITE}1", kind="rss"
    ),
    kind(
        "rss default ns rss20",
        rss(item("<guid>g</guid>"), root="xmlns='http://backend.userland.com/rss2'"),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
    ),
    kind("rss default ns xhtml", rss(item(), root=f"xmlns='{XHTML}'"), count=1, title="Bridge", url=f"{SITE}1"),
    kind(
        "rss default ns cyberjournalist",
        rss(item(), root="xmlns='http://cyber.law.harvard.edu/rss/rss.html'"),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
    ),
    kind("rss default ns rss1.0", rss(item(), root=f"xmlns='{RSS1}'"), count=1, title="Bridge", url=f"{SITE}1"),
    kind(
        "rss link local atom ns hub",
        rss(item(), head=f"<link xmlns='{ATOM}' rel='hub' href='https://hub.example/'/>"),
        count=1,
        url=f"{SITE}1",
        hub="https://hub.example/",
        feed_url=f"{SITE}",
    ),
    kind(
        "rss atom:updated only",
        rss(item(f"<a:updated xmlns:a='{ATOM}'>2026-03-02T10:00:00Z</a:updated>")),
        count=1,
        published="2026-03-02T10:00:00Z",
    ),
    kind(
        "rss atom:published",
        rss(item(f"<a:published xmlns:a='{ATOM}'>2026-03-02T10:00:00Z</a:published>")),
        count=1,
        published="2026-03-02T10:00:00Z",
    ),
    kind(
        "rss atom:link only",
        rss(f"<item><title>Bridge</title><a:link xmlns:a='{ATOM}' href='{SITE}1' rel='alternate'/></item>"),
        count=1,
        url=f"{SITE}1",
    ),
    kind(
        "rss atom:link self and link",
        rss(
            f"<item><title>Bridge</title><a:link xmlns:a='{ATOM}' href='{SITE}self' rel='self'/>"
            f"<link>{SITE}1</link></item>"
        ),
        count=1,
        url=f"{SITE}1",
    ),
    kind(
        "rss link then atom:link replies",
        rss(
            f"<item><title>Bridge</title><link>{SITE}1</link><a:link xmlns:a='{ATOM}' href='{SITE}c' "
            "rel='replies'/></item>"
        ),
        count=1,
        url=f"{SITE}1",
    ),
    kind(
        "rss prefix odd for dc",
        rss(item("<q:creator>Ada</q:creator><q:date>2026-03-02T10:00:00Z</q:date>"), root=f"xmlns:q='{DC}'"),
        count=1,
        authors=("Ada",),
        published="2026-03-02T10:00:00Z",
    ),
    kind("dc undeclared", rss(item("<dc:creator>Ada</dc:creator>")), count=1, authors=("Ada",), title="Bridge"),
    kind("media undeclared", rss(item(f"<media:thumbnail url='{SITE}i.jpg'/>")), count=1, image=f"{SITE}i.jpg"),
    kind("unknown prefix undeclared attr", rss(item("<x foo:bar='1'/>")), count=1, title="Bridge"),
    kind(
        "prefix declared on later sibling only",
        rss(
            item(f"<dc:creator xmlns:dc='{DC}'>Ada</dc:creator>")
            + item("<dc:creator>Bob</dc:creator>", title="Two", link=SITE + "2")
        ),
        titles=["Bridge", "Two"],
    ),
    kind(
        "content ns wrong url",
        rss(
            item("<content:encoded>&lt;p&gt;Long text&lt;/p&gt;</content:encoded>"),
            root="xmlns:content='http://purl.org/rss/modules/content/'",
        ),
        count=1,
        content="<p>Long text</p>",
    ),
    kind(
        "rdf prefix not rdf",
        f"<r:RDF xmlns:r='{RDF}' xmlns='{RSS1}'><channel><title>Paper</title></channel><item "
        f"r:about='{SITE}1'><title>Bridge</title><link>{SITE}1</link></item></r:RDF>",
        count=1,
        title="Bridge",
        url=f"{SITE}1",
        kind="rdf",
    ),
    kind(
        "rdf default ns",
        f"<RDF xmlns='{RDF}' xmlns:rss='{RSS1}'><rss:channel><rss:title>Paper</rss:title></rss:channel>"
        f"<rss:item about='{SITE}1'><rss:title>Bridge</rss:title><rss:link>{SITE}1</rss:link></rss:item>"
        "</RDF>",
        count=1,
        title="Bridge",
        url=f"{SITE}1",
    ),
    kind(
        "rss:prefix elements in rdf",
        f"<rdf:RDF xmlns:rdf='{RDF}' xmlns:rss='{RSS1}'><rss:channel><rss:title>Paper</rss:title></"
        f"rss:channel><rss:item rdf:about='{SITE}1'><rss:title>Bridge</rss:title><rss:link>{SITE}1</"
        "rss:link></rss:item></rdf:RDF>",
        count=1,
        title="Bridge",
        url=f"{SITE}1",
        feed_title="Paper",
    ),
    kind(
        "rss 0.90",
        f"<rdf:RDF xmlns:rdf='{RDF}' xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel>"
        f"<title>Paper</title></channel><item><title>Bridge</title><link>{SITE}1</link></item></rdf:RDF>",
        count=1,
        title="Bridge",
        url=f"{SITE}1",
    ),
    kind(
        "rss 1.1",
        f"<Channel xmlns='http://purl.org/net/rss1.1#' xmlns:rdf='{RDF}' rdf:about='{SITE}r'>"
        f"<title>Paper</title><link>{SITE}</link><items rdf:parseType='Collection'><item "
        f"rdf:about='{SITE}1'><title>Bridge</title><link>{SITE}1</link></item></items></Channel>",
        count=1,
        title="Bridge",
        url=f"{SITE}1",
        feed_title="Paper",
    ),
    kind("rss 3.0 text", f"title: Paper\nlink: {SITE}\n\ntitle: Bridge\nlink: {SITE}1\n", refused="not-a-feed"),
    kind("rss 2.0 version blank", rss(item()).replace("version='2.0'", "version=' 2.0 '"), count=1, title="Bridge"),
    kind("rss no version", rss(item()).replace("version='2.0'", ""), count=1, title="Bridge"),
    kind("rss version 7", rss(item()).replace("version='2.0'", "version='7'"), title="Bridge", url=f"{SITE}1", count=1),
    kind(
        "RSS upper case tags",
        rss(item("<guid>g</guid>"))
        .replace("<rss", "<RSS")
        .replace("</rss>", "</RSS>")
        .replace("channel>", "CHANNEL>")
        .replace("item>", "ITEM>")
        .replace("title>", "TITLE>")
        .replace("link>", "LINK>"),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
        feed_title="Paper",
    ),
    kind(
        "items outside channel",
        "<rss version='0.91'><channel><title>Paper</title></channel>" + TWO + "</rss>",
        count=2,
        title="Bridge",
    ),
    kind(
        "two channels",
        "<rss version='2.0'><channel><title>A</title>"
        + item()
        + "</channel><channel><title>B</title>"
        + item(title="Two", link=SITE + "2")
        + "</channel></rss>",
        titles=["Bridge", "Two"],
        feed_title="A",
    ),
    kind("items wrapped in <items>", rss("<items>" + TWO + "</items>"), count=2),
    kind("channel without rss", "<channel><title>Paper</title>" + TWO + "</channel>", count=2),
    kind("items only root", "<items>" + TWO + "</items>", count=2),
    kind(
        "atom 0.3",
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>Paper</title><entry><title "
        "mode='escaped' type='text/html'>Bridge &amp;amp; road</title><link rel='alternate' type='text/"
        f"html' href='{SITE}1'/><id>tag:1</id><issued>2026-03-02T10:00:00Z</issued>"
        "<modified>2026-03-02T11:00:00Z</modified><content type='text/html' "
        "mode='escaped'>&lt;p&gt;Long&lt;/p&gt;</content></entry></feed>",
        count=1,
        title="Bridge & road",
        published="2026-03-02T10:00:00Z",
        updated="2026-03-02T11:00:00Z",
        content="<p>Long</p>",
    ),
    kind(
        "cdf",
        f"<?xml version='1.0'?><CHANNEL HREF='{SITE}'><TITLE>Paper</TITLE><ITEM HREF='{SITE}1' "
        "LASTMOD='2026-03-02T10:00'><TITLE>Bridge</TITLE><ABSTRACT>Short</ABSTRACT></ITEM></CHANNEL>",
        count=1,
        title="Bridge",
        url=f"{SITE}1",
        summary="Short",
        kind="cdf",
    ),
    kind(
        "opml as feed",
        "<opml version='2.0'><body><outline type='rss' xmlUrl='https://x.example/f' text='X'/></body></opml>",
        refused="opml",
    ),
    kind(
        "atom service document",
        "<service xmlns='http://www.w3.org/2007/app'><workspace><collection href='x'><atom:title "
        f"xmlns:atom='{ATOM}'>t</atom:title></collection></workspace></service>",
        refused="not-a-feed",
    ),
    kind(
        "opensearch description",
        "<OpenSearchDescription xmlns='http://a9.com/-/spec/opensearch/1.1/'><ShortName>x</ShortName></"
        "OpenSearchDescription>",
        refused="not-a-feed",
    ),
    kind(
        "single atom entry",
        f"<entry xmlns='{ATOM}'><title>Bridge</title><id>1</id><link href='{SITE}1'/></entry>",
        count=1,
        title="Bridge",
        url=f"{SITE}1",
    ),
    kind(
        "soap wrapped rss",
        "<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'><soap:Body>"
        + rss(item(), start="")
        + "</soap:Body></soap:Envelope>",
        count=1,
        title="Bridge",
    ),
    kind(
        "rss inside html pre",
        "<html><body><pre>" + rss(item(), start="") + "</pre></body></html>",
        count=1,
        title="Bridge",
    ),
    kind(
        "escaped rss inside string",
        "<?xml version='1.0'?><string xmlns='http://tempuri.org/'>"
        + rss(item(), start="").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        + "</string>",
        count=1,
        title="Bridge",
    ),
    kind("json string of rss", json.dumps(rss(item())), count=1, title="Bridge"),
    kind(
        "xml stylesheet PI",
        rss(item(), start="<?xml version='1.0'?><?xml-stylesheet href='/s.xsl' type='text/xsl'?>"),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind("PIs between items", rss(item() + "<?php echo 1 ?>" + item(title="Two", link=SITE + "2")), count=2),
    kind(
        "comments before root",
        rss(item(), start="<!-- made by x -- 1.0 --><?xml version='1.0'?>"),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind("comment with item in it", rss("<!-- " + item(title="Hidden") + " -->" + item()), count=1, title="Bridge"),
    kind(
        "double xml declaration",
        rss(item(), start="<?xml version='1.0' encoding='UTF-8'?>\n<?xml version='1.0' encoding='UTF-8'?>"),
        count=1,
        title="Bridge",
    ),
    kind("xml 1.1", rss(item(title="Bri\x0bdge"), start="<?xml version='1.1'?>"), count=1, title="Bridge"),
    kind("xml version 2", rss(item(), start="<?xml version='2.0'?>"), count=1, title="Bridge"),
    kind(
        "standalone",
        rss(item(), start="<?xml version='1.0' encoding='utf-8' standalone='yes'?>"),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind(
        "smart quotes in prolog", rss(item(), start="<?xml version=”1.0” encoding=”UTF-8”?>"), count=1, title="Bridge"
    ),
    kind(
        "whitespace before prolog",
        rss(item(), start="\n\n  <?xml version='1.0'?>"),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind("BOM twice", ("\ufeff\ufeff" + rss(item(title="Brücke"))).encode(), count=1, title="Brücke"),
    kind(
        "BOM in the middle", rss(item(), start="<?xml version='1.0'?>\ufeff"), title="Bridge", url=f"{SITE}1", count=1
    ),
    kind(
        "php warning before",
        rss(
            item(),
            start="<br />\n<b>Warning</b>:  Undefined index: x in <b>/var/www/f.php</b> on line <b>3</b><br /"
            ">\n<?xml version='1.0'?>",
        ),
        count=1,
        title="Bridge",
    ),
    kind(
        "php notice plain",
        rss(item(), start="Notice: Undefined variable $a in /var/www/x.php on line 3\n<?xml version='1.0'?>"),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind(
        "php warning amid items",
        rss(item() + "\n<br />\n<b>Warning</b>: foo() expects <b>x</b><br />\n" + item(title="Two", link=SITE + "2")),
        count=2,
        title="Bridge",
    ),
    kind(
        "php deprecated inside item",
        rss(
            f"<item><title>Bridge</title><br />\n<b>Deprecated</b>: foo in <b>/x</b><br />\n<link>{SITE}1</link></item>"
        ),
        count=1,
        title="Bridge",
        url=f"{SITE}1",
    ),
    kind(
        "junk after root html comment",
        rss(item()) + "\n<!-- page cached in 0.3 s -->\n",
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind("junk after root text", rss(item()) + "\nConnection closed", count=1, title="Bridge"),
    kind(
        "junk after root script",
        rss(item()) + "<script src='https://ads.example/a.js'></script>",
        count=1,
        title="Bridge",
    ),
    kind("two documents glued", rss(item()) + rss(item(title="Two", link=SITE + "2")), titles=["Bridge", "Two"]),
    kind("chunk sizes left in", "1a4\r\n" + rss(item()) + "\r\n0\r\n\r\n", count=1, title="Bridge"),
    kind("http header in body", "Content-type: text/xml\r\n\r\n" + rss(item()), count=1, title="Bridge"),
    kind("markdown fence", "```xml\n" + rss(item()) + "\n```", count=1, title="Bridge"),
    kind(
        "doctype netscape",
        rss(
            item(),
            start="<?xml version='1.0'?><!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' "
            "'http://my.netscape.com/publish/formats/rss-0.91.dtd'>",
        ),
        title="Bridge",
        url=f"{SITE}1",
        count=1,
    ),
    kind(
        "doctype with entities nbsp",
        rss(item(title="A&nbsp;B&mdash;C"), start="<!DOCTYPE rss [<!ENTITY nbsp '&#160;'><!ENTITY mdash '&#8212;'>]>"),
        count=1,
        title="A B—C",
    ),
    kind(
        "doctype external param entity",
        rss(
            item(title="A&eacute;"),
            start="<!DOCTYPE rss [<!ENTITY % HTMLlat1 PUBLIC '-//W3C//ENTITIES Latin 1 for XHTML//EN' 'http://"
            "www.w3.org/TR/xhtml1/DTD/xhtml-lat1.ent'> %HTMLlat1;]>",
        ),
        count=1,
        title="Aé",
    ),
    kind("doctype html before rss", rss(item(), start="<!DOCTYPE html>"), count=1, title="Bridge"),
    kind(
        "doctype rss external ent file",
        rss(item(title="&x;"), start="<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"),
        count=1,
        title=f"{SITE}1",
    ),
    kind("html entities undeclared", rss(item(title="Caf&eacute; &hellip; &rsquo;s")), count=1, title="Café … ’s"),
    kind(
        "bare ampersand",
        rss(item(title="AT&T & Co", link=f"{SITE}1?a=1&b=2")),
        count=1,
        title="AT&T & Co",
        url=f"{SITE}1?a=1&b=2",
    ),
    kind("double escaped title", rss(item(title="AT&amp;amp;T")), count=1, title="AT&T"),
    kind("triple escaped title", rss(item(title="AT&amp;amp;amp;T")), count=1, title="AT&T"),
    kind("numeric ref out of range", rss(item(title="A&#0;B&#x1F;C&#xFFFFFFF;D&#55357;E")), count=1, title="ABCDE"),
    kind("numeric cp1252 refs", rss(item(title="A&#146;s &#150; &#147;x&#148;")), count=1, title="A’s – “x”"),
    kind("entity no semicolon", rss(item(title="A &copy 2026 &amp B")), title="A © 2026 & B", url=f"{SITE}1", count=1),
    kind("lt in title unescaped", rss(item(title="1 < 2 and 3 > 2")), count=1, title="1 < 2 and 3 > 2"),
    kind("less-than before letter", rss(item(title="if x<y then")), title="if x", url=f"{SITE}1", count=1),
    kind("title with escaped html", rss(item(title="&lt;b&gt;Bold&lt;/b&gt; move")), count=1, title="Bold move"),
    kind(
        "title with double escaped html",
        rss(item(title="&amp;lt;b&amp;gt;Bold&amp;lt;/b&amp;gt; move")),
        count=1,
        title="Bold move",
    ),
    kind("title with raw html", rss(item(title="<b>Bold</b> move")), count=1, title="Bold move"),
    kind(
        "title with code",
        rss(item(title="How to use &lt;div&gt; in HTML")),
        title="How to use in HTML",
        url=f"{SITE}1",
        count=1,
    ),
    kind("title vec<T>", rss(item(title="Vec&lt;T&gt; explained")), count=1, title="Vec<T> explained"),
    kind(
        "atom text title with lt",
        atom(entry(title="<title type='text'>a &lt;b&gt; c</title>")),
        title="a c",
        url=f"{SITE}1",
        count=1,
    ),
    kind(
        "atom xhtml title",
        atom(entry(title=f"<title type='xhtml'><div xmlns='{XHTML}'>A <em>fine</em> day</div></title>")),
        count=1,
        title="A fine day",
    ),
    kind(
        "atom html title cdata",
        atom(entry(title="<title type='html'><![CDATA[A <em>fine</em> day &amp; night]]></title>")),
        count=1,
        title="A fine day & night",
    ),
    kind(
        "title only whitespace cdata",
        rss(
            f"<item><title><![CDATA[  ]]></title><link>{SITE}1</link><description>First words here.</"
            "description></item>"
        ),
        count=1,
        title="First words here.",
    ),
    kind("no title no desc", rss(f"<item><link>{SITE}1</link></item>"), count=1, url=f"{SITE}1"),
    kind("empty item", rss("<item></item>" + item()), titles=["", "Bridge"]),
    kind("self closed item", rss("<item/>" + item()), titles=["", "Bridge"]),
    kind(
        "nested cdata", rss(item("<description><![CDATA[a <![CDATA[b]]> c]]></description>")), count=1, title="Bridge"
    ),
    kind(
        "cdata end split",
        rss(item("<description><![CDATA[a ]]]]><![CDATA[> b]]></description>")),
        count=1,
        summary="a ]]> b",
    ),
    kind("bare ]]>", rss(item("<description>a ]]> b</description>")), count=1, title="Bridge"),
    kind(
        "cdata in link and guid",
        rss(
            f"<item><title><![CDATA[Bridge]]></title><link><![CDATA[{SITE}1?a=1&b=2]]></link><guid>"
            "<![CDATA[g&1]]></guid></item>"
        ),
        count=1,
        url=f"{SITE}1?a=1&b=2",
        id="g&1",
    ),
    kind(
        "cdata lower",
        rss(f"<item><title><![cdata[Bridge]]></title><link>{SITE}1</link></item>"),
        count=1,
        title="Bridge",
    ),
    kind(
        "cdata spaced",
        rss(f"<item><title><! [CDATA[Bridge]]></title><link>{SITE}1</link></item>"),
        count=1,
        title="Bridge",
    ),
    kind(
        "cdata unclosed at end",
        rss(
            f"<item><title>Bridge</title><link>{SITE}1</link></item><item><title>Two</title><description>"
            "<![CDATA[never closed</description></item>"
        ),
        titles=["Bridge", "Two"],
    ),
    kind(
        "cdata with item markup",
        rss(item("<description><![CDATA[<item><title>fake</title></item>]]></description>")),
        count=1,
        title="Bridge",
    ),
    kind(
        "escaped cdata text", rss(item("<description>&lt;![CDATA[Hello]]&gt;</description>")), count=1, summary="Hello"
    ),
    kind("cdata only opening escaped title", rss(item(title="&lt;![CDATA[Bridge]]&gt;")), count=1, title="Bridge"),
    kind(
        "attributes with prefixes of the format and of others",
        atom(entry(link=f"<link xmlns:a='{ATOM}' xmlns:x='urn:x' x:href='/no' x:rel='self' a:href='{SITE}1'/>")),
        count=1,
        url=f"{SITE}1",
    ),
    kind(
        "everything in a namespace of the publisher's own",
        "<x:rss version='2.0' xmlns:x='urn:me'><x:channel><x:title>Paper</x:title><x:item><x:title>Bridge</x:title>"
        f"<x:link>{SITE}1</x:link></x:item></x:channel></x:rss>",
        titles=["Bridge"],
        url=f"{SITE}1",
        feed_title="Paper",
    ),
]


@pytest.mark.parametrize(("document", "content_type", "expected"), KINDS)
def test_kinds_of_documents(document: str | bytes, content_type: str | None, expected: dict[str, object]) -> None:
    check(document, content_type, expected)
