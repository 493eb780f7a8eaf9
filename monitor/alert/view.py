"""What templates see: plain strings, cleaned of what a feed could smuggle in, in the reader's language and zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.alert.clean import for_chat, plain, safe_url
from monitor.alert.german import reason_in
from monitor.alert.words import clock_time, duration, say, words_for, zone_name
from monitor.model.message import HeldNote, Item, Message, Passage, RuleBlock

SOURCES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a message is put into words."""

    language: str
    zone: ZoneInfo
    web_url: str | None
    chat: bool

    def say(self, key: str, *values: object) -> str:
        """A phrase of ours; one that we have no words for is its own name."""
        return say(self.language, key, *values) if key in words_for(self.language) else key

    def text(self, text: str) -> str:
        """Text from outside, cleaned for where it goes."""
        return for_chat(plain(text)) if self.chat else plain(text)

    def late(self, seconds: float) -> str:
        """How late an alert is."""
        return self.say("late", duration(self.language, seconds))


def view_of(message: Message, reader: Reader, now: datetime) -> dict[str, Any]:
    """The variables of a template."""
    items = [_item(item, reader, now) for item in message.items]
    rules = [_rule(block, reader, now) for block in message.blocks]
    stories = stories_in(message) + message.hidden_stories
    articles = len(message.article_ids) + message.hidden
    counted = reader.say("count", articles, stories, len(message.blocks) + message.hidden_rules)
    if message.parts > 1:
        counted += f" · {reader.say('part', message.part, message.parts)}"
    return {
        "key": message.key,
        "kind": message.kind.value,
        "language": reader.language,
        "number": reader.say("alert", message.alert_id),
        "rule": reader.text(message.rule_name),
        "heading": reader.text(message.headline) or _heading(message, reader),
        "count": counted,
        "items": items,
        "rules": rules,
        "lines": _lines(message, reader, now),
        "actions": _actions(message, reader),
        "offers": _offers(message, reader),
        "actions_text": _actions_text(message, reader),
    }


def stories_in(message: Message) -> int:
    """How many stories a digest shows."""
    return sum(len(block.stories) for block in message.blocks)


def _heading(message: Message, reader: Reader) -> str:
    return reader.say((message.window or "digest").split(".", maxsplit=1)[0].split("@", maxsplit=1)[0])


def _item(item: Item, reader: Reader, now: datetime) -> dict[str, Any]:
    notes = []
    if item.revised_at is not None:
        notes.append(reader.say("since_update", clock_time(item.revised_at, now, reader.zone)))
    if item.copies:
        notes.append(reader.say("copies", item.copies))
    return {
        "title": reader.text(item.title),
        "url": safe_url(item.url),
        "byline": _byline(item, reader, now),
        "notes": notes,
        "passages": [_passage(passage, reader) for passage in item.passages if passage.field != "title"],
        "guarded": reader.text(item.guarded) if item.guarded else "",
    }


def _byline(item: Item, reader: Reader, now: datetime) -> str:
    parts = [reader.text(item.sources[0])] if item.sources else []
    if len(item.sources) > 1:
        parts[0] += f" +{len(item.sources) - 1}"
    if item.published_at is None:
        parts.append(reader.say("undated"))
    else:
        parts.append(f"{reader.say('published')} {clock_time(item.published_at, now, reader.zone)}")
    if item.first_seen_at is not None:
        parts.append(f"{reader.say('seen')} {clock_time(item.first_seen_at, now, reader.zone, seconds=True)}")
    sent = clock_time(now, now, reader.zone, seconds=True)
    parts.append(f"{reader.say('sent')} {sent} {zone_name(now, reader.zone, reader.language)}")
    return " · ".join(parts)


def _passage(passage: Passage, reader: Reader) -> dict[str, Any]:
    pieces: list[dict[str, Any]] = []
    at = 0
    for start, end in passage.marks:
        if start > at:
            pieces.append({"text": _piece(passage.text[at:start], reader), "mark": False})
        pieces.append({"text": _piece(passage.text[start:end], reader), "mark": True})
        at = end
    if at < len(passage.text):
        pieces.append({"text": _piece(passage.text[at:], reader), "mark": False})
    text = "".join(f"*{piece['text']}*" if piece["mark"] else piece["text"] for piece in pieces)
    return {"pieces": pieces, "text": text}


