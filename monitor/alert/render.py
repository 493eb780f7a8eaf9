"""A message put into words for one service: pure; the same message, shape and time give the same text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.alert.clean import cut_at_word, header_value, plain, safe_url
from monitor.alert.template import TemplateProblem, TooMuch, fill, our_template, unknown_names
from monitor.alert.view import Reader, stories_in, view_of
from monitor.model.alert import AlertKind
from monitor.model.message import Form, Item, Markup, Message, Passage, Rendered, RuleBlock, Shape, StoryBlock
from monitor.model.rule import Priority

GATHERED = frozenset({AlertKind.DIGEST, AlertKind.CATCH_UP})
SUBJECT_MAX = 180
_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")
HEADLINES = (1000, 0, 0)
LEVELS = (  # (items, passages, characters of a passage) shown, until the message fits: headlines go last
    (1000, 3, 480),
    (1000, 1, 300),
    (1000, 1, 160),
    HEADLINES,
    (300, 0, 0),
    (150, 0, 0),
    (80, 0, 0),
    (40, 0, 0),
    (20, 0, 0),
    (10, 0, 0),
    (5, 0, 0),
    (2, 0, 0),
    (1, 0, 0),
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a channel's messages read.  `template` is the source of a user's own one, in place of ours."""

    language: str = "en"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    web_url: str | None = None
    list_domain: str = "monitor.localhost"
    template: str | None = None


def render(message: Message, shape: Shape, style: Style, now: datetime) -> Rendered:
    """The message as the service of that shape takes it, within its limits.

    Raises `TemplateProblem` for a user's template that fails after all; the caller falls back to ours.
    """
    reader = _reader(shape, style)
    title = _title(message, reader)
    for level in LEVELS:
        body = _at(level, message, shape, style, now)
        if body is not None:
            break
    else:
        body = _Body(_last_resort(title, message, reader, shape))
    limit = min(shape.title_max, SUBJECT_MAX)
    return Rendered(
        title=cut_at_word(title, limit) if limit else "",
        body=body.main,
        markup=shape.markup,
        headers=_headers(message, style),
        fields=_fields(message),
        plain=body.plain,
    )


def fits(message: Message, shape: Shape, style: Style, now: datetime) -> bool:
    """Whether the service takes every headline of the message at once.  Raises `TemplateProblem`, as `render`."""
    return _total(message) <= HEADLINES[0] and _at(HEADLINES, message, shape, style, now) is not None


@dataclass(frozen=True, slots=True)
class _Body:
    """The body, and the text part beside one in HTML."""

    main: str
    plain: str = ""


def _at(level: tuple[int, int, int], message: Message, shape: Shape, style: Style, now: datetime) -> _Body | None:
    """The body with as much as the level allows; None when that is too long."""
    reader = _reader(shape, style)
    try:
        body = _body(shrink(message, *level), shape, style, reader, now)
    except TooMuch:
        if level == LEVELS[-1]:
            raise
        return None
    if not shape.title_max:
        body = replace(body, main=f"{_title(message, reader)}\n{body.main}")
    return body if max(len(body.main), len(body.plain)) <= shape.body_max else None


def _reader(shape: Shape, style: Style) -> Reader:
    return Reader(style.language, style.zone, style.web_url, chat=shape.form is Form.CHAT)


def shrink(message: Message, items: int, passages: int, length: int) -> Message:
    """The message with at most so many articles, and passages of at most so many characters."""
    left = items

    def kept(entries: Iterable[Item]) -> tuple[Item, ...]:
        nonlocal left
        taken = tuple(entries)[:left]
        left -= len(taken)
        return tuple(replace(item, passages=_shorter(item.passages, passages, length)) for item in taken)

    shown = kept(message.items)
    blocks = []
    for block in message.blocks:
        stories = tuple(StoryBlock(kept(story.items), story.update) for story in block.stories)
        stories = tuple(story for story in stories if story.items)
        blocks.append(RuleBlock(block.rule_id, block.rule_name, stories, kept(block.guarded), kept(block.older)))
    whole = [block for block in blocks if block.stories or block.guarded or block.older]
    return replace(
        message,
        items=shown,
        blocks=tuple(whole),
        hidden=message.hidden + _total(message) - (items - left),
        hidden_stories=message.hidden_stories + stories_in(message) - stories_in(replace(message, blocks=tuple(whole))),
        hidden_rules=message.hidden_rules + len(message.blocks) - len(whole),
    )


def _total(message: Message) -> int:
    inner = sum(
        sum(len(story.items) for story in block.stories) + len(block.guarded) + len(block.older)
        for block in message.blocks
    )
    return len(message.items) + inner


def _shorter(passages: tuple[Passage, ...], count: int, length: int) -> tuple[Passage, ...]:
    shown = [passage for passage in passages if passage.field != "title"][:count]
    return tuple(_cut_passage(passage, length) for passage in shown)


