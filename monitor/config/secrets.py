"""Secrets that stand in the configuration itself, where every copy and every backup carries them along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.config.load import Config
from monitor.config.nodes import Mapping, Node, Scalar, Sequence
from monitor.config.problems import WARNING, Problem

_SECRET_KEYS = ("password", "token")
_TOKEN = re.compile(r"(?=[^/?&:@]*\d)(?=[^/?&:@]*[A-Za-z])[\w.~-]{20,}")
"""Letters and digits without a pause: what services give out as tokens; names and paths are shorter."""


def check_secrets(config: Config) -> list[Problem]:
    """A warning for each password, token or telling address that is written out."""
    hint = "keep it elsewhere: !env NAME, or !file PATH of a file that only you can read"
    places = (config.root, *config.source_nodes.values())
    found = {scalar.place: what for node in places for scalar, what in _written_out(node, "")}
    return [
        Problem("secret-in-file", f"{what} stands in the configuration", place, WARNING, hint)
        for place, what in found.items()
    ]


def _written_out(node: Node, key: str) -> Iterator[tuple[Scalar, str]]:
    if isinstance(node, Mapping):
        for name, value in node.items:
            yield from _written_out(value, name.text)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _written_out(item, key)
    elif node.tag is None and key in _SECRET_KEYS and node.text and not node.text.startswith("$argon2"):
        yield node, f"a {key}"
    elif node.tag is None and key == "to" and _tells(node.text):
        yield node, "an address with its password or token"


def _tells(address: str) -> bool:
    """Whether the address of a chat holds what nobody else may know."""
    scheme, found, rest = address.partition("://")
    return bool(found) and (bool(_password(address)) or (scheme != "console" and bool(_TOKEN.search(rest))))


def _password(address: str) -> str | None:
    try:
        return urlsplit(address).password
    except ValueError:
        return None
