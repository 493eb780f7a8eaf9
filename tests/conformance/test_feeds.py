"""Reading feeds that nobody here wrote: nothing raises, nothing is lost, and what is read is right."""

from __future__ import annotations

import gzip
import random
import re
import resource
import time
from calendar import timegm
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from monitor.extract.discover import find_feeds
from monitor.model.entry import Entry, NotAFeed, ParsedFeed
from monitor.parse import charset, clean, direct, fallback, prune
from monitor.parse.dates import parse_date
from monitor.parse.feed import read_document, read_quickly
from monitor.parse.opml import read_opml, write_opml
from monitor.parse.raw import Surroundings, entry_of
from tests.conformance.feed_corpus import (
    NOW,
    URL,
    Score,
    corpus,
    counts,
    expectations,
    feed_files,
    made_up,
    name_of,
    read,
    same_link,
    same_title,
    words,
)

pytestmark = [pytest.mark.conformance, pytest.mark.timeout(900)]

REAL = (
    *("armin-FeedReader", "netnewswire", "feedjira", "prof18-rssparser", "mediacloud-rss-fetcher", "node-feedparser"),
    *("miniflux", "lemon24-reader", "atoma", "rust-rss", "rust-atom", "fastfeedparser", "feed-rs", "feedsmith"),
)
FEWER = {
    "osm-pl.xml": "cut off inside its last item, which is half-written",
    "rss_incomplete_cdata.xml": "cut off inside its only item",
    "rss10_contentItems.xml": "lxml's count takes an item of another vocabulary for one of the feed's",
}
MISSES = {
    "entry_id_xml_base.xml:id": "an id stays as received",
    "rss_0.91_encoding_1.xml:link": "that parser lower-cases hosts",
    "malformed_rss_namespaced.xml:id": "the feed has no ids; that parser copies the link",
    "utf16_encoded.xml:id": "the feed has no ids; that parser copies the link",
    "osm-pl.xml:count": "cut off inside its last item, which is half-written",
}
FEEDPARSER_MISSES = {
    "bozo_linenoise.xml": "random bytes: neither reading is right",
    "entities/lang.xml": "HTML 5 moved this entity to another character",
    "entities/rang.xml": "HTML 5 moved this entity to another character",
    "tag_in_attr.xml": "a title that is only a picture becomes its alternative text",
    "content_location.xml:id": "an id stays as received",
    "itunes_item_link_image.xml": "an invented element",
    "http_content_language.xml": "the header is not a feed's business",
}
# Field -> the largest share of items that may differ, and why ours is right where it does
DIFFERENCES = {
    "id": (0.001, "feedparser resolves ids of Atom against xml:base, and drops ids with markup inside"),
    "url": (
        0.01,
        "a bare guid is no link; content src and enclosures stand in; the first alternate of several is taken",
    ),
    "title": (0.003, "follows from the address that stands in for a missing title"),
    "summary": (0.01, "captions of pictures (media:description) do not replace the description"),
    "content": (0.02, "captions of pictures are not content"),
    "published_at": (0.001, "a time element inside the date names its zone"),
    "updated_at": (0.001, "items inside items keep their own dates"),
    "authors": (0.002, "addresses of authors are no names"),
    "categories": (0.001, ""),
    "enclosures": (0.001, ""),
    "image": (0.03, "the first picture of the item, whichever element names it"),
}
LEFT_OUT = "our model has no such field (details' language, base and type, geography, rights, contributors, source …)"


def test_every_file_ends_in_time_and_loses_no_entry() -> None:
    score = Score("entries, against the best of feedparser, lxml and a plain count", FEWER)
    slowest, answers = (0.0, ""), {"quick": 0, "worker": 0}
    for path in feed_files():
        body = path.read_bytes()
        started = time.monotonic()
        feed = read(body)
        slowest = max(slowest, (time.monotonic() - started, name_of(path)))
        quick = read_quickly(body, url=URL, now=NOW)
        answers["worker" if quick is None else "quick"] += 1
        assert quick is None or quick == feed
        found = len(feed.entries) if isinstance(feed, ParsedFeed) else 0
        score.check(found >= max(counts(body)), "count", name_of(path), counts(body), found)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nslowest {slowest[0]:.2f} s ({slowest[1]}); memory {memory_mb:.0f} MB; read {answers}")
    score.report()
    assert slowest[0] < 5
    assert memory_mb < 300
    assert not score.unexplained()