def _piece(text: str, reader: Reader) -> str:
    """Cleaned, but with the blanks at its ends, which part it from its neighbours."""
    left = " " if text[:1].isspace() else ""
    right = " " if text[-1:].isspace() and text.strip() else ""
    return f"{left}{reader.text(text)}{right}"


def _rule(block: RuleBlock, reader: Reader, now: datetime) -> dict[str, Any]:
    lists = [
        {"name": reader.say(name), "entries": [_item(item, reader, now) for item in entries]}
        for name, entries in (("guarded", block.guarded), ("older_listed", block.older))
        if entries
    ]
    return {
        "name": reader.text(block.rule_name),
        "stories": [
            {
                "prefix": f"{reader.say('also_update')}: " if story.update else "",
                "entries": [_item(item, reader, now) for item in story.items],
            }
            for story in block.stories
        ],
        "lists": lists,
    }


def _lines(message: Message, reader: Reader, now: datetime) -> list[str]:
    lines = [reader.text(line) for line in message.lines]
    if message.late_s:
        lines.append(reader.late(message.late_s))
    lines.extend(_spread(message, reader))
    if message.why and message.rule_version is not None:
        version = reader.say("rule", message.rule_version)
        lines.append(f"{reader.say('why')}: {reader.text(reason_in(reader.language, message.why))} ({version})")
    if message.held:
        lines.append(_held(message.held, reader))
    if message.hidden:
        lines.append(reader.say("cut", message.hidden))
    if message.next_update_at is not None:
        lines.append(reader.say("more_follows", clock_time(message.next_update_at, now, reader.zone)))
    return lines


def _spread(message: Message, reader: Reader) -> list[str]:
    shown_here = (name for item in message.items for name in item.sources)
    names = list(dict.fromkeys([*message.outlets, *shown_here]))
    if len(names) == 1 and message.sources_watched:
        return [reader.say("only_here", message.sources_watched)]
    if len(names) < 2:
        return []
    shown = ", ".join(reader.text(name) for name in names[:SOURCES_SHOWN])
    if len(names) > SOURCES_SHOWN:
        shown += " " + reader.say("and_more", len(names) - SOURCES_SHOWN)
    return [reader.say("sources", len(names), shown)]


def _held(held: tuple[HeldNote, ...], reader: Reader) -> str:
    total = sum(note.count for note in held)
    parts = []
    for note in held[:4]:
        key = f"held_{note.code}"
        parts.append(reader.say(key if key in words_for(reader.language) else "held_other", note.count, note.detail))
    return f"{reader.say('held')}: {total} – {', '.join(parts)}"


def _offers(message: Message, reader: Reader) -> list[dict[str, str]]:
    return [{"name": reader.say(offer.act), "url": offer.url, "command": ""} for offer in message.offers]


def _actions(message: Message, reader: Reader) -> list[dict[str, str]]:
    if message.offers:
        return _offers(message, reader)
    mute = reader.say("mute", duration(reader.language, message.silence_s))
    hours = f"{message.silence_s / 3600:g}h"
    chosen = (
        ("ack", reader.say("ack"), f"monitor alerts ack {message.alert_id}"),
        ("mute", mute, f"monitor silences add rule {message.rule_id or ''} --for {hours}"),
        ("wrong", reader.say("wrong"), f"monitor rules learn {message.alert_id} --silent"),
    )
    base = reader.web_url.rstrip("/") if reader.web_url else None
    return [
        {"name": name, "url": f"{base}/alerts/{message.alert_id}/{act}" if base else "", "command": command}
        for act, name, command in chosen
    ]


def _actions_text(message: Message, reader: Reader) -> str:
    actions = _actions(message, reader)
    number = reader.say("alert", message.alert_id)
    if reader.web_url:
        return " · ".join(f"{action['name']} {action['url']}" for action in actions) + f" ({number})"
    return "\n".join(f"{action['name']}: {action['command']}" for action in actions)
