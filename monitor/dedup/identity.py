"""Which item of a document is which article: the identity of entries, for one poll of one source.

Two laws, in this order.  Nothing is lost: an item that cannot be shown to be known is new.  Nothing doubles: an item
that changed its id, its address's tracking or its wording is found again.  Each known row is given to at most one item,
and the strongest evidence chooses first, so the order of a document does not matter.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import xxhash

from monitor.dedup.urls import is_home_page, url_key
from monitor.dedup.words import plain, similarity, tokens
from monitor.model.entry import Entry
from monitor.model.reasons import Reason
from monitor.model.story import EntryFate, KnownEntries, KnownEntry

UNSTABLE_SHARE = 0.05
"""Blank or repeated ids beyond this share, and a source's ids stop being identities for good."""
SAME_TITLE = 0.6
SAME_TEXT = 0.2
"""Below this containment, together with another title and address, a reused id is another item."""
MUCH_TEXT = 0.5
HEAD = 500
"""Characters: enough for so few words nearly always, and a word cut off at the end is not counted."""
MOST_COMPARED = 50
"""Rows under one id or one address that an item is compared with.  Feeds that give all items one id have some dozens of
them; with thousands, comparing each item with each row would take minutes."""
SUBSTANCE = 12
"""Fewer words than this say the same on many days ("Weather"): no evidence by themselves."""


@dataclass(frozen=True, slots=True)
class EntryDecision:
    """What an entry turned out to be.

    `row` and `article_id` name what it is (`article_id` alone for a sighting).  `twin` is the index of another
    entry of this document that is the same item: nothing is written.  `url_key` may become a key of the article; it is
    None when there is no address, or one that several items share, or a site's root.  `changed`: the wording differs
    from the row's.
    """

    entry: Entry
    fate: EntryFate
    reason: Reason
    row: int | None = None
    article_id: int | None = None
    twin: int | None = None
    url_key: str | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class EntryDecisions:
    """The decisions of one poll, in the document's order."""

    decisions: tuple[EntryDecision, ...]
    ids_unstable: bool
    relinked: int


@dataclass(frozen=True)
class _Item:
    """An entry with what comparing needs, computed when asked for."""

    index: int
    entry: Entry
    id: str | None
    key: str | None

    @cached_property
    def words(self) -> list[str]:
        return tokens(plain(self.entry.content or self.entry.summary))

    @cached_property
    def title_words(self) -> list[str]:
        return tokens(self.entry.title)

    @cached_property
    def substantial(self) -> bool:
        needed = SUBSTANCE - len(self.title_words)
        # Splitting the whole text of every item costs more than all the rest; its beginning mostly tells.
        head = (self.entry.content or self.entry.summary)[:HEAD]
        whole = head[: head.rfind("<")] if head.rfind("<") > head.rfind(">") else head
        return len(tokens(plain(whole))) - 1 >= needed or len(self.words) >= needed


def tombstone_keys(entry_key: str | None, key: str | None, title: str, content_hash: str) -> tuple[str, ...]:
    """The keys under which a purged item is remembered: id with address, address with title, content."""
    parts = []
    if entry_key:
        parts.append(f"i\x1f{entry_key}\x1f{key or title}")
    if key:
        parts.append(f"u\x1f{key}\x1f{' '.join(tokens(title))}")
    parts.append(f"c\x1f{content_hash}")
    return tuple(map(_digest, parts))


def item_key(item_hash: str) -> str:
    """The tombstone key of an item's bytes: whether a source still shows it can be told without reading it."""
    return _digest(f"h\x1f{item_hash}")


def everywhere_keys(key: str | None, title: str) -> tuple[str, ...]:
    """The keys under which a purged item is remembered for every source: address with title."""
    return tombstone_keys(None, key, title, "")[:-1]


def _digest(text: str) -> str:
    return xxhash.xxh3_128_hexdigest(text.encode("utf-8", "surrogatepass"))


