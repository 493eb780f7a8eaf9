"""The watchlist of the documentation does what the documentation says, and each plausible bad edit breaks a sample."""

from __future__ import annotations

import pytest

from monitor.match.compile import compile_rules
from monitor.match.engine import Engine
from monitor.match.lexicon import Lexicon
from monitor.match.samples import run_samples
from monitor.model.article import Document
from tests.unit.match.loading import load

WATCHLIST = r"""
concepts:
  putin:    {kind: person, any: [Putin, Wladimir Putin, Путин, Poutine]}
  biden:    {kind: person, any: [Biden, Joe Biden, Байден]}
  contact:  {de: [treffen, sprechen, telefonieren, Gespräch, Telefonat, Gipfel],
             en: [meet, speak, talk, phone call, video call, summit],
             ru: [встреча, разговор, переговоры, беседа, саммит]}
  sanction: {de: [Sanktion, Strafmaßnahme], en: [sanction, asset freeze], ru: [санкция]}
  impose:   {de: [verhängen, beschließen, verschärfen], en: [impose, adopt, announce, tighten], ru: [ввести, расширить]}
  iran:     {de: [Iran, Teheran], en: [Iran, Tehran], ru: [Иран, Тегеран]}
  expel:    {de: [ausweisen], en: [expel], ru: [выслать]}

watchlist:
  - id: putin-biden-contact
    event: {actors: [$putin, $biden], verb: $contact, within: sentence}
    tests:
      fires:
        - 'Kreml kommentiert Putin-Biden-Gespräch'
        - 'Путин провел телефонный разговор с Байденом'
        - 'Biden and Putin to hold a video call on Tuesday'
      silent:
        - 'Biden called Putin a war criminal'
        - 'Rasputin museum welcomes Biden biographer for a meeting'
        - 'Putin sprach mit Xi. Biden blieb in Washington.'
  - id: new-sanctions
    match: '$sanction NEAR/s $impose'
    guard: [hypothetical, negated]
    ignore: ['sanctioned event', 'lift* sanctions']
    where: {lang: [de, en, ru], source: '!sport*'}
    tests:
      fires: ['Die EU verhängte Sanktionen', 'The EU imposed sanctions on two banks', 'ЕС ввел новые санкции']
      silent:
        - 'Es könnten Sanktionen verhängt werden'
        - 'Paris announced it is lifting sanctions'
        - 'The EU rules out imposing sanctions'
  - id: sanctions-threat
    match: '$sanction NEAR/s $impose'
    require: hypothetical
    tests:
      fires: ['Es könnten Sanktionen verhängt werden']
      silent: ['Die EU verhängte Sanktionen']
  - id: iran-nuclear-talks
    match: '$iran OR JCPOA OR СВПД'
    score: {threshold: 20, title_factor: 2, cap_per_term: 3,
            terms: {JCPOA: 20, Atomabkommen: 12, nuclear deal: 12, IAEA: 8, IAEO: 8,
                    Urananreicherung: 6, Wien: 3, North Korea: -15}}
    tests:
      fires: [{title: 'Iran: Atomabkommen vor dem Aus?', text: 'Die IAEO berichtet aus Wien.'}]
      silent:
        - {title: 'Iran beklagt Dürre', text: 'In Wien berät die IAEO.'}
        - 'North Korea is no party to the nuclear deal with Iran; the IAEA agrees'
  - id: briefing-silent
    match: 'briefing OR брифинг'
    where: {source: mid-ru}
    tests:
      fires: ['Брифинг официального представителя']
  - id: new-sanctions-ru
    match: 'новый NEAR/s $sanction'
    tests:
      fires: ['Введены новые санкции']
      silent: ['Новости дня: о санкциях говорят все']
  - id: expulsions
    match: '$expel NEAR/s (Diplomat OR diplomat OR дипломат)'
    tests:
      fires: ['Berlin weist zwei Diplomaten aus', 'Москва выслала дипломата']
      silent: ['Der Ausweis des Diplomaten war abgelaufen']
"""


def _failures(text: str, lexicon: Lexicon) -> list[str]:
    concepts, rules = load(text)
    compiled = compile_rules(rules, concepts, lexicon)
    assert compiled.problems == ()
    engine = Engine(compiled, lexicon)
    return [str(result.sample.raw) for rule in rules for result in run_samples(engine, rule) if not result.passed]


def test_the_rules_pass_their_tests(lexicon: Lexicon) -> None:
    assert _failures(WATCHLIST, lexicon) == []


@pytest.mark.parametrize(
    ("good", "bad", "broken"),
    [
        ("phone call, video call", "call*", "Biden called Putin a war criminal"),
        ("'новый NEAR/s $sanction'", "'нов* NEAR/s $sanction'", "Новости дня: о санкциях говорят все"),
        ("[ausweisen]", "[ausweisen, Ausweis*]", "Der Ausweis des Diplomaten war abgelaufen"),
        ("within: sentence", "within: 12", "Putin sprach mit Xi. Biden blieb in Washington."),
    ],
)
def test_a_plausible_bad_edit_breaks_a_sample(good: str, bad: str, broken: str, lexicon: Lexicon) -> None:
    assert good in WATCHLIST
    assert broken in _failures(WATCHLIST.replace(good, bad, 1), lexicon)


def test_a_long_report_fires_is_held_or_scores(lexicon: Lexicon) -> None:
    concepts, rules = load(WATCHLIST)
    engine = Engine(compile_rules(rules, concepts, lexicon), lexicon)
    report = Document(
        title="Was das Putin-Biden-Gespräch gebracht hat",
        paragraphs=(
            "Die beiden Präsidenten haben am Abend zwei Stunden lang miteinander gesprochen.",
            "Washington könnte neue Sanktionen gegen Moskau verhängen, sagte ein Berater.",
            "Auch um den Iran ging es: Das JCPOA sei in Gefahr, hieß es aus Wien.",
        ),
        sources=("paper",),
    )
    told = {verdict.rule_id: "fired" if verdict.fired else "held" for verdict in engine.match(report)}
    assert told == {
        "putin-biden-contact": "fired",
        "new-sanctions": "held",
        "sanctions-threat": "fired",
        "iran-nuclear-talks": "fired",
    }
