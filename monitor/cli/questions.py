"""The questions of `monitor init`: each is asked until its answer can be used."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from getpass import getpass
from typing import TYPE_CHECKING, TypeVar

from monitor.cli.output import Printer, plain
from monitor.errors import UsageError

if TYPE_CHECKING:
    # Needed for annotations only.
    import argparse

    from monitor.bootstrap.beginning import Plan
    from monitor.bootstrap.catalogue import CatalogueFeed

T = TypeVar("T")
NONE = ("-", "none")


def asked_plan(args: argparse.Namespace, printer: Printer, *, spoken: str) -> Plan:
    """What the person at the terminal wants; options are not asked for again.  `spoken`: the locale's language."""
    from monitor.bootstrap.beginning import Plan, messages_language
    from monitor.bootstrap.catalogue import choose_feeds, known_languages, read_catalogue, ready_made, summary

    printer.line("Ready-made rules:")
    for name, path in ready_made().items():
        printer.line(f"  {name.ljust(12)} {summary(path)}")
    question = "What to watch for: some of these, or words of your own (comma between)"
    topics = topics_of(args.topic or ()) or _ask(question, "sanctions", lambda text: topics_of(split([text])))
    known = known_languages()
    default = spoken if spoken in known else "en"
    ask = f"Languages of the sources ({', '.join(known)})"
    languages = languages_of(args.language or ()) or _ask(ask, default, lambda text: languages_of([text]))
    feeds = _without(choose_feeds(read_catalogue(), languages, topics), printer)
    plan = Plan(feeds, topics, messages_language(languages, spoken))
    return _told(plan, args)


def _without(feeds: tuple[CatalogueFeed, ...], printer: Printer) -> tuple[CatalogueFeed, ...]:
    printer.line("Sources for that:")
    for number, feed in enumerate(feeds, 1):
        printer.line(f"  {str(number).rjust(2)}. {feed.name} ({feed.language}: {', '.join(feed.topics)})")

    def chosen(text: str) -> tuple[CatalogueFeed, ...]:
        numbers = {int(each) if each.isdigit() else 0 for each in split([text]) if each not in NONE}
        if not numbers <= set(range(1, len(feeds) + 1)):
            raise UsageError(f"numbers from 1 to {len(feeds)}, please")
        return tuple(feed for number, feed in enumerate(feeds, 1) if number not in numbers)

    return _ask("Leave out which (numbers, comma between)", "none", chosen)


def _told(plan: Plan, args: argparse.Namespace) -> Plan:
    """The plan with its channel."""
    from dataclasses import replace

    question = "Tell whom: a mail address, chat, or nobody but this terminal"
    whom = "chat" if args.chat else args.mail or _ask(question, "terminal", whom_of)
    if whom == "terminal":
        return plan
    if whom == "chat":
        return replace(plan, chat=True, secret=_ask_hidden("Its address, as Apprise has it (hidden): ", chat_of))
    if "://" in whom:
        return replace(plan, chat=True, secret=whom)
    guessed = args.server or f"smtp.{whom.rpartition('@')[2].rstrip('>')}"
    server, port = _ask("Mail server, as in a mail program (host or host:port)", guessed, server_of)
    here = server in ("localhost", "127.0.0.1")
    user = args.user or _ask("Login there", "none" if here else whom, str.strip)
    user = None if user in NONE else user
    secret = getpass("Password (hidden): ") if user else None
    return replace(plan, mail=whom, server=server, port=port, user=user, secret=secret or None)


def split(given: Sequence[str]) -> tuple[str, ...]:
    """The parts between commas of all that is given, each once."""
    parts = [part.strip() for each in given for part in each.split(",")]
    return tuple(dict.fromkeys(part for part in parts if part))


def topics_of(given: Sequence[str]) -> tuple[str, ...]:
    """Names of ready-made rules, however they are written, or words of one's own; raises `UsageError`."""
    from monitor.bootstrap.catalogue import ready_made
    from monitor.bootstrap.first_rule import first_rule

    made = tuple(ready_made())
    topics = tuple(dict.fromkeys(topic.lower() if topic.lower() in made else topic for topic in given))
    for topic in topics:
        close = difflib.get_close_matches(topic.lower(), made, n=1, cutoff=0.8)
        if close and topic not in made and not topic.startswith('"'):
            remedy = f'did you mean {close[0]}? For the word itself, put it in quotes: "{topic}"'
            raise UsageError(f"{topic} is nearly the name of ready-made rules", remedy=remedy)
        if first_rule(topic) is None:
            raise UsageError(f"there is no word to look for in {topic!r}", remedy="name a topic, or words of your own")
    return topics


def languages_of(given: Sequence[str]) -> tuple[str, ...]:
    """Languages of the catalogue; raises `UsageError` for others."""
    from monitor.bootstrap.catalogue import known_languages

    known = known_languages()
    languages = tuple(language.lower() for language in split(given))
    for language in languages:
        if language not in known:
            remedy = f"known: {', '.join(known)}; add others with monitor sources add"
            raise UsageError(f"the catalogue has no sources in {language!r}", remedy=remedy)
    return languages


def whom_of(text: str) -> str:
    """A mail address, `chat`, `terminal`, or the address of a chat; raises `UsageError`."""
    from monitor.model.mailbox import mailbox_problem

    if text.lower() in ("chat", "terminal"):
        return text.lower()
    if "://" in text:
        return chat_of(text)
    if why := mailbox_problem(text):
        raise UsageError(why, remedy="write name@example.org, chat or terminal")
    return text


def chat_of(address: str) -> str:
    """The address of a chat or webhook that Apprise can use; raises `UsageError`."""
    from monitor.deliver.apprise import explain_address

    if why := explain_address(address):
        raise UsageError(why, remedy="https://github.com/caronc/apprise/wiki lists how each service is addressed")
    return address


def server_of(text: str) -> tuple[str, int | None]:
    """Host and port, where one is named; raises `UsageError`."""
    host, colon, port = text.rpartition(":")
    if not re.fullmatch(r"[^\s/@]+", text):
        raise UsageError(f"{text} is no server", remedy="write smtp.example.org or smtp.example.org:465")
    if not colon or "]" in port or (text.count(":") > 1 and not text.startswith("[")):
        return text.strip("[]"), None
    if not port.isdigit() or not 0 < int(port) < 65536 or not host:
        raise UsageError(f"{text} is no server", remedy="write smtp.example.org or smtp.example.org:465")
    return host.strip("[]"), int(port)


def yes(question: str) -> bool:
    """Whether the answer is yes (or ja: German hands)."""

    def read(text: str) -> bool:
        if text.lower() not in ("y", "yes", "j", "ja", "n", "no", "nein"):
            raise UsageError("y or n, please")
        return text.lower()[0] in "yj"

    return _ask(f"{question} (y/n)", "n", read)


def _ask(question: str, default: str, read: Callable[[str], T]) -> T:
    return _until_it_can_be_used(lambda: input(f"{question} [{default}]: ").strip() or default, read)


def _ask_hidden(question: str, read: Callable[[str], T]) -> T:
    return _until_it_can_be_used(lambda: getpass(question).strip(), read)


def _until_it_can_be_used(ask: Callable[[], str], read: Callable[[str], T]) -> T:
    """The answer as `read` makes it out, which raises `UsageError` for one that is no use: then it is asked again."""
    while True:
        try:
            return read(ask())
        except UsageError as error:
            print(f"  {plain(error.message)}{f' ({plain(error.remedy)})' if error.remedy else ''}")
