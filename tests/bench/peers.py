"""Other programs to compare with, each in an environment of its own under `.bench/`, made when first needed."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(__file__).parents[2] / ".bench"
INSTALL_S = 300

READER = """
import json, sys
from time import process_time
from reader import make_reader
folder, *urls = sys.argv[1:]
reader = make_reader(folder + "/reader.sqlite")
for url in urls:
    reader.add_feed(url, exist_ok=True)
for line in sys.stdin:
    began = process_time()
    reader.update_feeds(scheduled=False)
    print(json.dumps([process_time() - began, reader.get_entry_counts().total]), flush=True)
"""

RSS2EMAIL = """
import json, logging, sys
from pathlib import Path
from time import process_time
from rss2email.main import run
folder, *urls = sys.argv[1:]
feeds = "".join(f"[feed.f{n}]\\nurl = {url}\\n" for n, url in enumerate(urls))
Path(folder, "r2e.cfg").write_text("[DEFAULT]\\nfrom = a@b.example\\nto = a@b.example\\n" + feeds)
command = ["-c", folder + "/r2e.cfg", "-d", folder + "/r2e.json", "run", "--no-send"]
for line in sys.stdin:
    began = process_time()
    run(command)
    seen = json.loads(Path(folder, "r2e.json").read_text())["feeds"]
    print(json.dumps([process_time() - began, sum(len(feed["seen"]) for feed in seen)]), flush=True)
"""

PEERS = {
    "reader": (("reader==3.26", "sgmllib3k"), READER),  # it bundles feedparser, without what that needs
    "rss2email": (("rss2email==3.14",), RSS2EMAIL),
}


class Missing(Exception):
    """The environment of a peer cannot be made here."""


class Peer:
    """A peer on a list of feeds; `poll` polls them all once.  A context manager."""

    def __init__(self, name: str, folder: Path, urls: list[str]) -> None:
        requirements, script = PEERS[name]
        python = _environment(name, requirements)
        self._process = subprocess.Popen(
            [python, "-c", script, str(folder), *urls],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # one of them logs every step
            text=True,
        )

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def poll(self) -> tuple[float, int]:
        """Seconds of CPU that a poll of all feeds took, and how many items are known after it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise Missing("it ended in the middle")
        spent, items = json.loads(answer)
        return float(spent), int(items)


def _environment(name: str, requirements: tuple[str, ...]) -> Path:
    folder, ready = HOME / name, HOME / name / "ready"
    if not ready.exists():
        print(f"making {folder.name} in .bench/ ({requirements[0]})", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        install = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *requirements]
        try:
            subprocess.run(install, check=True, timeout=INSTALL_S, capture_output=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise Missing(f"pip could not install {requirements[0]}") from error
        ready.touch()
    return folder / "bin" / "python"