def decide_entries(entries: Sequence[Entry], known: KnownEntries) -> EntryDecisions:
    """What each entry of a document is: new, seen, edited, re-linked, or another source's article sighted here."""
    items = [_item(index, entry) for index, entry in enumerate(entries)]
    unstable = known.ids_unstable or _ids_unstable(items)
    return _Poll(items, known, unstable).decide()


def _item(index: int, entry: Entry) -> _Item:
    identifier = (entry.id or "").strip() or None
    return _Item(index, entry, identifier, url_key(entry.url) if entry.url else None)


def _ids_unstable(items: Sequence[_Item]) -> bool:
    """Whether more than 5 % of the entries have no id, or one that another entry has; exact repetitions aside."""
    distinct = {(item.id, item.key, item.entry.title, item.entry.content_hash): item for item in items}.values()
    counts = Counter(item.id for item in distinct)
    bad = sum(1 for item in distinct if item.id is None or counts[item.id] > 1)
    return bad > UNSTABLE_SHARE * len(distinct)


class _Poll:
    """The matching of one document's items with the known rows, strongest evidence first."""

    def __init__(self, items: Sequence[_Item], known: KnownEntries, unstable: bool) -> None:
        self.items = items
        self.known = known
        self.unstable = unstable
        self.free = {row.id: row for row in known.rows}
        self.found: dict[int, EntryDecision] = {}
        self.by_id = _grouped(known.rows, _id)
        self.by_url = _grouped(known.rows, lambda row: row.url_key)
        self.by_content = _grouped(known.rows, lambda row: row.content_hash or None)
        counts = Counter(item.id for item in {(i.id, i.key, i.entry.title): i for i in items}.values())
        self.repeated = {identifier for identifier, count in counts.items() if identifier and count > 1}
        self.shared_urls = _shared_urls(items)

    def decide(self) -> EntryDecisions:
        for evidence in (self._exact, self._identifier, self._address, self._content, self._title):
            for item in self.items if self.free else ():
                if item.index not in self.found and (decision := evidence(item)):
                    self.found[item.index] = decision
                    self.free.pop(decision.row or 0, None)
        earlier: dict[tuple[str | None, ...], list[_Item]] = {}
        alike = _maybe_twins(self.items)
        for item in sorted(self.items, key=lambda item: item.index not in self.found):
            twin = self._twin(item, earlier) if item.index in alike else None
            if item.index not in self.found:
                self.found[item.index] = twin or self._unknown(item)
        decisions = tuple(self.found[item.index] for item in self.items)
        relinked = sum(decision.fate is EntryFate.RELINKED for decision in decisions)
        return EntryDecisions(decisions, self.unstable, relinked)

    def _exact(self, item: _Item) -> EntryDecision | None:
        """The same content under the same id or, where both have none or ids mean little, the same address."""
        rows = [row for row in self.by_content.get(item.entry.content_hash, ()) if row.id in self.free]
        for row in sorted(rows, key=lambda row: row.url_key != item.key):
            if _id(row) == item.id and (self._same_url(item, row) or (item.id and row.url_key is None)):
                return self._known(item, row, "same", "the same id, address and content")
        return None

    def _identifier(self, item: _Item) -> EntryDecision | None:
        """The same id: by itself while it is unique, else together with the address."""
        if item.id is None:
            return None
        rows = self._nearest(item, self.by_id.get(item.id, ()))
        alone = not self.unstable and item.id not in self.repeated
        for row in sorted(
            rows, key=lambda row: (not self._same_url(item, row), -similarity(row.title, item.entry.title))
        ):
            same_url = self._same_url(item, row)
            if same_url and (self._own_key(item) is not None or self._alike(item, row)):
                return self._known(item, row, "id-and-address", "the same id and address")
            if alone and (row.content_hash == item.entry.content_hash or self._alike(item, row)):
                return self._known(item, row, "id", "the same id")
            if self._clearly_alike(item, row):
                return self._known(item, row, "id", "the same id and title, and much of the same text")
        return None

    def _address(self, item: _Item) -> EntryDecision | None:
        """The same address, unless it is one that several items share or its page is about something else now."""
        if item.key is None:
            return None
        rows = self._nearest(item, self.by_url.get(item.key, ()))
        for row in sorted(rows, key=lambda row: -similarity(row.title, item.entry.title)):
            if self._alike(item, row):
                return self._known(item, row, "address", "the same address, and title or text agree")
        return None

    def _content(self, item: _Item) -> EntryDecision | None:
        """The same title and text, enough of it to be no coincidence."""
        for row in self.by_content.get(item.entry.content_hash, ()):
            if row.id in self.free and item.substantial:
                return self._known(item, row, "content", "the same title and text")
        return None

    def _title(self, item: _Item) -> EntryDecision | None:
        """An item that has neither id nor address, under its old title with much of its old text."""
        if item.id or item.key or not item.entry.title:
            return None
        for row in self.free.values():
            if _id(row) is None and row.url_key is None and self._clearly_alike(item, row):
                return self._known(item, row, "title", "the same title and much of the same text")
        return None

    def _nearest(self, item: _Item, rows: Sequence[KnownEntry]) -> list[KnownEntry]:
        """Those that are free; of very many with the same title or the same address first, and only so many."""
        free = [row for row in rows if row.id in self.free]
        if len(free) > MOST_COMPARED:
            free.sort(key=lambda row: (row.title != item.entry.title, row.url_key != item.key))
        return free[:MOST_COMPARED]

    def _alike(self, item: _Item, row: KnownEntry) -> bool:
        """Whether title or text show that an item and a row are the same although the other clues changed."""
        if row.content_hash == item.entry.content_hash:
            return True
        titles = similarity(row.title, item.entry.title)
        if titles >= SAME_TITLE and not (titles == 1.0 and self._other_text(item, row)):
            return True
        return bool(row.text) and self._contained(item, row) >= SAME_TEXT

    def _clearly_alike(self, item: _Item, row: KnownEntry) -> bool:
        """The same title and half of the text: enough together with a weak clue."""
        same_title = bool(row.title) and row.title == item.entry.title
        return same_title and bool(row.text) and self._contained(item, row) >= MUCH_TEXT

    def _other_text(self, item: _Item, row: KnownEntry) -> bool:
        """Under one and the same title ("Traffic report"): both texts are known, at another address, and disagree."""
        both = bool(row.text) and len(item.words) >= SUBSTANCE and not self._same_url(item, row)
        return both and self._contained(item, row) < SAME_TEXT

    @staticmethod
    def _contained(item: _Item, row: KnownEntry) -> float:
        return containment_of_words(item.words, tokens(plain(row.text)))

    def _known(self, item: _Item, row: KnownEntry, code: str, text: str) -> EntryDecision:
        changed = row.content_hash != item.entry.content_hash
        moved = _id(row) != item.id or (code not in {"id", "same"} and not self._same_url(item, row))
        if moved:
            fate, code, text = EntryFate.RELINKED, f"relinked-{code}", f"its id or address changed: known by {text}"
        else:
            fate = EntryFate.EDITED if changed else EntryFate.SEEN
        return EntryDecision(
            item.entry, fate, Reason(code, text), row.id, row.article_id, url_key=self._own_key(item), changed=changed
        )

    def _twin(self, item: _Item, earlier: dict[tuple[str | None, ...], list[_Item]]) -> EntryDecision | None:
        """An item that stands twice: the same content at one address or under one id, or id, address and title."""
        clues: list[tuple[str | None, ...]] = []
        if item.id or item.key:
            clues.append((item.id, item.key, *item.title_words))
        if item.substantial or not (item.id or item.key):
            clues.append(("content", item.entry.content_hash, item.key))
        if item.substantial and item.id:  # a story in two sections of a paper has two addresses
            clues.append(("id", item.id, item.entry.content_hash))
        twins = [other for clue in clues for other in earlier.get(clue, ()) if _says_the_same(item, other)]
        for clue in clues:
            earlier.setdefault(clue, []).append(item)
        if not twins:
            return None
        of = self.found[twins[0].index]
        reason = Reason("twin", "stands twice in this document")
        first = twins[0].index if of.twin is None else of.twin
        return EntryDecision(item.entry, EntryFate.SEEN, reason, of.row, of.article_id, twin=first)

    def _unknown(self, item: _Item) -> EntryDecision:
        key = self._own_key(item)
        entry = item.entry
        if self._purged(item):
            return EntryDecision(entry, EntryFate.SEEN, Reason("purged", "was here before and has been removed by age"))
        article = self.known.sightings.get(key) if key and entry.url and not is_home_page(entry.url) else None
        if article is not None:
            reason = Reason("sighting", "another source brought this address before")
            return EntryDecision(entry, EntryFate.SIGHTING, reason, article_id=article, url_key=key)
        reused = item.id is not None and item.id in self.by_id
        code, text = ("id-reused", "its id belonged to another item") if reused else ("new", "not seen before")
        return EntryDecision(entry, EntryFate.NEW, Reason(code, text), url_key=key)

    def _purged(self, item: _Item) -> bool:
        """Removed by age: by what it says, or by its name, unless it was published after that and says something else.

        Pages that live on under one address and headline do that every day.
        """
        entry, purged = item.entry, self.known.purged
        if not purged:
            return False
        *names, content = tombstone_keys(item.id, item.key, entry.title, entry.content_hash)
        if content in purged and (item.substantial or not names):
            return True
        last = max((purged[name] for name in names if name in purged), default=None)
        return last is not None and (entry.published_at is None or entry.published_at <= last)

    def _same_url(self, item: _Item, row: KnownEntry) -> bool:
        """Whether the addresses agree; a row that was given none because several items shared it counts as agreeing."""
        return row.url_key == item.key or (row.url_key is None and item.key in self.shared_urls)

    def _own_key(self, item: _Item) -> str | None:
        return None if item.key in self.shared_urls else item.key


