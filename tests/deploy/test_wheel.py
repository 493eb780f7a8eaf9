"""What is installed with pipx or uv: the wheel has everything that the program looks for beside itself."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

hatchling = pytest.importorskip("hatchling.build")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        folder = tmp_path_factory.mktemp("dist")
        made = hatchling.build_wheel(str(folder))
    with zipfile.ZipFile(folder / made) as wheel:
        return set(wheel.namelist())


def test_migrations_come_along(names: set[str]) -> None:
    scripts = {f"monitor/_migrations/versions/{path.name}" for path in (ROOT / "alembic/versions").glob("*.py")}
    assert scripts | {"monitor/_migrations/env.py"} <= names


def test_every_file_of_the_package_comes_along(names: set[str]) -> None:
    files = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "monitor").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files <= names


def test_the_command_is_installed(names: set[str]) -> None:
    assert any(name.endswith("entry_points.txt") for name in names)


def test_the_manual_page_comes_along(names: set[str]) -> None:
    assert any(name.endswith(".data/data/share/man/man1/monitor.1") for name in names)
