from __future__ import annotations

import pytest

from monitor.alert.samples import SAMPLES, try_template
from monitor.alert.template import our_template
from monitor.model.alert import AlertKind


@pytest.mark.parametrize("name", ["match", "digest", "ops"])
@pytest.mark.parametrize("form", ["txt", "html"])
def test_our_own_templates_pass_the_trial_of_a_user_s(name: str, form: str) -> None:
    assert try_template(our_template(f"{name}.{form}.j2")) is None


def test_a_template_is_tried_on_articles_that_lack_everything() -> None:
    assert try_template("{% for item in items %}{{ item.title }}{% endfor %}") is None
    assert try_template("{{ items[0].passages[0].text }}") is not None
    assert "there is no {{ titel }}" in (try_template("{{ titel }}") or "")


def test_every_shape_of_message_is_among_the_samples() -> None:
    assert {AlertKind.MATCH, AlertKind.UPDATE, AlertKind.DIGEST, AlertKind.OPS} == {each.kind for each in SAMPLES}