def _maybe_twins(items: Sequence[_Item]) -> set[int]:
    """The places of items that share id and address, or what they say, with another: no others can be twins."""
    groups: dict[tuple[str | None, ...], list[int]] = defaultdict(list)
    for item in items:
        groups["named", item.id, item.key].append(item.index)
        groups["content", item.entry.content_hash].append(item.index)
    return {index for group in groups.values() if len(group) > 1 for index in group}


def _says_the_same(a: _Item, b: _Item) -> bool:
    if a.entry.content_hash == b.entry.content_hash or not (a.words and b.words):
        return True
    return containment_of_words(a.words, b.words) >= SAME_TEXT


def _grouped(rows: Iterable[KnownEntry], key: Callable[[KnownEntry], str | None]) -> dict[str, list[KnownEntry]]:
    groups: dict[str, list[KnownEntry]] = defaultdict(list)
    for row in rows:
        value = key(row)
        if value is not None:
            groups[value].append(row)
    return groups


def _id(row: KnownEntry) -> str | None:
    return (row.entry_key or "").strip() or None


def _shared_urls(items: Sequence[_Item]) -> set[str]:
    """Addresses that entries with different titles share in this document, and roots of sites: no identity."""
    by_key: dict[str, list[_Item]] = defaultdict(list)
    for item in items:
        if item.key:
            by_key[item.key].append(item)
    homes = {key for key in by_key if "/" not in key and "?" not in key}
    return homes | {key for key, found in by_key.items() if len(found) > 1 and len(_titles(found)) > 1}


def _titles(items: Iterable[_Item]) -> set[tuple[str, ...]]:
    return {tuple(item.title_words) for item in items}


def containment_of_words(a: Sequence[str], b: Sequence[str]) -> float:
    """The share of the shorter text's word triples that the other has too, 0 to 1; single words of tiny texts."""
    size = min(3, len(a), len(b))
    if not size:
        return 0.0
    first = {tuple(a[i : i + size]) for i in range(len(a) - size + 1)}
    second = {tuple(b[i : i + size]) for i in range(len(b) - size + 1)}
    return len(first & second) / min(len(first), len(second))
