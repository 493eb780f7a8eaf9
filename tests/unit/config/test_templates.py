"""Templates through the configuration: read beside the file, tried, refused with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.bootstrap.settings import channels_of
from monitor.config.load import Loaded, load_config

CONFIG = """\
channels:
  desk: {to: "console://", template: letters/desk.j2}
sources:
  - {name: Alpha, feed: "https://alpha.example/feed"}
watchlist:
  - {id: putin, match: Putin, alert: {to: desk}}
  - id: oil
    match: oil
    alert:
      to: desk
      template: letters/oil.j2
"""


def loaded(folder: Path, desk: str | None = "{{ heading }}", oil: str | None = "{{ rule }}") -> Loaded:
    (folder / "letters").mkdir()
    for name, text in (("desk", desk), ("oil", oil)):
        if text is not None:
            (folder / "letters" / f"{name}.j2").write_text(text, encoding="utf-8")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return load_config(folder / "config.yaml", {})


def test_a_template_is_read_beside_the_file_and_watched_for_changes(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    config = found.usable()
    assert not found.problems
    assert channels_of(config.model)["desk"].template == "{{ heading }}"
    assert [rule.alert.template for rule in config.rules] == [None, "{{ rule }}"]
    assert str(tmp_path / "letters" / "desk.j2") in found.files


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ titel }}", "there is no {{ titel }}"),
        (
            f"{{% set x = '{'x' * 300}' %}}{{% for a in x %}}{{% for b in x %}}.{{% endfor %}}{{% endfor %}}",
            "loops more than",
        ),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{% if %}", "line 1"),
        ("{{ 'x' * 999999999 }}", "is not for templates"),
        ("{% include '/etc/passwd' %}", "include is off"),
        ("{{ items[0].title }}", "has no element 0"),
        (None, "No such file"),
    ],
)
def test_a_template_that_cannot_be_used_refuses_the_file_with_its_place(
    tmp_path: Path, source: str | None, why: str
) -> None:
    found = loaded(tmp_path, desk=source)
    (problem,) = found.problems
    assert problem.code == "bad-template"
    assert (problem.place.line, problem.place.column) == (2, 38)
    assert why in problem.message
    assert found.config is None


def test_a_rule_with_a_bad_template_watches_on_in_our_words(tmp_path: Path) -> None:
    found = loaded(tmp_path, oil="{{ nothing }}")
    (problem,) = found.problems
    assert (problem.code, problem.rule_id, problem.place.line) == ("bad-template", "oil", 11)
    assert [rule.alert.template for rule in found.usable().rules] == [None, None]
