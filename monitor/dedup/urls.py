"""Addresses for comparing: what two spellings of one address have in common, and when an alias can be trusted.

A key is never fetched.  A false merge loses an article and a missed one costs a needless alert that the text
comparison catches, so a parameter is dropped only when its whole name is on the list.
"""

from __future__ import annotations

import re
from functools import lru_cache
from posixpath import normpath
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

from monitor.dedup.domains import registrable_domain
from monitor.model.references import read_references

_TRACKING = re.compile(
    r"(?:utm|mtm|otm|hmb|pk|piwik|matomo|hsa|oly|vero|trk|wt|sc|itm|stm|cx|ic|ns|wtrid|at|gaa)_[a-z_-]+\d{0,2}"
    r"|(?:fb|gcl|dcl|msclk|twcl|tt(?:cl)|yscl|igsh|wbra|gbra|mkt_tok|mc_[ce])id|_openstat|gclsrc|yclid|ymclid|igshid"
    r"|fb_(?:action_ids|action_types|ref|source)|fbclid|gclid|dclid|gbraid|wbraid|igsh|mkt_tok|mc_cid|mc_eid|_hsenc|_hsmi"
    r"|_ga|_gl|ga_(?:source|medium|term|content|campaign|place)|s_?cid|s_kwcid|smid|smtyp|smprod|cmp|cmpid|ftag|xtor"
    r"|wtrid|wt\.?(?:mc|zmc|nav|tsrc)(?:_[a-z]+)?|taid|ncid|ocid|icid|intcid|int_cid|soc_src|soc_trk|guccounter|guce_referr[a-z_]*"
    r"|spm|share_?id|sharetype|sh?are_token|seid|__twitter_impression|_branch_match_id|outputtype|usqp|amp_js_v|amp_gsa"
    r"|nl_?id|newsletter_?id|campaign_?id|emailid|tracking_?id|trackingcode|partner_?id|rss_?id|rssfeed|maca|feature_share"
    r"|rss|feedtype|feedname|emc|srnd|erid|sara_ref|referringsource|traffic_source"
    r"|phpsessid|jsessionid|session_?id|aspsessionid[a-z]*|cfid|cftoken|oscsid|zenid|gad_(?:source|campaignid)|srsltid"
    r"|li_fat_id|rdt_cid|sccid|epik|elq(?:track(?:id)?|aid|at|campaignid)?|bsft_[a-z_]+|_kx|irclickid|ef_id|mkwid|dm_i"
    r"|ml_subscriber(?:_hash)?|ref_(?:src|url)|int_(?:source|medium|campaign|content|cmp_(?:name|id))|intcmp|ito|tpcc|tsrc"
    r"|__s|__hs(?:sc|tc|fp)|hsctatracking|action_(?:object|type|ref)_map|bxid|cndid|esrc|hash[abc]|emci|emdi|ceid"
    r"|dicbo|oborigurl|tblci|sara_ecid|zanpid|wickedid|sscid|syclid|rb_clickid|vgo_ee|lipi|sm(?:uuid|client)|vd_source"
    r"|trk(?:info|email)|referrer_access_token|unlocked_article_code|sharetoken|weibo_id|_ym_uid|_branch_referrer",
    re.IGNORECASE,
)
_ORIGIN = frozenset(
    {"ref", "source", "__source", "from", "src", "referrer", "referer", "via", "origin", "partner", "share", "mod"}
)
_ORIGIN_VALUE = re.compile(
    r"(?:[a-z0-9-]+\.)+[a-z]{2,}|rss\d?|rss_[a-z_]+|feeds?|atom|newsletter|mail|email|share|twitter|facebook|whatsapp|telegram|app",
    re.IGNORECASE,
)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?;]*", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:s?html?|php\d?|aspx?|jsp|cfm)$", re.IGNORECASE)
_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
_AMP_PATH = re.compile(r"^/amp(?=/.)|/amp/?$|\.amp(?=(?:\.html?)?$)|(?<=/)amp\.html?$|(?<=\.html)/amp$", re.IGNORECASE)
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_WRAPPERS: tuple[tuple[re.Pattern[str], str, tuple[str, ...]], ...] = (
    (re.compile(r"(?:www\.)?google\.[a-z.]{2,6}"), "/url", ("url", "q")),
    (re.compile(r"(?:l|lm|m|www)\.facebook\.com"), "/l.php", ("u",)),
    (re.compile(r"l\.instagram\.com"), "/", ("u",)),
    (re.compile(r"(?:www\.|m\.)?youtube\.com"), "/redirect", ("q",)),
    (re.compile(r"(?:www\.)?bing\.com"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"(?:www\.)?duckduckgo\.com"), "/l/", ("uddg",)),
    (re.compile(r"(?:m\.|away\.)?vk\.com"), "/away.php", ("to",)),
    (re.compile(r"t\.me"), "/iv", ("url",)),
    (re.compile(r"[a-z0-9]+\.safelinks\.protection\.outlook\.com"), "/", ("url",)),
)
_AMP_VIEWER = re.compile(r"^/amp/(s/)?(?=[^/]+\.[^/]+)")
_AMP_CACHE = re.compile(r"^/[acirv]/(s/)?(?=[^/]+\.[^/]+)")
_WRAPPING = ("google.", "facebook.com", "instagram.com", "youtube.com", "bing.com", "duckduckgo.com", "vk.com",
             "t.me/iv", "outlook.com", "ampproject.org")  # fmt: skip
