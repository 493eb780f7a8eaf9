"""The site that a host belongs to, without a list from the network.

The public suffix list is 250 KB and changes weekly; what comparing addresses needs of it is small and errs to the safe
side.  A registrable domain is the last two labels, or the last three where the second-level label under a country
code is one that registries sell below (`co.uk`, `com.au`, `gov.br`).  On shared hosting every subdomain is a site of
its own.  Where this is wrong it calls one site two, which costs an alias key, or (an unlisted shared host) trusts a
neighbour's canonical link, which `usable_canonical` checks by path as well.
"""

from __future__ import annotations

import re

_SECOND_LEVEL = frozenset(
    [
        "ac",
        "asn",
        "biz",
        "co",
        "com",
        "edu",
        "ed",
        "firm",
        "gen",
        "go",
        "gob",
        "gouv",
        "gov",
        "govt",
        "gv",
        "id",
        "idf",
        "in",
        "info",
        "int",
        "k12",
        "lg",
        "ltd",
        "me",
        "mil",
        "mod",
        "muni",
        "name",
        "ne",
        "net",
        "nhs",
        "nic",
        "nom",
        "or",
        "org",
        "plc",
        "police",
        "press",
        "pro",
        "pub",
        "rec",
        "res",
        "sch",
        "school",
        "tm",
        "tv",
        "web",
    ]
)
_SHARED_HOSTS = frozenset(
    [
        "appspot.com",
        "azurewebsites.net",
        "beehiiv.com",
        "blogspot.com",
        "blogs.com",
        "cloudfront.net",
        "fc2.com",
        "firebaseapp.com",
        "ghost.io",
        "github.io",
        "gitlab.io",
        "herokuapp.com",
        "hatenablog.com",
        "jimdofree.com",
        "livejournal.com",
        "medium.com",
        "myshopify.com",
        "neocities.org",
        "netlify.app",
        "over-blog.com",
        "pages.dev",
        "substack.com",
        "squarespace.com",
        "tumblr.com",
        "typepad.com",
        "ucoz.ru",
        "vercel.app",
        "web.app",
        "weebly.com",
        "wixsite.com",
        "wordpress.com",
        "workers.dev",
    ]
)
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}|\[?[0-9a-f]*:[0-9a-f:.]*\]?")


def registrable_domain(host: str) -> str:
    """The domain somebody registered, of a lower-case host without port; addresses and bare names stay as they are."""
    labels = host.rstrip(".").split(".")
    if len(labels) < 3 or _ADDRESS.fullmatch(host):
        return host.rstrip(".")
    size = 3 if len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    size += any(".".join(labels[-n:]) in _SHARED_HOSTS for n in (2, 3))
    return ".".join(labels[-size:])
