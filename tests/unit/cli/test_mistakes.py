"""Typical mistakes, and what a person is told: where, what, what to do, under which code and exit code.

A mistake in the configuration is a change to a good one, and `monitor check` is asked; the rest are commands.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from monitor.cli.main import run
from monitor.testing.mailbox import Mailbox

GOOD = """channels: {desk: {to: 'console://'}}
defaults: {alert: {to: [desk]}}
sources: [{id: blatt, name: Blatt, feed: 'https://blatt.example/rss'}]
concepts: {ship: {en: [ship, vessel]}}
watchlist:
  - id: port
    match: 'harbour AND $ship'
"""
MATCH = "'harbour AND $ship'"
CHANNEL = "{to: 'console://'}"
FEED = "feed: 'https://blatt.example/rss'"
Mistake = tuple[str, str, str, int, str, str]

IN_THE_FILE: dict[str, Mistake] = {
    # name: (what is replaced, by what, code, line, words, remedy); exit code 1
    "tab": ("    match", "\tmatch", "yaml", 7, "a tab indents this line", "spaces"),
    "indented too little": ("    match", "   match", "yaml", 7, "indented less", "column 5"),
    "indented too far": ("    match", "      match", "yaml", 7, "indented further", "column 5"),
    "no colon": ("match:", "match", "yaml", 7, "neither a key with its value", "key: value"),
    "no space after the colon": ("match: ", "match:", "yaml", 7, "a space is missing", "YAML needs one"),
    "no space after the dash": ("- id", "-id", "yaml", 6, "a space is missing", "YAML needs one"),
    "quote not closed": ("$ship'", "$ship", "yaml", 7, "this quote is never closed", "add '"),
    "apostrophe in quotes": (MATCH, "'it's harbour'", "yaml", 7, "the apostrophe ends", "'it''s harbour'"),
    "brace not closed": ("'}}\ndefaults", "'}\ndefaults", "yaml", 1, "this bracket is never closed", "add }"),
    "bracket not closed": ("vessel]", "vessel", "yaml", 4, "this bracket is never closed", "add ]"),
    "colon in a text": ("Blatt,", "Blatt: x,", "yaml", 3, "read as a key", "'Blatt: x'"),
    "backslash in double quotes": (MATCH, '"/\\d+/"', "yaml", 7, "backslash", "'/\\d+/'"),
    "begins with a star": (MATCH, "*harbour", "yaml", 7, "not readable", "'*harbour'"),
    "secret of another program": ("'console://'", "!secret x", "yaml", 1, "!secret is not known", "!env NAME"),
    "key twice": ("channels", "channels: {}\nchannels", "duplicate-key", 2, "stands here twice", "keep one"),
    "key misspelt": ("sources", "sorces", "unknown-key", 3, 'unknown key "sorces"', "did you mean sources?"),
    "key of a rule misspelt": ("    match", "    mach", "unknown-key", 7, 'rule "port"', "did you mean match?"),
    "two rules with an id": (
        "watchlist:",
        "watchlist:\n  - {id: port, match: x}",
        "duplicate-id",
        7,
        "two rules",
        "id:",
    ),
    "list where a text belongs": (MATCH, "[harbour]", "bad-value", 7, "a text is expected", "one text"),
    "text where a source belongs": ("{id: blatt, name: Blatt, " + FEED + "}", "x", "bad-value", 3, "keys", "- {feed"),
    "list where tests belong": (MATCH, "x\n    tests: [x]", "bad-value", 8, "keys and values", "fires:"),
    "rules as keys": ("  - id: port\n    match", "  port:\n    match", "bad-value", 6, "must be a list", "'- '"),
    "rule with no condition": (f"    match: {MATCH}\n", "", "bad-rule", 6, "match, event or score", "needs"),
    "source of two kinds": (FEED, FEED + ", page: 'https://a.example'", "bad-source", 3, "exactly one", "feed"),
    "feed without scheme": ("https://blatt", "blatt", "bad-url", 3, "no web address", "http"),
    "duration without unit": ("{alert", "{every: 10, alert", "bad-duration", 2, "'10' is no duration", "10m"),
    "unknown time zone": ("channels", "timezone: Berlin\nchannels", "bad-timezone", 1, "'Berlin'", "Europe/Berlin"),
    "language of messages": ("channels", "language: fr\nchannels", "bad-value", 1, "write one of", "'de' or 'en'"),
    "true or false": ("name: Blatt", "paused: maybe", "bad-value", 3, "write true or false", "true"),
    "priority": (MATCH, "x\n    alert: {priority: urgent}", "bad-value", 8, "write one of", "'high'"),
    "pattern": (MATCH, "'/harb(our/'", "bad-regex", 7, "missing )", "RE2"),
    "round bracket": (MATCH, "'(harbour AND ship'", "unclosed-bracket", 7, "never closed", "add )"),
    "distance": (MATCH, "'harbour NEAR/x ship'", "bad-near", 7, "NEAR/x has no distance", "NEAR/8"),
    "only NOT": (MATCH, "'NOT harbour'", "not-alone", 7, "none of its words", "must contain"),
    "unknown concept": ("$ship'", "$shp'", "unknown-concept", 7, "$shp is not defined", "did you mean $ship?"),
    "unknown channel": ("to: [desk]", "to: [dsk]", "unknown-channel", 2, '"dsk"', "did you mean desk?"),
    "fallback to nobody": ("//'}", "//', fallback: ops}", "unknown-channel", 1, '"ops"', "known: desk"),
    "test that fails": (
        MATCH,
        "harbour\n    tests: {fires: [Airport]}",
        "test-failed",
        8,
        "must fire",
        "keeps the last",
    ),
    "environment": ("'console://'", "!env NO_SUCH_NAME", "secret-missing", 1, "NO_SUCH_NAME", "set it"),
    "secret file": ("'console://'", "!file no/such", "secret-missing", 1, "No such file", "create the file"),
    "Apprise service": ("console://", "slakc://x/y/z", "bad-channel", 1, "no service slakc://", "knows"),
    "mail without recipient": (CHANNEL, "{mail: {server: a.example}}", "missing-key", 1, '"to" is missing', "to"),
    "mail address": (CHANNEL, "{mail: {to: desk, server: a.example}}", "bad-channel", 1, "no mail address", "'desk'"),
    "addresses in one text": (
        CHANNEL,
        "{mail: {to: 'a@b.c, d@e.f', server: s.e}}",
        "bad-channel",
        1,
        "as a list",
        "'a@b.c, d",
    ),
    "comma in a name": (
        CHANNEL,
        "{mail: {to: ['B, A <a@b.c>'], server: s.e}}",
        "bad-channel",
        1,
        "double quotes",
        "'B, A",
    ),
    "port beside the server": (CHANNEL, "{mail: {to: a@b.c, server: 'a.b:25'}}", "bad-channel", 1, "alone", "port: 25"),
    "database": ("channels", "database: var/x.db\nchannels", "bad-database", 1, "no database", "sqlite:///var/x.db"),
    "other database": ("channels", "database: 'mysql://x'\nchannels", "bad-database", 1, "no database", "postgresql+"),
    "proxy": ("channels", "fetch: {proxy: 'a:3128'}\nchannels", "bad-url", 1, "no web address", "http://"),
    "page open to all": (
        "channels",
        "web: {listen: '0.0.0.0:80'}\nchannels",
        "web-exposed",
        1,
        "by others",
        "password",
    ),
    "page address": ("channels", "web: {listen: 8787}\nchannels", "web-address", 1, "'8787'", "127.0.0.1:8787"),
    "template": ("//'}", "//', template: none.txt}", "bad-template", 1, "none.txt", "Jinja2"),
    "selector": (FEED, "page: 'https://a.example', links: {items: '$$'}", "bad-selector", 3, "no CSS selector", "'$$'"),
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(GOOD)
    Path("bytes").write_bytes(b"\xff\xfe")


def test_the_good_one_is_good() -> None:
    assert run(["check"]) == 0


@pytest.mark.parametrize("name", sorted(IN_THE_FILE))
def test_a_mistake_in_the_file_has_its_place_and_remedy(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, code, line, words, remedy = IN_THE_FILE[name]
    assert old in GOOD
    Path("config.yaml").write_text(GOOD.replace(old, new, 1))
    assert run(["check"]) == 1
    out = capsys.readouterr().out
    places = re.findall(r"^config\.yaml:(\d+):\d+ error\[([\w-]+)\]", out, re.MULTILINE)
    assert (str(line), code) in places, out
    assert words in out
    assert remedy in out
    assert "Errno" not in out


WARNED: dict[str, tuple[str, str, str, str]] = {
    "password": (CHANNEL, "{mail: {to: a@b.c, server: a.b, password: hunter2}}", "secret-in-file", "!file PATH"),
    "token": ("console://", "tgram://123456789:ABCdefGHI7klMNOpqrsTUV/12345", "secret-in-file", "!env NAME"),
    "small and": (MATCH, "'harbour and ship'", "operator-case", "write AND"),
    "unknown source": (MATCH, "harbour\n    where: {source: [blat]}", "no-source", "did you mean blatt?"),
    "include of nothing": ("channels", "include: ['none/*.yaml']\nchannels", "no-file", "no file fits"),
}


@pytest.mark.parametrize("name", sorted(WARNED))
def test_what_is_probably_wrong_is_warned_of(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, code, remedy = WARNED[name]
    Path("config.yaml").write_text(GOOD.replace(old, new, 1))
    assert run(["check"]) == 0
    out = capsys.readouterr().out
    assert f"warning[{code}]" in out
    assert remedy in out


AT_THE_PROMPT: dict[str, tuple[str, int, str, str]] = {
    # command: (its arguments, exit code, error, remedy)
    "no configuration": ("status --config none.yaml", 1, "does not exist", "monitor init writes one"),
    "a folder as configuration": ("status --config .", 1, "Is a directory", "a file that the monitor may read"),
    "no such command": ("chekc", 2, "chekc", "did you mean check?"),
    "no such action": ("sources lst", 2, "lst", "did you mean list?"),
    "no such option": ("check --onlin", 2, "there is no --onlin", "did you mean --online?"),
    "nothing like it": ("status --zzz", 2, "there is no --zzz", "monitor status --help"),
    "no action": ("sources", 2, "ACTION", "--help"),
    "no such role": ("run --role pollr", 2, "pollr", "did you mean poller?"),
    "since": ("alerts list --since yesterday", 2, "neither a duration nor a date", "2h, 7d"),
    "limit": ("alerts list --limit -1", 2, "no number from 1 up", "--help"),
    "number": ("alerts show x", 2, "'x' is no number from 1 up", "--help"),
    "larger than a database counts": ("alerts show 99999999999999999999", 2, "no number from 1 up", "--help"),
    "longer ago than there are dates": ("alerts list --since 99999999d", 2, "neither a duration nor a date", "2h, 7d"),
    "which alerts": ("alerts ack", 2, "name alerts by their ids", "--all"),
    "no such alert": ("alerts show 7", 1, "there is no alert 7", "monitor alerts list"),
    "retrying no alert": ("alerts retry 7 8", 1, "there is no alert 7, 8", "monitor alerts list"),
    "giving up no alert": ("alerts discard 7", 1, "there is no alert 7", "monitor alerts list"),
    "taking over no alert": ("alerts ack 7", 1, "there is no alert 7", "monitor alerts list"),
    "why of no alert": ("why alert:99999999999999999999", 1, "no article and no alert", "monitor alerts list"),
    "no such rule": ("rules try prot --text x", 1, "no rule 'prot'", "did you mean port?"),
    "no such source": ("sources show blat", 1, "no source 'blat'", "did you mean blatt?"),
    "pausing without a configuration": ("sources pause blatt --config none.yaml", 1, "not exist", "monitor init"),
    "pausing no source": ("sources pause blat", 1, "no source 'blat'", "did you mean blatt?"),
    "polling no source": ("sources poll blat", 1, "no source 'blat'", "did you mean blatt?"),
    "polling before the first start": ("sources poll blatt", 1, "0 of 1 sources", "monitor sources list"),
    "alerts of no rule": ("alerts list --rule prot", 1, "no rule 'prot'", "did you mean port?"),
    "articles of no source": ("articles list --source blat", 1, "no source 'blat'", "did you mean blatt?"),
    "no such channel": ("channels test dsk", 1, "no channel 'dsk'", "did you mean desk?"),
    "no such story": ("stories show 9", 1, "there is no story 9", "monitor stories list"),
    "no such article": ("why https://a.example/x", 1, "no article is known", "monitor articles search"),
    "muting no rule": ("silences add rule prot", 1, "no rule 'prot'", "did you mean port?"),
    "muting no story": ("silences add story 9", 1, "no story '9'", "monitor stories list"),
    "muting for ever": ("silences add rule port --for soon", 2, "no duration", "4h, 2d"),
    "muting for no time": ("silences add rule port --for 0", 2, "is over", "4h"),
    "import of nothing": ("sources import none.opml", 2, "No such file", "none.opml"),
    "backup restored from nothing": ("db restore none", 2, "there is no file none", "monitor db backup"),
    "half an address": ("sources add http://[bad", 1, "not a valid address", "monitor inspect"),
    "batch in a folder": ("inspect --batch .", 2, "Is a directory", "one JSON object a line"),
    "batch of bytes": ("inspect --batch bytes", 2, "no UTF-8 text", "one JSON object a line"),
    "batch of something else": ("inspect --batch config.yaml", 2, "config.yaml:1 is no object", "one JSON object"),
    "demo in a file": ("demo --folder config.yaml", 2, "File exists", "a folder"),
    "newsroom beyond the last port": ("demo --newsroom 65535", 2, "the last port is 65535", "others"),
    "import of another file": ("sources import config.yaml", 1, "no list of subscriptions", "OPML"),
    "nobody answers": ("sources add http://127.0.0.1:9/", 1, "takes no connections", "monitor inspect"),
    "nobody can answer init": ("init --config x.yaml", 2, "nobody can answer here", "--yes"),
    "init twice": ("init --yes --no-poll", 1, "is there already", "move it away"),
    "shell": ("completion tcsh", 2, "tcsh", "--help"),
}


@pytest.mark.parametrize("name", sorted(AT_THE_PROMPT))
def test_a_mistake_at_the_prompt_says_what_to_do(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command, code, words, remedy = AT_THE_PROMPT[name]
    assert run(command.split()) == code
    said = capsys.readouterr().err
    assert re.match(r"monitor: error\[[\w-]+\] ", said), said
    assert words in said
    assert remedy in said
    assert "Errno" not in said


AROUND: dict[str, tuple[str, str, str]] = {
    # database: (address, error, remedy)
    "a text instead of a database": ("sqlite:///config.yaml", "damaged", "monitor db restore"),
    "a folder instead of a database": ("sqlite:///.", "cannot be written", "permissions"),
    "a file instead of a folder": ("sqlite:///config.yaml/x/y.db", "cannot be made", "another place"),
    "no server": ("postgresql+psycopg://u:w0rd@127.0.0.1:9/x", "Connection refused", "tries again"),
}


@pytest.mark.parametrize("name", sorted(AROUND))
def test_a_database_that_cannot_be_used_is_named(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    address, words, remedy = AROUND[name]
    Path("config.yaml").write_text(f"database: '{address}'\n{GOOD}")
    assert run(["status"]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert remedy in said
    assert "w0rd" not in said
    assert Path("config.yaml").read_text().endswith(GOOD), "nothing is lost"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("shut").mkdir(mode=0o500)
    Path("config.yaml").write_text(f"database: 'sqlite:///shut/x/monitor.db'\n{GOOD}")
    assert run(["status"]) == 1
    assert "Permission denied" in capsys.readouterr().err


def test_a_mail_server_that_is_away_or_refuses_the_login(capsys: pytest.CaptureFixture[str]) -> None:
    mail = "{mail: {to: a@b.example, from: c@b.example, server: 127.0.0.1, port: 9, tls: none}}"
    Path("config.yaml").write_text(GOOD.replace(CHANNEL, mail))
    assert run(["channels", "test"]) == 1
    out = capsys.readouterr().out
    assert "connection refused" in out
    assert "monitor check --online" in out
    mailbox = Mailbox()
    mailbox.start()
    try:
        login = mail.replace("port: 9", f"port: {mailbox.port}, user: u, password: !env HOME")
        Path("config.yaml").write_text(GOOD.replace(CHANNEL, login))
        assert run(["channels", "test"]) == 1
    finally:
        mailbox.stop()
    assert "failed" in capsys.readouterr().out
