"""Guards at their bounds: which words decide, where a quotation ends, what is told of a cue."""

from __future__ import annotations

import re

import pytest

from monitor.match.guards import Cue, label_group
from monitor.model.rule import Label

HYPOTHETICAL, NEGATED, QUOTED = Label.HYPOTHETICAL, Label.NEGATED, Label.QUOTED


def found(marked: str, language: str) -> dict[Label, Cue]:
    """The labels of a sentence whose evidence stands in brackets."""
    parts = re.split(r"[\[\]]", marked)
    ends = [sum(map(len, parts[:n])) for n in range(1, len(parts) + 1)]
    spans = list(zip(ends[::2], ends[1::2], strict=False))
    return dict(label_group("".join(parts), spans, language))


@pytest.mark.parametrize(
    ("language", "text", "labels"),
    [
        # half of the words are enough; the cue's own do not count
        ("en", "They [met] but did not [sign]", {NEGATED}),
        ("en", "They [met] and [talked] but did not [sign]", set()),
        ("en", "The [council] [refused] [entry] on Monday", {NEGATED}),
        ("fr", "Le conseil [imposerait] cela", {HYPOTHETICAL}),
        ("de", "[Sanktionen] gibt es nicht", {NEGATED}),
        # both labels, though one of them has two cues
        ("en", "They may possibly not [go]", {HYPOTHETICAL, NEGATED}),
        # some cues reach nouns or verbs only
        ("de", "[Sanktionen] trafen kein Unternehmen", set()),
        ("de", "Trotz Drohungen [schloss] die Firma kein Werk", {NEGATED}),
        ("de", "Der Aufschub einer [Steuer] freut alle", {NEGATED}),
        ("de", "Der Aufschub [freute] alle", set()),
        # a question may end in marks
        ("en", "Will Germany [deliver] missiles?”", {HYPOTHETICAL}),
        ("en", "(Will Germany [deliver] missiles? )", {HYPOTHETICAL}),
        ("en", "Will Germany [deliver] missiles? X", set()),
        ("en", "Will Germany reply to the [attack]?", set()),
        # a quotation has to hold most of the words
        ("en", 'He [imposed] "[sanctions]"', set()),
        ("en", 'He said: "We [imposed] [sanctions]", and [left]', {QUOTED}),
        # it goes to its closing mark, or to the end; an apostrophe is none
        ("en", "‘I’m [leaving] now’, he said", {QUOTED}),
        ("en", "'I'm [leaving] now', he said", set()),
        ("en", "‘We left’, he said and [resigned]", set()),
        ("en", '"We [imposed] them, he said', {QUOTED}),
        ("en", '"We left", he said and [resigned], "at once"', set()),
        ("de", "«Wir [gehen]», sagte er", {QUOTED}),
        ("de", "„Wir [gehen]”, sagte er", {QUOTED}),
        ("de", "‚Wir [gehen]‘, sagte er", {QUOTED}),
        ("de", "»Wir [gehen]«, sagte er", {QUOTED}),
        ("ja", "彼は「[辞任]する」と", {QUOTED}),
    ],
)
def test_labels(language: str, text: str, labels: set[Label]) -> None:
    assert found(text, language).keys() == labels


def test_a_cue_says_where_it_stands_and_whether_it_is_the_form_of_the_word() -> None:
    assert found("They may [go]", "en") == {HYPOTHETICAL: Cue(5, 8, "may")}
    assert found("Il [imposerait] cela", "fr") == {HYPOTHETICAL: Cue(3, 13, "imposerait", form=True)}
    assert found("He said “we [go]”", "en") == {QUOTED: Cue(8, 9, "“")}
    assert found("Really? Will he [leave]?”", "en") == {HYPOTHETICAL: Cue(21, 22, "?")}


def test_a_very_long_sentence_is_looked_at_around_its_evidence() -> None:
    long = "word " * 400
    assert found(f"{long}They may [strike] soon {long}", "en") == {HYPOTHETICAL: Cue(2005, 2008, "may")}
    assert found(f"{long}They may discuss the [strike]", "en") == {}
    assert found(f"They may {long}[strike]", "en") == {}
