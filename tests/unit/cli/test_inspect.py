"""`monitor inspect`: what people see of articles, listings and batches."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from monitor.cli.inspect import AT_ONCE, Target, _in_order
from monitor.cli.main import run
from monitor.testing import FakeWeb, Reply

pytestmark = pytest.mark.usefixtures("workers")
SENTENCE = "The harbour of the town was closed on Monday because a crane had fallen onto the quay. "
ARTICLE = f"""<html lang="en"><head><title>Harbour closed</title><meta name="author" content="Ada Lund"></head><body>
<article><h1>Harbour closed</h1>{"".join(f"<p>{SENTENCE * 3}</p>" for _ in range(4))}</article></body></html>"""
URLS = {"article.html": "https://town.example/harbour-closed.html"}
LISTING = "".join(
    f"<article><h2><a href='/2026/05/{n:02}/council-decides-on-bridge-{n}.html'>"
    f"Council decides on bridge number {n} after a long debate</a></h2></article>"
    for n in range(12)
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("article.html").write_text(ARTICLE)
    Path("front.html").write_text(f"<html><head><title>Town News</title></head><body>{LISTING}</body></html>")


def test_an_article_is_shown_with_its_facts_and_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", "article.html", "--url", "https://town.example/harbour"]) == 0
    out = capsys.readouterr().out
    assert "article.html: article" in out
    assert "  title: Harbour closed" in out
    assert "  authors: Ada Lund" in out
    assert SENTENCE.strip() in out


def test_a_listing_is_shown_with_its_links(fakeweb: FakeWeb, capsys: pytest.CaptureFixture[str]) -> None:
    body = Path("front.html").read_text()
    assert run(["inspect", fakeweb.route("/", Reply(body, headers={"Content-Type": "text/html"}))]) == 0
    out = capsys.readouterr().out
    assert "12 links kept by" in out
    assert "Council decides on bridge number 11" in out


def test_a_batch_goes_on_past_what_fails_and_answers_in_its_order(capsys: pytest.CaptureFixture[str]) -> None:
    targets = ["article.html", "none.html", "front.html", "article.html", "none.html", "front.html"]
    Path("batch.jsonl").write_text(
        "\n".join(json.dumps({"target": target, "url": URLS.get(target)}) for target in targets)
    )
    assert run(["inspect", "--batch", "batch.jsonl", "--json"]) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["target"] for each in found] == targets
    assert [each["kind"] for each in found][:3] == ["article", None, "listing"]
    assert found[1]["problems"][0]["code"] == "no-file"


async def test_only_a_few_targets_are_worked_on_at_once() -> None:
    running, most = 0, 0

    async def one(target: Target) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return target.target

    names = [str(number) for number in range(20)]
    assert [each async for each in _in_order([Target(name) for name in names], one)] == names
    assert most <= AT_ONCE
