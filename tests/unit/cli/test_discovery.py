from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli.main import run
from monitor.testing import FakeWeb, Reply

pytestmark = pytest.mark.usefixtures("workers")
HTML = {"Content-Type": "text/html; charset=utf-8"}
XML = {"Content-Type": "application/rss+xml"}


def feed(title: str, count: int = 4) -> Reply:
    items = "".join(f"<item><title>{title} {n}</title><link>http://x.example/{n}</link></item>" for n in range(count))
    return Reply(f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>", headers=XML)


def page(*links: str) -> Reply:
    head = "".join(f"<link rel='alternate' type='application/rss+xml' href='{link}'>" for link in links)
    return Reply(f"<html><head><title>Front</title>{head}</head><body><p>Hello</p></body></html>", headers=HTML)


def listing() -> Reply:
    titles = [f"Council decides on bridge number {n} after a long debate" for n in range(12)]
    cards = "".join(
        f"<article><h2><a href='/2026/05/{n:02}/council-decides-on-bridge-{n}.html'>{t}</a></h2></article>"
        for n, t in enumerate(titles)
    )
    return Reply(f"<html><head><title>Town News</title></head><body><main>{cards}</main></body></html>", headers=HTML)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("# mine\nfetch: {allow_addresses: [127.0.0.1], host_spacing: 0}\nsources: []\n")
    return path


def add(config: Path, *arguments: str) -> int:
    return run(["sources", "add", *arguments, "--config", str(config)])


def test_the_declared_feed_is_added(config: Path, fakeweb: FakeWeb, capsys: pytest.CaptureFixture[str]) -> None:
    fakeweb.route("/", page("/small.xml", "/big.xml"))
    fakeweb.route("/small.xml", feed("Sport", 2))
    fakeweb.route("/big.xml", feed("Daily", 9))
    assert add(config, fakeweb.url("/")) == 0
    out = capsys.readouterr().out
    assert "1. feed" in out
    assert "   - Daily 0" in out
    assert "added daily" in out
    text = config.read_text()
    assert text.startswith("# mine\n")
    assert fakeweb.url("/big.xml") in text


def test_another_one_can_be_chosen(config: Path, fakeweb: FakeWeb) -> None:
    fakeweb.route("/", page("/small.xml", "/big.xml"))
    fakeweb.route("/small.xml", feed("Sport", 2))
    fakeweb.route("/big.xml", feed("Daily", 9))
    assert add(config, fakeweb.url("/"), "--choose", "2", "--name", "My Sport", "--tag", "sport") == 0
    assert "id: my-sport" in config.read_text()
    assert add(config, fakeweb.url("/"), "--choose", "9") == 2


def test_a_feed_is_taken_as_it_is_and_only_once(
    config: Path, fakeweb: FakeWeb, capsys: pytest.CaptureFixture[str]
) -> None:
    fakeweb.route("/rss", feed("Daily"))
    assert add(config, fakeweb.url("/rss"), "--dry-run") == 0
    assert "sources: []" in config.read_text()
    assert add(config, fakeweb.url("/rss")) == 0
    assert add(config, fakeweb.url("/rss")) == 0
    assert "already there" in capsys.readouterr().out


def test_an_empty_feed_is_added_and_said_to_be_empty(
    config: Path, fakeweb: FakeWeb, capsys: pytest.CaptureFixture[str]
) -> None:
    fakeweb.route("/rss", feed("Notices", 0))
    assert add(config, fakeweb.url("/rss")) == 0
    assert "added notices: the address itself, which has no entries now" in capsys.readouterr().out
    assert fakeweb.url("/rss") in config.read_text()


def test_a_usual_place_is_tried(config: Path, fakeweb: FakeWeb, capsys: pytest.CaptureFixture[str]) -> None:
    fakeweb.route("/", page())
    fakeweb.route("/feed", feed("Hidden"))
    assert add(config, fakeweb.url("/"), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [(o["kind"], o["why"]) for o in found["offers"]][:1] == [("feed", "at a usual place")]
    assert found["offers"][0]["samples"] == ["Hidden 0", "Hidden 1", "Hidden 2"]


def test_a_page_of_links_is_followed_as_a_page(
    config: Path, fakeweb: FakeWeb, capsys: pytest.CaptureFixture[str]
) -> None:
    fakeweb.route("/", listing())
    assert add(config, fakeweb.url("/")) == 0
    assert "page: 'http" in config.read_text()
    assert "story links recognised" in capsys.readouterr().out


def test_nothing_to_follow_is_said(config: Path, fakeweb: FakeWeb, capsys: pytest.CaptureFixture[str]) -> None:
    fakeweb.route("/", page())
    assert add(config, fakeweb.url("/")) == 1
    assert "error[nothing-to-poll]" in capsys.readouterr().err
    assert add(config, fakeweb.url("/missing")) == 1
    assert "nothing at this address (404)" in capsys.readouterr().err


def test_a_list_of_another_program_is_imported(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jobs = config.with_name("urls.yaml")
    jobs.write_text("name: Notices\nurl: https://office.example/n\nfilter: css:#list\n---\ncommand: df\n")
    assert run(["sources", "import", str(jobs), "--config", str(config)]) == 0
    assert "added 1 source, skipped 1" in capsys.readouterr().out
    assert "watch: 'https://office.example/n'" in config.read_text()
    assert "select: '#list'" in config.read_text()
    assert run(["check", "--config", str(config)]) == 0
