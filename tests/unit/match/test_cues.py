"""Which words of a sentence are cues, of what, and how they reach."""

from __future__ import annotations

import re

import pytest

from monitor.match.clauses import split_clauses
from monitor.match.cues import Found, find_cues
from monitor.model.rule import Label


def cues(marked: str, language: str | None) -> list[str]:
    """The cues of a sentence whose evidence stands in brackets: label, reach and text; `~`: what its pieces enclose."""
    parts = re.split(r"[\[\]]", marked)
    ends = [sum(map(len, parts[:n])) for n in range(1, len(parts) + 1)]
    text = "".join(parts)
    evidence = list(zip(ends[::2], ends[1::2], strict=False))  # the last end is that of the text
    found = find_cues(text, evidence, split_clauses(text, language), language)
    return [_told(one, text) for one in found]


def _told(one: Found, text: str) -> str:
    label = {Label.HYPOTHETICAL: "hyp", Label.NEGATED: "neg"}[one.label]
    rest = f"~{text[one.end : one.closed]}" if one.closed != one.end else ""
    return f"{label} {one.reach}: {text[one.start : one.end]}{rest}"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        # the endings of a regular English verb
        (
            "en",
            "They urge, urges, urged, urging",
            [f"hyp before: {verb}" for verb in ("urge", "urges", "urged", "urging")],
        ),
        ("en", "They urger or urgeing", []),
        ("en", "They beg for it", ["hyp before: beg for"]),
        (
            "en",
            "They discuss, discusses, discussed",
            ["hyp before: discuss", "hyp before: discusses", "hyp before: discussed"],
        ),
        ("en", "They planned to", ["hyp near: planned", "hyp before: planned to", "hyp next: to"]),
        # the longest of a kind, however it is written
        ("en", "It was voted on", []),
        ("en", "They vote on it", ["hyp follow: vote", "hyp before: vote on"]),
        ("en", "They VOTE-ON it", ["hyp follow: VOTE", "hyp before: VOTE-ON"]),
        ("en", "They refused", ["neg before: refused"]),
        ("en", "They refused to rule out war", ["hyp before: refused to rule out", "hyp next: to"]),
        ("en", "They refusedly", []),
        # cues in two pieces end with the first; between them is no mark and not too much
        ("en", "They asked the man to leave", ["hyp before: asked~ the man to", "hyp next: to"]),
        ("en", "They asked; the man to leave", ["hyp next: to"]),
        ("de", "Er sagt den Streik ab", ["neg before: sagt~ den Streik ab"]),
        ("de", "Er sagt, den Streik ab", []),
        ("de", f"Er sagt {'a' * 59} ab", []),
        ("de", f"Er sagt {'a' * 58} ab", [f"neg before: sagt~ {'a' * 58} ab"]),
        ("de", "Er sagt ab", ["neg before: sagt~ ab"]),
        ("de", "Ohne ihn festzunehmen", ["neg before: Ohne~ ihn festzunehmen", "neg noun: Ohne"]),
        # words of another list inside
        (
            "en",
            "It was averted, it is getting averted",
            [
                "neg after: was averted",
                "neg before: averted",
                "neg near: averted",
                "neg follow: averted",
                "neg after: getting averted",
                "neg before: averted",
                "neg near: averted",
                "neg follow: averted",
            ],
        ),
        ("en", "They could come", ["hyp modal: could", "hyp after: could come"]),
        # attached negations, with either apostrophe
        ("en", "They aren’t here", ["neg before: aren’t", "neg before: n’t"]),
        ("en", "They aren't here", ["neg before: aren't", "neg before: n't"]),
        ("en", "They won’t go", ["neg before: won’t", "neg before: n’t"]),
        ("en", "The hunt'd ant", []),
        # ignored phrases, unless the evidence lies in them
        ("en", "He did not condemn the [attack]", []),
        ("en", "He did not [condemn] the attack", ["neg before: not"]),
        ("en", "He [declined] to comment", ["neg before: declined to"]),
        ("en", "He refused to comment", []),
        ("en", "Police failed to prevent an [attack]", []),
        ("en", "They carried out their threat", []),
        ("en", "No doubt they went", []),
        ("fr", "Il ne [condamne] pas le vol", ["neg before: ne", "neg before: pas"]),
        ("fr", "Il ne le condamne pas", ["neg before: pas"]),
        ("fr", "Il ne [le] condamne pas", ["neg before: pas"]),
        ("fr", "Il ne le [condamne] pas", ["neg before: ne", "neg before: pas"]),
        # what lies inside a longer cue of another meaning is none
        ("en", "They have not ruled out war", ["hyp before: not ruled out", "hyp after: not ruled out"]),
        ("en", "They have ruled out war", ["neg before: ruled out", "neg after: ruled out", "neg follow: ruled out"]),
        ("en", "They could not go", ["hyp modal: could", "neg before: not"]),
        # names and nouns
        ("en", "May may go, and Will will go", ["hyp modal: may"]),
        ("en", "Might may go", ["hyp modal: Might", "hyp modal: may"]),
        ("de", "Die Würde", ["hyp after: Würde"]),
        ("de", "Das würde", ["hyp modal: würde", "hyp after: würde"]),
        ("de", "Sollte er", ["hyp modal: Sollte", "hyp condition: Sollte"]),
        ("de", "(Könnte er", ["hyp modal: Könnte"]),
        ("de", " Könnte er", []),
        ("en", "The Could", ["hyp modal: Could"]),
        ("de", "Die Absagen", ["neg before: Absagen", "neg noun: Absagen"]),
        # the first word of each condition
        ("en", "If it rains, or if it snows, we go", ["hyp condition: If", "hyp condition: if"]),
        ("fr", "On part s’il pleut", ["hyp condition: s"]),
        # an English "to" of an aim: behind a finite verb, a modal or a past form
        ("en", "They passed a law to ban cars", ["hyp next: to"]),
        ("en", "It has a law to ban cars", ["hyp next: to"]),
        ("en", "They can use a law to ban cars", ["hyp modal: can", "hyp next: to"]),
        ("en", "They passed laws to ban and to tax cars", ["hyp next: to", "hyp next: to"]),
        ("en", "The council to ban cars", []),
        ("en", "The council to ban cars passed", []),
        ("en", "They started to leave after he passed", []),
        ("en", "They passed laws but started to leave", []),
        ("en", "To ban cars they passed laws", []),
        # not where that is what is denied
        ("en", "They refused to ban cars", ["neg before: refused"]),
        ("en", "They failed to ban cars", ["neg after: failed", "neg before: failed to"]),
        ("en", "They agreed not to ban cars", ["neg before: not"]),
        (
            "en",
            "They dropped a plan to ban cars",
            ["neg before: dropped~ a plan", "neg near: dropped", "hyp before: plan to", "hyp near: plan to"],
        ),
        ("en", "They refused a law to ban cars", ["neg before: refused", "hyp next: to"]),
        ("en", "They passed a law to refuse to sell cars", ["neg before: refuse", "hyp next: to"]),
        ("en", "They passed a law To ban cars", []),
        ("en", "The Gives to ban cars", []),
        ("en", "The Red to ban cars", []),
        ("de", "Er passed a law to ban", []),
        # the lists first, then conditions, then aims
        ("en", "If they passed a law to leave, they may", ["hyp modal: may", "hyp condition: If", "hyp next: to"]),
        # other languages
        ("ru", "Он, может быть, не уйдет", ["hyp modal: может", "hyp before: может быть", "neg before: не"]),
        ("fr", "Il n'a pas signé", ["neg before: n", "neg before: pas"]),
        (None, "They may not go", []),
        ("xx", "They may not go", []),
    ],
)
def test_cues(language: str | None, text: str, expected: list[str]) -> None:
    assert cues(text, language) == expected


def test_letters_that_become_two_keep_the_offsets() -> None:
    text = "İİ may İ"
    (cue,) = find_cues(text, [], split_clauses(text, "en"), "en")
    assert (cue.start, cue.end, cue.closed) == (3, 6, 6)
