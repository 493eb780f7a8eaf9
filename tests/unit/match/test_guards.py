"""Single mechanisms; the sentences of `tests/data/guards_*.yaml` are judged together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from monitor.match.guards import label_group
from monitor.model.rule import Label

DATA = Path(__file__).parents[2] / "data"


def labels(marked: str, language: str | None) -> dict[Label, str]:
    """The labels of a sentence whose evidence stands in brackets, each with its cue."""
    spans: list[tuple[int, int]] = []
    text = ""
    for number, part in enumerate(re.split(r"[\[\]]", marked)):
        if number % 2:
            spans.append((len(text), len(text) + len(part)))
        text += part
    found = label_group(text, spans, language)
    assert all(text[cue.start : cue.end] == cue.text for cue in found.values())
    return {label: cue.text for label, cue in found.items()}


@pytest.mark.parametrize(
    ("language", "text", "label", "cue"),
    [
        ("de", "Die EU erwägt, neue [Sanktionen] zu [verhängen]", Label.HYPOTHETICAL, "erwägt"),
        ("de", "[Sanktionen] könnten [verhängt] werden", Label.HYPOTHETICAL, "könnten"),
        ("de", "Es heißt, dass [Sanktionen] [verhängt] werden könnten", Label.HYPOTHETICAL, "könnten"),
        ("de", "Man werde [Sanktionen] [verhängen], drohte der Präsident", Label.HYPOTHETICAL, "drohte"),
        ("de", "Der Gipfel endete ohne [Abkommen]", Label.NEGATED, "ohne"),
        ("de", "Der Rat ging, ohne die Grenze zu [schließen]", Label.NEGATED, "ohne"),
        ("de", "Statt die Truppen [abzuziehen], drohte der Rat", Label.NEGATED, "Statt"),
        ("en", "He left without [signing] the deal", Label.NEGATED, "without"),
        ("ru", "Саммит завершился без [соглашения]", Label.NEGATED, "без"),
        ("de", "Der [Streik] fand nicht statt", Label.NEGATED, "fand nicht statt"),
        ("en", "He ruled out [raising] [taxes]", Label.NEGATED, "ruled out"),
        ("en", "They have not ruled out [imposing] [sanctions]", Label.HYPOTHETICAL, "not ruled out"),
        ("en", "If Russia [attacks], we will respond", Label.HYPOTHETICAL, "If"),
        ("en", "The EU will [impose] [sanctions] if talks fail", Label.HYPOTHETICAL, "if"),
        ("en", "Will Germany [deliver] missiles?", Label.HYPOTHETICAL, "?"),
        ("ru", "Оппозиция требует, чтобы министр [ушел]", Label.HYPOTHETICAL, "требует"),
        ("fr", "Il n'a pas [signé]", Label.NEGATED, "n"),
        ("de", "Am Montag fand der [Streik] nicht statt", Label.NEGATED, "fand"),
        ("de", "Moskau lehnt eine [Waffenruhe] ab", Label.NEGATED, "lehnt"),
        ("de", "Trotz Drohungen [schloss] die Firma kein Werk", Label.NEGATED, "kein"),
        ("de", "Der Rat könnte sich gezwungen sehen, die Grenze zu [schließen]", Label.HYPOTHETICAL, "könnte"),
        (
            "en",
            "The group is preparing for what could be the largest [strike] in years",
            Label.HYPOTHETICAL,
            "preparing for",
        ),
        ("en", "Drivers must stop if someone was injured or [killed]", Label.HYPOTHETICAL, "if"),
        ("en", "If the [strike] goes ahead, trains will stop", Label.HYPOTHETICAL, "If"),
        ("en", "The regulator may approve the [takeover]", Label.HYPOTHETICAL, "may"),
        ("en", "The [takeover] may be approved in May", Label.HYPOTHETICAL, "may"),
        ("en", "They called a vote to approve the [takeover]", Label.HYPOTHETICAL, "to"),
        ("en", "The party is set to [lose] unless it finds an ally", Label.HYPOTHETICAL, "unless"),
        ("en", "He did not [condemn] anyone", Label.NEGATED, "not"),
        ("fr", "Le conseil [imposerait] des [sanctions]", Label.HYPOTHETICAL, "imposerait"),
        ("fr", "Une [invasion] probable inquiète les voisins", Label.HYPOTHETICAL, "probable"),
        ("en", "The firm may complete the costly [merger]", Label.HYPOTHETICAL, "may"),
        ("en", "The [summit], which nobody wanted, was called off", Label.NEGATED, "was called off"),
        ("de", "Man werde die Grenze [schließen], weil man es könne, drohte er", Label.HYPOTHETICAL, "drohte"),
        ("de", "Er ging, aber man werde die Grenze [schließen], drohte er", Label.HYPOTHETICAL, "drohte"),
        ("en", 'He said: "We will [attack] at dawn', Label.QUOTED, '"'),
        ("en", '"We [imposed] them", he said', Label.QUOTED, '"'),
        ("de", "„Wir [kommen]“, sagte er", Label.QUOTED, "„"),
    ],
)
def test_a_cue_reaches_its_evidence(language: str, text: str, label: Label, cue: str) -> None:
    assert labels(text, language).get(label) == cue


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Biden and Putin to [hold] a video [call] on Tuesday"),
        ("en", "The minister, who could face charges, [resigned]"),
        ("en", "Israel did not respond to the [attack]"),
        ("en", "The governor warned of floods after he [signed] the bill"),
        ("de", "Drei Männer wurden ohne Anklage [festgenommen]"),
        ("de", "Ohne zu warten, [schloss] der Rat die Grenze"),
        ("en", "Without warning the council [closed] the border"),
        ("ru", "Журналиста без обвинений [арестовали]"),
        ("de", "Er wurde [festgenommen] und könnte ausgeliefert werden"),
        ("de", "Die Bewegung zur Verteidigung der Würde wurde [gegründet]"),
        ("de", "Zwei Männer sollen nach Angaben der Polizei [getötet] worden sein"),
        ("de", "Auch wenn viele Länder Regeln [einführen], reisen alle weiter"),
        ("de", "Trotz der Warnungen vor Chaos hat der Rat [Zölle] [erhoben]"),
        ("en", "The new rule may hurt makers such as [Volkswagen]"),
        ("en", "Police [arrested] a man whom they asked to"),
        ("en", "The minister may say that the council [closed] the border"),
        ("es", "El consejo, que podría ser demandado, [cerró] la frontera"),
        ("en", "Without waiting for parliament, the council [closed] the border"),
        ("en", "The minister did not explain why the council [closed] the border"),
        ("en", "The army did not condemn [attacks] on schools"),
        ("en", "Prices did not fall after [strikes] in three ports"),
        ("en", "Having failed to win concessions, the drivers [walked] out"),
        ("en", "In a statement [released] on Monday, he said charges would follow"),
        ("fr", "Depuis que le conseil a [fermé] la frontière, les prix n’ont pas baissé"),
        ("ru", "Виновным себя он не признал, был [приговорен] к пяти годам"),
        ("ru", "Не дожидаясь решения, совет [закрыл] границу"),
        ("ru", "Министр не прокомментировал [арест] мэра"),
        ("de", "Israel hat nicht auf den [Angriff] reagiert"),
        ("de", "Nicht nur Paris hat [Sanktionen] [verhängt]"),
        ("en", "Why did Russia [attack] Ukraine?"),
        ("en", "He [signed] it in May"),
        ("ru", "Лидеры [встретились] в Женеве, хотя война могла возобновиться"),
    ],
)
def test_and_nothing_else(language: str, text: str) -> None:
    assert labels(text, language) == {}


def test_without_a_language_only_quotes_are_seen() -> None:
    assert labels('They may "[strike]" soon', None) == {Label.QUOTED: '"'}


def test_no_evidence_has_no_labels() -> None:
    assert label_group("They may strike", [], "en") == {}


def test_cyrillic_offsets_and_apostrophes() -> None:
    assert labels("It’s clear they won’t [sign]", "en") == {Label.NEGATED: "won’t"}


@pytest.mark.parametrize("language", ["de", "en", "ru", "fr"])
def test_the_made_up_news_sentences(language: str) -> None:
    sentences = yaml.safe_load((DATA / f"guards_{language}.yaml").read_text("utf-8"))
    guarded = {Label.HYPOTHETICAL, Label.NEGATED}
    held = {key: [bool(guarded & labels(text, language).keys()) for text in texts] for key, texts in sentences.items()}
    assert min(len(sentences[key]) for key in ("actual", "hypothetical", "negated")) >= 60
    assert held["actual"].count(False) >= 0.95 * len(held["actual"])
    assert held["hypothetical"].count(True) >= 0.8 * len(held["hypothetical"])
    assert held["negated"].count(True) >= 0.8 * len(held["negated"])
    assert all(Label.QUOTED in labels(text, language) for text in sentences["quoted"])
    assert not any(Label.QUOTED in labels(text, language) for text in sentences["unquoted"])


@pytest.mark.parametrize(
    ("language", "text", "label"),
    [
        ("es", "La UE podría [imponer] sanciones", Label.HYPOTHETICAL),
        ("es", "El ministro no [dimitió]", Label.NEGATED),
        ("it", "Il governo minaccia di [imporre] dazi", Label.HYPOTHETICAL),
        ("it", "Il ministro non si è [dimesso]", Label.NEGATED),
        ("pt", "O governo ameaça [impor] tarifas", Label.HYPOTHETICAL),
        ("pt", "O ministro não [renunciou]", Label.NEGATED),
        ("pl", "Rząd rozważa, czy [wprowadzić] cła", Label.HYPOTHETICAL),
        ("pl", "Rząd nie [wprowadził] ceł", Label.NEGATED),
        ("uk", "Уряд може [запровадити] мита", Label.HYPOTHETICAL),
        ("uk", "Уряд не [запровадив] мита", Label.NEGATED),
        ("nl", "De regering dreigt [sancties] op te leggen", Label.HYPOTHETICAL),
        ("nl", "De minister is niet [afgetreden]", Label.NEGATED),
    ],
)
def test_other_languages_have_their_commonest_cues(language: str, text: str, label: Label) -> None:
    assert label in labels(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "La UE [impuso] sanciones el lunes"),
        ("it", "Il governo ha [imposto] dazi"),
        ("pt", "O governo [impôs] tarifas"),
        ("pl", "Rząd [wprowadził] cła"),
        ("uk", "Уряд [запровадив] мита"),
        ("nl", "De minister is [afgetreden]"),
    ],
)
def test_and_leave_what_happened(language: str, text: str) -> None:
    assert labels(text, language) == {}
