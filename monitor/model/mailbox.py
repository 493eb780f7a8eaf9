"""Mail addresses as people write them, and as mail servers take them: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

ADDRESS_MAX = 254

# RFC 5321, without quoted local parts and address literals, which no reader's mailbox has.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_NAMED = re.compile(rf"(?P<name>{_QUOTED.pattern}|[^<>]*?)\s*<(?P<address>[^<>]+)>")
_AMBIGUOUS = frozenset("ßς\u200c\u200d")
"""Letters of domains that the two standards (IDNA 2003 and 2008) lead to different owners."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address in ASCII, and the name before it, if any."""

    address: str
    name: str = ""

    def __str__(self) -> str:
        """As people write it, and as `read_mailbox` reads it again."""
        quoted = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{self.address}>' if self.name else self.address


def ascii_address(typed: str) -> str | None:
    """The address as it is written to, its domain in ASCII and small letters; None for what is none."""
    local, _, domain = typed.strip().rpartition("@")
    if _AMBIGUOUS & set(domain):
        return None
    try:
        address = f"{local}@{domain.encode('idna').decode('ascii').lower().rstrip('.')}"
    except UnicodeError:
        return None
    return address if len(address) <= ADDRESS_MAX and _ADDRESS.fullmatch(address) else None


def read_mailbox(text: str) -> Mailbox | None:
    """`anna@example.org` or `Anna <anna@example.org>`; None for what is no single address."""
    named = _NAMED.fullmatch(text.strip())
    name = named["name"] if named else ""
    if not name.isprintable() or set(",;") & set(_QUOTED.sub("", name)):
        return None
    address = ascii_address(named["address"] if named else text)
    if address is None:
        return None
    unquoted = re.sub(r"\\(.)", r"\1", name[1:-1]) if _QUOTED.fullmatch(name) else name
    return Mailbox(address, unquoted)


def mailbox_problem(text: str) -> str | None:
    """Why the text is no single mail address, with what to write instead; None when it is one."""
    if read_mailbox(text) is not None:
        return None
    bare = _QUOTED.sub("", text)
    several = [part.strip() for part in re.split(r"[,;]", text)]
    if all(map(read_mailbox, several)):
        return f"{text!r} are {len(several)} addresses: write them as a list, [{', '.join(several)}]"
    if "<" in bare and set(",;") & set(bare):
        return f"{text!r} is no mail address: a name with a comma in it stands in double quotes"
    local, _, domain = bare.strip(" <>").rpartition("@")
    if local and domain and not local.isascii():
        return f"{text!r}: only ASCII letters can stand before the @"
    if local and _AMBIGUOUS & set(domain):
        return f"{text!r}: write the domain as its registry does (xn--…)"
    return f"{text!r} is no mail address"
