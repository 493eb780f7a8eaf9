"""XML names of feeds made comparable: `{namespace}Local` -> `prefix_local` with the prefix everybody uses."""

from __future__ import annotations

# Namespaces (as `_key` spells them) whose elements are the formats' own
_OWN = frozenset(
    {
        "",
        "http://www.w3.org/2005/atom",
        "http://purl.org/atom/ns",
        "http://purl.org/pie",
        "http://purl.org/echo",
        "http://example.com/necho",
        "http://example.com/newformat",
        "uri/of/echo/namespace",
        "http://purl.org/rss/1.0",
        "http://purl.org/net/rss1.1",
        "http://my.netscape.com/rdf/simple/0.9",
        "http://channel.netscape.com/rdf/simple/0.9",
        "http://blogs.law.harvard.edu/tech/rss",
        "http://purl.org/rss/1.0/modules/rss091",
        "http://www.sitemaps.org/schemas/sitemap/0.9",
        "http://www.google.com/schemas/sitemap/0.84",
        "http://www.google.com/schemas/sitemap/0.9",
    }
)
_PREFIXES = {
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/elements/1.0": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://video.search.yahoo.com/mrss": "media",
    "http://tools.search.yahoo.com/mrss": "media",
    "http://www.google.com/schemas/play-podcasts/1.0": "googleplay",
    "http://news.yandex.ru": "yandex",
    "http://turbo.yandex.ru": "turbo",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.google.com/schemas/sitemap-image/1.1": "image",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://prismstandard.org/namespaces/basic/1.2": "prism",
    "http://prismstandard.org/namespaces/1.2/basic": "prism",
    "http://prismstandard.org/namespaces/basic/2.0": "prism",
    "http://prismstandard.org/namespaces/basic/2.1": "prism",
    "http://prismstandard.org/namespaces/basic/3.0": "prism",
}
# Of a namespace that nobody knows, the prefix still says what was meant (feedparser reads it so, too)
_MEANT = frozenset({"atom", *_PREFIXES.values()})
_MOST_CACHED = 2000
_cache: dict[str, str] = {}


def is_own(namespace: str) -> bool:
    """Whether elements in `namespace` (or in none) are a format's own."""
    key = _key(namespace)
    return key in _OWN or "backend.userland.com/rss" in key


def _key(namespace: str) -> str:
    """Publishers vary case, scheme and the last character."""
    return namespace.strip().lower().rstrip("/#").replace("https://", "http://", 1)


def name_of(tag: str) -> str:
    """`prefix_local`, lower-case; `local` for the formats' own elements, `?local` for unknown namespaces."""
    known = _cache.get(tag)
    if known is None:
        if len(_cache) >= _MOST_CACHED:  # names come from strangers: the cache is bounded
            _cache.clear()
        known = _cache[tag] = _name(tag)
    return known


def name_by_prefix(name: str, prefix: str | None) -> str:
    """`name`; one of an unknown namespace as its prefix means it, where that is a usual one."""
    if not name.startswith("?") or prefix is None or (usual := prefix.lower()) not in _MEANT:
        return name
    return name[1:] if usual == "atom" else f"{usual}_{name[1:]}"


def _name(tag: str) -> str:
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    local = local.lower()
    if is_own(namespace):
        return local
    prefix = _PREFIXES.get(_key(namespace))
    return f"{prefix}_{local}" if prefix else f"?{local}"