def _cut_passage(passage: Passage, length: int) -> Passage:
    text = cut_at_word(passage.text, length)
    return Passage(passage.field, text, tuple((a, b) for a, b in passage.marks if b <= len(text)))


def _body(message: Message, shape: Shape, style: Style, reader: Reader, now: datetime) -> _Body:
    view = view_of(message, reader, now)
    if shape.markup is not Markup.HTML:
        own = style.template
        return _Body(_text(own if own is not None else our_template(_template_name(message, html=False)), view))
    # A user's template makes both parts where it is text, and the HTML alone where it has tags.
    tags = style.template is not None and "<" in style.template
    plain = our_template(_template_name(message, html=False)) if style.template is None or tags else style.template
    html = style.template if style.template is not None else our_template(_template_name(message, html=True))
    return _Body(_html(html, view), _text(plain, view))


def _text(source: str, view: dict[str, Any]) -> str:
    return _tidy(fill(source, view, html=False))


def _html(source: str, view: dict[str, Any]) -> str:
    text = fill(source, view, html=True)
    if "<" not in source:
        text = text.replace("\n", "<br>\n")  # a user's template in plain text
    # Some mail programs take a line end between two blocks for one of the text.
    return _BETWEEN_TAGS.sub("><", text)


def _template_name(message: Message, *, html: bool) -> str:
    kind = "digest" if message.kind in GATHERED else "ops" if message.kind is AlertKind.OPS else "match"
    return f"{kind}.{'html' if html else 'txt'}.j2"


def _tidy(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip()


def _title(message: Message, reader: Reader) -> str:
    if message.kind is AlertKind.OPS:
        return plain(message.headline)
    which = f" ({message.part}/{message.parts})" if message.parts > 1 else ""
    first = next(iter(_all_items(message)), None)
    top = message.headline or (first.title if first else reader.say(message.kind.value, message.rule_name))
    if message.kind in GATHERED:
        label = reader.say((message.window or "digest").split(".", maxsplit=1)[0].split("@", maxsplit=1)[0])
        more = _total(message) + message.hidden - 1
        tail = f" (+{more})" if more > 0 else ""
        return reader.text(f"[{label}]{which} {top}{tail}")
    mark = "! " if message.priority is Priority.HIGH else ""
    late = f"({reader.late(message.late_s)}) " if message.late_s else ""
    answer = "Re: " if message.reply else ""
    return reader.text(f"{answer}[{mark}{message.rule_name}]{which} {late}{top}")


def _all_items(message: Message) -> Iterable[Item]:
    yield from message.items
    for block in message.blocks:
        for story in block.stories:
            yield from story.items
        yield from block.guarded
        yield from block.older


def _last_resort(title: str, message: Message, reader: Reader, shape: Shape) -> str:
    first = next(iter(_all_items(message)), None)
    link = safe_url(first.url) if first else ""
    link = link if len(link) < shape.body_max else ""  # half of it would lead elsewhere
    plain_lines = reader.text(" ".join(message.lines))
    room = max(0, shape.body_max - len(link) - 1)
    head = cut_at_word(f"{title} {plain_lines}".strip(), room)
    text = f"{head}\n{link}".strip()
    return text[: shape.body_max]


def _headers(message: Message, style: Style) -> dict[str, str]:
    reference = f"<{_atom(message.thread)}@{style.list_domain}>"
    name = message.rule_id or message.kind.value
    headers = {
        "X-Monitor-Key": header_value(message.key),
        "Idempotency-Key": header_value(message.key),
        "References": reference,
        "In-Reply-To": reference,
        "List-Id": f"<{_atom(name)}.{style.list_domain}>",
        "Auto-Submitted": "auto-generated",
    }
    if message.leave_url:
        headers["List-Unsubscribe"] = f"<{message.leave_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if message.article_ids:
        headers["X-Monitor-Article"] = ", ".join(str(article_id) for article_id in message.article_ids[:50])
    return headers


def _atom(text: str) -> str:
    """What may stand before the @ of a message id."""
    return "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "." for char in text)[:120]


def _fields(message: Message) -> dict[str, str]:
    return {
        "X-Monitor-Key": message.key,
        "X-Monitor-Article": ",".join(str(article_id) for article_id in message.article_ids),
        "rule": message.rule_id or "",
        "alert": str(message.alert_id),
        "kind": message.kind.value,
    }


def template_problem(source: str, samples: Iterable[tuple[Message, Style]], now: datetime) -> str | None:
    """Why a user's template cannot be used, tried on the sample messages; None when it can."""
    try:
        known: frozenset[str] = frozenset()
        for message, style in samples:
            view: dict[str, Any] = view_of(message, Reader(style.language, style.zone, style.web_url, chat=False), now)
            known |= frozenset(view)
            unknown = unknown_names(source, known)
            if unknown:
                names = ", ".join(sorted(known))
                return f"there is no {{{{ {unknown[0]} }}}}; a message has {names}"
            fill(source, view, html="<html" in source)
    except TemplateProblem as error:
        return str(error)
    return None
