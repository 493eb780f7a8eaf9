"""Where sentences are cut, what each clause is, and what governs it: one sentence for each rule of the grammar."""

from __future__ import annotations

import pytest

from monitor.match.clauses import cue_lists, split_clauses


def drawn(text: str, language: str | None) -> list[str]:
    """The clauses with their kinds; behind a kind the number of the governor, with + where it inherits."""
    found = []
    for clause in split_clauses(text, language):
        governor = "" if clause.governor is None else f" {clause.governor}{'+' if clause.inherits else ''}"
        found.append(f"{clause.kind}{governor}: {text[clause.start : clause.end].strip()}")
    return found


@pytest.mark.parametrize(
    ("language", "clauses"),
    [
        # German and Dutch infinitives end their clause; those of purpose stand for themselves
        ("de", ["main: Die EU erwägt,", "infinitive 0+: Sanktionen zu verhängen"]),
        ("de", ["main: Die EU erwägt,", "infinitive 0+: die Grenze zuzumachen"]),
        ("de", ["main: Man plane,", "infinitive 0+: den Mann auszuweisen", "infinitive 1+: und zu verurteilen"]),
        ("de", ["main: Er ging,", "adverbial 0: statt zu warten"]),
        ("de", ["main: Er ging,", "adverbial 0: um zu warten"]),
        ("de", ["main: Er ging,", "adverbial 0: anstatt zu warten"]),
        ("de", ["main: Streiks zu verhängen"]),
        ("nl", ["main: Hij dreigt,", "infinitive 0+: de grens te sluiten"]),
        ("nl", ["main: Hij ging,", "adverbial 0: om te eten"]),
        # words that open a clause: in German and Russian behind a comma, elsewhere anywhere
        ("de", ["main: Er sagt,", "complement 0+: dass er kommt,", "adverbial 1: weil er will"]),
        ("de", ["main: Er sagt dass er kommt"]),
        ("de", ["main: Er kommt", "coordination 0+: und bleibt weil er will"]),
        ("ru", ["main: Он требует,", "complement 0+: чтобы министр ушел,", "coordination 1+: и грозит"]),
        ("en", ["main: They warned", "complement 0+: that it could fall"]),
        ("en", ["main: They stay", "condition 0: if it rains,", "adverbial 1: because they like it"]),
        ("en", ["main: They agreed", "adverbial 0: as soon as he came"]),
        ("fr", ["main: Il exige", "complement 0+: que le ministre parte,", "condition 1: s'il pleut"]),
        ("fr", ["main: Il exige", "complement 0+: que le ministre parte,", "condition 1: s’il pleut"]),
        # one behind a preposition or a coordination counts too, if that is short
        ("de", ["main: Der Mann,", "relative 0: mit der er kam,", "continuation 0+: ging"]),
        ("de", ["main: Er sagt,", "complement 0+: so dass er kommt"]),
        ("de", ["main: Der Tag,", "relative 0: nach dem er kam"]),
        ("de", ["main: Der Weg,", "continuation 0+: durch den er kam"]),
        ("de", ["main: Er sagt,", "continuation 0+: so gut dass er kommt"]),
        ("de", ["main: Er sagt,", "continuation 0+: gestern dass er kommt"]),
        ("de", ["main: Nur dass er kommt"]),
        # a conjunction at the beginning opens nothing, but for a condition and the like
        ("en", ["main: But he came"]),
        ("en", ["main: And he came"]),
        ("en", ["main: That he came"]),
        ("en", ["condition: If it rains,", "continuation: we stay"]),
        ("en", ["adverbial: When it rains,", "continuation: we stay"]),
        # "that" behind a noun is a relative pronoun, unless the noun has content
        ("en", ["main: They know the threat", "complement 0+: that it could fall"]),
        ("en", ["main: They know THE women", "relative 0: that it could hurt"]),
        ("en", ["main: They know some women", "relative 0: that it could hurt"]),
        ("en", ["main: They know Women", "complement 0+: that it could hurt"]),
        ("en", ["main: They know the Threat", "complement 0+: that it could fall"]),
        # in Spanish, Italian and Portuguese behind a comma
        ("es", ["main: El consejo,", "relative 0: que podría ser demandado,", "continuation 0+: cerró"]),
        ("es", ["main: El consejo dice", "complement 0+: que cerró"]),
        ("it", ["main: Il governo,", "relative 0: che potrebbe cadere,", "continuation 0+: ha chiuso"]),
        ("pt", ["main: O governo,", "relative 0: que pode cair,", "continuation 0+: fechou"]),
        ("fr", ["main: Il dit,", "complement 0+: que le conseil part"]),
        # a coordinated statement, with a verb among its first four words, is one of its own, but not behind "or"
        ("en", ["main: He threatened to leave", "coordination: and stayed home"]),
        ("en", ["main: He threatened to leave", "coordination 0+: and sell"]),
        ("en", ["main: He threatened to leave", "coordination 0+: or stayed home"]),
        ("en", ["main: He threatened to leave", "coordination: and the council stayed"]),
        ("en", ["main: He threatened to leave", "coordination 0+: and all the council stayed"]),
        ("de", ["main: Er drohte zu gehen", "coordination: und machte weiter"]),
        ("fr", ["main: Il menace de partir", "coordination: et est parti"]),
        # a continued one only where past forms are no participles, and behind a clause with a verb
        ("ru", ["main: Виновным он не признал,", "continuation 0: был приговорен"]),
        ("ru", ["main: Вероятно,", "continuation 0+: был приговорен"]),
        ("ru", ["main: Виновным он не признал,", "continuation 0+: к пяти годам"]),
        ("uk", ["main: Винним він не визнав,", "continuation 0: був засуджений"]),
        ("pl", ["main: Nie uznał winy,", "continuation 0: został skazany"]),
        ("en", ["main: He stayed,", "continuation 0+: denied it"]),
        # a Russian negated gerund is an adverbial
        ("ru", ["adverbial: Не признав вины,", "continuation: он ушел"]),
        ("ru", ["main: Он сказал,", "adverbial 0: не дожидаясь решения"]),
        ("ru", ["main: Он сказал,", "continuation 0+: дожидаясь решения"]),
        # a phrase in front of the subject stands for itself
        ("en", ["adverbial: Without waiting,", "continuation: they left"]),
        ("en", ["adverbial: In a statement released on Monday,", "continuation: he said it"]),
        ("en", ["adverbial: Far from over"]),
        ("en", ["main: Without waiting they were gone"]),
        ("de", ["adverbial: Ohne Warnung,", "continuation: ging er"]),
        ("de", ["adverbial: Ohne zu warten,", "continuation: ging er"]),
        ("de", ["main: Ohne Warnung machte er zu"]),
        ("de", ["main: Die Warnung,", "continuation 0+: ohne Warnung"]),
        ("fr", ["adverbial: Au lieu de partir,", "continuation: il reste"]),
        # a continuation belongs to the clause before a relative, adverbial or conditional one
        ("de", ["main: Der Mann,", "relative 0: der kam,", "continuation 0+: ging,", "coordination 2+: und blieb"]),
        ("de", ["condition: Wenn er kommt,", "condition 0: wenn es regnet,", "continuation: bleiben wir"]),
        ("en", ["main: It rained,", "coordination 0+: and", "adverbial 1: when he came,", "continuation 1+: we ran"]),
        ("en", ["main: He said,", "contrast: but he left,", "continuation 1+: alone"]),
        # marks
        ("en", ["main: The pay -", "continuation 0+: said he -", "continuation 1+: is high"]),
        ("en", ["main: The pay-rise is 3,500 at 12:30,", "continuation 0+: 3,", "continuation 1+: 5"]),
        ("en", ["main: One (", "continuation 0+: two)", "continuation 1+: three;", "continuation 2+: four"]),
        ("en", ["main: One –", "continuation 0+: two —", "continuation 1+: three…", "continuation 2+: four"]),
        ("en", ["main: One!", "continuation 0+: Two?", "continuation 1+: Three:", "continuation 2+: four"]),
        # where the language is not known, marks cut all the same
        (None, ["main: They came,", "continuation 0+: and left:", "continuation 1+: it was over"]),
        ("xx", ["main: They came if it rained,", "continuation 0+: that is"]),
    ],
)
def test_clauses(language: str | None, clauses: list[str]) -> None:
    assert drawn(" ".join(each.partition(": ")[2] for each in clauses), language) == clauses


def test_a_language_without_cues_has_no_lists() -> None:
    assert cue_lists(None) == cue_lists("xx") == {}
    assert "modal" not in cue_lists("en")
    assert "that" in cue_lists("en")["complement"]


def test_offsets_are_those_of_the_sentence() -> None:
    text = "  They came, and left. "
    assert [(clause.start, clause.end) for clause in split_clauses(text, "en")] == [(0, 12), (13, 23)]
