"""The container files, as far as they can be checked without an engine."""

from __future__ import annotations

import shlex
import shutil
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.cli.main import build_parser

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "container"


def instructions() -> list[tuple[str, str]]:
    """(instruction, the rest), continued lines joined, comments left out."""
    lines = (FOLDER / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    split = [line.strip().partition(" ") for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return [(name.upper(), rest.strip()) for name, _, rest in split]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    return found


def copied() -> list[str]:
    """What is copied out of the project."""
    found = []
    for name, rest in instructions():
        words = shlex.split(rest)
        if name == "COPY" and not any(word.startswith("--from") for word in words):
            found += words[:-1]
    return found


@pytest.mark.parametrize("path", copied())
def test_what_is_copied_exists_and_is_let_through(path: str) -> None:
    assert (ROOT / path).exists()
    rules = (ROOT / ".dockerignore").read_text().split()
    assert any(fnmatch(path.removeprefix("./"), rule[1:]) for rule in rules if rule.startswith("!"))


def test_what_is_copied_is_enough_for_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hatchling = pytest.importorskip("hatchling.build")
    left_out = shutil.ignore_patterns("__pycache__")
    for name, rest in instructions():
        *paths, target = shlex.split(rest) if name == "COPY" and "--from" not in rest else [""]
        for path in paths:
            to = tmp_path / target
            if (ROOT / path).is_dir():
                shutil.copytree(ROOT / path, to, ignore=left_out)
            else:
                to.mkdir(exist_ok=True)
                shutil.copy(ROOT / path, to)
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile(tmp_path / hatchling.build_wheel(str(tmp_path))) as wheel:
        assert any(name.endswith("man1/monitor.1") for name in wheel.namelist())


def test_the_image_is_small_careful_and_watched() -> None:
    steps = instructions()
    names = [name for name, _ in steps]
    assert set(names) <= {
        "ARG", "FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK",
        "ENTRYPOINT", "CMD",
    }  # fmt: skip
    last = steps[len(names) - 1 - names[::-1].index("FROM") :]
    user = dict(last)["USER"]
    assert user.split(":")[0].isdigit(), "a number: an orchestrator can prove that it is not root"
    assert int(user.split(":")[0]) > 0
    (makes_user,) = (rest for name, rest in last if name == "RUN")
    for name, number in zip(("uid", "gid"), user.split(":"), strict=True):
        assert f"--{name} {number}" in makes_user, "a number of its own for the group, too"
    assert "slim" in dict(steps)["ARG"]
    assert "monitor" in dict(last)["HEALTHCHECK"]
    assert dict(last)["STOPSIGNAL"] == "SIGTERM"
    installs = [step for name, rest in steps if name == "RUN" for step in rest.split("&&") if "pip install" in step]
    assert installs
    assert all("--require-hashes" in step or "/dist/*.whl" in step for step in installs)


def test_no_secret_stands_in_the_files() -> None:
    for path in FOLDER.iterdir():
        assert "password=" not in path.read_text().lower()
    environment = compose()["services"]["database"]["environment"]
    assert environment["POSTGRES_PASSWORD_FILE"].startswith("/run/secrets/")


def test_every_service_of_the_compose_file_is_whole() -> None:
    file = compose()
    assert set(file) - {name for name in file if name.startswith("x-")} == {"services", "volumes", "secrets"}
    for name, service in file["services"].items():
        assert service["restart"] == "unless-stopped"
        assert set(service.get("secrets", ())) <= set(file["secrets"])
        volumes = {text.split(":")[0] for text in service.get("volumes", ())}
        assert {each for each in volumes if not each.startswith(".")} <= set(file["volumes"])
        if name == "database":
            assert "pg_isready" in service["healthcheck"]["test"][1]
            continue
        assert service["depends_on"]["database"]["condition"] == "service_healthy"
        build_parser("run").parse_args(service["command"])
        built = FOLDER / service["build"]["context"]
        assert (built / service["build"]["dockerfile"]).resolve() == FOLDER / "Dockerfile"
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:")
