"""A message that is too long for its service becomes several, in order, so that every headline is told: pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from monitor.model.alert import Part, Shown
from monitor.model.message import Item, Message, RuleBlock, StoryBlock

MOST_PARTS = 100
"""More than a thousand headlines in Telegram's messages; what is beyond is counted in the last one."""
FIRST_GUESS = 8


def shown_in(message: Message) -> tuple[Shown, ...]:
    """What the message tells, in the order in which it does: of which rule which article."""
    found: list[Shown] = [("", item.article_id) for item in message.items]
    for block in message.blocks:
        inside = [*(item for story in block.stories for item in story.items), *block.guarded, *block.older]
        found.extend((block.rule_id, item.article_id) for item in inside)
    return tuple(dict.fromkeys(found))


def part_of(message: Message, part: Part) -> Message:
    """The message with nothing but what the part tells."""
    shown = frozenset(part.shown)
    blocks = (_block(block, shown) for block in message.blocks)
    return replace(
        message,
        items=_kept("", message.items, shown),
        blocks=tuple(block for block in blocks if block.stories or block.guarded or block.older),
        part=part.number,
        parts=part.of,
        reply=message.reply or part.number > 1,
    )


def _block(block: RuleBlock, shown: Collection[Shown]) -> RuleBlock:
    stories = (StoryBlock(_kept(block.rule_id, story.items, shown), story.update) for story in block.stories)
    return replace(
        block,
        stories=tuple(story for story in stories if story.items),
        guarded=_kept(block.rule_id, block.guarded, shown),
        older=_kept(block.rule_id, block.older, shown),
    )


def _kept(rule_id: str, items: Iterable[Item], shown: Collection[Shown]) -> tuple[Item, ...]:
    return tuple(item for item in items if (rule_id, item.article_id) in shown)


def split(message: Message, fits: Callable[[Message], bool]) -> tuple[Part, ...]:
    """The parts in which every headline has room, as few as that takes; a single one where all fit together.

    `fits` tells of a message whether it can be told without leaving a headline out; one headline alone always counts as
    fitting.
    """
    shown = shown_in(message)
    cuts: list[tuple[Shown, ...]] = []
    begun, guess = 0, FIRST_GUESS
    while begun < len(shown) and len(cuts) < MOST_PARTS - 1:
        many = _longest(message, shown[begun:], fits, guess)
        cuts.append(shown[begun : begun + many])
        begun, guess = begun + many, many
    if begun < len(shown):
        cuts.append(shown[begun:])
    return tuple(Part(number, len(cuts), cut) for number, cut in enumerate(cuts, 1))


def _longest(message: Message, shown: tuple[Shown, ...], fits: Callable[[Message], bool], guess: int) -> int:
    """How many of the first ones fit into one message: doubled until they do not, then halved between."""

    def fit(many: int) -> bool:
        # Numbers as long as they can become.
        return fits(part_of(message, Part(MOST_PARTS, MOST_PARTS, shown[:many])))

    good, tried = 1, min(max(2, guess), len(shown))
    while tried > good and fit(tried):
        good, tried = tried, min(2 * tried, len(shown))
    bad = tried if tried > good else good + 1
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if fit(middle) else (good, middle)
    return good
