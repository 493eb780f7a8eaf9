"""How far a cue reaches: the stretches of the sentence that it holds for."""

from __future__ import annotations

import pytest

from monitor.match.clauses import split_clauses
from monitor.match.cues import Found, find_cues
from monitor.match.reach import reach_of
from monitor.model.rule import Label


def reach(text: str, language: str, cue: str) -> list[str]:
    """What the last cue of a sentence reaches that reads `cue`, as `reach: words`."""
    kind, _, words = cue.partition(": ")
    clauses = split_clauses(text, language)
    *_, found = (
        one for one in find_cues(text, [], clauses, language) if (one.reach, text[one.start : one.end]) == (kind, words)
    )
    reached = (text[start:end].strip(" ,") for start, end in reach_of(found, clauses, text, language))
    return [stretch for stretch in reached if stretch]


@pytest.mark.parametrize(
    ("language", "cue", "text", "expected"),
    [
        # before: what follows in the clause and in those that it governs
        (
            "en",
            "before: threatened",
            "The council threatened to close the border, and to sell it",
            ["to close the border", "and to sell it"],
        ),
        (
            "de",
            "before: droht",
            "Der Rat droht, dass er die Grenze schließt, die er kennt, und geht",
            ["dass er die Grenze schließt", "Der Rat"],
        ),
        ("en", "before: not", "He did not say that it closed, that it shut", ["say", "that it closed", "that it shut"]),
        ("en", "before: not", "He did not go and stayed", ["go"]),
        # elsewhere than in German and Dutch not far in its own clause
        ("en", "before: not", f"He did not go {'x' * 90}", [f"go {'x' * 76}"]),
        ("de", "clause: nicht", f"Er ging nicht {'x' * 90}", [f"Er ging nicht {'x' * 90}"]),
        ("de", "before: erwägt", f"Er erwägt {'x' * 90} nun", [f"{'x' * 90} nun"]),
        ("nl", "before: dreigt", f"Hij dreigt {'x' * 90} nu", [f"{'x' * 90} nu"]),
        # in German all of the clause, where the verb stands at its end or before one last word
        ("de", "modal: könnte", "Die Grenze schließen könnte", ["Die Grenze schließen"]),
        ("de", "modal: könnte", "Die Grenze schließen könnte er", ["er", "Die Grenze schließen"]),
        ("de", "modal: könnte", "Die Grenze schließen könnte er bald", ["er bald"]),
        ("en", "modal: could", "The border he could help", ["help"]),
        # what was said before, where the verb stands behind it
        ("de", "before: drohte", "Man werde gehen, drohte er", ["er", "Man werde gehen"]),
        ("de", "before: drohte", "Man werde gehen, weil man es könne, drohte er", ["er", "Man werde gehen"]),
        ("de", "before: drohte", "Er ging, aber man werde gehen, drohte er", ["er", "aber man werde gehen"]),
        ("de", "before: drohte", "Man werde gehen, er drohte ihnen", ["ihnen", "er"]),
        ("de", "before: drohte", "Man geht, man kommt, drohte er", ["er", "man kommt", "Man geht"]),
        ("de", "before: bestritt", "Man werde gehen, bestritt er", ["er"]),
        ("de", "before: drohte", "Er kam, weil drohte er bald", ["er bald"]),
        ("de", "before: drohte", "Man geht, der geht, drohte er", ["er", "Man geht"]),
        # modals: their own verb, not what it says, and not the next verb
        ("en", "modal: may", "The council may close the border and has shut", ["close the border", "The council"]),
        (
            "en",
            "modal: may",
            "The council may have been closing ports as it is",
            ["have been closing ports", "The council"],
        ),
        ("en", "modal: may", "He may close a port it has", ["close a port it", "He"]),
        ("en", "modal: could", "He could decide, that it left, and went", ["decide"]),
        ("en", "modal: may", "The man it may hurt is old", ["hurt"]),
        ("en", "modal: could", "He said that he could fall and break", ["fall", "and break"]),
        ("de", "modal: könnte", "Er könnte planen, die Stadt zu verlassen", ["planen", "die Stadt zu verlassen", "Er"]),
        ("de", "modal: könnte", "Er könnte bald sagen, dass er ging", ["bald sagen"]),
        # and what is realised by that verb, or spoken of as new
        ("en", "modal: may", "The council may complete the sale", ["complete the sale", "The council"]),
        ("en", "modal: could", "A strike could halt them", ["halt them", "strike"]),
        ("en", "modal: could", "The man said a new strike could halt them", ["halt them", "new strike"]),
        ("en", "modal: could", "A man is here strike could halt them", ["halt them"]),
        ("en", "modal: could", "The big strike could halt them", ["halt them"]),
        ("en", "modal: could", "A six five four three two could halt them", ["halt them", "six five four three two"]),
        ("en", "modal: could", "A seven six five four three two could halt them", ["halt them"]),
        # self: the word and what follows
        ("fr", "self: imposerait", "Le conseil imposerait des taxes", ["imposerait des taxes"]),
        # after: the subject, also behind a relative clause
        ("en", "after: was called off", "The strike, which nobody liked, was called off", ["The strike"]),
        ("en", "after: was called off", "He left, and the strike was called off", ["and the strike"]),
        (
            "de",
            "after: fand",
            "Der Gipfel fand am Montag nicht statt, sagte er",
            ["Der Gipfel fand am Montag nicht statt"],
        ),
        ("de", "after: abgesagt", "Der Gipfel ist abgesagt worden", ["Der Gipfel ist"]),
        # governs: complements and infinitives only
        ("de", "governs: Plan", "Der Plan, die Grenze zu schließen, und das Recht", ["die Grenze zu schließen"]),
        ("de", "governs: Plan", "Der Plan, dass er geht, ist alt", ["dass er geht"]),
        ("de", "governs: Recht", "Das Recht, das er hat, die Grenze zu schließen", []),
        # clause and verb: the clause
        ("de", "clause: nicht", "Er ging nicht, sagte er", ["Er ging nicht"]),
        ("de", "verb: kein", "Der Rat schloss kein Werk, sagte er", ["Der Rat schloss kein Werk"]),
        ("de", "clause: nicht", "Er ging nicht und er wird gehen", ["Er ging nicht"]),
        ("de", "verb: kein", "Der Rat schloss kein Werk und er wird gehen", ["Der Rat schloss kein Werk"]),
        # near: the phrase; what is denied goes on behind the verb
        ("en", "near: Threats of", "Threats of a strike in the ports", ["a strike"]),
        ("en", "near: Threats of", "Threats of a strike has come", ["a strike"]),
        ("en", "near: Threats of", "Threats of a strike, he said", ["a strike"]),
        ("en", "near: Threats of", f"Threats of {'x' * 60}", ["x" * 39]),
        ("en", "near: No", "No state has signed it now", ["state has signed it now"]),
        ("en", "near: No", f"No {'x' * 39} in it", [f"{'x' * 39}"]),
        ("en", "near: No", f"No {'x' * 60} in it", [f"{'x' * 39}"]),
        ("de", "noun: Absagen", "Absagen eines Gipfels freuen ihn", ["eines Gipfels freuen ihn"]),
        # close, follow
        ("en", "close: Any", "Any strike against the ports", ["strike against the"]),
        ("en", "close: Any", "Any strike, he said", ["strike"]),
        ("en", "follow: threat", "The long strike threat worries them", ["strike"]),
        ("en", "follow: threat", "The long strike-threat worries them", ["strike-"]),
        ("en", "follow: threat", "Strike threat", ["Strike"]),
        # an aim: the next verb; with its object, if it is one of realising
        ("en", "next: to", "They passed a law to ban cars", ["ban"]),
        ("en", "next: to", "They passed a law to be swiftly further banned in ports", ["be swiftly further banned"]),
        (
            "en",
            "next: to",
            "They passed a law to approve the large sale of the old port of the city",
            [
                "approve the large sale of the old port of the c",
            ],
        ),
        ("en", "next: to", "They passed a law to approve it, he said", ["approve it"]),
        ("en", "next: to", "They passed laws to be", []),
        ("en", "next: to", "They passed laws to", []),
        # conditions: themselves, what is joined to them, and a consequence beside them that lies in the future
        (
            "en",
            "condition: If",
            "If he was hurt or killed, he will pay and say that he left",
            [
                "If he was hurt",
                "or killed",
                "he will pay",
                "and say",
            ],
        ),
        (
            "en",
            "condition: if",
            "He will pay if it rains, but others will go, they say",
            [
                "if it rains",
                "He will pay",
                "but others will go",
                "they say",
            ],
        ),
        ("en", "condition: If", "If it rains, which will happen, we will stay", ["If it rains", "we will stay"]),
        ("en", "condition: If", "If it rains, we stay", ["If it rains"]),
        ("en", "condition: If", "If it rains, we stay, others stay, they will go", ["If it rains"]),
        ("en", "condition: unless", "HE IS SET TO GO unless it rains", ["unless it rains", "HE IS SET TO GO"]),
        ("en", "condition: if", "They'll go if it rains, because it will rain", ["if it rains", "They'll go"]),
        ("de", "condition: Wenn", "Wenn er kommt, wird er reden", ["Wenn er kommt", "wird er reden"]),
        ("de", "condition: wenn", "Er will, man werde gehen, wenn er kommt", ["wenn er kommt", "man werde gehen"]),
        ("ru", "condition: Если", "Если он уйдет, она вернётся", ["Если он уйдет", "она вернётся"]),
        ("ru", "condition: Если", "Если он ушел, она будет тут", ["Если он ушел", "она будет тут"]),
        ("fr", "condition: S", "S'il part, elle reviendra", ["S'il part", "elle reviendra"]),
        ("es", "condition: Si", "Si llueve, van a parar", ["Si llueve", "van a parar"]),
        ("it", "condition: Se", "Se cade, chiuderà il confine", ["Se cade", "chiuderà il confine"]),
        ("pt", "condition: Se", "Se cair, fechará a fronteira", ["Se cair", "fechará a fronteira"]),
        ("nl", "condition: Als", "Als hij valt, zal hij gaan", ["Als hij valt", "zal hij gaan"]),
        ("pl", "condition: Jeśli", "Jeśli spadnie, pójdzie", ["Jeśli spadnie"]),
    ],
)
def test_reach(language: str, cue: str, text: str, expected: list[str]) -> None:
    assert reach(text, language, cue) == expected


def test_a_cue_outside_every_clause_reaches_nothing() -> None:
    assert reach_of(Found(Label.NEGATED, "before", 4, 5, 5), split_clauses("Yes", "en"), "Yes …", "en") == []