"""What occurs in every wrapped address: most are looked at no further."""
_TWICE = re.compile(r"^(https?)://(?:https?:?/+)(?=[^/])", re.IGNORECASE)
_CAMPAIGN = re.compile(r"(?:[?&;]|%3F)(?=utm_[a-z]+=)", re.IGNORECASE)
"""What stands before a parameter that software puts behind an address without looking whether it has any."""
_ROUTE = re.compile(r"!.|/.")
"""How a fragment begins that names a page of its own (`#!/news/1`, `#/news/1`); any other is a place in the page."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""What no database takes; a host in Punycode can spell one."""
_LONGEST_LABEL = 63
"""Letters between two dots of a host (RFC 1035); decoding takes the square of their number."""
_UNWRAP_LIMIT = 4
_USUAL_LENGTH = 500
"""Keys of longer addresses are not remembered: whoever writes megabytes of them shall not fill the memory."""


def url_key(url: str) -> str:
    """A key that equal addresses share: `host/path?query`, without scheme, place in the page and tracking.

    Never raises: what is no web address is returned trimmed.  Built from w3lib's and RFC 3986's normal forms plus
    what newsrooms add (AMP, mobile hosts, index pages, campaign parameters).
    """
    return _remembered(url) if len(url) <= _USUAL_LENGTH else _key(url)


def _key(url: str) -> str:
    url = _tidied(_LONE_SURROGATE.sub("\ufffd", url))
    for _ in range(_UNWRAP_LIMIT):
        inner = _unwrapped(url)
        if inner is None:
            break
        url = _tidied(inner)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return url
    default = {"http": 80, "https": 443}[parts.scheme.lower()]
    authority = _host(host) + (f":{port}" if port not in {None, default} else "")
    query = _query(parts.query)
    route = f"#{parts.fragment}" if _ROUTE.match(parts.fragment) else ""
    return authority + _path(parts.path) + (f"?{query}" if query else "") + route


_remembered = lru_cache(maxsize=2048)(_key)
"""A document's addresses are asked for again and again while it is taken in."""


def _tidied(url: str) -> str:
    url = "".join(url.split()) if "\n" in url or "\t" in url else url.strip()
    if "&" in url and ";" in url:
        url = read_references(url)
    if "\\" in url[:10]:
        url = url.replace("\\", "/")
    url = _TWICE.sub(r"\1://", url)
    if "utm_" in url:
        url = _with_one_query(url)
    return "https:" + url if url.startswith("//") else url