def test_expectations_of_four_parsers() -> None:
    score = Score("titles, links, ids, instants", MISSES)
    for collection in ("gofeed", "feed-rs", "fastfeedparser", "feedsmith"):
        for wanted in expectations(collection):
            feed = read((corpus() / "feeds" / wanted["feed"]).read_bytes())
            assert isinstance(feed, ParsedFeed), wanted["feed"]
            if wanted.get("title"):
                score.check(
                    same_title(wanted["title"], feed.title), "feed", wanted["feed"], wanted["title"], feed.title
                )
            score.check(
                len(feed.entries) == len(wanted["entries"]),
                "count",
                wanted["feed"],
                len(wanted["entries"]),
                len(feed.entries),
            )
            for expected, entry in zip(wanted["entries"], feed.entries, strict=False):
                _compare(score, wanted["feed"], expected, entry)
    assert score.report() >= 0.99
    assert not score.unexplained()


def _compare(score: Score, where: str, wanted: dict[str, str], entry: Entry) -> None:
    instants = {str(when and when.strftime("%Y-%m-%dT%H:%M:%SZ")) for when in (entry.published_at, entry.updated_at)}
    if wanted.get("id") and not ("feed-rs" in where and made_up(wanted["id"])):
        score.check(wanted["id"].strip() == entry.id, "id", where, wanted["id"], entry.id)
    if wanted.get("title"):
        score.check(same_title(wanted["title"], entry.title), "title", where, wanted["title"], entry.title)
    if wanted.get("link"):
        score.check(same_link(wanted["link"], entry.url), "link", where, wanted["link"], entry.url)
    for key in ("published", "updated"):
        if wanted.get(key):
            score.check(wanted[key] in instants, key, where, wanted[key], instants)


def test_expectations_of_feedparser() -> None:
    score = Score("feedparser's own assertions on fields that we have", FEEDPARSER_MISSES)
    left_out = 0
    for case in expectations("feedparser-expr"):
        body = (corpus() / "feeds" / case["feed"]).read_bytes()
        header = re.search(rb"Header:\s*Content-type:\s*(.*)", body, re.IGNORECASE)
        location = re.search(rb"Header:\s*Content-Location:\s*(\S+)", body, re.IGNORECASE)
        feed = read(body, location.group(1).decode() if location else URL, header.group(1).decode() if header else None)
        if isinstance(feed, NotAFeed):
            assert "empty_document" in case["feed"]
            continue
        for assertion in case["assert"] or [{"path": ["?"], "op": "?"}]:
            answer = _feedparser_field(feed, assertion["path"], assertion.get("value"), assertion["op"])
            if answer is None or (
                not answer[0] and re.search("sanitize/|docuri|headers_content_location", case["feed"])
            ):
                left_out += 1  # sanitised where shown, not here; resolved against the address of another server
            else:
                good, got = answer
                score.check(good, str(assertion["path"][-1]), case["feed"], assertion.get("value"), got)
    share = score.report()
    print(
        f"  left out: {left_out} assertions: {LEFT_OUT}; encodings and bozo, which we judge otherwise; free expressions"
    )
    assert not score.unexplained()
    assert score.total > 1000
    assert share >= 0.99


def _feedparser_field(feed: ParsedFeed, path: list[object], value: object, op: str) -> tuple[bool, object] | None:
    """Whether our field agrees with the assertion, and what we have; None where we have no such field."""
    wanted = str(value)
    match path:
        case ["version"]:
            kind = {"rss090": "rdf", "rss10": "rdf", "cdf": "cdf"}.get(wanted) or (
                "atom" if "atom" in wanted else "rss"
            )
            return (feed.kind == kind, feed.kind) if wanted else None
        case ["entries"] if op == "len":
            return len(feed.entries) == value, len(feed.entries)
        case ["feed", "title"] | ["feed", "title_detail", "value"]:
            return same_title(wanted, feed.title), feed.title
        case ["feed", "link"]:
            return same_link(wanted, feed.url), feed.url
        case ["feed", "language"]:
            return wanted.lower() == str(feed.language).lower(), feed.language
        case ["entries", int(number), *rest] if op == "eq":
            return _feedparser_entry(feed.entries[number], [part for part in rest if isinstance(part, str)], value)
    return None


