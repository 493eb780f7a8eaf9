"""XML names of feeds made comparable: `{namespace}Local` -> `prefix_local` with the prefix everybody uses."""

from __future__ import annotations

_ATOM = "http://www.w3.org/2005/atom"
# Namespaces (lower-case) whose elements are the formats' own
_OWN = {
    "",
    _ATOM,
    "http://purl.org/atom/ns#",
    "http://purl.org/pie/",
    "http://purl.org/echo/",
    "http://example.com/necho",
    "http://example.com/newformat#",
    "uri/of/echo/namespace#",
    "http://purl.org/rss/1.0/",
    "http://purl.org/net/rss1.1#",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://channel.netscape.com/rdf/simple/0.9/",
    "http://backend.userland.com/rss",
    "http://blogs.law.harvard.edu/tech/rss",
    "http://purl.org/rss/1.0/modules/rss091#",
    "http://www.sitemaps.org/schemas/sitemap/0.9",
    "http://www.google.com/schemas/sitemap/0.84",
    "http://www.google.com/schemas/sitemap/0.9",
}
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.google.com/schemas/sitemap-image/1.1": "image",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
}
_MOST_CACHED = 2000
_cache: dict[str, str] = {}


def is_own(namespace: str) -> bool:
    """Whether elements in `namespace` (or in none) are a format's own."""
    namespace = namespace.strip().lower()
    return namespace in _OWN or namespace in _PREFIXES or "backend.userland.com/rss" in namespace


def name_of(tag: str) -> str:
    """`prefix_local`, lower-case; `local` for the formats' own elements, `?local` for unknown namespaces."""
    known = _cache.get(tag)
    if known is None:
        if len(_cache) >= _MOST_CACHED:  # names come from strangers: the cache is bounded
            _cache.clear()
        known = _cache[tag] = _name(tag)
    return known


def _name(tag: str) -> str:
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    namespace, local = namespace.strip().lower(), local.lower()
    if namespace in _OWN or "backend.userland.com/rss" in namespace:
        return local
    prefix = _PREFIXES.get(namespace)
    return f"{prefix}_{local}" if prefix else f"?{local}"
