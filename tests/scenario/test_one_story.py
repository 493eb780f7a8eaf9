"""One wire text in twelve outlets, a correction, two other languages: one alert, and updates that bring the rest."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from tests.scenario.press import Press
from tests.scenario.timeline import rule

WIRE = (
    "A chemical tanker with 31 crew members caught fire in the harbour of Velmora on Tuesday morning. The blaze on the "
    "Astrid Holm broke out in the engine room shortly before six and spread to the bridge, harbour master Ivo "
    "Petranek said. Firefighters brought 4 injured sailors ashore; 2 people are missing. The shipping company Nordkap "
    "Lines said the vessel carries 9200 tonnes of methanol. Residents of the Karsa district were told to keep their "
    "windows closed. Two tugs pulled the tanker away from the oil terminal, and the strait of Belen was closed to "
    "traffic. Environment minister Dana Kolar is expected in Velmora in the afternoon. The port handles a third of the "
    "country's fuel imports. An accident at the same terminal had cost 11 lives in 1998."
)
HEADLINES = (
    "Tanker on fire in the port of Velmora",
    "Fire aboard chemical tanker Astrid Holm",
    "Velmora: blaze on ship with methanol cargo",
    "Two missing after fire on tanker",
)
GERMAN = (
    "Im Hafen von Velmora ist am Dienstagmorgen ein Chemietanker mit 31 Besatzungsmitgliedern in Brand geraten. Das "
    "Feuer auf der Astrid Holm war kurz vor sechs im Maschinenraum ausgebrochen, sagte Hafenmeister Ivo Petranek. 4 "
    "Seeleute wurden verletzt. Das Schiff der Reederei Nordkap Lines hat 9200 Tonnen Methanol geladen. Die Bewohner "
    "des Stadtteils Karsa sollen die Fenster geschlossen halten. Umweltministerin Dana Kolar wird in Velmora erwartet."
)
RUSSIAN = (
    "В порту Велмора утром во вторник загорелся танкер-химовоз «Астрид Холм», на борту находился 31 человек. Огонь "
    "вспыхнул в машинном отделении, сообщил капитан порта Иво Петранек. Пострадали 4 моряка. Судно компании Нордкап "
    "Лайнс везёт 9200 тонн метанола. Жителей района Карса просят не открывать окна. В Велмору едет министр экологии "
    "Дана Колар. Авария на том же терминале в 1998 году унесла 11 жизней."
)
OUTLETS = [f"outlet-{number}" for number in range(1, 13)]


def test_one_wire_text_is_one_alert_and_updates(tmp_path: Path) -> None:
    desk = Press(tmp_path, rule("everything", cooldown_s=1800), words=("missing", "verletzt", "Пострадали"))
    first = desk.at("10:00").receive(OUTLETS[0], HEADLINES[0], WIRE)
    desk.at("10:04").receive(OUTLETS[1], HEADLINES[1], WIRE)
    desk.at("10:09").receive(OUTLETS[2], HEADLINES[2], WIRE[: WIRE.index("The port handles")])
    desk.at("10:15").receive(OUTLETS[3], HEADLINES[3], WIRE)
    desk.at("10:20").receive(OUTLETS[4], HEADLINES[0], f"VELMORA (agency). {WIRE}")
    desk.at("10:33").receive(OUTLETS[5], HEADLINES[1], WIRE)
    corrected = desk.at("10:40").edit(first, WIRE.replace("2 people are missing", "5 people are missing"))
    wire = desk.at("10:48").receive(OUTLETS[6], HEADLINES[3], WIRE.replace("2 people are", "5 people are"))
    desk.at("10:55").receive(OUTLETS[7], HEADLINES[2], corrected.text)
    german = desk.at("11:05").receive("zeitung", "Chemietanker brennt im Hafen von Velmora", GERMAN, "de")
    for minute, outlet in ((10, OUTLETS[8]), (20, OUTLETS[9]), (35, OUTLETS[10]), (50, OUTLETS[11])):
        desk.at(f"11:{minute}").receive(outlet, HEADLINES[minute // 10 % 4], corrected.text)
    russian = desk.at("11:55").receive("gazeta", "В порту Велмора горит танкер", RUSSIAN, "ru")
    desk.at("15:00")

    times = [message.at for message in desk.messages()]
    assert times[0] == desk.when("10:00")
    assert desk.messages()[0].articles == {first.id}
    assert all(later - earlier >= timedelta(minutes=30) for earlier, later in pairwise(times))
    updates = desk.messages()[1:]
    assert any(first.id in message.articles and "5 people" in message.rendered.body for message in updates)
    for article in (german, russian):
        assert any(article.id in message.articles for message in updates), desk.transcript()
    assert {message.key.partition(":u")[0] for message in desk.messages()} == {f"everything:{first.id}"}
    named = updates[-1].rendered.body
    assert [outlet for outlet in [*OUTLETS, "zeitung", "gazeta"] if outlet.title() not in named] == []
    assert desk.untold() == []
    assert desk.copies().get(wire.id) in {None, first.id}


def test_a_correction_that_comes_as_an_article_of_its_own_is_told(tmp_path: Path) -> None:
    desk = Press(tmp_path, rule("everything", cooldown_s=1800), words=("missing", "verletzt", "Пострадали"))
    first = desk.at("10:00").receive("alpha", HEADLINES[0], WIRE)
    corrected = desk.at("10:10").receive("beta", HEADLINES[0], WIRE.replace("2 people are", "5 people are"))
    late = desk.at("10:15").receive("gamma", HEADLINES[1], WIRE)
    again = desk.at("10:20").receive("delta", HEADLINES[2], WIRE.replace("2 people are", "5 people are"))
    desk.at("12:00")
    assert desk.told_at(corrected.id) == desk.when("10:30")
    assert "5 people" in desk.messages()[-1].rendered.body
    assert desk.copies() == {late.id: first.id, again.id: corrected.id}
    assert desk.untold() == []