def _feedparser_entry(entry: Entry, path: list[str], value: object) -> tuple[bool, object] | None:
    wanted = str(value)
    match path:
        case ["title"] | ["title_detail", "value"]:
            return same_title(wanted, entry.title), entry.title
        case ["description"] | ["summary"] | ["summary_detail", "value"] | ["content", "value"]:
            return words(wanted) in (words(entry.summary), words(entry.content)), entry.summary or entry.content
        case ["link"]:
            return same_link(wanted, entry.url), entry.url
        case ["id"] | ["guid"]:
            return wanted == entry.id, entry.id
        case ["published_parsed"] | ["updated_parsed"] if isinstance(value, list):
            instant = datetime.fromtimestamp(timegm(tuple(value)), UTC)
            return instant in (entry.published_at, entry.updated_at), entry.published_at
        case ["authors", "name"] | ["author_detail", "name"]:
            return wanted in entry.authors, entry.authors
        case ["tags", "term"]:
            return wanted in entry.categories, entry.categories
        case ["enclosures", "href"] | ["enclosures", "url"]:
            return wanted in entry.enclosures, entry.enclosures
        case ["image", "href"]:
            return wanted == entry.image, entry.image
    return None


def test_direct_reading_equals_feedparser_field_by_field() -> None:
    """Every well-formed document of the corpus, read both ways and finished the same way."""
    compared, differing = 0, Counter[str]()
    for path in feed_files():
        data = clean.cleaned(charset.decode(charset.unpacked(path.read_bytes())).text)
        prolog = clean.read_prolog(data)
        data = clean.rooted(data, prolog) if prolog else b""
        root = direct.parse_strict(data)
        if root is None or not prolog or prolog.root in ("urlset", "sitemapindex", "html", "opml"):
            continue
        elements = direct.item_elements(root)
        theirs, _ = fallback.read_with_feedparser(data)
        if len(theirs) != len(elements):
            assert len(theirs) < len(elements), name_of(path)
            continue
        around = Surroundings((URL,), NOW, updated_is_published=prolog.root in ("rss", "rdf"))
        for element, their in zip(elements, theirs, strict=True):
            their.base = direct.base_of_element(element)
            one, other = entry_of(direct.read_item(element), around), entry_of(their, around)
            compared += 1
            differing.update(field for field in DIFFERENCES if not _equal(field, one, other))
    print(f"\n{compared} items read directly and by feedparser")
    for field, (most, why) in DIFFERENCES.items():
        print(f"  {field}: {differing[field]} differ" + (f": {why}" if differing[field] else ""))
        assert differing[field] <= most * compared
    assert compared > 5000


def _equal(field: str, one: Entry, other: Entry) -> bool:
    ours, theirs = getattr(one, field), getattr(other, field)
    return words(ours) == words(theirs) if field in ("summary", "content") else bool(ours == theirs)


def test_every_json_feed_is_read() -> None:
    paths = [path for path in feed_files() if b"jsonfeed.org/version" in path.read_bytes()[:2000]]
    feeds = [read(path.read_bytes()) for path in paths]
    assert len(paths) > 10
    assert all(isinstance(feed, ParsedFeed) and feed.kind == "json" for feed in feeds)


def test_dates_are_right_or_missing_never_wrong() -> None:
    exact = refused = 0
    for case in expectations("dates"):
        got = parse_date(case["s"], now=NOW)
        if wanted := case.get("want"):
            exact += 1
            refused += got is None
            assert got is None or got.strftime("%Y-%m-%dT%H:%M:%SZ") == wanted, case
            if got is None:
                print(f"\nno date: {case['s']!r} (wanted {wanted}): names no month, so any answer would be a guess")
        elif "20" in case["s"] or "19" in case["s"]:
            assert got is not None, case
    print(f"\n{exact - refused} of {exact} exact instants right, {refused} refused, none wrong")
    assert refused <= 3  # the three strings whose month is a placeholder


@pytest.mark.parametrize("folder", REAL)
def test_real_feeds_keep_the_invariants(folder: str) -> None:
    chance = random.Random(7)
    for path in feed_files(folder):
        body = path.read_bytes()
        feed = read(body)
        if isinstance(feed, ParsedFeed) and feed.entries:
            _check_values(feed)
            _check_cuts(body, feed, chance)
            _check_pruning(body, feed, chance)
            _check_shuffling(body, feed, chance)
            _check_encodings(charset.unpacked(body), feed)
            assert read(body) == feed