def _with_one_query(url: str) -> str:
    """The address with the parameters of a campaign among its own, however they were put behind it."""
    address, *campaign = _CAMPAIGN.split(url)
    sign = "&" if "?" in address else "?"
    return f"{address}{sign}{'&'.join(campaign)}" if campaign else url


def _unwrapped(url: str) -> str | None:
    """The address inside a redirector or an AMP cache, or None."""
    lowered = url.lower()
    if not any(sign in lowered for sign in _WRAPPING):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    for pattern, path, names in _WRAPPERS:
        if parts.path == path and pattern.fullmatch(host):
            values = dict(parse_qsl(parts.query))
            return next((values[name] for name in names if values.get(name, "").startswith("http")), None)
    cached = host.endswith(".cdn.ampproject.org") and _AMP_CACHE.match(parts.path)
    viewed = re.fullmatch(r"(?:www\.)?google\.[a-z.]{2,6}", host) and _AMP_VIEWER.match(parts.path)
    found = cached or viewed
    if not found:
        return None
    query = f"?{parts.query}" if parts.query else ""
    return ("https://" if found.group(1) else "http://") + parts.path[found.end() :] + query


def _host(host: str) -> str:
    host = host.lower().rstrip(".")
    if host.startswith("xn--") or ".xn--" in host:
        host = ".".join(_unpunycoded(label) for label in host.split("."))
    return _PREFIX.sub("", host).lower()


def _unpunycoded(label: str) -> str:
    if not label.startswith("xn--") or len(label) > _LONGEST_LABEL:
        return label
    try:
        spelt = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    return label if _LONE_SURROGATE.search(spelt) else spelt


def _path(path: str) -> str:
    path = _SESSION.sub("", path)
    path = _ESCAPED.sub(_reescaped, path)
    path = quote(path, safe="/%:@!$&'()*+,;=~-._")
    path = _INDEX.sub("/", path)
    path = normpath(re.sub(r"/{2,}", "/", path)) if path.strip("/") else ""
    stripped = _AMP_PATH.sub("", path)
    return stripped if stripped.strip("/") else path


def _reescaped(match: re.Match[str]) -> str:
    """A byte escaped without need is written plainly; all others in upper case (RFC 3986, 6.2.2)."""
    byte = unquote_to_bytes(match.group())
    character = byte.decode("latin-1")
    return character if character.isascii() and (character.isalnum() or character in "-._~") else match.group().upper()


def _query(query: str) -> str:
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    kept = [(name, value) for name, value in pairs if not _is_tracking(name, value)]
    return urlencode(sorted(kept), errors="surrogateescape")


def _is_tracking(name: str, value: str) -> bool:
    lowered = name.lower()
    if lowered in _ORIGIN:
        return _ORIGIN_VALUE.fullmatch(value) is not None
    if lowered in {"amp", "outputtype", "output"}:
        return value.lower() in {"", "1", "true", "amp"}
    if lowered in {"format", "view", "mode"}:
        return value.lower() == "amp"
    return _TRACKING.fullmatch(name) is not None


def same_site(a: str, b: str) -> bool:
    """Whether two addresses lie under the same registrable domain."""
    first, second = _site(a), _site(b)
    return bool(first) and first == second


def _site(url: str) -> str:
    try:
        return registrable_domain((urlsplit(url).hostname or "").lower())
    except ValueError:
        return ""


def is_home_page(url: str) -> bool:
    """Whether an address names a whole site or a language section of it, not an article."""
    key = url_key(url)
    path = key.partition("/")[2]
    return "?" not in key and "#" not in key and len(path) <= 5 and path.count("/") == 0


def usable_canonical(canonical: str | None, page_url: str, *, titles: int = 1) -> bool:
    """Whether a page's `rel=canonical` may serve as another key of its article.

    `titles` is the number of different titles of pages that named this canonical so far.  Not usable: another
    registrable domain, a home page, and an address that three titles share.
    """
    if not canonical or titles >= 3:
        return False
    if not canonical.lower().startswith(("http://", "https://")):
        return False
    return same_site(canonical, page_url) and (not is_home_page(canonical) or is_home_page(page_url))
