"""Guards on real sentences that two readers labelled alike, and on our own; tables by language, label and cue.

Our own are whole sentences (`tests/data/guards_*.yaml`) and frames with gaps (`guard_frames_*.yaml`): each cue with
several events, verbs and nouns.  The even frames were developed on, of the odd ones only the shares were looked at.

A guarded rule keeps a sentence if neither `hypothetical` nor `negated` holds, and holds it otherwise.  Cues were
developed on our own knowledge and the even half of the real sentences; those of the odd half were not worked on.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from monitor.match.guards import label_group
from monitor.model.rule import Label

pytestmark = pytest.mark.conformance
CORPUS = os.environ.get("MONITOR_CORPUS")
DATA = Path(__file__).parents[1] / "data"
LANGUAGES = ("de", "en", "ru", "fr", "es", "it", "pt", "pl", "uk", "nl")
MAIN_LANGUAGES = LANGUAGES[:4]
GUARDED = (Label.HYPOTHETICAL, Label.NEGATED)


class Sample(NamedTuple):
    text: str
    spans: tuple[tuple[int, int], ...]
    language: str
    label: str


class Outcome(NamedTuple):
    sample: Sample
    held: bool
    cue: str

    @property
    def right(self) -> bool:
        return self.held != (self.sample.label == "actual")


def judge(sample: Sample) -> Outcome:
    found = label_group(sample.text, sample.spans, sample.language)
    cues = [found[label].text.lower() for label in GUARDED if label in found]
    return Outcome(sample, bool(cues), cues[0] if cues else "")


def interval(right: int, total: int) -> str:
    """Wilson's 95 % interval, for shares of few."""
    if not total:
        return "-"
    z, share = 1.96, right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{share:.3f} [{middle - half:.2f}, {middle + half:.2f}]"


def report(title: str, outcomes: list[Outcome]) -> tuple[float, float]:
    """Print the table; the shares of actual events kept and of others held."""
    print(f"\n{title}")
    for language, label in sorted({(one.sample.language, one.sample.label) for one in outcomes}):
        rows = [one for one in outcomes if (one.sample.language, one.sample.label) == (language, label)]
        cues = Counter(one.cue for one in rows if one.cue).most_common(8)
        print(
            f"  {language} {label:12} {len(rows):4} right {interval(sum(one.right for one in rows), len(rows))} {cues}"
        )
    actual = [one for one in outcomes if one.sample.label == "actual"]
    others = [one for one in outcomes if one.sample.label in ("hypothetical", "negated")]
    kept, held = sum(one.right for one in actual), sum(one.right for one in others)
    print(f"  kept {interval(kept, len(actual))} of {len(actual)}, held {interval(held, len(others))} of {len(others)}")
    return kept / len(actual), held / len(others)


@pytest.fixture(scope="module")
def real() -> list[Sample]:
    lines = (Path(CORPUS or "") / "factuality.ndjson").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["label"] != "other"]
    return [Sample(row["text"], (tuple(row["span"]),), row["lang"], row["label"]) for row in rows]


@pytest.mark.skipif(not CORPUS, reason="MONITOR_CORPUS does not point to the labelled sentences")
def test_real_sentences(real: list[Sample]) -> None:
    outcomes = [judge(sample) for sample in real]
    report("real sentences, even half (seen while developing)", outcomes[::2])
    report("real sentences, odd half (its sentences were not worked on)", outcomes[1::2])
    kept, held = report("real sentences, both halves", outcomes)
    for one in outcomes:
        if not one.right:
            start, end = one.sample.spans[0]
            near = one.sample.text[max(0, start - 90) : end + 60]
            print(f"  missed: {one.sample.label} {one.sample.language} cue={one.cue!r} …{near}…")
    assert kept >= 0.95
    assert held >= 0.8


def read_marked(marked: str, language: str, label: str) -> Sample:
    """A sentence with its evidence in brackets."""
    parts = re.split(r"[\[\]]", marked)
    starts = [sum(map(len, parts[:n])) for n in range(1, len(parts), 2)]
    spans = tuple((start, start + len(part)) for start, part in zip(starts, parts[1::2], strict=True))
    return Sample("".join(parts), spans, language, label)


@pytest.mark.parametrize("language", MAIN_LANGUAGES)
def test_our_own_sentences(language: str) -> None:
    listed = yaml.safe_load((DATA / f"guards_{language}.yaml").read_text("utf-8"))
    labels = ("actual", "hypothetical", "negated")
    outcomes = [judge(read_marked(marked, language, label)) for label in labels for marked in listed[label]]
    kept, held = report(f"our own sentences, {language}", outcomes)
    for one in outcomes:
        if not one.right:
            print(f"  missed: {one.sample.label} cue={one.cue!r} {one.sample.text}")
    assert kept >= 0.95
    assert held >= 0.8


def framed(slots: dict[str, list[str]], frames: dict[str, list[str]], language: str, half: int) -> Iterator[Sample]:
    """Every second frame of each label, with everything that fits its gap."""
    for label in ("actual", "hypothetical", "negated"):
        for frame in frames[label][half::2]:
            gap = re.search(r"\{(\w+)\}", frame)
            assert gap, frame
            for filling in slots[gap[1]]:
                yield read_marked(frame.replace(gap[0], filling), language, label)


@pytest.mark.parametrize("language", LANGUAGES)
def test_frames(language: str) -> None:
    frames = yaml.safe_load((DATA / f"guard_frames_{language}.yaml").read_text("utf-8"))
    slots = frames.pop("slots")
    report(f"frames, {language}, even", [judge(sample) for sample in framed(slots, frames, language, 0)])
    kept, held = report(f"frames, {language}, odd", [judge(sample) for sample in framed(slots, frames, language, 1)])
    assert kept >= 0.95
    assert held >= 0.8