def _check_values(feed: ParsedFeed) -> None:
    forbidden = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
    for entry in feed.entries:
        for link in (entry.url, entry.image, *entry.enclosures):
            assert link is None or re.match("https?://[^/]", link)
        for when in (entry.published_at, entry.updated_at):
            assert when is None or (when.year >= 1995 and when <= NOW + timedelta(days=1))
        texts = (entry.id or "", entry.title, entry.summary, entry.content, *entry.authors, *entry.categories)
        assert not any(forbidden.search(text) for text in texts)
        assert "\n" not in entry.title


def _check_cuts(body: bytes, feed: ParsedFeed, chance: random.Random) -> None:
    for _ in range(8):
        part = read(body[: chance.randrange(len(body))])
        got = [_said(entry) for entry in part.entries] if isinstance(part, ParsedFeed) else []
        assert got == [_said(entry) for entry in feed.entries][: len(got)]


def _check_pruning(body: bytes, feed: ParsedFeed, chance: random.Random) -> None:
    for share in (0.3, 0.7, 1.0):
        known = frozenset(hashed for hashed in feed.item_hashes if chance.random() < share)
        pruned = read_document(body, url=URL, known=known, now=NOW)
        assert isinstance(pruned, ParsedFeed)
        assert pruned.entries == tuple(entry for entry in feed.entries if entry.item_hash not in known)
        assert pruned.item_hashes == feed.item_hashes
        assert pruned.known == sum(1 for hashed in feed.item_hashes if hashed in known)


def _check_shuffling(body: bytes, feed: ParsedFeed, chance: random.Random) -> None:
    data = clean.cleaned(charset.decode(charset.unpacked(body)).text)
    items = prune.find_items(data, b"entry" if feed.kind == "atom" else b"item")
    if not items.regular or items.open_at is not None or len(items.spans) < 2:
        return
    pieces = [data[start:end] for start, end in items.spans]
    chance.shuffle(pieces)
    start = items.spans[0][0]
    shuffled = data[:start] + b"".join(pieces) + prune.without(data, items.spans)[start:]
    again = read(shuffled)
    assert isinstance(again, ParsedFeed)
    assert sorted(map(_said, again.entries)) == sorted(map(_said, feed.entries))


def _check_encodings(body: bytes, feed: ParsedFeed) -> None:
    text = charset.decode(body).text.lstrip("\ufeff")
    bodies = [gzip.compress(body), b"\xef\xbb\xbf" + text.encode("utf-8", "replace")]
    if not text.lstrip().startswith("{"):
        bare = re.sub(r"<\?xml[^>]*\?>", "", text, count=1).lstrip()
        for encoding in ("utf-16", "latin-1", "gb18030"):
            try:
                bodies.append(f'<?xml version="1.0" encoding="{encoding}"?>\n{bare}'.encode(encoding))
            except UnicodeEncodeError:
                continue
        if not charset.decode(body).encoding.startswith(("utf-16", "utf-32")):
            bodies.append(b"\n \n" + body)
    for other in bodies:
        again = read(other)
        assert isinstance(again, ParsedFeed)
        assert list(map(_said, again.entries)) == list(map(_said, feed.entries))


def _said(entry: Entry) -> tuple[str, ...]:
    return tuple(str(getattr(entry, field)) for field in Entry.__dataclass_fields__ if field != "item_hash")


def test_autodiscovery_pages() -> None:
    pages = [path for path in feed_files("feedvalidator") if path.suffix == ".html" and "feedfinder" in str(path)]
    score = Score("autodiscovery", {"index.html": "the table of contents: it declares no feed"})
    for path in pages:
        found = find_feeds(path.read_bytes(), url=f"http://corpus.example/{path.name}")
        score.check(any(path.stem in link.url for link in found), "feed", name_of(path), path.stem, found)
    assert score.report() >= 74 / 79
    assert not score.unexplained()


def test_lists_of_feeds_come_in_and_go_out() -> None:
    total = 0
    for path in sorted((corpus() / "lists").rglob("*.opml")):
        feeds = read_opml(path.read_bytes())
        usable = [feed for feed in feeds if feed.problem is None]
        total += len(usable)
        again = read_opml(write_opml(usable))
        assert sorted((feed.url, feed.tags) for feed in again) == sorted((feed.url, feed.tags) for feed in usable)
    print(f"\n{total} addresses")
    assert total >= 800


def test_not_a_feed_has_a_reason() -> None:
    for path in feed_files("armin-FeedReader", "netnewswire"):
        answer = read(path.read_bytes())
        if path.suffix == ".html":
            assert isinstance(answer, NotAFeed)
            assert answer.reason.code in ("html", "bot-wall", "login-page", "consent-page")
